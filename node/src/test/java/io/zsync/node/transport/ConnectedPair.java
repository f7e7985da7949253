package io.zsync.node.transport;

import io.zsync.node.trust.Identity;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Both ends of one control connection. */
record ConnectedPair(Connection initiator, Connection responder) implements Closeable {
    static final Duration LONG = Duration.ofSeconds(30);

    static ConnectedPair open(Deadlines deadlines) throws Exception {
        Identity near = Identity.generate();
        Identity far = Identity.generate();
        try (ServerSocketChannel server = Loopback.listen()) {
            CompletableFuture<Connection> accepted = Background.start(() -> {
                SocketChannel channel = server.accept();
                return Connection.accept(channel, firstByte(channel), far, near.id()::equals, deadlines, LONG);
            });
            Connection connected =
                    Connection.connect((InetSocketAddress) server.getLocalAddress(), near, far.id(), deadlines, LONG);
            return new ConnectedPair(connected, accepted.get(30, TimeUnit.SECONDS));
        }
    }

    static byte firstByte(SocketChannel channel) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        StreamBinding.read(DataStream.plain(channel), one);
        return one.get(0);
    }

    @Override
    public void close() throws IOException {
        initiator.close();
        responder.close();
    }
}
