package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.esotericsoftware.kryo.io.Output;
import io.zsync.node.trust.Identity;
import io.zsync.protocol.BindCodec;
import io.zsync.protocol.BindRequest;
import io.zsync.protocol.Credits;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Message;
import io.zsync.protocol.MessageCodec;
import io.zsync.protocol.Mode;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.RunOptions;
import io.zsync.protocol.SessionId;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A peer that says what a test wants said: plain sockets, the codecs, and nothing of a node but its trusted key. Either it
 * connects to a node, or a node connects to it; behind {@link #open} or {@link #opened} the two are the same. Level
 * {@code clear}. For the test's own thread, on which everything blocks, ten seconds at most.
 */
final class HostilePeer implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 10_000;

    /** A second is what is asked for; the other is for a machine that has other things to do. */
    static final long REFUSED_WITHIN_NANOS = 2_000_000_000;

    private static final String INITIATOR = "EXPORTER-zsync-bind-initiator";
    private static final String RESPONDER = "EXPORTER-zsync-bind-responder";
    private static final int KEY_LENGTH = 32;

    private final @Nullable ServerSocket listener;
    private final SSLSocket control;
    private final DataInputStream in;
    private final OutputStream out;
    private final Random random = new Random(1);
    private final List<HostileStream> streams = new ArrayList<>();

    private HostilePeer(@Nullable ServerSocket listener, SSLSocket control) throws IOException {
        this.listener = listener;
        this.control = control;
        SSLParameters parameters = control.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"zsync/1"});
        parameters.setNeedClientAuth(true);
        control.setSSLParameters(parameters);
        control.setSoTimeout(PATIENCE_MILLIS);
        control.startHandshake();
        in = new DataInputStream(control.getInputStream());
        out = control.getOutputStream();
    }

    /** A client, with its handshake behind it. */
    static HostilePeer connect(Identity self, PeerId server, int port) throws IOException {
        Socket plain = new Socket(InetAddress.getLoopbackAddress(), port);
        plain.setTcpNoDelay(true);
        SSLSocket control = (SSLSocket)
                self.tlsContext(server::equals).getSocketFactory().createSocket(plain, "localhost", port, true);
        return new HostilePeer(null, control);
    }

    /** A server to which this client has connected, with the handshake behind it. The listener stays the caller's. */
    static HostilePeer accept(ServerSocket listener, Identity self, PeerId client) throws IOException {
        listener.setSoTimeout(PATIENCE_MILLIS);
        Socket plain = listener.accept();
        plain.setTcpNoDelay(true);
        SSLSocket control =
                (SSLSocket) self.tlsContext(client::equals).getSocketFactory().createSocket(plain, null, true);
        control.setUseClientMode(false);
        return new HostilePeer(listener, control);
    }

    void send(Message... messages) throws IOException {
        Output bytes = new Output(64 << 10, 8 << 20);
        for (Message message : messages) {
            MessageCodec.append(message, bytes);
        }
        sendRaw(bytes.toBytes());
    }

    /** Whatever this is. */
    void sendRaw(byte... bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /** The next message that is no heartbeat. */
    Message read() throws IOException {
        byte[] prefix = new byte[MessageCodec.PREFIX_LENGTH];
        while (true) {
            in.readFully(prefix);
            byte[] frame = new byte[MessageCodec.frameLength(prefix, 0)];
            in.readFully(frame);
            Message message = MessageCodec.decode(frame, 0, frame.length);
            if (!(message instanceof Message.Heartbeat)) {
                return message;
            }
        }
    }

    /** The next message that is no heartbeat; null if for that long nothing comes. */
    @Nullable
    Message readWithin(int millis) throws IOException {
        control.setSoTimeout(millis);
        try {
            return read();
        } catch (SocketTimeoutException quiet) {
            return null;
        } finally {
            control.setSoTimeout(PATIENCE_MILLIS);
        }
    }

    /** The next message of this kind; others are passed over, but not the end of the session. */
    <M extends Message> M await(Class<M> kind) throws IOException {
        Message message = read();
        while (!kind.isInstance(message)) {
            if (message instanceof Message.Failure failure) {
                throw new AssertionError("in place of a " + kind.getSimpleName() + ": " + failure);
            }
            message = read();
        }
        return kind.cast(message);
    }

    /** Why the node ends the session; what it says before that is passed over. */
    Message.Failure awaitFailure() throws IOException {
        Message message = read();
        while (!(message instanceof Message.Failure)) {
            message = read();
        }
        return (Message.Failure) message;
    }

    /** The node hangs up; it may say something before. */
    void awaitEnd() throws IOException {
        try {
            while (true) {
                read();
            }
        } catch (EOFException hungUp) {
            return;
        }
    }

    /** As a client: greets, asks, and binds all streams that it gets. */
    void open(Mode mode, String share, RunOptions options) throws IOException {
        send(new Message.Hello(Limits.MIN_VERSION, Limits.MAX_VERSION, 0));
        await(Message.Welcome.class);
        send(new Message.Open(mode, share, RelativePath.ROOT, options, Protection.CLEAR, Credits.DEFAULT));
        Message.Opened answer = await(Message.Opened.class);
        for (int i = 0; i < answer.streams(); i++) {
            HostileStream stream = connectStream();
            byte[] request = BindCodec.request(bind(answer.session(), i), key(INITIATOR, answer.session()));
            stream.sendRaw(request);
            byte[] reply = stream.readRaw(BindCodec.REPLY_LENGTH);
            if (!BindCodec.replyMatches(request, reply, key(RESPONDER, answer.session()))) {
                throw new AssertionError("a reply to stream " + i + " that does not match");
            }
            streams.add(stream);
        }
    }

    BindRequest bind(SessionId session, int stream) {
        return new BindRequest(Protection.CLEAR, session, stream, randomBytes(BindRequest.NONCE_LENGTH));
    }

    /** A further connection to the node, that has said nothing yet. */
    HostileStream connectStream() throws IOException {
        Socket socket = new Socket();
        // So little that a chunk is still under way while nobody reads.
        socket.setReceiveBufferSize(64 << 10);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), control.getPort()));
        return new HostileStream(socket);
    }

    byte[] initiatorKey(SessionId session) {
        return key(INITIATOR, session);
    }

    /** As a server: hears what is asked for. */
    Message.Open greeted(Message welcome) throws IOException {
        assertEquals(
                new Message.Hello(Limits.MIN_VERSION, Limits.MAX_VERSION, 0), read(), "the initiator's first word");
        send(welcome);
        return await(Message.Open.class);
    }

    /** As a server: hears, grants what is asked for, and takes all streams. */
    Message.Open opened() throws IOException {
        Message.Open open = greeted(new Message.Welcome(1, 0, Credits.DEFAULT));
        SessionId session = SessionId.of(randomBytes(SessionId.LENGTH));
        int count = open.options().transfer().streams();
        send(new Message.Opened(session, count, open.protection()));
        for (int i = 0; i < count; i++) {
            takeStream(session);
        }
        return open;
    }

    private void takeStream(SessionId session) throws IOException {
        Socket socket = Objects.requireNonNull(listener).accept();
        socket.setSoTimeout(PATIENCE_MILLIS);
        HostileStream stream = new HostileStream(socket);
        byte[] request = stream.readRaw(BindCodec.REQUEST_LENGTH);
        if (!BindCodec.requestMatches(request, key(INITIATOR, session))) {
            throw new AssertionError("a bind request that does not match");
        }
        stream.sendRaw(BindCodec.reply(request, randomBytes(BindRequest.NONCE_LENGTH), key(RESPONDER, session)));
        streams.add(stream);
    }

    HostileStream stream(int number) {
        return streams.get(number);
    }

    private byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private byte[] key(String label, SessionId session) {
        byte[] context = ByteBuffer.allocate(SessionId.LENGTH + 1)
                .put(session.bytes())
                .put((byte) 1)
                .array();
        try {
            return ((ExtendedSSLSession) control.getSession()).exportKeyingMaterialData(label, context, KEY_LENGTH);
        } catch (IOException e) {
            throw new AssertionError("no key for " + label, e);
        }
    }

    /** The node says that what was said since {@code start} was wrong, and does not take long. */
    void assertRefused(long start, ErrorCode code, String detail) throws IOException {
        Message.Failure failure = awaitFailure();
        long nanos = System.nanoTime() - start;
        assertTrue(nanos < REFUSED_WITHIN_NANOS, () -> "refused after " + nanos / 1_000_000 + " ms");
        assertEquals(code, failure.code(), failure::toString);
        assertTrue(failure.detail().contains(detail), () -> failure + " does not say \"" + detail + "\"");
    }

    @Override
    public void close() throws IOException {
        for (HostileStream stream : streams) {
            stream.close();
        }
        control.close();
    }
}
