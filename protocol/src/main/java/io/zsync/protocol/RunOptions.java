package io.zsync.protocol;

/**
 * What the initiator asks of a run, whichever role it plays.
 *
 * @param dryRun plan and tell, apply nothing
 * @param reportChanges send a {@link Message.Change} for each change
 * @param explain send a {@link Message.Moved} for each file whose content was sent
 * @param durability when published files are forced to disk
 * @param transfer how content moves
 * @param comparison when a file's content counts as equal
 * @param selection which paths of the source the run is about
 * @param preservation which metadata is kept
 * @param deletion what becomes of what only the target has
 */
public record RunOptions(
        boolean dryRun,
        boolean reportChanges,
        boolean explain,
        Durability durability,
        Transfer transfer,
        Comparison comparison,
        Selection selection,
        Preservation preservation,
        Deletion deletion) {
    /** A push or pull with nothing typed, but the number of streams. */
    public static RunOptions defaults(int streams) {
        return new RunOptions(
                false,
                false,
                false,
                Durability.BATCH,
                new Transfer(PathPolicy.AUTO, streams, false, 0),
                Comparison.BY_TIME,
                Selection.ALL,
                Preservation.ARCHIVE,
                Deletion.NONE);
    }
}
