package io.zsync.node.api;

import io.zsync.protocol.Message;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.RelativePath;

/** What a run tells while it goes on. */
public sealed interface Event {
    /** A path that is changed, or in a dry run would be; only if {@link PushRequest#reportChanges}. */
    record Changed(Message.Change change) implements Event {}

    /** A file's content was sent, by which path and why; only if {@link PushRequest#explain}. */
    record Moved(RelativePath path, DataPath dataPath, long bytes, PathChoice choice) implements Event {}

    /** One path was not replicated. */
    record ProblemMet(RelativePath path, ProblemCode code, String detail) implements Event {}

    /**
     * Where the run stands. Sent a few times a second.
     *
     * @param scannedEntries source entries met so far
     * @param plannedFiles files whose content is to be moved, as far as planned
     * @param plannedBytes their bytes
     * @param doneFiles files published of these
     * @param sentBytes payload bytes that left the sender
     * @param complete true if the plan is complete, so that the totals are final
     */
    record Progress(
            long scannedEntries, long plannedFiles, long plannedBytes, long doneFiles, long sentBytes, boolean complete)
            implements Event {}
}
