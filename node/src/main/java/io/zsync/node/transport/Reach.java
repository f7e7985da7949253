package io.zsync.node.transport;

import io.zsync.node.trust.Identity;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.ProtocolException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

/** How an initiator comes to its peer: connects, shakes hands, and knows apart who is not there, mute, or another one. */
final class Reach {
    private Reach() {}

    /** The peer has proved its key, and hangs up without a word: what that means depends on what was wanted of it. */
    interface HungUp {
        ProtocolException on(String operation, IOException failure);
    }

    /**
     * Connects and shakes hands with the one expected peer.
     *
     * @param deadline for all of it
     * @throws ProtocolException NOT_TRUSTED if another key than the expected one answers, or what {@code hungUp} says
     * @throws NoAnswerException if somebody takes the connection, and no handshake comes of it in time
     */
    static TlsChannel reach(
            InetSocketAddress address,
            Identity self,
            PeerId expected,
            TlsChannel.Purpose purpose,
            Deadlines deadlines,
            Duration deadline,
            HungUp hungUp)
            throws IOException {
        String operation = "connect to " + address.getHostString() + ":" + address.getPort();
        if (address.isUnresolved()) {
            throw new IOException(operation + ": unknown host");
        }
        SocketChannel channel = SocketChannel.open();
        return Establishing.within(deadline, operation, channel, deadlines, timer -> {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.connect(address);
            AtomicBoolean reached = new AtomicBoolean();
            Predicate<PeerId> pin = peer -> {
                reached.set(expected.equals(peer));
                return reached.get();
            };
            try {
                return TlsChannel.connect(channel, self, pin, purpose, deadlines);
            } catch (IOException e) {
                if (timer.expired()) {
                    throw new NoAnswerException(
                            operation + ": connected, but no answer within " + deadline.toMillis() + " ms", e);
                }
                // A responder that refuses our key may be gone before we have said all of our part.
                if (reached.get()) {
                    throw hungUp.on(operation, e);
                }
                throw e;
            }
        });
    }
}
