package io.zsync.protocol;

/**
 * The header of one frame on a data stream; the payload follows it and never sits in it.
 *
 * @param type what the frame carries
 * @param flags 0 or {@link #LZ4}; only where the session was opened with compression
 * @param attempt which attempt at the file; 0 for a pack, whose records name their own
 * @param sequence 0, 1, 2, ... on each stream
 * @param file entry number; for a pack the number of files in it
 * @param offset where the payload belongs in the file; 0 for a pack
 * @param wireLength payload bytes on the wire; 0 for a hole
 * @param plainLength bytes of the file (or pack) that the payload stands for
 */
public record FrameHeader(
        Type type, int flags, int attempt, long sequence, long file, long offset, int wireLength, long plainLength) {
    /** In {@link #flags}: the payload is one LZ4 block, shorter than what it stands for. */
    public static final int LZ4 = 1;

    public enum Type implements Numbered {
        CHUNK(1),
        PACK(2),
        HOLE(3);

        private final int number;

        Type(int number) {
            this.number = number;
        }

        @Override
        public int number() {
            return number;
        }
    }

    public FrameHeader {
        if ((flags & ~LZ4) != 0) {
            throw new IllegalArgumentException("frame flags " + Integer.toHexString(flags));
        }
        if (sequence < 0 || file < 0) {
            throw new IllegalArgumentException("frame sequence " + sequence + ", file " + file);
        }
        switch (type) {
            case CHUNK -> {
                check(wireLength >= 1 && wireLength <= Limits.CHUNK_LENGTH, "chunk length", wireLength);
                checkPlain(flags, wireLength, plainLength, Limits.COMPRESSED_CHUNK_LENGTH);
            }
            case PACK -> {
                check(file >= 1 && file <= Limits.PACK_FILES, "pack files", file);
                check(wireLength >= 1 && wireLength <= Limits.PACK_LENGTH, "pack length", wireLength);
                checkPlain(flags, wireLength, plainLength, Limits.PACK_LENGTH);
                check(attempt == 0 && offset == 0, "pack attempt or offset", offset);
            }
            case HOLE -> {
                check(flags == 0, "hole flags", flags);
                check(wireLength == 0, "hole wire length", wireLength);
                check(plainLength >= 1, "hole length", plainLength);
            }
        }
        if (type != Type.PACK) {
            check(attempt >= 1 && attempt <= Limits.ATTEMPTS, "attempt", attempt);
            check(offset >= 0 && offset <= Limits.FILE_LENGTH, "offset", offset);
            check(plainLength <= Limits.FILE_LENGTH - offset, "plain length", plainLength);
        }
    }

    /** True if the payload is an LZ4 block. */
    public boolean isCompressed() {
        return (flags & LZ4) != 0;
    }

    private static void checkPlain(int flags, int wireLength, long plainLength, int longest) {
        boolean valid = flags == 0 ? plainLength == wireLength : plainLength > wireLength && plainLength <= longest;
        check(valid, "plain length", plainLength);
    }

    private static void check(boolean valid, String what, long value) {
        if (!valid) {
            throw new IllegalArgumentException("frame " + what + " " + value);
        }
    }
}
