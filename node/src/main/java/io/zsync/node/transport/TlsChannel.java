package io.zsync.node.transport;

import io.zsync.node.trust.Identity;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.ProtocolException;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * TLS 1.3 between two known keys over a blocking channel. It exists only once the handshake is done and the peer's key was
 * checked, in it and again after it; what it is for, the handshake has agreed on too. One thread may read and one other
 * write; a reader never writes, unless it calls {@link #answer}. {@link #close} is for any thread and waits for nobody long.
 */
public final class TlsChannel implements Closeable {
    /** What the listener sees first when a peer opens TLS. */
    public static final byte FIRST_BYTE = 0x16;

    /** Records for one system call. */
    private static final int RECORDS = 16;

    /** Keys change every 128 GiB; records without content, one behind the other, have no other honest use. */
    private static final int EMPTY_RECORDS = 32;

    /** Each waits in memory until something is written. */
    private static final int OWED_ANSWERS = 1_000;

    /** What a connection is for: the name that both ends agree on in the handshake. */
    public enum Purpose {
        CONTROL("zsync/1"),
        DATA("zsync-data/1"),
        JOIN("zsync-join/1");

        private final String protocol;

        Purpose(String protocol) {
            this.protocol = protocol;
        }

        private static Optional<Purpose> of(String protocol) {
            return Arrays.stream(values())
                    .filter(each -> each.protocol.equals(protocol))
                    .findFirst();
        }
    }

    /** Which keys may come in, and what for: asked in the handshake and once more after it. Any thread. */
    public interface Admission {
        boolean admits(PeerId peer, Purpose purpose);

        /** Those keys, for whatever they come. */
        static Admission of(Predicate<PeerId> accepted) {
            return (peer, purpose) -> accepted.test(peer);
        }
    }

    private final SocketChannel channel;
    private final SSLEngine engine;
    private final Deadlines deadlines;
    private final PeerId peer;
    private final Purpose purpose;
    private final int recordLength;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicInteger owed = new AtomicInteger();

    private final ReentrantLock reading = new ReentrantLock();
    private final InputStream arrivals;
    private final ByteBuffer plain;
    private ByteBuffer received;
    private @Nullable IOException readFailure;

    private final ReentrantLock writing = new ReentrantLock();
    private ByteBuffer sending;
    private boolean writeFailed;

    /** Shakes hands. The channel is the caller's to close if this fails. */
    private TlsChannel(
            SocketChannel channel,
            byte @Nullable [] read,
            Identity self,
            Admission admission,
            Purpose[] purposes,
            Deadlines deadlines)
            throws IOException {
        this.channel = channel;
        this.deadlines = deadlines;
        // Without a purpose, which is refused behind the handshake, a key has to be good for a session.
        engine = self.tlsContext((peer, protocol) ->
                        admission.admits(peer, Purpose.of(protocol).orElse(Purpose.CONTROL)))
                .createSSLEngine();
        engine.setUseClientMode(read == null);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.3"});
        parameters.setApplicationProtocols(
                Arrays.stream(purposes).map(each -> each.protocol).toArray(String[]::new));
        // One choice of each, the best: nothing to negotiate down, and a cold handshake is 55 ms faster for what JSSE
        // need not prepare. The second suite is for machines without AES instructions.
        parameters.setNamedGroups(new String[] {"x25519"});
        parameters.setSignatureSchemes(new String[] {"ed25519"});
        parameters.setCipherSuites(new String[] {"TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"});
        parameters.setNeedClientAuth(true);
        engine.setSSLParameters(parameters);
        recordLength = engine.getSession().getPacketBufferSize();
        arrivals = channel.socket().getInputStream();
        plain = ByteBuffer.allocate(recordLength).limit(0);
        received = ByteBuffer.allocate(2 * recordLength);
        if (read != null) {
            received.put(read);
        }
        received.flip();
        sending = ByteBuffer.allocate(2 * recordLength);
        shakeHands();
        purpose = agreed();
        peer = identified(admission);
    }

    /** Opens a connection from the client's side. On any failure the channel is the caller's to close. */
    static TlsChannel connect(
            SocketChannel channel, Identity self, Predicate<PeerId> expected, Purpose purpose, Deadlines deadlines)
            throws IOException {
        return new TlsChannel(channel, null, self, Admission.of(expected), new Purpose[] {purpose}, deadlines);
    }

    /**
     * Shakes hands with a peer that has connected. On any failure the channel is closed.
     *
     * @param firstByte what the listener has read already
     * @throws ProtocolException NOT_TRUSTED if the peer's key is not admitted, VERSION if it names no purpose
     */
    public static TlsChannel accept(
            SocketChannel channel,
            byte firstByte,
            Identity self,
            Admission admission,
            Deadlines deadlines,
            Duration deadline)
            throws IOException {
        String operation = "accept " + channel.socket().getRemoteSocketAddress();
        return Establishing.within(deadline, operation, channel, deadlines, timer -> {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            byte[] read = {firstByte};
            return new TlsChannel(channel, read, self, admission, Purpose.values(), deadlines);
        });
    }

    /** What the connection is for. */
    public Purpose purpose() {
        return purpose;
    }

    /** The key that the other end has proved to hold. */
    public PeerId peer() {
        return peer;
    }

    SocketChannel channel() {
        return channel;
    }

    /** Key material that both ends of this connection draw alike, and nobody else. */
    byte[] exportKey(String label, byte[] context, int length) throws IOException {
        return ((ExtendedSSLSession) engine.getSession()).exportKeyingMaterialData(label, context, length);
    }

    private Purpose agreed() {
        String protocol = engine.getApplicationProtocol();
        return Purpose.of(protocol)
                .orElseThrow(() -> new ProtocolException(
                        ErrorCode.VERSION, "peer speaks \"" + protocol + "\" over TLS, not zsync"));
    }

    private PeerId identified(Admission admission) throws IOException {
        Certificate[] chain = engine.getSession().getPeerCertificates();
        PeerId found = Identity.idOf(chain[0].getPublicKey());
        if (chain.length != 1 || !admission.admits(found, purpose)) {
            throw new ProtocolException(ErrorCode.NOT_TRUSTED, "peer " + found + " is not trusted here");
        }
        return found;
    }

    private void shakeHands() throws IOException {
        try {
            engine.beginHandshake();
            sending.clear();
            SSLEngineResult.HandshakeStatus status = engine.getHandshakeStatus();
            while (true) {
                // A flight goes out as one.
                if (status != SSLEngineResult.HandshakeStatus.NEED_WRAP || sending.remaining() < recordLength) {
                    flush();
                }
                switch (status) {
                    case NEED_WRAP -> status = wrap(ByteBuffer.allocate(0)).getHandshakeStatus();
                    case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> status = hear();
                    case NEED_TASK -> status = runTasks();
                    case FINISHED, NOT_HANDSHAKING -> {
                        return;
                    }
                }
            }
        } catch (SSLException e) {
            sayWhy();
            throw e;
        }
    }

    private SSLEngineResult.HandshakeStatus hear() throws IOException {
        SSLEngineResult result = unwrap(plain.clear());
        plain.flip();
        if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
            if (!receive()) {
                throw new EOFException("the peer hung up in the TLS handshake");
            }
        } else if (result.getStatus() != SSLEngineResult.Status.OK) {
            throw new SSLException("the peer ended the TLS handshake");
        }
        return result.getHandshakeStatus();
    }

    private SSLEngineResult.HandshakeStatus runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
        return engine.getHandshakeStatus();
    }

    /** The alert that a failed handshake has left behind. */
    private void sayWhy() {
        try {
            sending.clear();
            if (engine.wrap(ByteBuffer.allocate(0), sending).bytesProduced() > 0) {
                flush();
            }
        } catch (IOException unheard) {
            // It hears of the end from TCP then.
        }
    }

    /**
     * Waits for content, and takes all that is there and fits.
     *
     * @return at least 1 if there is room; -1 if the peer has said that it ends here
     * @throws EOFException if the connection ended without that: it may have been cut off by anybody
     */
    int read(ByteBuffer target) throws IOException {
        reading.lock();
        try {
            if (readFailure != null) {
                throw new IOException(readFailure.getMessage(), readFailure);
            }
            return takeContent(target, true);
        } catch (IOException e) {
            // An engine that has failed says "closed" when asked again, which would look like a clean end.
            readFailure = e;
            throw e;
        } finally {
            reading.unlock();
        }
    }

    private int takeContent(ByteBuffer target, boolean waiting) throws IOException {
        int taken = move(plain, target);
        int empty = 0;
        while (target.hasRemaining()) {
            boolean straight = target.remaining() >= recordLength;
            SSLEngineResult result = straight ? unwrap(target) : unwrapAside();
            switch (result.getStatus()) {
                case OK -> {
                    if (result.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_TASK) {
                        runTasks();
                    }
                    if (result.bytesProduced() == 0) {
                        empty += waiting ? 1 : 0;
                        endure(result, empty);
                    } else {
                        empty = 0;
                        taken += straight ? result.bytesProduced() : move(plain, target);
                    }
                }
                case BUFFER_UNDERFLOW -> {
                    if (taken > 0 || !waiting) {
                        return taken;
                    }
                    if (!receive()) {
                        throw new EOFException("the connection ended without a TLS goodbye: it was cut off");
                    }
                }
                case CLOSED -> {
                    return taken > 0 ? taken : -1;
                }
                case BUFFER_OVERFLOW -> throw new SSLException("a record larger than TLS allows");
            }
        }
        return taken;
    }

    private void endure(SSLEngineResult result, int empty) throws IOException {
        if (empty > EMPTY_RECORDS) {
            throw new SSLException("more than " + EMPTY_RECORDS + " TLS records without content in a row");
        }
        if (result.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_WRAP
                && owed.incrementAndGet() > OWED_ANSWERS) {
            throw new SSLException("the peer asked more than " + OWED_ANSWERS + " times for new TLS keys");
        }
    }

    private SSLEngineResult unwrapAside() throws IOException {
        plain.clear();
        try {
            return unwrap(plain);
        } finally {
            plain.flip();
        }
    }

    private SSLEngineResult unwrap(ByteBuffer target) throws IOException {
        return engine.unwrap(received, target);
    }

    private static int move(ByteBuffer source, ByteBuffer target) {
        int length = Math.min(source.remaining(), target.remaining());
        target.put(target.position(), source, source.position(), length);
        source.position(source.position() + length);
        target.position(target.position() + length);
        return length;
    }

    /** Waits for bytes of the peer's. @return false if there will be none */
    private boolean receive() throws IOException {
        received.compact();
        try {
            int count = channel.read(received);
            if (!received.hasRemaining() && received.capacity() < RECORDS * recordLength) {
                received = ByteBuffer.allocate(RECORDS * recordLength).put(received.flip());
            }
            return count >= 0;
        } finally {
            received.flip();
        }
    }

    /**
     * Takes what has arrived for an end that only ever writes: were it left lying, a peer that answers key changes would at
     * last wait for room.
     *
     * @throws IOException if there is content in it, or the peer has ended the connection
     */
    void drain() throws IOException {
        if (arrivals.available() > 0 && reading.tryLock()) {
            try {
                // No more than one buffer's worth at a time: who sends without end does not hold up the writer.
                receive();
                if (takeContent(ByteBuffer.allocate(1), false) != 0) {
                    throw new IOException("the peer ended this data stream, or sends on what it only receives");
                }
            } finally {
                reading.unlock();
            }
        }
    }

    /** Writes all that remains of each. Many records share a system call. */
    void write(ByteBuffer... sources) throws IOException {
        writing.lock();
        try {
            if (writeFailed) {
                throw new ClosedChannelException();
            }
            // Half a record may be out: only a write that went through may be followed by another.
            writeFailed = true;
            long left = 0;
            for (ByteBuffer source : sources) {
                left += source.remaining();
            }
            if (left > sending.capacity() && sending.capacity() < RECORDS * recordLength) {
                sending = ByteBuffer.allocate(RECORDS * recordLength);
            }
            sending.clear();
            while (left > 0) {
                if (sending.remaining() < recordLength) {
                    flush();
                }
                left -= wrap(sources).bytesConsumed();
            }
            flush();
            writeFailed = false;
        } finally {
            writing.unlock();
        }
    }

    /** Sends what TLS itself has to say in answer to what was read. A write does so too. */
    void answer() throws IOException {
        if (owed.get() > 0 && writing.tryLock()) {
            try {
                sending.clear();
                while (!writeFailed && engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_WRAP) {
                    writeFailed = true;
                    wrap(ByteBuffer.allocate(0));
                    flush();
                    writeFailed = false;
                }
            } finally {
                writing.unlock();
            }
        }
    }

    private SSLEngineResult wrap(ByteBuffer... sources) throws IOException {
        SSLEngineResult result = engine.wrap(sources, sending);
        if (result.getStatus() != SSLEngineResult.Status.OK || result.bytesProduced() == 0) {
            throw new SSLException("TLS has nothing more to say here: " + result);
        }
        owed.set(0);
        return result;
    }

    private void flush() throws IOException {
        sending.flip();
        while (sending.hasRemaining()) {
            channel.write(sending);
        }
        sending.clear();
    }

    @Override
    public void close() throws IOException {
        close(Duration.ofMillis(500));
    }

    /**
     * Ends the connection, with a word to the peer if that takes no time: a writer may be stuck, and so may the word itself,
     * so after the grace the channel goes, whoever holds what. Whoever reads or writes gets an exception.
     */
    void close(Duration grace) throws IOException {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        Deadlines.Deadline timer = deadlines.close(channel, grace);
        writing.lock();
        try {
            if (!writeFailed) {
                writeFailed = true;
                engine.closeOutbound();
                sending.clear();
                int before = -1;
                while (sending.position() > before && sending.remaining() >= recordLength) {
                    before = sending.position();
                    engine.wrap(ByteBuffer.allocate(0), sending);
                }
                flush();
            }
        } catch (IOException e) {
            // The peer hears of the end from TCP then.
        } finally {
            writing.unlock();
            timer.cancel();
            channel.close();
        }
    }
}
