package io.zsync.protocol;

import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/**
 * LZ4 blocks, without a frame or dictionary. Pure Java over heap arrays that the caller bounds: nothing is allocated
 * here, and no native code meets a peer's bytes. Any thread.
 */
public final class LzBlock {
    private static final LZ4Compressor COMPRESSOR = LZ4Factory.safeInstance().fastCompressor();
    private static final LZ4SafeDecompressor DECOMPRESSOR =
            LZ4Factory.safeInstance().safeDecompressor();

    private LzBlock() {}

    /**
     * Compresses {@code length} bytes from the beginning of {@code plain} to the beginning of {@code block}.
     *
     * @return the block's length; 0 if it has no room in {@code room} bytes
     */
    public static int compress(byte[] plain, int length, byte[] block, int room) {
        try {
            return COMPRESSOR.compress(plain, 0, length, block, 0, room);
        } catch (LZ4Exception e) {
            return 0;
        }
    }

    /**
     * Expands a block to the beginning of {@code plain}, which has room for {@code plainLength} bytes.
     *
     * @param what for the exception
     * @throws ProtocolException if it does not expand to exactly that many
     */
    public static void expand(byte[] block, int blockLength, byte[] plain, int plainLength, String what) {
        int length;
        try {
            length = DECOMPRESSOR.decompress(block, 0, blockLength, plain, 0, plainLength);
        } catch (LZ4Exception | IndexOutOfBoundsException e) {
            throw new ProtocolException(
                    ErrorCode.MALFORMED, what + " does not decompress to " + plainLength + " bytes", e);
        }
        if (length != plainLength) {
            throw ProtocolException.malformed(what + " decompresses to " + length + " bytes, not " + plainLength);
        }
    }
}
