package io.zsync.cli;

import io.zsync.node.api.BenchReport;
import io.zsync.node.api.BenchRequest;
import io.zsync.node.api.BenchSink;
import io.zsync.node.api.RunFailure;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code zsync bench} */
final class BenchCommand implements Command {
    private static final int ROUNDS = 5;
    private static final Duration BUDGET = Duration.ofSeconds(80);

    private final Judge judge = new Judge("bench");

    @Override
    public String help() {
        return Help.BENCH;
    }

    @Override
    public ExitCode run(List<Argument> words, Surroundings around) throws UsageError, RunFailure {
        BenchFlags flags = new BenchFlags();
        judge.fill(flags, words, around);
        Console console = around.console();
        if (!flags.json) {
            return measure(flags, around);
        }
        return Attempt.of(
                console,
                () -> measure(flags, around),
                (code, message, wayOut) -> console.print(BenchJson.failure(code, message, wayOut)));
    }

    private ExitCode measure(BenchFlags flags, Surroundings around) throws UsageError, RunFailure {
        judge.count(flags.words, 0);
        List<Long> sizes = flags.sizes.isEmpty() ? IbmFigures.sizes() : FileSize.parse(judge, "--size", flags.sizes);
        Path directory = flags.directory == null
                ? Path.of(System.getProperty("java.io.tmpdir", "/tmp"))
                : flags.directory.path();
        ReportFile file = flags.report == null ? null : ReportFile.at(judge, flags.report);
        Console console = around.console();
        BenchReport report;
        try {
            report = around.engine()
                    .get()
                    .bench(new BenchRequest(directory, sizes, ROUNDS, BUDGET), step -> tell(step, around));
        } finally {
            console.status("");
        }
        (flags.json ? BenchJson.lines(report) : BenchText.of(report, around.terminalColumns())).forEach(console::print);
        console.flush();
        write(file, report, console);
        return ExitCode.DONE;
    }

    private static void tell(BenchSink.Step step, Surroundings around) {
        if (around.terminalColumns() > 0) {
            String round = step.round() == 0 ? "warming up" : "round " + step.round() + " of " + step.rounds();
            String text = "measuring " + step.comparison() + " of " + step.comparisons() + ": "
                    + BenchNotes.table(step.table()) + ", " + FileSize.text(step.bytes()) + ", " + round;
            around.console().status(text.substring(0, Math.min(text.length(), around.terminalColumns() - 1)));
        }
    }

    private static void write(@Nullable ReportFile file, BenchReport report, Console console) throws RunFailure {
        if (file != null) {
            file.write(BenchPage.of(report, Instant.now()));
            console.tell("report in " + file);
        }
    }
}
