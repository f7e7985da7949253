package io.zsync.node.transport;

import io.zsync.protocol.BindRequest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** Opens plain data streams and ties them to a session, from the initiator's side; the other is {@link PendingStream}. */
public final class StreamBinding {
    private StreamBinding() {}

    /**
     * Connects, asks for the stream and verifies the answer.
     *
     * @return blocking, bound, nothing read beyond the answer
     * @throws IOException if that was not done within the deadline, or the responder refused by closing
     * @throws io.zsync.protocol.ProtocolException if the answer does not prove the session's keys
     */
    public static SocketChannel open(
            InetSocketAddress address, BindRequest request, BindKeys keys, Deadlines deadlines, Duration deadline)
            throws IOException {
        throw new UnsupportedOperationException();
    }
}
