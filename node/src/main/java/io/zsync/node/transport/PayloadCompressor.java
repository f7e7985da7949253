package io.zsync.node.transport;

import io.zsync.protocol.Limits;
import io.zsync.protocol.LzBlock;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Makes LZ4 blocks of one stream's payloads, if they are worth it. Holds two arrays of a payload's size. For one thread. */
final class PayloadCompressor {
    /** How much of a file, or of a pack, decides whether the rest is tried at all. */
    static final int SAMPLE_LENGTH = 64 << 10;

    /** A sample has to shrink by a tenth: less does not pay for the time at both ends. */
    private static final int WORTHWHILE_PERCENT = 90;

    private final byte[] plain = new byte[Limits.COMPRESSED_CHUNK_LENGTH];
    private final byte[] block = new byte[Limits.COMPRESSED_CHUNK_LENGTH];

    /** True if the beginning of this shrinks so much that the rest is worth trying. The payload stays as it is. */
    boolean shrinks(ByteBuffer payload) {
        int length = Math.min(SAMPLE_LENGTH, payload.remaining());
        payload.get(payload.position(), plain, 0, length);
        return LzBlock.compress(plain, length, block, (int) ((long) length * WORTHWHILE_PERCENT / 100)) > 0;
    }

    /**
     * The same payload always makes the same block.
     *
     * @param payload at most {@link Limits#COMPRESSED_CHUNK_LENGTH} bytes, left as it is
     * @return valid until the next call; null if it would not be shorter
     */
    @Nullable
    ByteBuffer compress(ByteBuffer payload) {
        int length = payload.remaining();
        payload.get(payload.position(), plain, 0, length);
        int compressed = LzBlock.compress(plain, length, block, length - 1);
        return compressed == 0 ? null : ByteBuffer.wrap(block, 0, compressed);
    }
}
