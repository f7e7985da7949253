package io.zsync.cli;

import io.zsync.node.api.RunReport;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.Tally;
import java.util.ArrayList;
import java.util.List;

/** The three lines that end a run. Every number is one that was counted; what did not happen is not said. */
final class Summary {
    private Summary() {}

    /** @param source as typed, escaped; so is {@code peer} */
    static String of(RunReport report, String source, String peer) {
        return headline(report, source, peer) + "\n  " + counts(report.tally()) + "\n  " + guarantees(report);
    }

    private static String headline(RunReport report, String source, String peer) {
        Tally tally = report.tally();
        String files = Quantity.count(tally.files(), "file", "files");
        String elapsed = Quantity.seconds(report.elapsed().toNanos());
        if (report.dryRun()) {
            return "would push " + source + " to " + peer + " (dry run): " + files + ", "
                    + Quantity.bytes(tally.bytes()) + " to move; planned in " + elapsed;
        }
        return "pushed " + source + " to " + peer + ": " + files + ", " + Quantity.bytes(moved(report)) + " in "
                + elapsed + rate(report);
    }

    private static String rate(RunReport report) {
        double seconds = report.elapsed().toNanos() / 1e9;
        long moved = moved(report);
        return moved == 0 || seconds <= 0 ? "" : " (" + Quantity.bytes(Math.round(moved / seconds)) + "/s)";
    }

    private static long moved(RunReport report) {
        long sum = 0;
        for (long bytes : report.bytesByPath().values()) {
            sum += bytes;
        }
        return sum;
    }

    private static String counts(Tally tally) {
        String counts = Quantity.count(tally.created()) + " new, " + Quantity.count(tally.changed()) + " changed, "
                + Quantity.count(tally.deleted()) + " deleted, " + Quantity.count(tally.unchanged()) + " unchanged, "
                + Quantity.count(tally.failed()) + " failed";
        return tally.skipped() == 0 ? counts : counts + ", " + Quantity.count(tally.skipped()) + " skipped";
    }

    private static String guarantees(RunReport report) {
        List<String> paths = new ArrayList<>();
        for (DataPath path : DataPath.values()) {
            long bytes = report.bytesByPath().getOrDefault(path, 0L);
            if (bytes > 0) {
                paths.add(path.word() + " " + Quantity.bytes(bytes));
            }
        }
        String protection = switch (report.protection()) {
            case CLEAR -> "clear";
            case SAFE -> "safe";
            case PRIVATE -> "private";
        };
        String durable =
                report.dryRun() ? "nothing was changed" : report.tally().durable() ? "durable" : "not durable";
        return (paths.isEmpty() ? "nothing moved" : String.join(", ", paths)) + "; protection " + protection + "; "
                + durable;
    }
}
