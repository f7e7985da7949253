package io.zsync.node.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A data stream inside TLS. Content flows one way, but key changes are answered: so its reader writes the answers, and its
 * writer takes them in.
 */
record TlsStream(TlsChannel tls) implements DataStream {
    /** A session may have many streams to close, one behind the other. */
    private static final Duration CLOSE_GRACE = Duration.ofMillis(100);

    @Override
    public int read(ByteBuffer target) throws IOException {
        int count = tls.read(target);
        try {
            tls.answer();
        } catch (IOException unheard) {
            // What was read counts all the same, and that the peer is gone the next read tells.
        }
        return count;
    }

    @Override
    public void write(ByteBuffer... sources) throws IOException {
        tls.drain();
        tls.write(sources);
    }

    @Override
    public @Nullable SocketChannel bareChannel() {
        return null;
    }

    @Override
    public void close() throws IOException {
        tls.close(CLOSE_GRACE);
    }
}
