package io.zsync.cli;

import io.zsync.node.api.EventSink;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.protocol.RunOptions;
import java.util.List;

/** The runs of one command, one after another; one that fails does not keep the others from their turn. */
record Runs(Verb verb, Ending ending, List<Run> all, Verbosity verbosity) {
    Runs {
        all = List.copyOf(all);
    }

    /** One run, its two ends as they were typed, and what it asks of the engine. */
    record Run(Argument source, Argument target, RunOptions options, Step step) {}

    /** Takes a run to its end, whichever kind of request it is made of. */
    interface Step {
        RunReport on(Engine engine, EventSink events) throws RunFailure;
    }

    /** How a run that came to its end is told and judged. */
    interface Ending {
        String told(Run run, RunReport report);

        ExitCode code(RunReport report);
    }

    ExitCode execute(Surroundings around) {
        Engine engine = around.engine().get();
        ExitCode worst = ExitCode.DONE;
        for (Run run : all) {
            ExitCode code = execute(run, engine, around);
            worst = worst.or(code);
            if (code == ExitCode.INTERRUPTED || code == ExitCode.INTERNAL) {
                break;
            }
        }
        return worst;
    }

    private ExitCode execute(Run run, Engine engine, Surroundings around) {
        Telling telling = telling(run, around);
        telling.begin();
        return Attempt.of(
                around.console(),
                () -> {
                    RunReport report;
                    try {
                        report = run.step().on(engine, telling);
                    } finally {
                        telling.stop();
                    }
                    ExitCode code = ending.code(report);
                    telling.ended(report, code);
                    return code;
                },
                telling);
    }

    private Telling telling(Run run, Surroundings around) {
        RunPrinter lines = new RunPrinter(around.console(), this, run, around.terminalColumns());
        return verbosity.json() ? new JsonPrinter(lines, around.console(), this, run) : lines;
    }
}
