package io.zsync.protocol;

/**
 * What the initiator asks of a run, whichever role it plays.
 *
 * @param dryRun plan and tell, apply nothing
 * @param reportChanges send a {@link Message.Change} for each change
 * @param explain send a {@link Message.Moved} for each file whose content was sent
 * @param keepOwner apply uid and gid where the receiver may
 * @param durability when published files are forced to disk
 * @param dataPath how the sender moves content
 * @param streams data streams, 1 to {@link Limits#STREAMS}
 */
public record RunOptions(
        boolean dryRun,
        boolean reportChanges,
        boolean explain,
        boolean keepOwner,
        Durability durability,
        PathPolicy dataPath,
        int streams) {
    public RunOptions {
        checkStreams(streams);
    }

    static void checkStreams(int streams) {
        if (streams < 1 || streams > Limits.STREAMS) {
            throw new IllegalArgumentException("streams " + streams + " not in 1.." + Limits.STREAMS);
        }
    }
}
