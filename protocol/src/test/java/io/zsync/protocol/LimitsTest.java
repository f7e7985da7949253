package io.zsync.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jpountz.lz4.LZ4Factory;
import org.junit.jupiter.api.Test;

/** The bounds fit each other; their values stand in SPEC.md, and a test compares the two. */
class LimitsTest {
    @Test
    void noRangeOverflows() {
        assertEquals(Long.MAX_VALUE, Limits.FILE_LENGTH + Limits.CHUNK_LENGTH);
    }

    @Test
    void theWorstManifestPartFitsInAFrame() {
        int worst = LZ4Factory.safeInstance().fastCompressor().maxCompressedLength(Limits.MANIFEST_PART_LENGTH);

        assertEquals(worst, Limits.MANIFEST_BLOCK_LENGTH);
        assertTrue(worst + 16 < Limits.CONTROL_FRAME_LENGTH);
    }

    @Test
    void theLargestItemFitsInAPart() {
        int fields = Limits.NAME_LENGTH + Limits.ATTRIBUTES_LENGTH + 128;
        assertTrue(Limits.RULES_LENGTH + fields < Limits.MANIFEST_PART_LENGTH);
        assertTrue(Limits.LINK_TARGET_LENGTH + fields < Limits.MANIFEST_PART_LENGTH);
        assertTrue(fields < Limits.CONTROL_FRAME_LENGTH);
    }

    @Test
    void theLongestRequestFitsInAFrame() {
        int edits = 32 * Limits.MODE_EDITS;
        assertTrue(Limits.RULES_LENGTH + 2 * Limits.PATH_LENGTH + edits + 1_024 < Limits.OPENING_FRAME_LENGTH);
    }

    @Test
    void whatIsCompressedFitsWhereAPackFits() {
        assertTrue(Limits.COMPRESSED_CHUNK_LENGTH <= Limits.PACK_LENGTH);
    }

    @Test
    void anySmallFileFitsInAPack() {
        assertTrue(PackCodec.HEAD_LENGTH + Limits.SMALL_FILE_LENGTH < Limits.PACK_LENGTH);
    }

    @Test
    void aNameLengthFitsInAByte() {
        assertTrue(Limits.NAME_LENGTH <= 0xFF);
    }
}
