package io.zsync.cli;

import io.zsync.node.api.ServiceEvent;
import io.zsync.node.api.ServiceEvent.Visit;
import io.zsync.protocol.Escape;
import io.zsync.protocol.Tally;
import java.util.Locale;
import java.util.function.Consumer;

/** A line for each thing that a serving node tells. Whatever a peer may have chosen is escaped. Thread safe. */
final class ServiceLog implements Consumer<ServiceEvent> {
    private final Console console;
    private final boolean quiet;
    private final boolean verbose;

    ServiceLog(Console console, boolean quiet, boolean verbose) {
        this.console = console;
        this.quiet = quiet;
        this.verbose = verbose;
    }

    @Override
    public void accept(ServiceEvent event) {
        if (quiet || (event instanceof ServiceEvent.Opened && !verbose)) {
            return;
        }
        console.tell("zsync: "
                + switch (event) {
                    case ServiceEvent.Opened opened -> line(opened);
                    case ServiceEvent.Ended ended -> line(ended);
                    case ServiceEvent.Refused refused ->
                        "refused " + Escape.text(refused.from()) + ": " + Escape.text(refused.reason());
                    case ServiceEvent.Joined joined ->
                        Escape.text(joined.peer()) + " (" + Escape.text(joined.from()) + ") joined, id " + joined.id();
                    case ServiceEvent.Trouble trouble -> Escape.text(trouble.reason());
                });
    }

    private static String line(ServiceEvent.Opened opened) {
        Visit visit = opened.visit();
        String verb = switch (visit.mode()) {
            case PUSH -> " pushes ";
            case PULL -> " pulls ";
        };
        return who(visit) + verb + what(visit) + ", protection "
                + opened.protection().name().toLowerCase(Locale.ROOT);
    }

    private static String line(ServiceEvent.Ended ended) {
        Visit visit = ended.visit();
        String elapsed = Quantity.seconds(ended.elapsed().toNanos());
        Tally tally = ended.tally();
        String failure = ended.failure();
        if (tally == null || failure != null) {
            String what = switch (visit.mode()) {
                case PUSH -> "push to ";
                case PULL -> "pull of ";
            };
            return who(visit) + ": " + what + what(visit) + " failed after " + elapsed + ": "
                    + (failure == null ? "no reason is known" : Escape.text(failure));
        }
        String verb = switch (visit.mode()) {
            case PUSH -> visit.dryRun() ? " would push " : " pushed ";
            case PULL -> visit.dryRun() ? " would pull " : " pulled ";
        };
        return who(visit) + verb + what(visit) + ": " + counts(tally) + " in " + elapsed;
    }

    private static String who(Visit visit) {
        return Escape.text(visit.peer()) + " (" + Escape.text(visit.from()) + ")";
    }

    private static String what(Visit visit) {
        String share = Escape.text(visit.share());
        return (visit.path().isRoot() ? share : share + "/" + visit.path()) + (visit.dryRun() ? " (dry run)" : "");
    }

    private static String counts(Tally tally) {
        return Quantity.count(tally.created()) + " new, " + Quantity.count(tally.changed()) + " changed"
                + further(tally.deleted(), " deleted") + further(tally.failed(), " failed")
                + further(tally.skipped(), " skipped") + further(tally.withheld(), " deletions withheld");
    }

    private static String further(long count, String what) {
        return count == 0 ? "" : ", " + Quantity.count(count) + what;
    }
}
