package io.zsync.protocol;

/**
 * How much one end may have outstanding at the other. Both ends state theirs and the smaller of each runs, so that a
 * peer can lower our bounds and never raise them.
 *
 * @param parts manifest parts beyond the last acknowledged one, 1 to {@link Limits#CREDIT_PARTS}
 * @param files files wanted and not yet done, 1 to {@link Limits#CREDIT_FILES}
 * @param bytes bytes wanted and not yet done, 1 to {@link Limits#CREDIT_BYTES}; one larger file alone is allowed
 */
public record Credits(int parts, int files, long bytes) {
    public static final Credits DEFAULT = new Credits(Limits.CREDIT_PARTS, Limits.CREDIT_FILES, Limits.CREDIT_BYTES);

    public Credits {
        if (parts < 1 || parts > Limits.CREDIT_PARTS) {
            throw new IllegalArgumentException("parts " + parts + " not in 1.." + Limits.CREDIT_PARTS);
        }
        if (files < 1 || files > Limits.CREDIT_FILES) {
            throw new IllegalArgumentException("files " + files + " not in 1.." + Limits.CREDIT_FILES);
        }
        if (bytes < 1 || bytes > Limits.CREDIT_BYTES) {
            throw new IllegalArgumentException("bytes " + bytes + " not in 1.." + Limits.CREDIT_BYTES);
        }
    }

    public Credits min(Credits other) {
        return new Credits(Math.min(parts, other.parts), Math.min(files, other.files), Math.min(bytes, other.bytes));
    }
}
