package io.zsync.node.transport;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** Two connected channels. Small buffers, so that a sender soon waits for a receiver that does not read. */
record Loopback(SocketChannel near, SocketChannel far) implements Closeable {
    private static final int BUFFER_LENGTH = 64 << 10;

    static Loopback open() throws IOException {
        try (ServerSocketChannel server = listen()) {
            SocketChannel near = SocketChannel.open();
            near.setOption(StandardSocketOptions.SO_SNDBUF, BUFFER_LENGTH);
            near.connect(server.getLocalAddress());
            return new Loopback(near, server.accept());
        }
    }

    /** On a free port. */
    static ServerSocketChannel listen() throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        server.setOption(StandardSocketOptions.SO_RCVBUF, BUFFER_LENGTH);
        return server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @Override
    public void close() throws IOException {
        near.close();
        far.close();
    }
}
