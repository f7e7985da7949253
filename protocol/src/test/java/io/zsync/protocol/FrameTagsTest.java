package io.zsync.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tags in their order, and that no two of them are ever made with one nonce. */
class FrameTagsTest {
    private static final byte[] SECRET = bytes(TagKey.LENGTH, 1);
    private static final byte[] PAYLOAD = bytes(10_000, 2);

    private final TagKey senders = new TagKey(SECRET, 3);
    private final TagKey receivers = new TagKey(SECRET, 3);

    /** A payload in pieces of any length, against the cipher used in the ordinary way, at once. */
    @ParameterizedTest
    @ValueSource(ints = {1, 15, 16, 17, 4_095, 4_096, 4_097, 9_999, 10_000})
    void theTagIsThatOfTheWholePayload(int piece) throws Exception {
        FrameTags tags = senders.tags();
        tags.appendHeader(chunk(0), ByteBuffer.allocate(FrameTags.HEADER_LENGTH));
        ByteBuffer direct =
                ByteBuffer.allocateDirect(PAYLOAD.length).put(PAYLOAD).flip();
        for (int done = 0; done < PAYLOAD.length; done += piece) {
            int length = Math.min(piece, PAYLOAD.length - done);
            if (done % 2 == 0) {
                tags.update(direct.slice(done, length));
            } else {
                tags.update(Arrays.copyOfRange(PAYLOAD, done, done + length), length);
            }
        }
        assertArrayEquals(expected("000000010000000000000000", chunk(0), PAYLOAD), tags.tag());
    }

    @Test
    void aHeaderIsFollowedByItsTag() throws Exception {
        FrameTags tags = senders.tags();
        for (int i = 0; i < 3; i++) {
            ByteBuffer header = ByteBuffer.allocate(FrameTags.HEADER_LENGTH);
            tags.appendHeader(chunk(i), header);
            byte[] tag = Arrays.copyOfRange(header.array(), FrameHeaderCodec.LENGTH, FrameTags.HEADER_LENGTH);
            assertArrayEquals(expected("00000000000000000000000" + i, chunk(i), new byte[0]), tag);
        }
    }

    @Test
    void aKeyServesOneSetOfTags() {
        senders.tags();

        assertThrows(IllegalStateException.class, senders::tags);
    }

    @Test
    void noSequenceIsUsedTwiceOrLeftOut() {
        FrameTags tags = senders.tags();
        ByteBuffer target = ByteBuffer.allocate(1_000);

        assertThrows(IllegalStateException.class, () -> tags.appendHeader(chunk(1), target));
        tags.appendHeader(chunk(0), target);
        assertThrows(IllegalStateException.class, () -> tags.appendHeader(chunk(0), target));
        assertThrows(IllegalStateException.class, () -> tags.appendHeader(chunk(2), target));
        assertEquals(FrameTags.HEADER_LENGTH, target.position());
    }

    @Test
    void aPayloadsTagIsGivenOutOnce() {
        FrameTags tags = senders.tags();
        assertThrows(IllegalStateException.class, tags::tag);
        tags.appendHeader(chunk(0), ByteBuffer.allocate(100));
        tags.tag();

        assertThrows(IllegalStateException.class, tags::tag);
    }

    @Test
    void whoVerifiesLearnsNoTag() {
        FrameTags sent = senders.tags();
        ByteBuffer header = ByteBuffer.allocate(FrameTags.HEADER_LENGTH);
        sent.appendHeader(chunk(0), header);
        FrameTags received = receivers.tags();
        received.readHeader(header.flip());

        assertThrows(IllegalStateException.class, received::tag);
        assertThrows(IllegalStateException.class, () -> sent.matches(ByteBuffer.allocate(FrameTags.LENGTH)));
        assertTrue(received.matches(ByteBuffer.wrap(sent.tag())), "an empty payload's");
    }

    @Test
    void aKeyIsGivenUpAfterItsFrames() {
        FrameTags sent = senders.tags();
        FrameTags received = receivers.tags();
        for (int i = 0; i < 3; i++) {
            assertTrue(sent.hasNext() && received.hasNext());
            ByteBuffer header = ByteBuffer.allocate(FrameTags.HEADER_LENGTH);
            sent.appendHeader(chunk(i), header);
            received.readHeader(header.flip());
        }

        assertFalse(sent.hasNext() || received.hasNext());
        assertThrows(IllegalStateException.class, () -> sent.appendHeader(chunk(3), ByteBuffer.allocate(100)));
        ProtocolException refused = assertThrows(
                ProtocolException.class, () -> received.readHeader(ByteBuffer.allocate(FrameTags.HEADER_LENGTH)));
        assertEquals(ErrorCode.VIOLATION, refused.code());
    }

    @Test
    void aHeadersTagIsNoPayloads() {
        FrameTags sent = senders.tags();
        ByteBuffer header = ByteBuffer.allocate(FrameTags.HEADER_LENGTH);
        sent.appendHeader(chunk(0), header);
        FrameTags received = receivers.tags();
        received.readHeader(header.flip());

        assertFalse(received.matches(header.position(FrameHeaderCodec.LENGTH)));
    }

    /** As often as it takes, also for the same frame, and with the stream's own tags in mid-frame. */
    @Test
    void aTagIsVerifiedOutOfTurn() {
        FrameTags tags = senders.tags();
        tags.appendHeader(chunk(0), ByteBuffer.allocate(100));
        tags.update(PAYLOAD, PAYLOAD.length);
        byte[] first = tags.tag();
        tags.appendHeader(chunk(1), ByteBuffer.allocate(100));
        tags.update(PAYLOAD, 5_000);
        byte[] changed = PAYLOAD.clone();
        changed[7_777] ^= 1;

        ByteBuffer payload = ByteBuffer.wrap(PAYLOAD);
        for (int i = 0; i < 2; i++) {
            assertTrue(senders.isTagOf(chunk(0), payload, first));
            assertEquals(PAYLOAD.length, payload.remaining());
            assertFalse(senders.isTagOf(chunk(0), ByteBuffer.wrap(changed), first));
            assertFalse(senders.isTagOf(chunk(1), payload, first));
            assertFalse(senders.isTagOf(chunk(0), payload, new byte[FrameTags.LENGTH]));
        }
        tags.update(Arrays.copyOfRange(PAYLOAD, 5_000, 10_000), 5_000);
        assertTrue(senders.isTagOf(chunk(1), payload, tags.tag()), "the frame under way was not disturbed");
    }

    @Test
    void aKeyOfAnotherLengthOrForMoreFramesIsNone() {
        assertThrows(IllegalArgumentException.class, () -> new TagKey(new byte[16], 1));
        assertThrows(IllegalArgumentException.class, () -> new TagKey(SECRET, 0));
        assertThrows(IllegalArgumentException.class, () -> new TagKey(SECRET, Limits.SAFE_FRAMES + 1));
    }

    private static FrameHeader chunk(long sequence) {
        return new FrameHeader(FrameHeader.Type.CHUNK, 0, 1, sequence, 7, 0, PAYLOAD.length, PAYLOAD.length);
    }

    /** The tag that AES-256-GCM leaves behind the ciphertext. */
    private static byte[] expected(String nonce, FrameHeader header, byte[] payload) throws Exception {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        GCMParameterSpec parameters = new GCMParameterSpec(128, HexFormat.of().parseHex(nonce));
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(SECRET, "AES"), parameters);
        cipher.updateAAD(FrameHeaderCodec.bytes(header));
        byte[] sealed = cipher.doFinal(payload);
        return Arrays.copyOfRange(sealed, payload.length, sealed.length);
    }

    private static byte[] bytes(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
