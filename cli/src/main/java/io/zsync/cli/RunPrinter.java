package io.zsync.cli;

import io.zsync.node.api.Event;
import io.zsync.node.api.EventSink;
import io.zsync.protocol.Escape;
import io.zsync.protocol.Message;
import io.zsync.protocol.Message.Change.Kind;
import io.zsync.protocol.ProblemCode;
import org.jspecify.annotations.Nullable;

/** Shows a run's events as they come; closing it ends the progress line. One thread at a time. */
final class RunPrinter implements EventSink, AutoCloseable {
    private final Console console;
    private final Verbosity verbosity;
    private final int statusColumns;
    private @Nullable ProgressLine progressLine;
    private @Nullable Explanation explanation;

    RunPrinter(Console console, Verbosity verbosity, int terminalColumns) {
        this.console = console;
        this.verbosity = verbosity;
        this.statusColumns = verbosity.statusColumns(terminalColumns);
    }

    @Override
    public void accept(Event event) {
        switch (event) {
            case Event.Changed changed -> show(changed);
            case Event.Moved moved -> show(moved.moved());
            case Event.ProblemMet problem -> show(problem);
            case Event.Reconnecting reconnecting -> show(reconnecting);
            case Event.Progress progress -> show(progress);
        }
    }

    private void show(Event.Changed changed) {
        if (verbosity.changes()) {
            String path = changed.change().path().toString();
            console.print(changed.change().kind() == Kind.DIRECTORY ? path + "/" : path);
        }
    }

    private void show(Message.Moved moved) {
        if (verbosity.explain()) {
            if (explanation == null) {
                explanation = new Explanation();
            }
            console.print(explanation.line(moved));
        }
    }

    private void show(Event.ProblemMet problem) {
        String detail = Escape.text(problem.detail());
        if (problem.code() == ProblemCode.SPECIAL_SKIPPED) {
            if (!verbosity.quiet()) {
                console.tell(
                        "zsync: skipped " + (detail.isEmpty() ? "special file" : detail) + " (" + problem.path() + ")");
            }
            return;
        }
        console.tell("zsync: " + what(problem.code()) + (detail.isEmpty() ? "" : ": " + detail) + " (" + problem.path()
                + ")");
    }

    private static String what(ProblemCode code) {
        return switch (code) {
            case SOURCE_UNREADABLE -> "cannot read the source";
            case SOURCE_VANISHED -> "the source vanished";
            case SOURCE_CHANGED -> "the source kept changing";
            case TARGET_FAILED -> "cannot write the target";
            case TARGET_CHANGED -> "the target was changed meanwhile";
            case DIRECTORY_IN_THE_WAY -> "a directory is in the way";
            case SPECIAL_SKIPPED -> "skipped";
            case INTEGRITY -> "data kept failing its check";
            case NAME_REFUSED -> "the name cannot be replicated";
            case METADATA_LOST -> "metadata was not kept";
            case METADATA_SKIPPED -> "left out";
        };
    }

    private void show(Event.Reconnecting reconnecting) {
        if (!verbosity.quiet()) {
            console.tell("zsync: " + Escape.text(reconnecting.reason()) + "; trying again in "
                    + Quantity.pause(reconnecting.pause()));
        }
    }

    private void show(Event.Progress progress) {
        console.flush();
        if (statusColumns > 0) {
            if (progressLine == null) {
                progressLine = new ProgressLine(console, statusColumns);
            }
            progressLine.show(progress);
        }
    }

    @Override
    public void close() {
        if (progressLine != null) {
            progressLine.close();
        }
        if (explanation != null) {
            explanation.totals().forEach(console::print);
        }
        console.flush();
    }
}
