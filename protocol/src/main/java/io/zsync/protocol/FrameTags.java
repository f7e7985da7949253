package io.zsync.protocol;

import java.nio.ByteBuffer;
import java.security.MessageDigest;

/**
 * The tags of one stream's frames at level {@code safe}, in their order: for the end that sends them or the one that takes
 * them. A nonce is what is tagged and the frame's sequence, and sequences are counted here, each used once: so no object
 * makes two tags with one nonce, and {@link TagKey} makes no second object. A tag that was computed to verify one stays
 * here. For one thread.
 */
public final class FrameTags {
    /** Of a header or of a payload. */
    public static final int LENGTH = TagCipher.TAG_LENGTH;

    /** What {@code safe} sends before a payload. */
    public static final int HEADER_LENGTH = FrameHeaderCodec.LENGTH + LENGTH;

    /** What becomes of the payload tag under way. */
    private enum Payload {
        NONE,
        TO_SEND,
        TO_VERIFY
    }

    private final TagCipher cipher;
    private final long frames;
    private long sequence;
    private Payload payload = Payload.NONE;

    FrameTags(TagCipher cipher, long frames) {
        this.cipher = cipher;
        this.frames = frames;
    }

    /** False once the stream has carried all frames that its key may serve. */
    public boolean hasNext() {
        return sequence < frames;
    }

    /**
     * Appends the {@link #HEADER_LENGTH} bytes of a header and its tag, and begins the payload's tag.
     *
     * @throws IllegalStateException if the header's sequence is not the next one, or there is none
     */
    public void appendHeader(FrameHeader header, ByteBuffer target) {
        if (header.sequence() != sequence || !hasNext()) {
            throw new IllegalStateException(
                    "frame " + header.sequence() + " in place of " + sequence + ", of at most " + frames);
        }
        byte[] bytes = FrameHeaderCodec.bytes(header);
        target.put(bytes).put(next(bytes));
        payload = Payload.TO_SEND;
    }

    /**
     * Takes {@link #HEADER_LENGTH} bytes, verifies the tag as the next frame's, then reads the header, and begins the
     * payload's tag.
     *
     * @throws ProtocolException with {@link ErrorCode#INTEGRITY} if the tag does not match: nothing that follows on this
     *     stream can be believed any more
     */
    public FrameHeader readHeader(ByteBuffer source) {
        if (source.remaining() < HEADER_LENGTH) {
            throw ProtocolException.malformed("frame header of " + source.remaining() + " bytes, not " + HEADER_LENGTH);
        }
        if (!hasNext()) {
            throw ProtocolException.violation("a frame beyond the " + frames + " of a stream at level safe");
        }
        byte[] bytes = new byte[FrameHeaderCodec.LENGTH];
        source.get(bytes);
        if (!matches(source, next(bytes))) {
            throw new ProtocolException(ErrorCode.INTEGRITY, "frame header check does not match");
        }
        payload = Payload.TO_VERIFY;
        return FrameHeaderCodec.read(ByteBuffer.wrap(bytes));
    }

    private byte[] next(byte[] header) {
        cipher.begin(TagCipher.Kind.HEADER, sequence, header);
        byte[] tag = cipher.tag();
        cipher.begin(TagCipher.Kind.PAYLOAD, sequence, header);
        sequence++;
        return tag;
    }

    /** @param part of the payload, consumed; heap or direct, never mapped */
    public void update(ByteBuffer part) {
        cipher.update(part);
    }

    public void update(byte[] part, int length) {
        cipher.update(part, length);
    }

    /**
     * The tag of the payload that was sent.
     *
     * @throws IllegalStateException if it was given out before, or would be of a payload that was received
     */
    public byte[] tag() {
        end(Payload.TO_SEND);
        return cipher.tag();
    }

    /** Takes the tag of the payload that was received, and compares it in constant time. */
    public boolean matches(ByteBuffer source) {
        end(Payload.TO_VERIFY);
        return matches(source, cipher.tag());
    }

    private void end(Payload expected) {
        if (payload != expected) {
            throw new IllegalStateException("payload tag " + payload + ", not " + expected);
        }
        payload = Payload.NONE;
    }

    private static boolean matches(ByteBuffer source, byte[] tag) {
        byte[] found = new byte[LENGTH];
        source.get(found);
        return MessageDigest.isEqual(found, tag);
    }
}
