package io.zsync.protocol;

/**
 * When a file's content counts as equal, and when it may be replaced at all.
 *
 * @param checksum by size and SHA-256, in place of size and modification time
 * @param update a file that is newer in the target stays as it is
 */
public record Comparison(boolean checksum, boolean update) {
    public static final Comparison BY_TIME = new Comparison(false, false);
    public static final Comparison BY_CHECKSUM = new Comparison(true, false);
}
