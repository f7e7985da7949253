package io.zsync.node.transport;

import static io.zsync.node.transport.Background.failure;
import static io.zsync.node.transport.Background.message;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.trust.Identity;
import io.zsync.protocol.BindCodec;
import io.zsync.protocol.BindRequest;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Mode;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.Protection;
import io.zsync.protocol.ProtocolException;
import io.zsync.protocol.SessionId;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who gets to be a data stream at level private, at a responder that tells connections apart as the listener does. */
@Timeout(60)
class PrivateBindingTest {
    private static final Identity NEAR = Identity.generate();
    private static final Identity OTHER = Identity.generate();
    private static final Identity FAR = Identity.generate();
    private static final Set<PeerId> BOOK = Set.of(NEAR.id(), OTHER.id());
    private static final Duration LONG = Duration.ofSeconds(30);

    private final SessionId session = SessionId.of(new byte[SessionId.LENGTH]);
    private final StreamNumbers numbers = new StreamNumbers(Limits.STREAMS);
    private final Deadlines deadlines = new Deadlines();
    private ServerSocketChannel server;
    private Connection control;
    private Connection controlFar;

    @BeforeEach
    void connect() throws Exception {
        server = Loopback.listen();
        CompletableFuture<Connection> accepted = Background.start(() -> {
            SocketChannel channel = server.accept();
            return Connection.accept(
                    channel, ConnectedPair.firstByte(channel), FAR, NEAR.id()::equals, deadlines, LONG);
        });
        control = Connection.connect(address(), NEAR, FAR.id(), deadlines, LONG);
        controlFar = accepted.get(30, TimeUnit.SECONDS);
    }

    @AfterEach
    void disconnect() throws IOException {
        control.close();
        controlFar.close();
        server.close();
        deadlines.close();
    }

    @Test
    void aStreamOfTheSessionIsBoundAndEncrypted() throws Exception {
        CompletableFuture<DataStream> accepted = serve(Protection.PRIVATE);

        try (DataStream near = StreamBinding.open(
                        address(), request(Protection.PRIVATE, 5), near(Protection.PRIVATE), deadlines, LONG);
                DataStream far = accepted.get(10, TimeUnit.SECONDS)) {
            near.write(ByteBuffer.wrap(new byte[] {42}));
            ByteBuffer one = ByteBuffer.allocate(1);
            assertEquals(1, far.read(one));
            assertEquals(42, one.get(0));
            assertNull(near.bareChannel());
            assertNull(far.bareChannel());
        }
    }

    @Test
    void aStrangersKeyIsRefusedInTheHandshake() throws Exception {
        CompletableFuture<DataStream> accepted = serve(Protection.PRIVATE);

        assertHearsNothing(Identity.generate(), bind(Protection.PRIVATE));

        assertRefused(accepted, "is not trusted");
    }

    @Test
    void anotherResponderThanThePeerIsRefused() throws Exception {
        CompletableFuture<TlsChannel> impostor = Background.start(() -> {
            SocketChannel channel = server.accept();
            return TlsChannel.accept(
                    channel, ConnectedPair.firstByte(channel), OTHER, (peer, purpose) -> true, deadlines, LONG);
        });

        ProtocolException refused = assertThrows(
                ProtocolException.class,
                () -> StreamBinding.open(
                        address(), request(Protection.PRIVATE, 0), near(Protection.PRIVATE), deadlines, LONG));

        assertEquals(ErrorCode.NOT_TRUSTED, refused.code());
        assertInstanceOf(IOException.class, failure(impostor));
    }

    /** Trusted, and even in possession of the session's keys: it is still not the session's peer. */
    @Test
    void thePeerOfAnotherSessionIsRefused() throws Exception {
        CompletableFuture<DataStream> accepted = serve(Protection.PRIVATE);

        assertHearsNothing(OTHER, bind(Protection.PRIVATE));

        assertRefused(accepted, "not from the session's " + NEAR.id());
    }

    @Test
    void aBindOfAnotherSessionIsRefused() throws Exception {
        byte[] id = new byte[SessionId.LENGTH];
        id[0] = 1;
        BindRequest other = new BindRequest(Protection.PRIVATE, SessionId.of(id), 0, new byte[16]);
        CompletableFuture<DataStream> accepted = serve(Protection.PRIVATE);

        assertHearsNothing(
                NEAR, BindCodec.request(other, near(Protection.PRIVATE).initiator()));

        assertRefused(accepted, "in session");
    }

    @Test
    void aBindBeforeTlsIsRefused() throws Exception {
        CompletableFuture<DataStream> accepted = serve(Protection.PRIVATE);

        try (SocketChannel bare = SocketChannel.open(server.getLocalAddress())) {
            bare.write(ByteBuffer.wrap(bind(Protection.PRIVATE)));
            assertEquals(-1, bare.read(ByteBuffer.allocate(1)));
        }

        assertRefused(accepted, "came without TLS");
    }

    @Test
    void aClearBindInsideTlsIsRefused() throws Exception {
        CompletableFuture<DataStream> accepted = serve(Protection.CLEAR);

        assertHearsNothing(NEAR, bind(Protection.CLEAR));

        assertRefused(accepted, "came inside TLS");
    }

    @Test
    void aControlHandshakeIsNoDataStream() throws Exception {
        CompletableFuture<DataStream> accepted = serve(Protection.PRIVATE);
        try (SocketChannel channel = SocketChannel.open(server.getLocalAddress())) {
            TlsChannel.connect(channel, NEAR, FAR.id()::equals, TlsChannel.Purpose.CONTROL, deadlines);
            assertInstanceOf(IllegalArgumentException.class, failure(accepted));
        }
    }

    /** Whoever has seen a session's id on the wire could use its numbers up. */
    @Test
    void aRequestThatProvesNothingTakesNoNumber() throws Exception {
        byte[] forged = bind(Protection.CLEAR);
        forged[forged.length - 1] ^= 1;
        CompletableFuture<DataStream> accepted = serve(Protection.CLEAR);
        try (SocketChannel bare = SocketChannel.open(server.getLocalAddress())) {
            bare.write(ByteBuffer.wrap(forged));
            assertEquals(-1, bare.read(ByteBuffer.allocate(1)));
        }
        assertRefused(accepted, "does not prove");

        CompletableFuture<DataStream> honest = serve(Protection.CLEAR);
        StreamBinding.open(address(), request(Protection.CLEAR, 0), near(Protection.CLEAR), deadlines, LONG)
                .close();
        honest.get(10, TimeUnit.SECONDS).close();
    }

    /** It broke, and the number is gone with it. */
    @Test
    void aNumberIsUsedOnceWhateverBecameOfItsStream() throws Exception {
        CompletableFuture<DataStream> first = serve(Protection.PRIVATE);
        StreamBinding.open(address(), request(Protection.PRIVATE, 3), near(Protection.PRIVATE), deadlines, LONG)
                .close();
        first.get(10, TimeUnit.SECONDS).close();

        CompletableFuture<DataStream> second = serve(Protection.PRIVATE);
        assertThrows(
                IOException.class,
                () -> StreamBinding.open(
                        address(), request(Protection.PRIVATE, 3), near(Protection.PRIVATE), deadlines, LONG));
        assertRefused(second, "claimed before");
    }

    @Test
    void aSilentInitiatorInsideTlsIsDroppedAtTheDeadline() throws Exception {
        CompletableFuture<PendingStream> pending = Background.start(() -> pending(Duration.ofMillis(200)));
        try (SocketChannel channel = SocketChannel.open(server.getLocalAddress())) {
            TlsChannel silent = data(channel, NEAR);
            assertThrows(EOFException.class, () -> silent.read(ByteBuffer.allocate(1)));
        }
        assertTrue(message(failure(pending)).contains("not done within 200 ms"));
    }

    private InetSocketAddress address() throws IOException {
        return (InetSocketAddress) server.getLocalAddress();
    }

    private BindKeys near(Protection level) throws IOException {
        return BindKeys.of(control, session, level, Mode.PUSH);
    }

    private BindRequest request(Protection level, int stream) {
        return new BindRequest(level, session, stream, new byte[BindRequest.NONCE_LENGTH]);
    }

    /** A perfect request of the session's initiator. */
    private byte[] bind(Protection level) throws IOException {
        return BindCodec.request(request(level, 0), near(level).initiator());
    }

    private CompletableFuture<DataStream> serve(Protection level) throws IOException {
        BindKeys keys = BindKeys.of(controlFar, session, level, Mode.PUSH);
        return Background.start(() -> pending(LONG).accept(keys, numbers));
    }

    private PendingStream pending(Duration deadline) throws IOException {
        SocketChannel channel = server.accept();
        byte first = ConnectedPair.firstByte(channel);
        return first == TlsChannel.FIRST_BYTE
                ? PendingStream.read(
                        TlsChannel.accept(
                                channel, first, FAR, TlsChannel.Admission.of(BOOK::contains), deadlines, LONG),
                        deadlines,
                        deadline)
                : PendingStream.read(channel, first, deadlines, deadline);
    }

    private TlsChannel data(SocketChannel channel, Identity who) throws IOException {
        return TlsChannel.connect(channel, who, FAR.id()::equals, TlsChannel.Purpose.DATA, deadlines);
    }

    /** Not even a goodbye. */
    private void assertHearsNothing(Identity who, byte[] request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(server.getLocalAddress())) {
            TlsChannel tls = data(channel, who);
            tls.write(ByteBuffer.wrap(request));
            assertThrows(IOException.class, () -> tls.read(ByteBuffer.allocate(1)));
        }
    }

    private static void assertRefused(CompletableFuture<?> accepted, String reason) {
        ProtocolException refused = assertInstanceOf(ProtocolException.class, failure(accepted));
        assertEquals(ErrorCode.NOT_TRUSTED, refused.code());
        assertTrue(message(refused).contains(reason), message(refused));
    }
}
