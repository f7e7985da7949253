package io.zsync.cli;

import io.zsync.node.api.RunReport;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.Protection;
import io.zsync.protocol.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The lines that end a push, a pull or a copy. Every number is one that was counted; what did not happen is not said. */
final class Summary implements Runs.Ending {
    private static final String HINT =
            " (sendfile needs --protect safe, or clear on a trusted network, and a node that allows it)";

    private final String verb;
    private final String done;
    private final boolean chosen;

    /**
     * @param verb what a dry run would do
     * @param done what was done
     * @param chosen the level of protection was typed
     */
    Summary(String verb, String done, boolean chosen) {
        this.verb = verb;
        this.done = done;
        this.chosen = chosen;
    }

    @Override
    public String told(Runs.Run run, RunReport report) {
        String lines = headline(run, report) + "\n  " + counts(report.tally()) + "\n  " + guarantees(report);
        return report.reconnects() == 0 ? lines : lines + "\n  " + reconnects(report);
    }

    @Override
    public ExitCode code(RunReport report) {
        return ExitCode.of(report);
    }

    private String headline(Runs.Run run, RunReport report) {
        Tally tally = report.tally();
        String trees = " " + run.source() + " to " + run.target();
        String files = Quantity.count(tally.files(), "file", "files");
        String elapsed = Quantity.seconds(report.elapsed().toNanos());
        if (report.dryRun()) {
            return "would " + verb + trees + " (dry run): " + files + ", " + Quantity.bytes(tally.bytes())
                    + " to move; planned in " + elapsed;
        }
        return done + trees + ": " + files + ", " + Quantity.bytes(moved(report)) + " in " + elapsed + rate(report);
    }

    /** None after a lost connection: the bytes are the last session's, the time is the whole run's. */
    private static String rate(RunReport report) {
        double seconds = report.elapsed().toNanos() / 1e9;
        long moved = moved(report);
        return moved == 0 || seconds <= 0 || report.reconnects() > 0
                ? ""
                : " (" + Quantity.bytes(Math.round(moved / seconds)) + "/s)";
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

    private String guarantees(RunReport report) {
        List<String> paths = new ArrayList<>();
        for (DataPath path : DataPath.values()) {
            long bytes = report.bytesByPath().getOrDefault(path, 0L);
            if (bytes > 0) {
                paths.add(path.word() + " " + Quantity.bytes(bytes));
            }
        }
        String durable = report.dryRun() ? "nothing was changed" : durable(report.tally());
        Protection protection = report.protection();
        String level =
                protection == null ? "" : "; protection " + protection.name().toLowerCase(Locale.ROOT) + hint(report);
        return (paths.isEmpty() ? "nothing moved" : String.join(", ", paths)) + level + "; " + durable;
    }

    /** Asked for or not: where a sync of the whole file system cannot be relied on, each file is forced by itself. */
    private static String durable(Tally tally) {
        return switch (tally.durability()) {
            case NONE -> "not durable";
            case BATCH -> "durable";
            case FILE -> "durable, file by file";
        };
    }

    /** Zero copy asks for a level that shows the data on the way, which only its owner may choose. */
    private String hint(RunReport report) {
        boolean applies = report.protection() == Protection.PRIVATE && report.network() == RunReport.Network.PRIVATE;
        return applies && !chosen ? HINT : "";
    }

    private static String reconnects(RunReport report) {
        return "connection lost " + Quantity.count(report.reconnects(), "time", "times")
                + "; the counts are those of the last session";
    }
}
