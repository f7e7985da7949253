package io.zsync.cli;

import io.zsync.node.api.Event;
import io.zsync.node.api.RunReport;
import io.zsync.protocol.Escape;
import io.zsync.protocol.Message;
import io.zsync.protocol.Message.Change.Action;
import io.zsync.protocol.ProblemCode;
import org.jspecify.annotations.Nullable;

/** Tells a run in lines: what was asked for on standard output, all else on standard error. */
final class RunPrinter implements Telling {
    private final Console console;
    private final Runs runs;
    private final Runs.Run run;
    private final Verbosity verbosity;
    private final int statusColumns;
    private final Itemizer itemizer;
    private @Nullable ProgressLine progressLine;
    private @Nullable Explanation explanation;

    RunPrinter(Console console, Runs runs, Runs.Run run, int terminalColumns) {
        this.console = console;
        this.runs = runs;
        this.run = run;
        this.verbosity = runs.verbosity();
        this.statusColumns = verbosity.statusColumns(terminalColumns);
        this.itemizer = new Itemizer(runs.verb().letter(), run.options());
    }

    @Override
    public void begin() {}

    @Override
    public void accept(Event event) {
        switch (event) {
            case Event.Changed changed -> show(changed.change());
            case Event.Moved moved -> show(moved);
            case Event.ProblemMet problem -> show(problem);
            case Event.Reconnecting reconnecting -> show(reconnecting);
            case Event.NotShown notShown -> show(notShown);
            case Event.Progress progress -> show(progress);
        }
    }

    private void show(Message.Change change) {
        switch (verbosity.changes()) {
            case NONE -> {}
            case PATHS ->
                console.print((change.action() == Action.DELETE ? "deleting " : "") + Itemizer.pathOf(change));
            case ITEMIZED -> console.print(itemizer.line(change));
        }
    }

    private void show(Event.Moved moved) {
        if (verbosity.explain()) {
            if (explanation == null) {
                explanation = new Explanation();
            }
            console.print(explanation.line(moved));
        }
    }

    private void show(Event.ProblemMet problem) {
        if (ExitCode.isFailure(problem.code()) || !verbosity.quiet()) {
            console.tell("zsync: " + told(problem.code(), Escape.text(problem.detail())) + " (" + problem.path() + ")");
        }
    }

    private static String told(ProblemCode code, String detail) {
        if (code == ProblemCode.SPECIAL_SKIPPED || code == ProblemCode.METADATA_SKIPPED) {
            return what(code) + " " + (detail.isEmpty() ? "special file" : detail);
        }
        return what(code) + (detail.isEmpty() ? "" : ": " + detail);
    }

    private static String what(ProblemCode code) {
        return switch (code) {
            case SOURCE_UNREADABLE -> "cannot read the source";
            case SOURCE_VANISHED -> "the source vanished";
            case SOURCE_CHANGED -> "the source kept changing";
            case TARGET_FAILED -> "cannot write the target";
            case TARGET_CHANGED -> "the target was changed meanwhile";
            case DIRECTORY_IN_THE_WAY -> "a directory is in the way";
            case SPECIAL_SKIPPED, METADATA_SKIPPED -> "skipped";
            case INTEGRITY -> "data kept failing its check";
            case NAME_REFUSED -> "the name cannot be replicated";
            case METADATA_LOST -> "metadata was not kept";
            case NOT_RESUMABLE -> "a broken run would start large files over";
        };
    }

    private void show(Event.Reconnecting reconnecting) {
        if (!verbosity.quiet()) {
            console.tell("zsync: " + Escape.text(reconnecting.reason()) + "; trying again in "
                    + Quantity.pause(reconnecting.pause()));
        }
    }

    private void show(Event.NotShown notShown) {
        console.tell("zsync: " + notShown(notShown));
    }

    static String notShown(Event.NotShown notShown) {
        return Quantity.count(notShown.count()) + " more not shown: they came faster than they could be printed";
    }

    private void show(Event.Progress progress) {
        console.flush();
        if (statusColumns > 0) {
            if (progressLine == null) {
                progressLine = new ProgressLine(
                        console,
                        statusColumns,
                        run.options().dryRun(),
                        runs.verb().moved());
            }
            progressLine.show(progress);
        }
    }

    @Override
    public void stop() {
        if (progressLine != null) {
            progressLine.close();
        }
        if (explanation != null) {
            explanation.totals().forEach(console::print);
        }
        console.flush();
    }

    @Override
    public void ended(RunReport report, ExitCode code) {
        if (!verbosity.quiet()) {
            console.tell(runs.ending().told(run, report));
        }
        tellWithheld(report.tally().withheld());
    }

    /** An error, so it is told to who wants only errors, too. */
    void tellWithheld(long deletions) {
        if (deletions > 0) {
            console.tell("zsync: delete: " + Quantity.count(deletions, "path", "paths")
                    + " to remove, more than the limit, so none was (" + run.target() + ")\n--max-delete " + deletions
                    + " allows it.");
        }
    }

    /** Standard error has it already. */
    @Override
    public void failed(ExitCode code, String message, @Nullable String wayOut) {}
}
