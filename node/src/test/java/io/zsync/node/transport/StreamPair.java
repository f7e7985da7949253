package io.zsync.node.transport;

import io.zsync.node.trust.Identity;
import io.zsync.protocol.Protection;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Both ends of one data stream, and the sockets below them. Small buffers, so that a sender soon waits for its receiver. */
record StreamPair(DataStream near, DataStream far, Loopback sockets, Deadlines deadlines) implements Closeable {
    static final Identity NEAR = Identity.generate();
    static final Identity FAR = Identity.generate();
    private static final Duration LONG = Duration.ofSeconds(30);

    static StreamPair open(Protection level) throws Exception {
        Loopback sockets = Loopback.open();
        Deadlines deadlines = new Deadlines();
        return switch (level) {
            case CLEAR ->
                new StreamPair(DataStream.plain(sockets.near()), DataStream.plain(sockets.far()), sockets, deadlines);
            case PRIVATE -> {
                CompletableFuture<TlsChannel> far = Background.start(() -> accept(sockets.far(), deadlines));
                TlsChannel near = connect(sockets.near(), deadlines);
                yield new StreamPair(
                        new TlsStream(near), new TlsStream(far.get(30, TimeUnit.SECONDS)), sockets, deadlines);
            }
            case SAFE -> throw new IllegalArgumentException("level " + level);
        };
    }

    static TlsChannel connect(SocketChannel channel, Deadlines deadlines) throws IOException {
        return TlsChannel.connect(channel, NEAR, FAR.id()::equals, TlsChannel.Purpose.DATA, deadlines);
    }

    static TlsChannel accept(SocketChannel channel, Deadlines deadlines) throws IOException {
        return TlsChannel.accept(
                channel,
                ConnectedPair.firstByte(channel),
                FAR,
                TlsChannel.Admission.of(NEAR.id()::equals),
                deadlines,
                LONG);
    }

    /** The near end's last word, however long the far end takes to read up to it. */
    void endNear() throws IOException {
        switch (near) {
            case PlainStream plain -> plain.close();
            case TlsStream(TlsChannel tls) -> tls.close(LONG);
        }
    }

    @Override
    public void close() throws IOException {
        near.close();
        far.close();
        sockets.close();
        deadlines.close();
    }
}
