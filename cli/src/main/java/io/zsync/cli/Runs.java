package io.zsync.cli;

import io.zsync.node.api.RunReport;
import io.zsync.node.api.RunRequest;
import java.util.List;

/** The runs of one command, one after another; one that fails does not keep the others from their turn. */
record Runs(Verb verb, List<Run> all, Verbosity verbosity) {
    Runs {
        all = List.copyOf(all);
    }

    /** One run, and its two ends as they were typed; one of them is the peer. */
    record Run(RunRequest request, Argument source, Argument target, Argument peer) {}

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
        Ending ending = verb.ending();
        Telling telling = telling(run, ending, around);
        telling.begin();
        return Attempt.of(
                around.console(),
                () -> {
                    RunReport report;
                    try {
                        report = engine.run(run.request(), telling);
                    } finally {
                        telling.stop();
                    }
                    ExitCode code = ending.code(report);
                    telling.ended(report, code);
                    return code;
                },
                telling);
    }

    private Telling telling(Run run, Ending ending, Surroundings around) {
        RunPrinter lines = new RunPrinter(around.console(), verbosity, run, ending, around.terminalColumns());
        return verbosity.json() ? new JsonPrinter(lines, around.console(), this, run) : lines;
    }
}
