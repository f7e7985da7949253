package io.zsync.protocol;

/**
 * What a receiver did, counted over all entries but the root; in a dry run, what it would do.
 *
 * @param created paths that did not exist
 * @param changed paths whose content, kind or metadata changed
 * @param deleted paths removed
 * @param unchanged paths that matched already
 * @param failed paths not replicated, each named in a problem
 * @param skipped specials and symlinks left out, each named
 * @param withheld paths that would have been removed, had they not been more than the limit
 * @param files regular files among all entries
 * @param bytes payload bytes published
 * @param durability how all of it was forced to disk: not, by syncs of whole file systems, or, as asked for or because such
 *     syncs cannot be relied on there, file by file
 */
public record Tally(
        long created,
        long changed,
        long deleted,
        long unchanged,
        long failed,
        long skipped,
        long withheld,
        long files,
        long bytes,
        Durability durability) {
    public Tally {
        if ((created | changed | deleted | unchanged | failed | skipped | withheld | files | bytes) < 0) {
            throw new IllegalArgumentException("negative count in a tally");
        }
    }

    public boolean durable() {
        return durability != Durability.NONE;
    }
}
