package io.zsync.protocol;

/**
 * What the initiator asks of a run.
 *
 * @param dryRun plan and tell, apply nothing
 * @param reportChanges send a {@link Message.Change} for each change
 * @param keepOwner apply uid and gid where the receiver may
 * @param durability when published files are forced to disk
 * @param protection what the data streams guarantee
 * @param streams data streams, 1 to {@link Limits#STREAMS}
 */
public record RunOptions(
        boolean dryRun,
        boolean reportChanges,
        boolean keepOwner,
        Durability durability,
        Protection protection,
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
