package io.zsync.protocol;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret that guards one data stream at level {@code safe}. Hands out one {@link FrameTags} and no second one: two
 * that count from 0 would make two tags with one nonce, and from two such tags the key's hash secret can be computed. Any
 * thread.
 */
public final class TagKey {
    public static final int LENGTH = 32;

    private static final int WARM_UPDATES = 20_000;
    private static final int WARM_LENGTH = 1 << 10;

    private final SecretKey secret;
    private final long frames;
    private boolean handedOut;

    /**
     * @param secret {@link #LENGTH} bytes that both ends and nobody else know, for nothing but this
     * @param frames how many the stream may carry, at most {@link Limits#SAFE_FRAMES}
     */
    public TagKey(byte[] secret, long frames) {
        if (secret.length != LENGTH || frames < 1 || frames > Limits.SAFE_FRAMES) {
            throw new IllegalArgumentException("tag key of " + secret.length + " bytes for " + frames + " frames");
        }
        this.secret = new SecretKeySpec(secret, "AES");
        this.frames = frames;
    }

    /** The stream's tags, for the one thread that makes or verifies them. @throws IllegalStateException the second time */
    public synchronized FrameTags tags() {
        if (handedOut) {
            throw new IllegalStateException("the tags of this stream are in use");
        }
        handedOut = true;
        return new FrameTags(new TagCipher(secret), frames);
    }

    /**
     * Verifies a payload tag out of turn: whether a frame with that header and payload is the one that was tagged so. As for
     * every verifier, nothing leaves but the answer, so the nonce of the frame is not used a second time.
     *
     * @param payload left as it is
     */
    public boolean isTagOf(FrameHeader header, ByteBuffer payload, byte[] tag) {
        // Another cipher than the stream's, which may be within a frame.
        TagCipher cipher = new TagCipher(secret);
        cipher.begin(TagCipher.Kind.PAYLOAD, header.sequence(), FrameHeaderCodec.bytes(header));
        cipher.update(payload.duplicate());
        return MessageDigest.isEqual(cipher.tag(), tag);
    }

    /**
     * Uses the cipher until the JVM has compiled it: a fraction of a second of one core in a fresh process, milliseconds
     * later on. Who does not is slowed down over the first hundreds of MiB.
     */
    public static void warmUp() {
        TagCipher cipher = new TagCipher(new SecretKeySpec(new byte[LENGTH], "AES"));
        byte[] header = new byte[FrameHeaderCodec.LENGTH];
        byte[] payload = new byte[WARM_LENGTH];
        cipher.begin(TagCipher.Kind.PAYLOAD, 0, header);
        for (int i = 0; i < WARM_UPDATES; i++) {
            cipher.update(payload, payload.length);
        }
        cipher.tag();
    }
}
