package io.zsync.protocol;

/**
 * Every bound of the wire in one place; SPEC.md section "Limits" repeats them and a test compares the two. Lengths are
 * bytes. A peer that exceeds one gets a {@link ProtocolException}, before anything of that size was allocated.
 */
public final class Limits {
    public static final int MIN_VERSION = 1;
    public static final int MAX_VERSION = 1;

    public static final int NAME_LENGTH = 255;
    public static final int PATH_LENGTH = 4_096;
    public static final int PATH_DEPTH = 256;
    public static final int LINK_TARGET_LENGTH = 4_095;
    public static final int SHARE_LENGTH = 64;
    public static final int RULES_LENGTH = 64 << 10;
    public static final int MODE_EDITS = 32;

    public static final int ATTRIBUTE_NAME_LENGTH = 255;
    public static final int ATTRIBUTE_VALUE_LENGTH = 64 << 10;

    /** Names and values of one object's extended attributes and 8 for each: an item of the manifest has to hold them. */
    public static final int ATTRIBUTES_LENGTH = 128 << 10;

    public static final int DETAIL_LENGTH = 1_024;

    /** A control frame's type and body. */
    public static final int CONTROL_FRAME_LENGTH = 1 << 20;

    /** The same of what an initiator says before it has a session: Hello and Open. */
    public static final int OPENING_FRAME_LENGTH = 96 << 10;

    /** One manifest part before compression. */
    public static final int MANIFEST_PART_LENGTH = 256 << 10;

    /** The same compressed: the worst case of an LZ4 block. */
    public static final int MANIFEST_BLOCK_LENGTH = MANIFEST_PART_LENGTH + MANIFEST_PART_LENGTH / 255 + 16;

    public static final int DIRECTORY_ENTRIES = 2_000_000;

    public static final int CHUNK_LENGTH = 8 << 20;

    /** What a compressed chunk expands to; it is held in memory for that. */
    public static final int COMPRESSED_CHUNK_LENGTH = 1 << 20;

    public static final int PACK_LENGTH = 1 << 20;
    public static final int PACK_FILES = 1_024;

    /** Files below this travel in packs; others as chunks. */
    public static final int SMALL_FILE_LENGTH = 64 << 10;

    /** Linux's largest file offset, so that offset + length never overflows. */
    public static final long FILE_LENGTH = Long.MAX_VALUE - CHUNK_LENGTH;

    /** Objects of which more names are expected, at one time. */
    public static final int LINK_GROUPS = 1_000_000;

    /** The first paths of these objects, all together: a receiver holds them in memory. */
    public static final long LINK_PATHS_LENGTH = 64L << 20;

    public static final int STREAMS = 16;

    /** Frames of a data stream at level safe: each takes nonces, and a key is given up long before it is worn. */
    public static final long SAFE_FRAMES = 1L << 32;

    /** Files of this size or more are gone on with where a session has broken off. */
    public static final long RESUMED_LENGTH = 64L << 20;

    public static final int ATTEMPTS = 3;
    public static final int RANGE_RETRIES = 3;

    /** Separate verified or claimed intervals of one file; an honest sender needs a few more than it has streams. */
    public static final int FILE_FRAGMENTS = 4_096;

    /** Wanted of all files that are not done: one each of as many as the credit has, and many each of the few that are large. */
    public static final int WANTED_RANGES = 65_536;

    public static final int CREDIT_PARTS = 8;
    public static final int CREDIT_FILES = 8_192;
    public static final long CREDIT_BYTES = 512L << 20;

    private Limits() {}
}
