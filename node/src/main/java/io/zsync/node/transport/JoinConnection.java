package io.zsync.node.transport;

import io.zsync.node.trust.Identity;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.JoinCodec;
import io.zsync.protocol.JoinReply;
import io.zsync.protocol.JoinRequest;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.ProtocolException;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Predicate;

/**
 * A connection for one question: may I be your peer? Either end of it. The initiator may be a stranger, so it sends one frame
 * of fixed length, and hears nothing, not even a goodbye of TLS, unless {@link #answer} is called. For one thread; {@link
 * #close} for any.
 */
public final class JoinConnection implements Closeable {
    private final TlsChannel tls;
    private final Identity self;
    private final Deadlines deadlines;
    private volatile boolean answered;

    private JoinConnection(TlsChannel tls, Identity self, Deadlines deadlines) {
        this.tls = tls;
        this.self = self;
        this.deadlines = deadlines;
    }

    /**
     * Connects and shakes hands.
     *
     * @param deadline for all of it
     * @throws ProtocolException NOT_TRUSTED if another key than the expected one answers, NOT_ALLOWED if that hangs up
     * @throws NoAnswerException if somebody takes the connection, and no handshake comes of it in time
     */
    public static JoinConnection connect(
            InetSocketAddress address, Identity self, PeerId expected, Deadlines deadlines, Duration deadline)
            throws IOException {
        TlsChannel tls = Reach.reach(
                address, self, expected, TlsChannel.Purpose.JOIN, deadlines, deadline, JoinConnection::hungUp);
        return new JoinConnection(tls, self, deadlines);
    }

    /**
     * The responder's end.
     *
     * @param tls agreed on for joining
     */
    public static JoinConnection over(TlsChannel tls, Identity self, Deadlines deadlines) {
        if (tls.purpose() != TlsChannel.Purpose.JOIN) {
            throw new IllegalArgumentException("a join over " + tls.purpose());
        }
        return new JoinConnection(tls, self, deadlines);
    }

    /** The key that the other end has proved to hold. */
    public PeerId peer() {
        return tls.peer();
    }

    /**
     * The initiator's question.
     *
     * @param key of the invite
     * @param deadline for the answer
     * @throws ProtocolException NOT_ALLOWED if the responder hung up without one, MALFORMED if it is none
     * @throws IOException if none came in time
     */
    public JoinReply ask(JoinRequest request, byte[] key, Duration deadline) throws IOException {
        String operation = "ask to join";
        return Establishing.within(deadline, operation, tls.channel(), deadlines, timer -> {
            byte[] reply = new byte[JoinCodec.REPLY_LENGTH];
            try {
                JoinCodec.Binding binding = binding(request, tls.peer(), self.id());
                tls.write(ByteBuffer.wrap(JoinCodec.request(request, key, binding)));
                read(ByteBuffer.wrap(reply));
            } catch (IOException e) {
                if (!timer.expired()) {
                    throw hungUp(operation, e);
                }
                throw e;
            }
            answered = true;
            return JoinCodec.readReply(reply);
        });
    }

    /**
     * What a responder was asked.
     *
     * @param proof says whether the request was made with this key, on this connection
     */
    public record Asked(JoinRequest request, Predicate<byte[]> proof) {}

    /**
     * Waits for the one frame. On any failure the connection is closed.
     *
     * @throws ProtocolException MALFORMED if it is something else
     */
    public Asked receive(Duration deadline) throws IOException {
        return Establishing.within(deadline, "read a join request", tls.channel(), deadlines, timer -> {
            byte[] bytes = new byte[JoinCodec.REQUEST_LENGTH];
            read(ByteBuffer.wrap(bytes));
            JoinRequest request = JoinCodec.readRequest(bytes);
            JoinCodec.Binding binding = binding(request, self.id(), tls.peer());
            return new Asked(request, key -> JoinCodec.requestMatches(bytes, key, binding));
        });
    }

    /** Whom the responder has let in, or knew, hears so. */
    public void answer(JoinReply reply, Duration deadline) throws IOException {
        answered = Establishing.within(deadline, "answer a join request", tls.channel(), deadlines, timer -> {
            tls.write(ByteBuffer.wrap(JoinCodec.reply(reply)));
            return true;
        });
    }

    private JoinCodec.Binding binding(JoinRequest request, PeerId responder, PeerId initiator) throws IOException {
        byte[] context = request.invite().bytes();
        byte[] exported = tls.exportKey(JoinCodec.EXPORT_LABEL, context, JoinCodec.EXPORT_LENGTH);
        return new JoinCodec.Binding(exported, responder, initiator);
    }

    private void read(ByteBuffer target) throws IOException {
        while (target.hasRemaining()) {
            if (tls.read(target) < 0) {
                throw new EOFException(
                        "the peer closed after " + target.position() + " of " + target.limit() + " bytes");
            }
        }
    }

    private static ProtocolException hungUp(String operation, IOException failure) {
        return new ProtocolException(ErrorCode.NOT_ALLOWED, operation + ": hung up on without a word", failure);
    }

    @Override
    public void close() throws IOException {
        if (answered) {
            tls.close();
        } else {
            tls.channel().close();
        }
    }
}
