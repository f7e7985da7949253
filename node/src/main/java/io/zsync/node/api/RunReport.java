package io.zsync.node.api;

import io.zsync.protocol.DataPath;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.Protection;
import io.zsync.protocol.Tally;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a completed run did.
 *
 * @param tally the receiver's counts, of the last session
 * @param bytesByPath payload bytes that left the sender in that session, re-sent ones included, or were copied, by the path that moved them
 * @param problems number of problems of each code, from both ends
 * @param protection what ran; null of a run that had no connection
 * @param network where the two ends stand to each other; null of a run that had no connection
 * @param elapsed of the whole run
 * @param reconnects sessions that broke before the last one
 */
public record RunReport(
        Tally tally,
        Map<DataPath, Long> bytesByPath,
        Map<ProblemCode, Long> problems,
        @Nullable Protection protection,
        @Nullable Network network,
        boolean dryRun,
        Duration elapsed,
        int reconnects) {
    public RunReport {
        bytesByPath = Map.copyOf(bytesByPath);
        problems = Map.copyOf(problems);
    }

    /** What lies between two nodes, as far as their addresses tell. */
    public enum Network {
        /** Both ends are on this machine's loopback. */
        LOOPBACK,
        /** A private address (RFC 1918, RFC 4193, link-local): a network that somebody may choose to trust. */
        PRIVATE,
        PUBLIC
    }
}
