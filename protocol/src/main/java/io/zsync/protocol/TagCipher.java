package io.zsync.protocol;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * AES-256-GCM as a check of bytes that travel in the clear (SPEC.md, section 8): the payload is encrypted, the ciphertext
 * thrown away, the tag kept. Hides the cipher's steps: it is fed 4 KiB at a time, because the JVM compiles it by the
 * number of calls, and is a hundred times slower until then. Which tags leave is the affair of {@link FrameTags} and
 * {@link TagKey}. For one thread.
 */
final class TagCipher {
    /** What is tagged, so that no header's tag is ever a payload's. */
    enum Kind {
        HEADER(0),
        PAYLOAD(1);

        /** How a nonce begins. */
        private final int number;

        Kind(int number) {
            this.number = number;
        }
    }

    static final int TAG_LENGTH = 16;

    private static final int NONCE_LENGTH = Integer.BYTES + Long.BYTES;
    private static final int STEP_LENGTH = 4 << 10;

    private final SecretKey key;
    private final Cipher cipher;
    private final byte[] step = new byte[STEP_LENGTH];

    /** A step, what the cipher still held of the one before, and the tag. */
    private final byte[] output = new byte[STEP_LENGTH + 2 * TAG_LENGTH];

    TagCipher(SecretKey key) {
        this.key = key;
        try {
            cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES/GCM is part of every Java platform", e);
        }
    }

    /**
     * Begins a tag; one that was not finished is forgotten.
     *
     * @param header the {@link FrameHeaderCodec#LENGTH} bytes
     */
    void begin(Kind kind, long sequence, byte[] header) {
        byte[] nonce = ByteBuffer.allocate(NONCE_LENGTH)
                .putInt(kind.number)
                .putLong(sequence)
                .array();
        try {
            cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_LENGTH * Byte.SIZE, nonce));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(kind + " tag of frame " + sequence, e);
        }
        cipher.updateAAD(header);
    }

    /** @param payload consumed; heap or direct, never mapped */
    void update(ByteBuffer payload) {
        while (payload.hasRemaining()) {
            int length = Math.min(STEP_LENGTH, payload.remaining());
            payload.get(step, 0, length);
            encrypt(step, 0, length);
        }
    }

    void update(byte[] payload, int length) {
        for (int done = 0; done < length; done += STEP_LENGTH) {
            encrypt(payload, done, Math.min(STEP_LENGTH, length - done));
        }
    }

    private void encrypt(byte[] plain, int offset, int length) {
        try {
            cipher.update(plain, offset, length, output, 0);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("encrypt " + length + " bytes for a tag", e);
        }
    }

    byte[] tag() {
        try {
            int length = cipher.doFinal(output, 0);
            byte[] tag = new byte[TAG_LENGTH];
            System.arraycopy(output, length - TAG_LENGTH, tag, 0, TAG_LENGTH);
            return tag;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("finish a tag", e);
        }
    }
}
