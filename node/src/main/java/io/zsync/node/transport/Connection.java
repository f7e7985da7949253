package io.zsync.node.transport;

import com.esotericsoftware.kryo.io.Output;
import io.zsync.node.trust.Identity;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Message;
import io.zsync.protocol.MessageCodec;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.ProtocolException;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * A control connection: TLS 1.3 between two known keys, carrying messages. It exists only once the handshake is done and the
 * peer's key was checked, in it and again after it. A connecting side is let in only when the responder's first message has
 * been read: TLS 1.3 tells a refused client no earlier. {@link #read} is for one thread, {@link #write} and {@link #flush}
 * for one other, the rest for any.
 */
public final class Connection implements Closeable {
    /** What the listener sees first when a peer opens TLS. */
    public static final byte TLS_FIRST_BYTE = 0x16;

    private static final String PROTOCOL = "zsync/1";
    private static final int FRAME_LENGTH = MessageCodec.PREFIX_LENGTH + Limits.CONTROL_FRAME_LENGTH;
    private static final int READ_LENGTH = 64 << 10;
    private static final int FLUSH_LENGTH = 64 << 10;
    private static final Duration CLOSE_GRACE = Duration.ofMillis(500);

    private final SocketChannel channel;
    private final SSLSocket socket;
    private final PeerId peer;
    private final Deadlines deadlines;
    private final InetSocketAddress remote;
    private final boolean loopback;
    private final LongAdder bytesRead = new LongAdder();
    private final LongAdder bytesWritten = new LongAdder();
    private final AtomicBoolean closed = new AtomicBoolean();

    private final InputStream source;
    private byte[] received = new byte[READ_LENGTH];
    private int start;
    private int limit;
    private boolean welcomed;

    private final OutputStream target;
    private final Output waiting = new Output(FLUSH_LENGTH, FLUSH_LENGTH + FRAME_LENGTH);

    private Connection(SocketChannel channel, SSLSocket socket, PeerId peer, boolean initiator, Deadlines deadlines)
            throws IOException {
        this.channel = channel;
        this.socket = socket;
        this.peer = peer;
        this.deadlines = deadlines;
        welcomed = !initiator;
        remote = (InetSocketAddress) channel.getRemoteAddress();
        loopback = remote.getAddress().isLoopbackAddress()
                && ((InetSocketAddress) channel.getLocalAddress()).getAddress().isLoopbackAddress();
        source = socket.getInputStream();
        target = socket.getOutputStream();
    }

    /**
     * Connects and shakes hands.
     *
     * @param deadline for all of it
     * @throws ProtocolException NOT_TRUSTED if another key than the expected one answers, or the expected one hangs up
     */
    public static Connection connect(
            InetSocketAddress address, Identity self, PeerId expected, Deadlines deadlines, Duration deadline)
            throws IOException {
        String operation = "connect to " + address.getHostString() + ":" + address.getPort();
        if (address.isUnresolved()) {
            throw new IOException(operation + ": unknown host");
        }
        SocketChannel channel = SocketChannel.open();
        Deadlines.Deadline timer = deadlines.close(channel, deadline);
        return establish(operation, channel, timer, () -> {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.connect(address);
            AtomicBoolean reached = new AtomicBoolean();
            Predicate<PeerId> pin = peer -> {
                reached.set(expected.equals(peer));
                return reached.get();
            };
            SSLSocket socket = (SSLSocket) self.tlsContext(pin)
                    .getSocketFactory()
                    .createSocket(channel.socket(), address.getHostString(), address.getPort(), true);
            socket.setUseClientMode(true);
            try {
                shakeHands(socket, pin);
            } catch (SSLException | SocketException e) {
                // A responder that refuses our key may be gone before we have said all of our part.
                if (reached.get() && !timer.expired()) {
                    throw hungUp(operation, e);
                }
                throw e;
            }
            return new Connection(channel, socket, expected, true, deadlines);
        });
    }

    /**
     * Shakes hands with a peer that has connected. On any failure the channel is closed.
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
        Deadlines.Deadline timer = deadlines.close(channel, deadline);
        return establish("accept " + channel.socket().getRemoteSocketAddress(), channel, timer, () -> {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            SSLContext context = self.tlsContext(accepted);
            SSLSocket socket = (SSLSocket) context.getSocketFactory()
                    .createSocket(channel.socket(), new ByteArrayInputStream(new byte[] {firstByte}), true);
            socket.setUseClientMode(false);
            PeerId peer = shakeHands(socket, accepted);
            return new Connection(channel, socket, peer, false, deadlines);
        });
    }

    private interface Handshake {
        Connection run() throws IOException;
    }

    private static Connection establish(
            String operation, SocketChannel channel, Deadlines.Deadline timer, Handshake handshake) throws IOException {
        boolean established = false;
        try {
            Connection connection = handshake.run();
            timer.met(operation);
            established = true;
            return connection;
        } catch (SSLException e) {
            if (e.getCause() instanceof CertificateException refusal) {
                throw new ProtocolException(ErrorCode.NOT_TRUSTED, operation + ": " + refusal.getMessage(), e);
            }
            throw timer.explain(operation, e);
        } catch (IOException e) {
            throw timer.explain(operation, e);
        } finally {
            timer.cancel();
            if (!established) {
                channel.close();
            }
        }
    }

    private static PeerId shakeHands(SSLSocket socket, Predicate<PeerId> accepted) throws IOException {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.3"});
        parameters.setApplicationProtocols(new String[] {PROTOCOL});
        // One choice of each, the best: nothing to negotiate down, and a cold handshake is 55 ms faster for what JSSE
        // need
        // not prepare. The second suite is for machines without AES instructions.
        parameters.setNamedGroups(new String[] {"x25519"});
        parameters.setSignatureSchemes(new String[] {"ed25519"});
        parameters.setCipherSuites(new String[] {"TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"});
        parameters.setNeedClientAuth(true);
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        if (!PROTOCOL.equals(socket.getApplicationProtocol())) {
            throw new ProtocolException(
                    ErrorCode.VERSION,
                    "peer speaks \"" + socket.getApplicationProtocol() + "\" over TLS, not \"" + PROTOCOL + "\"");
        }
        Certificate[] chain = socket.getSession().getPeerCertificates();
        PeerId peer = Identity.idOf(chain[0].getPublicKey());
        if (chain.length != 1 || !accepted.test(peer)) {
            throw new ProtocolException(ErrorCode.NOT_TRUSTED, "peer " + peer + " is not trusted here");
        }
        return peer;
    }

    /** The key that the other end has proved to hold. */
    public PeerId peer() {
        return peer;
    }

    /** Where the peer is. */
    public InetSocketAddress remoteAddress() {
        return remote;
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
        try {
            if (!fill(MessageCodec.PREFIX_LENGTH) && start == limit) {
                throw new EOFException(remote + " ended the connection");
            }
            require(MessageCodec.PREFIX_LENGTH);
            int length = MessageCodec.frameLength(received, start);
            require(MessageCodec.PREFIX_LENGTH + length);
            Message message = MessageCodec.decode(received, start + MessageCodec.PREFIX_LENGTH, length);
            start += MessageCodec.PREFIX_LENGTH + length;
            bytesRead.add(MessageCodec.PREFIX_LENGTH + length);
            welcomed = true;
            return message;
        } catch (EOFException | SocketException | SSLException e) {
            if (!welcomed && !closed.get()) {
                throw hungUp("connect to " + remote, e);
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
            target.write(waiting.getBuffer(), 0, waiting.position());
            waiting.reset();
        }
    }

    private void require(int length) throws IOException {
        if (!fill(length)) {
            throw new IOException(remote + " ended the connection inside a message, after " + (limit - start) + " of "
                    + length + " bytes");
        }
    }

    /** Reads until {@code length} bytes of a frame are there. @return false if the connection ended first */
    private boolean fill(int length) throws IOException {
        if (received.length - start < length) {
            byte[] grown = received.length < length ? new byte[length] : received;
            System.arraycopy(received, start, grown, 0, limit - start);
            limit -= start;
            start = 0;
            received = grown;
        }
        while (limit - start < length) {
            int read = source.read(received, limit, received.length - limit);
            if (read < 0) {
                return false;
            }
            limit += read;
        }
        return true;
    }

    /** Key material that both ends of this connection draw alike, and nobody else. */
    public byte[] exportKey(String label, byte[] context, int length) throws IOException {
        return ((ExtendedSSLSession) socket.getSession()).exportKeyingMaterialData(label, context, length);
    }

    /** Bytes of messages received so far, before encryption. */
    public long bytesRead() {
        return bytesRead.sum();
    }

    /** Bytes of messages sent so far, before encryption. */
    public long bytesWritten() {
        return bytesWritten.sum();
    }

    /**
     * Ends the connection, politely if that takes no time: a TLS socket waits for a writer that is stuck in it, so after a
     * short grace the channel goes, whoever holds what. Whoever reads or writes gets an exception.
     */
    @Override
    public void close() throws IOException {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        Deadlines.Deadline grace = deadlines.close(channel, CLOSE_GRACE);
        try {
            socket.close();
        } catch (IOException e) {
            // The peer hears of the end from TCP then.
        } finally {
            grace.cancel();
            channel.close();
        }
    }
}
