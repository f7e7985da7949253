package io.zsync.tests.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.protocol.BindCodec;
import io.zsync.protocol.BindRequest;
import io.zsync.protocol.Digest;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.FileIdentity;
import io.zsync.protocol.FrameHeader;
import io.zsync.protocol.FrameHeaderCodec;
import io.zsync.protocol.FrameTags;
import io.zsync.protocol.InviteId;
import io.zsync.protocol.JoinCodec;
import io.zsync.protocol.JoinReply;
import io.zsync.protocol.JoinRequest;
import io.zsync.protocol.ManifestDecoder;
import io.zsync.protocol.Message;
import io.zsync.protocol.PackCodec;
import io.zsync.protocol.PackRecord;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.Protection;
import io.zsync.protocol.ProtocolException;
import io.zsync.protocol.TagKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The vectors are law: each means one value, is that value's only encoding, and no damage to it escapes. */
class VectorsTest {
    private static final byte[] INITIATOR_KEY = key(0);
    private static final byte[] RESPONDER_KEY = key(32);
    private static final byte[] TAG_KEY = key(64);
    private static final InviteId INVITE = InviteId.of(Arrays.copyOf(key(0xB0), InviteId.LENGTH));
    private static final JoinCodec.Binding JOINING =
            new JoinCodec.Binding(key(0x60), new PeerId(Digest.of(key(0x20))), new PeerId(Digest.of(key(0x40))));

    static List<Vector> control() {
        return Vector.all("control");
    }

    static List<Vector> manifests() {
        return Vector.all("manifest");
    }

    static List<Vector> data() {
        return Vector.all("data");
    }

    static Stream<Arguments> everything() {
        return Stream.of(
                        Vector.all("data-safe", "chunk").stream().map(v -> Arguments.of(Decoding.SAFE, header(v, 56))),
                        Vector.all("control").stream().map(v -> Arguments.of(Decoding.CONTROL, v)),
                        Stream.of(Arguments.of(Decoding.PART, Vector.load("control/manifest-part"))),
                        Vector.all("manifest").stream().map(v -> Arguments.of(Decoding.MANIFEST, v)),
                        Vector.all("data").stream().map(v -> Arguments.of(Decoding.DATA, header(v, 44))),
                        Vector.all("data").stream().map(v -> Arguments.of(Decoding.HEADER, header(v, 40))),
                        Vector.all("data", "pack").stream().map(v -> Arguments.of(Decoding.PACK, v)),
                        Vector.all("bind", "request").stream().map(v -> Arguments.of(Decoding.BIND, v)),
                        Vector.all("join", "request").stream().map(v -> Arguments.of(Decoding.JOIN, v)),
                        Vector.all("join", "reply").stream().map(v -> Arguments.of(Decoding.JOIN_REPLY, v)))
                .flatMap(each -> each);
    }

    private static Vector header(Vector vector, int length) {
        return new Vector(vector.name(), Arrays.copyOf(vector.bytes(), length), "");
    }

    @ParameterizedTest
    @MethodSource("control")
    void aControlVectorMeansItsMessageAndIsItsOnlyEncoding(Vector vector) {
        Message expected = expected(ExpectedValues.MESSAGES, vector);

        assertEquals(expected, Decoding.message(vector.bytes()));
        assertArrayEquals(vector.bytes(), Decoding.frame(expected));
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void aManifestVectorMeansItsItemsAndIsTheirOnlyEncoding(Vector vector) {
        var expected = expected(ExpectedValues.MANIFESTS, vector);

        assertEquals(expected, Decoding.items(Decoding.part(vector.bytes())));
        assertArrayEquals(vector.bytes(), Decoding.plain(expected));
    }

    @ParameterizedTest
    @MethodSource("data")
    void aDataVectorMeansItsHeaderAndBothChecksHold(Vector vector) {
        FrameHeader expected = expected(ExpectedValues.HEADERS, vector);
        ByteBuffer encoded = ByteBuffer.allocate(FrameHeaderCodec.CLEAR_LENGTH);
        FrameHeaderCodec.appendClear(expected, encoded);

        ByteBuffer source = ByteBuffer.wrap(vector.bytes());
        assertEquals(expected, FrameHeaderCodec.readClear(source));
        assertEquals(FrameHeaderCodec.CLEAR_LENGTH, source.position(), "the header is consumed and no more");
        assertArrayEquals(encoded.array(), Arrays.copyOf(vector.bytes(), FrameHeaderCodec.CLEAR_LENGTH));
        if (expected.type() != FrameHeader.Type.HOLE) {
            assertTrue(Decoding.payloadMatches(vector.bytes()), "the payload check covers header and payload");
            byte[] damaged = vector.bytes().clone();
            damaged[FrameHeaderCodec.CLEAR_LENGTH] ^= 1;
            assertFalse(Decoding.payloadMatches(damaged), "and finds a flipped bit");
        }
    }

    @Test
    void compressedVectorsHoldWhatTheyStandFor() {
        assertArrayEquals(new byte[1 << 20], expanded("chunk-lz4"));
        assertArrayEquals("a".repeat(64).getBytes(StandardCharsets.US_ASCII), expanded("chunk-lz4-small"));
        List<String> contents = new ArrayList<>();
        PackCodec.read(
                ByteBuffer.wrap(expanded("pack-lz4")),
                2,
                (record, content) ->
                        contents.add(StandardCharsets.US_ASCII.decode(content).toString()));
        assertEquals(List.of("x".repeat(200), "yo!"), contents);
    }

    private static byte[] expanded(String name) {
        byte[] frame = Vector.load("data/" + name).bytes();
        FrameHeader header = FrameHeaderCodec.readClear(ByteBuffer.wrap(frame));
        ByteBuffer payload = ByteBuffer.wrap(frame, FrameHeaderCodec.CLEAR_LENGTH, header.wireLength());
        return Decoding.expanded(payload, (int) header.plainLength());
    }

    /** What makes and reads them is the node's; its DataStreamTest holds the same bytes. */
    @ParameterizedTest
    @ValueSource(strings = {"chunk", "chunk-spoilt"})
    void aPrivateVectorIsAHeaderAPayloadAndOneByte(String name) {
        FrameHeader clear = FrameHeaderCodec.readClear(
                ByteBuffer.wrap(Vector.load("data/chunk").bytes()));

        ByteBuffer source = ByteBuffer.wrap(Vector.load("data-private/" + name).bytes());
        assertEquals(clear, FrameHeaderCodec.read(source));
        assertEquals(clear.wireLength() + 1, source.remaining());
        assertEquals(name.equals("chunk") ? 1 : 0, source.get(source.limit() - 1));
    }

    /** The headers are those at level clear; a chunk, a hole and a pack are one stream. */
    @ParameterizedTest
    @ValueSource(strings = {"chunk hole pack", "chunk-lz4-small"})
    void safeVectorsAreMadeAndVerifiedFrameByFrame(String names) {
        FrameTags sent = new TagKey(TAG_KEY, 3).tags();
        FrameTags received = new TagKey(TAG_KEY, 3).tags();
        for (String name : names.split(" ", -1)) {
            FrameHeader clear = expected(ExpectedValues.HEADERS, Vector.load("data/" + name));
            ByteBuffer frame =
                    ByteBuffer.wrap(Vector.load("data-safe/" + name).bytes()).asReadOnlyBuffer();

            assertEquals(clear, received.readHeader(frame));
            ByteBuffer payload = frame.slice(frame.position(), clear.wireLength());
            frame.position(frame.position() + clear.wireLength());
            ByteBuffer made = ByteBuffer.allocate(frame.limit());
            sent.appendHeader(clear, made);
            if (clear.type() != FrameHeader.Type.HOLE) {
                received.update(payload.duplicate());
                assertTrue(received.matches(frame), "the payload check covers header and payload");
                sent.update(payload.duplicate());
                made.put(payload).put(sent.tag());
            }
            assertFalse(frame.hasRemaining());
            assertEquals(frame.rewind(), made.flip());
        }
    }

    @Test
    void noFlippedBitOfASafeVectorGoesUnnoticed() {
        byte[] chunk = Vector.load("data-safe/chunk").bytes();
        for (int bit = 0; bit < chunk.length * 8; bit++) {
            assertFalse(isSafeChunk(flip(chunk, bit), TAG_KEY), "bit " + bit);
        }
        assertTrue(isSafeChunk(chunk, TAG_KEY));
        assertFalse(isSafeChunk(chunk, INITIATOR_KEY), "another stream's");
        assertFalse(isSafeChunk(Vector.load("data-safe/chunk-spoilt").bytes(), TAG_KEY), "what was filled up");
    }

    private static boolean isSafeChunk(byte[] bytes, byte[] key) {
        FrameTags tags = new TagKey(key, 1).tags();
        ByteBuffer frame = ByteBuffer.wrap(bytes);
        try {
            FrameHeader header = tags.readHeader(frame);
            tags.update(frame.slice(frame.position(), header.wireLength()));
            return tags.matches(frame.position(frame.position() + header.wireLength()));
        } catch (ProtocolException e) {
            assertEquals(ErrorCode.INTEGRITY, e.code());
            return false;
        }
    }

    @Test
    void thePackVectorHoldsItsTwoFiles() {
        byte[] frame = Vector.load("data/pack").bytes();
        Map<PackRecord, String> files = new LinkedHashMap<>();

        PackCodec.read(
                ByteBuffer.wrap(frame, 44, frame.length - 48),
                2,
                (record, content) -> files.put(
                        record, StandardCharsets.US_ASCII.decode(content).toString()));

        var first = new FileIdentity(2, 1_700_000_000, 123_456_789, 1_700_000_001, 999_999_999, 42);
        var second = new FileIdentity(3, -1, 0, Long.MIN_VALUE, 0, -1);
        assertEquals(Map.of(new PackRecord(1, 1, first, 2), "hi", new PackRecord(9, 2, second, 3), "yo!"), files);
        Decoding.PACK.decode(frame);
    }

    @ParameterizedTest
    @MethodSource("bindNames")
    void aBindVectorMeansItsRequestAndBothMacsHold(String suffix, Protection protection, int stream) {
        byte[] request = Vector.load("bind/request" + suffix).bytes();
        byte[] reply = Vector.load("bind/reply" + suffix).bytes();
        byte[] nonce = HexFormat.of().parseHex("c0c1c2c3c4c5c6c7c8c9cacbcccdcecf");
        BindRequest expected = new BindRequest(protection, ExpectedValues.SESSION, stream, nonce);

        assertEquals(expected, BindCodec.readRequest(request));
        assertArrayEquals(request, BindCodec.request(expected, INITIATOR_KEY));
        assertTrue(BindCodec.requestMatches(request, INITIATOR_KEY));
        assertArrayEquals(reply, BindCodec.reply(request, Arrays.copyOf(reply, 16), RESPONDER_KEY));
        assertTrue(BindCodec.replyMatches(request, reply, RESPONDER_KEY));

        assertFalse(BindCodec.requestMatches(request, RESPONDER_KEY), "nobody's request is made with the other key");
        assertFalse(BindCodec.replyMatches(request, reply, INITIATOR_KEY), "no request comes back as its own reply");
    }

    static Stream<Arguments> bindNames() {
        return Stream.of(
                Arguments.of("", Protection.CLEAR, 3),
                Arguments.of("-safe", Protection.SAFE, 15),
                Arguments.of("-private", Protection.PRIVATE, 0));
    }

    @Test
    void noFlippedBitOfABindGoesUnnoticed() {
        byte[] request = Vector.load("bind/request").bytes();
        byte[] reply = Vector.load("bind/reply").bytes();
        for (int bit = 0; bit < request.length * 8; bit++) {
            byte[] damaged = flip(request, bit);
            assertFalse(BindCodec.requestMatches(damaged, INITIATOR_KEY), "request bit " + bit);
            assertFalse(BindCodec.replyMatches(damaged, reply, RESPONDER_KEY), "reply to request bit " + bit);
        }
        for (int bit = 0; bit < reply.length * 8; bit++) {
            assertFalse(BindCodec.replyMatches(request, flip(reply, bit), RESPONDER_KEY), "reply bit " + bit);
        }
        for (int length = 0; length < reply.length; length++) {
            assertFalse(BindCodec.replyMatches(request, Arrays.copyOf(reply, length), RESPONDER_KEY));
        }
    }

    @ParameterizedTest
    @MethodSource("joinRequests")
    void aJoinVectorMeansItsRequestAndItsMacHolds(String file, JoinRequest expected) {
        byte[] request = Vector.load("join/" + file).bytes();
        byte[] joinKey = joinKey();

        assertEquals(expected, JoinCodec.readRequest(request));
        assertArrayEquals(request, JoinCodec.request(expected, joinKey, JOINING));
        assertTrue(JoinCodec.requestMatches(request, joinKey, JOINING));
        assertFalse(JoinCodec.requestMatches(request, key(1), JOINING), "nobody joins with another key");
        JoinCodec.Binding elsewhere = new JoinCodec.Binding(key(0x61), JOINING.responder(), JOINING.initiator());
        assertFalse(JoinCodec.requestMatches(request, joinKey, elsewhere), "nor on another connection");
        JoinCodec.Binding swapped = new JoinCodec.Binding(key(0x60), JOINING.initiator(), JOINING.responder());
        assertFalse(JoinCodec.requestMatches(request, joinKey, swapped), "nor with the ends exchanged");
    }

    static Stream<Arguments> joinRequests() {
        return Stream.of(
                Arguments.of("request", new JoinRequest(INVITE, null, "laptop")),
                Arguments.of("request-private", new JoinRequest(INVITE, Protection.PRIVATE, "n".repeat(63) + "~")));
    }

    private static byte[] joinKey() {
        return JoinCodec.key(Arrays.copyOf(key(0), JoinCodec.SECRET_LENGTH), INVITE, JOINING.responder());
    }

    @Test
    void noFlippedBitOfAJoinGoesUnnoticed() {
        byte[] request = Vector.load("join/request").bytes();
        for (int bit = 0; bit < request.length * 8; bit++) {
            assertFalse(JoinCodec.requestMatches(flip(request, bit), joinKey(), JOINING), "request bit " + bit);
        }
    }

    @ParameterizedTest
    @MethodSource("joinReplies")
    void aJoinReplyVectorMeansItsReply(String file, JoinReply expected) {
        byte[] reply = Vector.load("join/" + file).bytes();

        assertEquals(expected, JoinCodec.readReply(reply));
        assertArrayEquals(reply, JoinCodec.reply(expected));
    }

    static Stream<Arguments> joinReplies() {
        return Stream.of(
                Arguments.of("reply", new JoinReply(JoinReply.Outcome.JOINED, "laptop")),
                Arguments.of("reply-known", new JoinReply(JoinReply.Outcome.KNOWN, "n".repeat(63) + "~")),
                Arguments.of("reply-failed", new JoinReply(JoinReply.Outcome.FAILED, "x")));
    }

    @Test
    void everyExpectedValueHasItsVectorAndEveryVectorItsValue() {
        assertEquals(names(control()), ExpectedValues.MESSAGES.keySet());
        assertEquals(names(manifests()), ExpectedValues.MANIFESTS.keySet());
        assertEquals(names(data()), ExpectedValues.HEADERS.keySet());
        assertEquals(
                joinRequests().count() + joinReplies().count(),
                Vector.all("join").size());
    }

    @Test
    void everyMessageHasAVector() {
        Set<Class<?>> covered = new HashSet<>();
        ExpectedValues.MESSAGES.values().forEach(message -> covered.add(message.getClass()));

        assertEquals(Set.of(Message.class.getPermittedSubclasses()), covered);
    }

    @ParameterizedTest
    @MethodSource("everything")
    void everyPrefixFailsCleanly(Decoding decoding, Vector vector) {
        for (int length = 0; length < vector.bytes().length; length++) {
            byte[] prefix = Arrays.copyOf(vector.bytes(), length);
            if (decoding == Decoding.MANIFEST) {
                assertIncomplete(prefix);
            } else {
                assertThrows(ProtocolException.class, () -> decoding.decode(prefix), () -> "prefix " + prefix.length);
            }
        }
    }

    /** A manifest may go on in the next part, so that a prefix of whole items is no fault yet. */
    private static void assertIncomplete(byte[] prefix) {
        ManifestDecoder decoder = new ManifestDecoder();
        try {
            decoder.accept(Decoding.part(prefix));
            while (decoder.next() != null) {}
        } catch (ProtocolException expected) {
            return;
        }
        assertFalse(decoder.isComplete(), "prefix " + prefix.length);
    }

    @ParameterizedTest
    @MethodSource("everything")
    void everyFlippedBitIsAnotherValueOrFailsCleanly(Decoding decoding, Vector vector) {
        for (int bit = 0; bit < vector.bytes().length * 8; bit++) {
            try {
                decoding.decode(flip(vector.bytes(), bit));
                assertTrue(
                        decoding != Decoding.DATA && decoding != Decoding.SAFE,
                        "a header check lets no flipped bit pass");
            } catch (ProtocolException expected) {
                // The other allowed end.
            }
        }
    }

    private static byte[] flip(byte[] bytes, int bit) {
        byte[] flipped = bytes.clone();
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
        return flipped;
    }

    private static <T> T expected(Map<String, T> values, Vector vector) {
        return Objects.requireNonNull(values.get(fileName(vector)), () -> "no value for " + vector);
    }

    private static Set<String> names(List<Vector> vectors) {
        return vectors.stream().map(VectorsTest::fileName).collect(Collectors.toSet());
    }

    private static String fileName(Vector vector) {
        return vector.name().substring(vector.name().indexOf('/') + 1);
    }

    private static byte[] key(int first) {
        byte[] key = new byte[32];
        IntStream.range(0, key.length).forEach(i -> key[i] = (byte) (first + i));
        return key;
    }
}
