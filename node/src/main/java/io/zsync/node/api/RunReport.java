package io.zsync.node.api;

import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.Protection;
import io.zsync.protocol.Tally;
import java.time.Duration;
import java.util.Map;

/**
 * What a completed run did.
 *
 * @param tally the receiver's counts
 * @param bytesByPath payload bytes that left the sender, re-sent ones included, by the path that moved them
 * @param problems number of problems of each code, from both ends
 */
public record RunReport(
        Tally tally,
        Map<DataPath, Long> bytesByPath,
        Map<ProblemCode, Long> problems,
        Protection protection,
        boolean dryRun,
        Duration elapsed) {
    public RunReport {
        bytesByPath = Map.copyOf(bytesByPath);
        problems = Map.copyOf(problems);
    }
}
