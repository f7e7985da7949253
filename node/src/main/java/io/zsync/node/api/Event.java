package io.zsync.node.api;

import io.zsync.protocol.DataPath;
import io.zsync.protocol.Message;
import io.zsync.protocol.PathChoice;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.RelativePath;
import java.time.Duration;

/** What a run tells while it goes on. */
public sealed interface Event {
    /** A path that is changed, or in a dry run would be; only if the options ask to report changes. */
    record Changed(Message.Change change) implements Event {}

    /** A file's content was sent or copied, by which path, why and how much; only if the options ask to explain. */
    record Moved(RelativePath path, DataPath dataPath, PathChoice choice, long bytes) implements Event {
        /** What a sender did. */
        public static Moved of(Message.Moved moved) {
            return new Moved(moved.path(), moved.dataPath(), moved.choice(), moved.bytes());
        }
    }

    /** One path was not replicated. */
    record ProblemMet(RelativePath path, ProblemCode code, String detail) implements Event {}

    /**
     * The connection broke; a new session will scan again.
     *
     * @param reason one line
     * @param pause before it
     */
    record Reconnecting(String reason, Duration pause) implements Event {}

    /** So many events were dropped here: they came faster than they were taken. Problems among them count all the same. */
    record NotShown(long count) implements Event {}

    /**
     * Where the run stands. Sent a few times a second.
     *
     * @param scannedEntries source entries met so far
     * @param plannedFiles files whose content is to be moved, as far as planned
     * @param plannedBytes their bytes
     * @param doneFiles files published of these
     * @param sentBytes payload bytes that left the sender, or were copied
     * @param complete true if the plan is complete, so that the totals are final
     */
    record Progress(
            long scannedEntries, long plannedFiles, long plannedBytes, long doneFiles, long sentBytes, boolean complete)
            implements Event {}
}
