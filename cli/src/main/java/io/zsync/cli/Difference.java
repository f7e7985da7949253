package io.zsync.cli;

import io.zsync.node.api.RunReport;
import io.zsync.protocol.Tally;
import java.util.ArrayList;
import java.util.List;

/** The line that ends a diff or a verify. Equal means that a push or a copy would change nothing; what could not be looked at is said. */
final class Difference implements Runs.Ending {
    private final String how;

    /** @param how the trees were compared, said of equal ones */
    Difference(String how) {
        this.how = how;
    }

    @Override
    public String told(Runs.Run run, RunReport report) {
        Tally tally = report.tally();
        List<String> counts = new ArrayList<>();
        String verdict;
        if (differs(tally)) {
            verdict = " differ: ";
            add(counts, tally.created(), " new");
            add(counts, tally.changed(), " changed");
            add(counts, tally.deleted(), " to delete");
        } else {
            verdict = tally.failed() > 0 ? " are equal as far as they could be compared: " : " are equal: ";
            counts.add(Quantity.count(tally.files(), "file", "files"));
        }
        add(counts, tally.failed(), " failed");
        add(counts, tally.skipped(), " skipped");
        return run.source() + " and " + run.target() + verdict + String.join(", ", counts)
                + (differs(tally) ? "" : how);
    }

    @Override
    public ExitCode code(RunReport report) {
        return ExitCode.of(report).or(differs(report.tally()) ? ExitCode.DIFFERENCES : ExitCode.DONE);
    }

    private static boolean differs(Tally tally) {
        return tally.created() > 0 || tally.changed() > 0 || tally.deleted() > 0;
    }

    private static void add(List<String> counts, long count, String what) {
        if (count > 0) {
            counts.add(Quantity.count(count) + what);
        }
    }
}
