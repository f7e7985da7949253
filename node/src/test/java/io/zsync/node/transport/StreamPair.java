package io.zsync.node.transport;

import io.zsync.node.trust.Identity;
import io.zsync.protocol.FrameHeader;
import io.zsync.protocol.FrameHeaderCodec;
import io.zsync.protocol.FrameTags;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Protection;
import io.zsync.protocol.TagKey;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Both ends of one data stream, and the sockets below them. Small buffers, so that a sender soon waits for its receiver. */
record StreamPair(DataStream near, DataStream far, Loopback sockets, Deadlines deadlines) implements Closeable {
    static final Identity NEAR = Identity.generate();
    static final Identity FAR = Identity.generate();
    private static final Duration LONG = Duration.ofSeconds(30);

    static StreamPair open(Protection level) throws Exception {
        return open(level, new byte[TagKey.LENGTH], Limits.SAFE_FRAMES);
    }

    /** @param secret and how many frames it may serve: of level safe, the same at both ends */
    static StreamPair open(Protection level, byte[] secret, long frames) throws Exception {
        Loopback sockets = Loopback.open();
        Deadlines deadlines = new Deadlines();
        return switch (level) {
            case CLEAR ->
                new StreamPair(DataStream.plain(sockets.near()), DataStream.plain(sockets.far()), sockets, deadlines);
            case SAFE ->
                new StreamPair(
                        DataStream.tagged(sockets.near(), new TagKey(secret, frames)),
                        DataStream.tagged(sockets.far(), new TagKey(secret, frames)),
                        sockets,
                        deadlines);
            case PRIVATE -> {
                CompletableFuture<TlsChannel> far = Background.start(() -> accept(sockets.far(), deadlines));
                TlsChannel near = connect(sockets.near(), deadlines);
                yield new StreamPair(
                        new TlsStream(near), new TlsStream(far.get(30, TimeUnit.SECONDS)), sockets, deadlines);
            }
        };
    }

    /** @return what the writer told of the pack */
    static FrameHeader sendPack(DataWriter writer) throws IOException {
        List<FrameHeader> told = new ArrayList<>();
        writer.sendPack(told::add);
        return told.getFirst();
    }

    static int headerLength(Protection level) {
        return switch (level) {
            case CLEAR -> FrameHeaderCodec.CLEAR_LENGTH;
            case SAFE -> FrameTags.HEADER_LENGTH;
            case PRIVATE -> FrameHeaderCodec.LENGTH;
        };
    }

    static int checkLength(Protection level) {
        return switch (level) {
            case CLEAR -> FrameHeaderCodec.CLEAR_CHECK_LENGTH;
            case SAFE -> FrameTags.LENGTH;
            case PRIVATE -> 1;
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
