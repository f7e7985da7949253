package io.zsync.node.transport;

import io.zsync.node.trust.Identity;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.Message;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.ProtocolException;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
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
import org.jspecify.annotations.Nullable;

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
    private static final Duration CLOSE_GRACE = Duration.ofMillis(500);

    private final SocketChannel channel;
    private final SSLSocket socket;
    private final PeerId peer;
    private final Deadlines deadlines;
    private final boolean loopback;
    private final LongAdder bytesRead = new LongAdder();
    private final LongAdder bytesWritten = new LongAdder();
    private final AtomicBoolean closed = new AtomicBoolean();

    private Connection(SocketChannel channel, SSLSocket socket, PeerId peer, Deadlines deadlines) throws IOException {
        this.channel = channel;
        this.socket = socket;
        this.peer = peer;
        this.deadlines = deadlines;
        this.loopback = isLoopback(channel.getLocalAddress()) && isLoopback(channel.getRemoteAddress());
    }

    /**
     * Connects and shakes hands.
     *
     * @param deadline for all of it
     * @throws ProtocolException NOT_TRUSTED if another key than the expected one answers
     */
    public static Connection connect(
            InetSocketAddress address, Identity self, PeerId expected, Deadlines deadlines, Duration deadline)
            throws IOException {
        throw new UnsupportedOperationException();
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
        throw new UnsupportedOperationException();
    }

    /** The key that the other end has proved to hold. */
    public PeerId peer() {
        return peer;
    }

    /** Where the peer is. */
    public InetSocketAddress remoteAddress() throws IOException {
        return (InetSocketAddress) channel.getRemoteAddress();
    }

    /** Both ends have loopback addresses. */
    public boolean isLoopback() {
        return loopback;
    }

    /**
     * Waits for the next message.
     *
     * @throws java.io.EOFException if the peer ended the connection between two messages
     * @throws ProtocolException if it sent something that is no message
     */
    public Message read() throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Puts a message behind those that wait for {@link #flush}; many of them share TLS records. */
    public void write(Message message) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Sends what was written. */
    public void flush() throws IOException {
        throw new UnsupportedOperationException();
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

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static boolean isLoopback(java.net.@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress internet
                && internet.getAddress().isLoopbackAddress();
    }
}
