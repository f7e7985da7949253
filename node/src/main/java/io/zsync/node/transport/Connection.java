package io.zsync.node.transport;

import com.esotericsoftware.kryo.io.Output;
import io.zsync.node.api.Endpoint;
import io.zsync.node.trust.Identity;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Message;
import io.zsync.protocol.MessageCodec;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.ProtocolException;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;

/**
 * A control connection: TLS 1.3 between two known keys, carrying messages. It exists only once the handshake is done and the
 * peer's key was checked, in it and again after it. A connecting side is let in only when the responder's first message has
 * been read: TLS 1.3 tells a refused client no earlier. {@link #read} is for one thread, {@link #write} and {@link #flush}
 * for one other, the rest for any.
 */
public final class Connection implements Closeable {
    private static final int FRAME_LENGTH = MessageCodec.PREFIX_LENGTH + Limits.CONTROL_FRAME_LENGTH;
    private static final int READ_LENGTH = 64 << 10;
    private static final int FLUSH_LENGTH = 64 << 10;

    private final TlsChannel tls;
    private final Identity self;
    private final InetSocketAddress remote;
    private final boolean loopback;
    private final LongAdder bytesRead = new LongAdder();
    private final LongAdder bytesWritten = new LongAdder();
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Held by who reads, or waits until there is something to read. */
    private final Object reading = new Object();

    private byte[] received = new byte[READ_LENGTH];
    private int start;
    private int limit;
    private boolean welcomed;

    /** A frame's type and body, of who has no session yet. */
    private int longest;

    private final Output waiting = new Output(FLUSH_LENGTH, FLUSH_LENGTH + FRAME_LENGTH);

    private Connection(TlsChannel tls, Identity self, boolean initiator) throws IOException {
        this.tls = tls;
        this.self = self;
        welcomed = !initiator;
        longest = initiator ? Limits.CONTROL_FRAME_LENGTH : Limits.OPENING_FRAME_LENGTH;
        remote = (InetSocketAddress) tls.channel().getRemoteAddress();
        loopback = remote.getAddress().isLoopbackAddress()
                && ((InetSocketAddress) tls.channel().getLocalAddress())
                        .getAddress()
                        .isLoopbackAddress();
    }

    /**
     * Connects and shakes hands.
     *
     * @param deadline for all of it
     * @throws ProtocolException NOT_TRUSTED if another key than the expected one answers, or the expected one hangs up
     * @throws NoAnswerException if somebody takes the connection, and no handshake comes of it in time
     */
    public static Connection connect(
            InetSocketAddress address, Identity self, PeerId expected, Deadlines deadlines, Duration deadline)
            throws IOException {
        TlsChannel tls = Reach.reach(
                address, self, expected, TlsChannel.Purpose.CONTROL, deadlines, deadline, Connection::hungUp);
        return new Connection(tls, self, true);
    }

    /**
     * Shakes hands with a peer that has connected, for control. On any failure the channel is closed.
     *
     * @param firstByte what the listener has read already
     * @param accepted which peers may come in; asked during the handshake and once after it
     * @throws ProtocolException NOT_TRUSTED if the peer's key is not accepted, VERSION if it does not speak this protocol
     */
    public static Connection accept(
            SocketChannel channel,
            byte firstByte,
            Identity self,
            Predicate<PeerId> accepted,
            Deadlines deadlines,
            Duration deadline)
            throws IOException {
        return over(
                TlsChannel.accept(channel, firstByte, self, TlsChannel.Admission.of(accepted), deadlines, deadline),
                self);
    }

    /**
     * The responder's end of a control connection.
     *
     * @param tls agreed on for control; if not, it is closed
     * @throws ProtocolException VERSION if it was agreed on for something else
     */
    public static Connection over(TlsChannel tls, Identity self) throws IOException {
        if (tls.purpose() != TlsChannel.Purpose.CONTROL) {
            tls.close();
            throw new ProtocolException(ErrorCode.VERSION, "a " + tls.purpose() + " connection in place of control");
        }
        return new Connection(tls, self, false);
    }

    /** The key that the other end has proved to hold. */
    public PeerId peer() {
        return tls.peer();
    }

    /** Where the peer is. */
    public InetSocketAddress remoteAddress() {
        return remote;
    }

    /** The same for people: address and port. */
    public Endpoint remote() {
        return new Endpoint(remote.getAddress().getHostAddress(), remote.getPort());
    }

    /** Both ends have loopback addresses. */
    public boolean isLoopback() {
        return loopback;
    }

    /**
     * Waits for the next message.
     *
     * @throws EOFException if the peer ended the connection between two messages
     * @throws ProtocolException if it sent something that is no message; NOT_TRUSTED if it hung up on the side that
     *     connected without ever saying a word
     */
    public Message read() throws IOException {
        synchronized (reading) {
            return next();
        }
    }

    /**
     * Waits for the first byte of the next message, whose {@link #read} waits as long. Any thread.
     *
     * @return false if the connection ended first
     */
    public boolean awaitInput() {
        synchronized (reading) {
            try {
                return fill(1);
            } catch (IOException broken) {
                return false;
            }
        }
    }

    private Message next() throws IOException {
        try {
            if (!fill(MessageCodec.PREFIX_LENGTH) && start == limit) {
                throw new EOFException(remote() + " ended the connection");
            }
            require(MessageCodec.PREFIX_LENGTH);
            int length = MessageCodec.frameLength(received, start);
            if (length > longest) {
                throw ProtocolException.malformed("control frame of " + length + " bytes before there is a session");
            }
            require(MessageCodec.PREFIX_LENGTH + length);
            Message message = MessageCodec.decode(received, start + MessageCodec.PREFIX_LENGTH, length);
            start += MessageCodec.PREFIX_LENGTH + length;
            bytesRead.add(MessageCodec.PREFIX_LENGTH + length);
            welcomed = true;
            return message;
        } catch (IOException e) {
            if (!welcomed && limit == 0 && !closed.get()) {
                throw hungUp("connect to " + remote(), e);
            }
            throw e;
        }
    }

    private static ProtocolException hungUp(String operation, IOException failure) {
        return new ProtocolException(
                ErrorCode.NOT_TRUSTED,
                operation + ": hung up on without a word, it may not trust this node's key",
                failure);
    }

    /** Puts a message behind those that wait for {@link #flush}; many of them share TLS records. */
    public void write(Message message) throws IOException {
        bytesWritten.add(MessageCodec.append(message, waiting));
        if (waiting.position() >= FLUSH_LENGTH) {
            flush();
        }
    }

    /** Sends what was written. */
    public void flush() throws IOException {
        if (waiting.position() > 0) {
            tls.write(ByteBuffer.wrap(waiting.getBuffer(), 0, waiting.position()));
            waiting.reset();
        }
    }

    private void require(int length) throws IOException {
        if (!fill(length)) {
            throw new IOException(remote() + " ended the connection inside a message, after " + (limit - start) + " of "
                    + length + " bytes");
        }
    }

    /** Reads until {@code length} bytes of a frame are there. @return false if the connection ended first */
    private boolean fill(int length) throws IOException {
        if (received.length - start < length) {
            move(received);
        }
        while (limit - start < length) {
            if (limit == received.length) {
                // As bytes come, not as they are announced.
                move(new byte[Math.min(length, 2 * received.length)]);
            }
            int read = receive();
            if (read < 0) {
                return false;
            }
            limit += read;
        }
        return true;
    }

    private void move(byte[] to) {
        System.arraycopy(received, start, to, 0, limit - start);
        limit -= start;
        start = 0;
        received = to;
    }

    private int receive() throws IOException {
        try {
            return tls.read(ByteBuffer.wrap(received, limit, received.length - limit));
        } catch (EOFException cutOff) {
            // Messages say themselves where they end, and a session when it does: no goodbye of TLS is needed for it.
            return -1;
        }
    }

    /** The peer has a session: its messages may be as long as they come. For who reads. */
    public void opened() {
        longest = Limits.CONTROL_FRAME_LENGTH;
    }

    /** This end's own identity. */
    Identity self() {
        return self;
    }

    /** Key material that both ends of this connection draw alike, and nobody else. */
    public byte[] exportKey(String label, byte[] context, int length) throws IOException {
        return tls.exportKey(label, context, length);
    }

    /** Bytes of messages received so far, before encryption. */
    public long bytesRead() {
        return bytesRead.sum();
    }

    /** Bytes of messages sent so far, before encryption. */
    public long bytesWritten() {
        return bytesWritten.sum();
    }

    /** Ends the connection, politely if that takes no time. Whoever reads or writes gets an exception. */
    @Override
    public void close() throws IOException {
        closed.set(true);
        tls.close();
    }
}
