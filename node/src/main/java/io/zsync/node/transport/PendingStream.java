package io.zsync.node.transport;

import io.zsync.protocol.BindRequest;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * A plain data stream that somebody has asked for and nobody has proved yet: the responder's side of binding. Its claim
 * names a session; the listener finds that session's keys and calls {@link #accept}, or {@link #close} to refuse, which says
 * nothing to the peer. Until one of them is called the deadline runs. For one thread.
 */
public final class PendingStream implements Closeable {
    private final SocketChannel channel;
    private final BindRequest request;

    private PendingStream(SocketChannel channel, BindRequest request) {
        this.channel = channel;
        this.request = request;
    }

    /**
     * Reads the claim. On any failure the channel is closed.
     *
     * @param firstByte what the listener has read already
     * @param deadline for all of it, up to the answer
     * @throws IOException if the peer fell silent or left
     * @throws io.zsync.protocol.ProtocolException if what it sent is no bind frame
     */
    public static PendingStream read(SocketChannel channel, byte firstByte, Deadlines deadlines, Duration deadline)
            throws IOException {
        throw new UnsupportedOperationException();
    }

    /** What is claimed. Nothing of it is proved. */
    public BindRequest request() {
        return request;
    }

    /**
     * Verifies the claim and answers it. On any failure the channel is closed without a byte.
     *
     * @return blocking, bound
     * @throws io.zsync.protocol.ProtocolException if the claim is for another session or level, or does not prove the keys
     */
    public SocketChannel accept(BindKeys keys) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Refuses, unless the stream was accepted. */
    @Override
    public void close() throws IOException {
        channel.close();
    }
}
