package io.zsync.node.transport;

import static io.zsync.node.transport.Background.failure;
import static io.zsync.node.transport.Background.message;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.copy.PathCounters;
import io.zsync.protocol.BindCodec;
import io.zsync.protocol.BindRequest;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.FrameHeader;
import io.zsync.protocol.FrameTags;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Mode;
import io.zsync.protocol.Protection;
import io.zsync.protocol.ProtocolException;
import io.zsync.protocol.SessionId;
import io.zsync.protocol.TagKey;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class StreamBindingTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Deadlines DEADLINES = new Deadlines();
    private static ConnectedPair control;

    private final SessionId session = SessionId.of(new byte[SessionId.LENGTH]);
    private BindKeys initiatorKeys;
    private BindKeys responderKeys;
    private TargetFile target;

    @TempDir
    Path directory;

    private ServerSocketChannel server;

    @BeforeAll
    static void connect() throws Exception {
        control = ConnectedPair.open(DEADLINES);
    }

    @AfterAll
    static void disconnect() throws IOException {
        control.close();
        DEADLINES.close();
    }

    @BeforeEach
    void listen() throws IOException {
        server = Loopback.listen();
        target = new TargetFile(directory.resolve("target"));
        initiatorKeys = BindKeys.of(control.initiator(), session, Protection.CLEAR, Mode.PUSH);
        responderKeys = BindKeys.of(control.responder(), session, Protection.CLEAR, Mode.PUSH);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        target.close();
    }

    @Test
    void aStreamOfTheSessionIsBoundAndBare() throws Exception {
        CompletableFuture<DataStream> accepted = acceptOne(responderKeys);

        try (DataStream near = open(request(5), initiatorKeys);
                DataStream far = accepted.get(10, TimeUnit.SECONDS)) {
            near.write(ByteBuffer.wrap(new byte[] {42}));
            ByteBuffer one = ByteBuffer.allocate(1);
            assertEquals(1, far.read(one));
            assertEquals(42, one.get(0));
            assertTrue(Objects.requireNonNull(near.bareChannel()).isBlocking());
            assertTrue(Objects.requireNonNull(far.bareChannel()).isBlocking());
        }
    }

    @Test
    void aStreamKnowsItsNumberBeforeItIsProved() throws Exception {
        CompletableFuture<BindRequest> read = Background.start(() -> {
            try (PendingStream pending = pending(LONG)) {
                return pending.request();
            }
        });
        BindRequest request = request(5);

        assertThrows(IOException.class, () -> open(request, initiatorKeys));

        assertEquals(request, read.get(10, TimeUnit.SECONDS));
    }

    @Test
    void keysOfAnotherSessionProveNothing() throws Exception {
        byte[] id = new byte[SessionId.LENGTH];
        id[0] = 1;
        BindKeys otherKeys = BindKeys.of(control.initiator(), SessionId.of(id), Protection.CLEAR, Mode.PUSH);
        CompletableFuture<DataStream> accepted = acceptOne(responderKeys);

        assertThrows(IOException.class, () -> open(request(0), otherKeys));

        assertRefused(accepted, "does not prove");
    }

    @Test
    void keysOfAnotherConnectionProveNothing() throws Exception {
        CompletableFuture<DataStream> accepted = acceptOne(responderKeys);
        try (ConnectedPair other = ConnectedPair.open(DEADLINES)) {
            BindKeys otherKeys = BindKeys.of(other.initiator(), session, Protection.CLEAR, Mode.PUSH);

            assertThrows(IOException.class, () -> open(request(0), otherKeys));
        }
        assertRefused(accepted, "does not prove");
    }

    @Test
    void everyByteOfARequestCounts() throws Exception {
        byte[] good = BindCodec.request(request(5), initiatorKeys.initiator());
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 1;
            CompletableFuture<DataStream> accepted = acceptOne(responderKeys);
            assertHearsNothing(bad);
            assertInstanceOf(ProtocolException.class, failure(accepted), "byte " + i);
        }
    }

    /** Whichever is the lower, with the session's keys and with those of the level that is asked for. */
    @ParameterizedTest
    @CsvSource({"CLEAR, SAFE", "SAFE, CLEAR", "PRIVATE, CLEAR", "PRIVATE, SAFE"})
    void anotherLevelThanTheSessionsIsRefused(Protection agreed, Protection asked) throws Exception {
        BindRequest request = new BindRequest(asked, session, 0, new byte[BindRequest.NONCE_LENGTH]);
        BindKeys sessions = keys(control.initiator(), agreed);
        BindKeys own = keys(control.initiator(), asked);
        for (BindKeys used : List.of(sessions, own)) {
            CompletableFuture<DataStream> accepted = acceptOne(keys(control.responder(), agreed));
            assertHearsNothing(BindCodec.request(request, used.initiator()));
            assertRefused(accepted, "asks for " + asked);
        }
        assertFalse(Arrays.equals(sessions.initiator(), own.initiator()));
        assertFalse(Arrays.equals(sessions.initiator(), sessions.responder()));
    }

    /** The claim says the session's level, as it must, but comes from an end that took another one for agreed. */
    @ParameterizedTest
    @CsvSource({"CLEAR, SAFE", "SAFE, CLEAR"})
    void keysOfAnotherLevelProveNothing(Protection agreed, Protection believed) throws Exception {
        BindRequest request = new BindRequest(agreed, session, 0, new byte[BindRequest.NONCE_LENGTH]);
        CompletableFuture<DataStream> accepted = acceptOne(keys(control.responder(), agreed));

        assertHearsNothing(
                BindCodec.request(request, keys(control.initiator(), believed).initiator()));

        assertRefused(accepted, "does not prove");
    }

    @Test
    void aSafeStreamIsBareAndItsEndsShareAKey() throws Exception {
        BindRequest request = new BindRequest(Protection.SAFE, session, 5, new byte[BindRequest.NONCE_LENGTH]);
        CompletableFuture<DataStream> accepted = acceptOne(keys(control.responder(), Protection.SAFE));

        try (DataStream near = open(request, keys(control.initiator(), Protection.SAFE));
                DataStream far = accepted.get(10, TimeUnit.SECONDS)) {
            assertTrue(Objects.requireNonNull(near.bareChannel()).isBlocking());
            assertTrue(Objects.requireNonNull(far.bareChannel()).isBlocking());
            new DataWriter(near, new PathCounters(), new Pace(0), false).hole(1, 1, 0, 1);
            Objects.requireNonNull(near.bareChannel()).shutdownOutput();
            DataReader reader = new DataReader(far, 5, target, new Arrivals(), false);
            reader.run();
        }
        assertEquals(List.of("verified"), target.told());
    }

    /** Every stream, each direction, every session and every connection has a key of its own. */
    @Test
    void noTwoStreamsShareAKey() throws Exception {
        byte[] id = new byte[SessionId.LENGTH];
        id[SessionId.LENGTH - 1] = 1;
        Set<String> tags = new HashSet<>();
        try (ConnectedPair other = ConnectedPair.open(DEADLINES)) {
            List<BindKeys> all = List.of(
                    BindKeys.of(control.initiator(), session, Protection.SAFE, Mode.PUSH),
                    BindKeys.of(control.initiator(), session, Protection.SAFE, Mode.PULL),
                    BindKeys.of(control.initiator(), SessionId.of(id), Protection.SAFE, Mode.PUSH),
                    BindKeys.of(other.initiator(), session, Protection.SAFE, Mode.PUSH));
            for (BindKeys keys : all) {
                for (int stream = 0; stream < Limits.STREAMS; stream++) {
                    tags.add(firstTag(keys.tagKey(stream)));
                }
            }
        }
        assertEquals(4 * Limits.STREAMS, tags.size());
        BindKeys same = BindKeys.of(control.responder(), session, Protection.SAFE, Mode.PUSH);
        assertFalse(tags.add(firstTag(same.tagKey(7))), "the other end's is the same");
    }

    private static String firstTag(TagKey key) {
        FrameHeader hole = new FrameHeader(FrameHeader.Type.HOLE, 0, 1, 0, 1, 0, 0, 1);
        ByteBuffer frame = ByteBuffer.allocate(FrameTags.HEADER_LENGTH);
        key.tags().appendHeader(hole, frame);
        return HexFormat.of().formatHex(frame.array());
    }

    private static BindKeys keys(Connection end, Protection level) throws IOException {
        return BindKeys.of(end, SessionId.of(new byte[SessionId.LENGTH]), level, Mode.PUSH);
    }

    @Test
    void anotherSessionThanTheKeysIsRefused() throws Exception {
        byte[] id = new byte[SessionId.LENGTH];
        id[0] = 1;
        BindRequest other = new BindRequest(Protection.CLEAR, SessionId.of(id), 0, new byte[BindRequest.NONCE_LENGTH]);
        CompletableFuture<DataStream> accepted = acceptOne(responderKeys);

        assertHearsNothing(BindCodec.request(other, initiatorKeys.initiator()));

        assertRefused(accepted, "in session");
    }

    /** A responder without the keys has nothing to say but what it was told. */
    @Test
    void aReflectedRequestIsNoAnswer() throws Exception {
        CompletableFuture<Void> reflecting = Background.start(() -> {
            try (SocketChannel channel = server.accept()) {
                byte[] request = new byte[BindCodec.REQUEST_LENGTH];
                StreamBinding.read(DataStream.plain(channel), ByteBuffer.wrap(request));
                int nonce = request.length - BindCodec.REPLY_LENGTH;
                channel.write(ByteBuffer.wrap(Arrays.copyOfRange(request, nonce, request.length)));
                assertEquals(-1, channel.read(ByteBuffer.allocate(1)));
            }
            return null;
        });

        ProtocolException refused = assertThrows(ProtocolException.class, () -> open(request(0), initiatorKeys));

        assertEquals(ErrorCode.NOT_TRUSTED, refused.code());
        reflecting.get(10, TimeUnit.SECONDS);
    }

    @Test
    void anAnswerToAnotherRequestIsNone() throws Exception {
        var answering = Background.start(() -> {
            try (SocketChannel channel = server.accept()) {
                StreamBinding.read(DataStream.plain(channel), ByteBuffer.allocate(BindCodec.REQUEST_LENGTH));
                byte[] earlier = BindCodec.request(request(0), initiatorKeys.initiator());
                channel.write(ByteBuffer.wrap(
                        BindCodec.reply(earlier, new byte[BindRequest.NONCE_LENGTH], responderKeys.responder())));
                return channel.read(ByteBuffer.allocate(1));
            }
        });

        assertThrows(ProtocolException.class, () -> open(request(1), initiatorKeys));
        assertEquals(-1, answering.get(10, TimeUnit.SECONDS));
    }

    @Test
    void aSilentResponderIsGivenUpAtTheDeadline() {
        IOException late = assertThrows(
                IOException.class,
                () -> StreamBinding.open(address(), request(0), initiatorKeys, DEADLINES, Duration.ofMillis(100)));
        assertTrue(message(late).contains("not done within 100 ms"), message(late));
    }

    @Test
    void aSilentInitiatorIsDroppedAtTheDeadline() throws Exception {
        CompletableFuture<PendingStream> pending = Background.start(() -> pending(Duration.ofMillis(100)));
        try (SocketChannel silent = SocketChannel.open(server.getLocalAddress())) {
            silent.write(ByteBuffer.wrap(new byte[] {BindCodec.FIRST_BYTE, 0x53}));
            assertEquals(-1, silent.read(ByteBuffer.allocate(1)));
        }
        assertTrue(message(failure(pending)).contains("not done within 100 ms"));
    }

    /** The session's keys may be found too late. */
    @Test
    void aProofThatComesAfterTheDeadlineIsStale() throws Exception {
        CountDownLatch refused = new CountDownLatch(1);
        CompletableFuture<DataStream> accepted = Background.start(() -> {
            PendingStream pending = pending(Duration.ofMillis(200));
            assertTrue(refused.await(20, TimeUnit.SECONDS));
            return pending.accept(responderKeys, new StreamNumbers(Limits.STREAMS));
        });

        assertThrows(IOException.class, () -> open(request(0), initiatorKeys));
        refused.countDown();

        assertTrue(message(failure(accepted)).contains("not done within 200 ms"));
    }

    @Test
    void aStreamNumberIsTakenOnce() {
        StreamNumbers numbers = new StreamNumbers(2);

        assertTrue(numbers.take(1));
        assertFalse(numbers.take(1));
        assertFalse(numbers.take(2));
        assertFalse(numbers.take(-1));
        assertFalse(numbers.allTaken());
        assertTrue(numbers.take(0));
        assertTrue(numbers.allTaken());
    }

    private BindRequest request(int stream) {
        return new BindRequest(Protection.CLEAR, session, stream, new byte[BindRequest.NONCE_LENGTH]);
    }

    private DataStream open(BindRequest request, BindKeys keys) throws IOException {
        return StreamBinding.open(address(), request, keys, DEADLINES, LONG);
    }

    private InetSocketAddress address() throws IOException {
        return (InetSocketAddress) server.getLocalAddress();
    }

    private PendingStream pending(Duration deadline) throws IOException {
        SocketChannel channel = server.accept();
        return PendingStream.read(channel, ConnectedPair.firstByte(channel), DEADLINES, deadline);
    }

    private CompletableFuture<DataStream> acceptOne(BindKeys keys) {
        return Background.start(() -> pending(LONG).accept(keys, new StreamNumbers(Limits.STREAMS)));
    }

    private void assertHearsNothing(byte[] request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(server.getLocalAddress())) {
            channel.write(ByteBuffer.wrap(request));
            try {
                assertEquals(-1, channel.read(ByteBuffer.allocate(1)));
            } catch (SocketException e) {
                return; // Reset is as silent as an end.
            }
        }
    }

    private static void assertRefused(CompletableFuture<?> accepted, String reason) {
        ProtocolException refused = assertInstanceOf(ProtocolException.class, failure(accepted));
        assertEquals(ErrorCode.NOT_TRUSTED, refused.code());
        assertTrue(message(refused).contains(reason), message(refused));
    }
}
