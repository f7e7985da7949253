package io.zsync.cli;

import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.node.api.RunRequest;
import java.util.List;

/** The runs of one command, one after another; one that fails does not keep the others from their turn. */
record Runs(List<Run> all, Verbosity verbosity, Ending ending) {
    Runs {
        all = List.copyOf(all);
    }

    /** One run, and its two ends as they were typed. */
    record Run(RunRequest request, Argument source, Argument target) {}

    /** How a run that came to its end is told and judged. */
    interface Ending {
        String told(Run run, RunReport report);

        ExitCode code(RunReport report);
    }

    ExitCode execute(Surroundings around) {
        if (verbosity.traces()) {
            around.console().showTraces();
        }
        Engine engine = around.engine().get();
        ExitCode worst = ExitCode.DONE;
        for (Run run : all) {
            ExitCode code = Attempt.of(around.console(), () -> execute(run, engine, around));
            worst = worst.or(code);
            if (code == ExitCode.INTERRUPTED || code == ExitCode.INTERNAL) {
                break;
            }
        }
        return worst;
    }

    private ExitCode execute(Run run, Engine engine, Surroundings around) throws RunFailure {
        RunReport report;
        try (RunPrinter printer = new RunPrinter(around.console(), verbosity, around.terminalColumns())) {
            report = engine.run(run.request(), printer);
        }
        if (!verbosity.quiet()) {
            around.console().tell(ending.told(run, report));
        }
        return ending.code(report);
    }
}
