package io.zsync.tests.system;

import static io.zsync.tests.system.HostilePair.OPTIONS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.protocol.BindCodec;
import io.zsync.protocol.Credits;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Message;
import io.zsync.protocol.Mode;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.SessionId;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Faults A2, A5 and A7 at the door: answers that raise what was asked for, and frames that ask for memory. Refused within a
 * second, and without that memory (CVE-2024-12084, 2026-53794, 2026-70455).
 */
class HostileGreetingTest {
    private static final SessionId SESSION = SessionId.of(new byte[SessionId.LENGTH]);
    private static final String HELLO = "0000000d 01 0001 0001 0000000000000000";

    /** Of all threads together, from the bomb to the refusal; the smallest bomb asks for a hundred times as much. */
    private static final long MOST_ALLOCATED = 16 << 20;

    @RegisterExtension
    final Workspace work = new Workspace();

    static Stream<Arguments> welcomes() {
        return Stream.of(
                Arguments.of("version 2", new Message.Welcome(2, 0, Credits.DEFAULT), FailureKind.VERSIONS_DO_NOT_MEET),
                Arguments.of(
                        "version 65535",
                        new Message.Welcome(0xFFFF, 0, Credits.DEFAULT),
                        FailureKind.VERSIONS_DO_NOT_MEET),
                Arguments.of("a feature", new Message.Welcome(1, 1, Credits.DEFAULT), FailureKind.PROTOCOL_BROKEN),
                Arguments.of("all features", new Message.Welcome(1, -1, Credits.DEFAULT), FailureKind.PROTOCOL_BROKEN),
                Arguments.of(
                        "something else",
                        new Message.Opened(SESSION, 1, Protection.CLEAR),
                        FailureKind.PROTOCOL_BROKEN));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("welcomes")
    void aWelcomeToWhatWasNotOfferedIsRefused(String name, Message welcome, FailureKind kind) throws Exception {
        try (HostilePair pair = new HostilePair(work.path("pair"));
                HostilePeer peer = pair.called(Mode.PUSH, pair.source(), OPTIONS)) {
            peer.read();
            peer.send(welcome);

            assertEquals(kind, pair.failure().kind());
        }
    }

    /** Nothing watches a connection before its session is open. */
    @ParameterizedTest
    @CsvSource({"false", "true"})
    void aPeerThatOpensNoSessionIsGivenUp(boolean welcomes) throws Exception {
        try (HostilePair pair = new HostilePair(work.path("pair"))) {
            pair.waitsFor(Duration.ofSeconds(1));
            try (HostilePeer peer = pair.called(Mode.PUSH, pair.source(), OPTIONS)) {
                peer.read();
                if (welcomes) {
                    peer.send(new Message.Welcome(1, 0, Credits.DEFAULT));
                }

                RunFailure failure = pair.failure();

                assertEquals(FailureKind.NO_PROGRESS, failure.kind(), failure::getMessage);
                assertTrue(
                        String.valueOf(failure.getMessage()).contains("no session opened for 1 s"),
                        failure::getMessage);
            }
        }
    }

    /** Written by hand: no record of ours takes such a value. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "2^31 parts,            00000012 02 0001 0000000000000000 8080808008 01 01",
        "2^63 files,            00000016 02 0001 0000000000000000 01 808080808080808080 01",
        "more bytes than 2^29,  00000012 02 0001 0000000000000000 01 01 8180808002",
        "no parts,              0000000e 02 0001 0000000000000000 00 01 01",
        "version 0,             0000000e 02 0000 0000000000000000 01 01 01",
        "a word more,           0000000f 02 0001 0000000000000000 01 01 01 00",
        "a word less,           0000000d 02 0001 0000000000000000 01 01",
        "no such message,       00000001 ff",
        "message 0,             00000001 00",
        "a frame of no bytes,   00000000",
        "a frame of 2^31,       80000000 02",
        "a frame of -1,         ffffffff 02",
        "a frame of 1 MiB + 1,  00100001 02",
        "a text of 2^31 bytes,  00000007 05 01 8080808008",
        "a text of 2^63 bytes,  0000000b 05 01 808080808080808080",
        "a text of -1 bytes,    0000000b 05 01 ffffffffffffffffff",
        "a text of 1025 bytes,  00000004 05 01 8108"
    })
    void aFirstWordOutOfAllBoundsIsRefusedByWhoConnects(String name, String hex) throws Exception {
        try (HostilePair pair = new HostilePair(work.path("pair"));
                HostilePeer peer = pair.called(Mode.PULL, pair.target(), OPTIONS)) {
            peer.read();
            long before = allocated();
            long start = System.nanoTime();
            peer.sendRaw(bytes(hex));

            RunFailure failure = pair.failure();

            assertSmallAndQuick(before, start);
            assertEquals(FailureKind.PROTOCOL_BROKEN, failure.kind());
            assertTrue(String.valueOf(failure.getMessage()).lines().count() == 1, failure::toString);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "no Hello,                      0000000e 02 0001 0000000000000000 01 01 01, VIOLATION",
        "versions that descend,         0000000d 01 0002 0001 0000000000000000, MALFORMED",
        "only versions to come,         0000000d 01 0002 ffff 0000000000000000, VERSION",
        "a frame of 2^31,               80000000 01, MALFORMED",
        "a frame of no bytes,           00000000, MALFORMED",
        "a share of 2^31 bytes,         HELLO 00000007 03 01 8080808008, MALFORMED",
        "a share of -1 bytes,           HELLO 0000000b 03 01 ffffffffffffffffff, MALFORMED",
        "a share of no bytes,           HELLO 00000003 03 01 00, MALFORMED",
        "a path of 2^63 bytes,          HELLO 0000000d 03 01 0161 808080808080808080, MALFORMED",
        "a path that climbs,            HELLO 00000007 03 01 0161 022e2e, MALFORMED",
        "an absolute path,              HELLO 00000006 03 01 0161 012f, MALFORMED",
        "no such mode,                  HELLO 00000002 03 03, MALFORMED",
        "a second Hello,                HELLO HELLO, VIOLATION",
        "a Bye,                         HELLO 00000001 14, VIOLATION"
    })
    void aFirstWordOutOfAllBoundsIsRefusedByWhoListens(String name, String hex, ErrorCode code) throws Exception {
        try (HostilePair pair = new HostilePair(work.path("pair"));
                HostilePeer peer = pair.connect()) {
            long before = allocated();
            long start = System.nanoTime();
            peer.sendRaw(bytes(hex.replace("HELLO", HELLO)));

            assertEquals(code, peer.awaitFailure().code());

            assertSmallAndQuick(before, start);
            peer.awaitEnd();
        }
    }

    /** More than was asked for, another level, or none: nobody is bound to it. */
    @ParameterizedTest
    @CsvSource({
        "2, CLEAR, PROTOCOL_BROKEN",
        "16, CLEAR, PROTOCOL_BROKEN",
        "1, SAFE, NOT_ALLOWED",
        "1, PRIVATE, NOT_ALLOWED"
    })
    void anOpenedThatRaisesWhatWasAskedForIsRefused(int streams, Protection level, FailureKind kind) throws Exception {
        try (HostilePair pair = new HostilePair(work.path("pair"));
                HostilePeer peer = pair.called(Mode.PULL, pair.target(), OPTIONS)) {
            peer.greeted(new Message.Welcome(1, 0, Credits.DEFAULT));
            peer.send(new Message.Opened(SESSION, streams, level));

            assertEquals(kind, pair.failure().kind());
        }
    }

    /** No streams and 17, 257 and 2^31 of them; no record of ours takes such a number. */
    @ParameterizedTest
    @CsvSource({"00", "11", "8102", "8080808008"})
    void anOpenedOfImpossibleStreamsIsRefused(String streams) throws Exception {
        try (HostilePair pair = new HostilePair(work.path("pair"));
                HostilePeer peer = pair.called(Mode.PULL, pair.target(), OPTIONS)) {
            peer.greeted(new Message.Welcome(1, 0, Credits.DEFAULT));
            byte[] body = bytes("04" + "00".repeat(16) + streams + "01");
            peer.sendRaw(ByteBuffer.allocate(4 + body.length)
                    .putInt(body.length)
                    .put(body)
                    .array());

            assertEquals(FailureKind.PROTOCOL_BROKEN, pair.failure().kind());
        }
    }

    /** Whoever has no key to a session gets no byte and no stream; a number is good once. */
    @Test
    void aBindThatDoesNotBelongIsClosedWithoutAByte() throws Exception {
        try (HostilePair pair = new HostilePair(work.path("pair"));
                HostilePeer peer = pair.connect()) {
            peer.send(
                    new Message.Hello(1, 1, 0),
                    new Message.Open(
                            Mode.PULL, "source", RelativePath.ROOT, OPTIONS, Protection.CLEAR, Credits.DEFAULT));
            Message.Opened opened = peer.await(Message.Opened.class);
            byte[] key = peer.initiatorKey(opened.session());
            byte[] good = BindCodec.request(peer.bind(opened.session(), 0), key);
            byte[] cut = Arrays.copyOf(good, good.length - 1);
            byte[] forged = good.clone();
            forged[good.length - 1] ^= 1;
            byte[] level = good.clone();
            level[5] = 2;
            byte[] version = good.clone();
            version[4] = 9;
            byte[][] bad = {
                forged,
                level,
                version,
                BindCodec.request(peer.bind(opened.session(), 1), key),
                BindCodec.request(peer.bind(opened.session(), Limits.STREAMS - 1), key),
                BindCodec.request(peer.bind(SESSION, 0), key),
                BindCodec.request(peer.bind(opened.session(), 0), new byte[32])
            };
            for (byte[] request : bad) {
                try (HostileStream stream = peer.connectStream()) {
                    stream.sendRaw(request);
                    assertTrue(stream.isClosedSilently(), HexFormat.of().formatHex(request));
                }
            }
            try (HostileStream slow = peer.connectStream();
                    HostileStream stream = peer.connectStream()) {
                slow.sendRaw(cut);
                stream.sendRaw(good);
                byte[] reply = stream.readRaw(BindCodec.REPLY_LENGTH);
                assertEquals(BindCodec.REPLY_LENGTH, reply.length);
                // The same once more, by who has seen it.
                try (HostileStream again = peer.connectStream()) {
                    again.sendRaw(good);
                    assertTrue(again.isClosedSilently());
                }
                peer.await(Message.ManifestPart.class);
            }
        }
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getTotalThreadAllocatedBytes();
    }

    private static void assertSmallAndQuick(long before, long start) {
        long millis = (System.nanoTime() - start) / 1_000_000;
        long bytes = allocated() - before;
        assertTrue(millis < HostilePeer.REFUSED_WITHIN_NANOS / 1_000_000, () -> millis + " ms");
        assertTrue(bytes < MOST_ALLOCATED, () -> bytes + " bytes allocated");
    }
}
