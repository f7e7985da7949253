package io.zsync.node.bench;

import io.zsync.node.api.BenchReport;
import io.zsync.node.api.BenchReport.Machine;
import io.zsync.node.api.BenchReport.Measure;
import io.zsync.node.api.BenchReport.Omission;
import io.zsync.node.api.BenchReport.Row;
import io.zsync.node.api.BenchReport.Table;
import io.zsync.node.api.BenchReport.Verdict;
import io.zsync.node.api.BenchRequest;
import io.zsync.node.api.BenchSink;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One run of the measurements: for each size and table a {@link Comparison} of all ways. Source and target are in the page
 * cache throughout. Used once, by one thread; {@link #cancel} is for any.
 */
public final class Bench {
    /** Rounds of what comes when the budget is used up: too few to tell anything apart, enough for a median. */
    private static final int ROUNDS_WHEN_LATE = 3;

    private static final String WAY_OUT = "--dir DIR takes another directory, --size smaller files";

    private final BenchRequest request;
    private final BenchSink sink;
    private final Effort effort;
    private final long begun = System.nanoTime();
    private final List<Row> rows = new ArrayList<>();
    private final List<Verdict> verdicts = new ArrayList<>();
    private final List<Omission> omissions = new ArrayList<>();
    private volatile boolean cancelled;
    private volatile @Nullable Comparison current;

    public Bench(BenchRequest request, BenchSink sink) {
        this(request, sink, Effort.FULL);
    }

    Bench(BenchRequest request, BenchSink sink, Effort effort) {
        this.request = request;
        this.sink = sink;
        this.effort = effort;
    }

    /**
     * Measures all that fits into the directory and into memory.
     *
     * @throws RunFailure ROOT_UNUSABLE if the directory cannot be used, INTERRUPTED after {@link #cancel}
     */
    public BenchReport run() throws RunFailure {
        try (MeasuredFiles files = MeasuredFiles.open(request.directory())) {
            Machine machine = ThisMachine.describe(request.directory());
            List<Long> sizes = fitting(machine);
            int number = 0;
            for (long size : sizes) {
                files.grow(size);
                for (Table table : Table.values()) {
                    compare(files, table, size, ++number, sizes.size() * Table.values().length);
                }
            }
            return new BenchReport(machine, rows, verdicts, omissions, Duration.ofNanos(System.nanoTime() - begun));
        } catch (IOException e) {
            throw cancelled ? interrupted() : unusable(e);
        }
    }

    private List<Long> fitting(Machine machine) throws IOException {
        long space = Files.getFileStore(request.directory()).getUsableSpace();
        long memory = ThisMachine.availableMemory();
        List<Long> fitting = new ArrayList<>();
        for (long size : request.sizes()) {
            // Source and target at once; a tenth stays for everybody else.
            long needed = 2 * size + size / 5;
            if (needed <= Math.min(space, memory)) {
                fitting.add(size);
            } else {
                boolean full = space < memory;
                String why = "it takes " + needed + " bytes for source and target, of which "
                        + (full ? machine.directory() + " has " + space : "memory has " + memory);
                for (Table table : Table.values()) {
                    omissions.add(new Omission(table, size, null, why));
                }
            }
        }
        return fitting;
    }

    private void compare(MeasuredFiles files, Table table, long size, int number, int of)
            throws IOException, RunFailure {
        boolean late = System.nanoTime() - begun > request.budget().toNanos();
        int rounds = late ? Math.min(ROUNDS_WHEN_LATE, request.rounds()) : request.rounds();
        Comparison comparison = new Comparison(Lanes.of(table, files), size, effort, omissions);
        current = comparison;
        for (int round = 0; round <= rounds; round++) {
            if (cancelled) {
                throw interrupted();
            }
            sink.accept(new BenchSink.Step(table, size, round, rounds, number, of));
            if (round == 0) {
                comparison.warmUp(rows.stream().noneMatch(row -> row.way().table() == table));
            } else {
                comparison.measure(round);
            }
        }
        List<Series> all = comparison.series();
        all.forEach(series -> rows.add(series.row()));
        for (boolean checked : new boolean[] {true, false}) {
            List<Series> alike = all.stream()
                    .filter(series -> series.way().checked() == checked)
                    .toList();
            if (alike.size() > 1) {
                verdicts.add(verdict(table, size, checked, Measure.TIME, alike, Series::seconds));
                verdicts.add(verdict(table, size, checked, Measure.SENDER_CPU, alike, Series::senderCpu));
            }
        }
    }

    private static Verdict verdict(
            Table table,
            long size,
            boolean checked,
            Measure measure,
            List<Series> alike,
            Function<Series, double[]> costs) {
        List<Ranking.Contender> contenders = alike.stream()
                .map(series -> new Ranking.Contender(series.way().path(), costs.apply(series)))
                .toList();
        return new Verdict(table, size, checked, measure, Ranking.of(contenders));
    }

    /** Ends the run soon. */
    public void cancel() {
        cancelled = true;
        Comparison comparison = current;
        if (comparison != null) {
            comparison.cancel();
        }
    }

    private static RunFailure interrupted() {
        return new RunFailure(FailureKind.INTERRUPTED, "bench: interrupted", null, null);
    }

    private RunFailure unusable(IOException e) {
        boolean full =
                e instanceof FileFailure failure && (failure.errno() == Errno.NOSPC || failure.errno() == Errno.DQUOT);
        String what = full ? "no room for what is measured with: " : "";
        return new RunFailure(FailureKind.ROOT_UNUSABLE, "bench: " + what + e.getMessage(), WAY_OUT, e);
    }
}
