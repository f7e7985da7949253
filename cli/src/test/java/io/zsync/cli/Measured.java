package io.zsync.cli;

import io.zsync.node.api.BenchReport;
import io.zsync.node.api.BenchReport.Cost;
import io.zsync.node.api.BenchReport.Machine;
import io.zsync.node.api.BenchReport.Measure;
import io.zsync.node.api.BenchReport.Omission;
import io.zsync.node.api.BenchReport.Place;
import io.zsync.node.api.BenchReport.Row;
import io.zsync.node.api.BenchReport.Spread;
import io.zsync.node.api.BenchReport.Table;
import io.zsync.node.api.BenchReport.Verdict;
import io.zsync.node.api.BenchReport.Way;
import io.zsync.protocol.DataPath;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Figures that nobody measured, for what prints them. */
final class Measured {
    static final Machine QUIET =
            new Machine("Linux 6.1", "A Runtime 25", "A Processor", 4, 0.25, "/tmp/<b>&\"x", "ext4");
    private static final long SEVEN_MB = 7_000_000;

    private Measured() {}

    /** 7 MB: a thousandth of a second by sendfile, two by buffered; all others in between. */
    static BenchReport quiet() {
        return of(QUIET, 5, 0.1);
    }

    static BenchReport of(Machine machine, int rounds, double width) {
        List<Row> rows = new ArrayList<>();
        for (boolean checked : new boolean[] {true, false}) {
            double factor = checked ? 1.5 : 1;
            rows.add(socket(DataPath.SENDFILE, checked, 0.001 * factor, rounds, width));
            rows.add(socket(DataPath.BUFFERED, checked, 0.002 * factor, rounds, width));
        }
        rows.add(file(DataPath.CLONE, 0.00001, rounds, width));
        rows.add(file(DataPath.BUFFERED, 0.004, rounds, width));
        return new BenchReport(
                machine,
                rows,
                List.of(
                        verdict(Table.SOCKET, true, Measure.TIME, true, DataPath.SENDFILE, DataPath.BUFFERED),
                        verdict(Table.SOCKET, true, Measure.SENDER_CPU, false, DataPath.SENDFILE, DataPath.BUFFERED),
                        verdict(Table.FILE, false, Measure.TIME, true, DataPath.CLONE, DataPath.BUFFERED),
                        verdict(Table.FILE, false, Measure.SENDER_CPU, true, DataPath.CLONE, DataPath.BUFFERED)),
                List.of(
                        new Omission(Table.FILE, SEVEN_MB, DataPath.MAPPED, "Operation not supported"),
                        new Omission(Table.SOCKET, 1_000_000_000, null, "it takes too much"),
                        new Omission(Table.FILE, 1_000_000_000, null, "it takes too much")),
                Duration.ofMillis(61_500));
    }

    private static Row socket(DataPath path, boolean checked, double seconds, int rounds, double width) {
        return new Row(
                new Way(Table.SOCKET, path, checked),
                SEVEN_MB,
                36,
                rounds,
                spread(seconds, width),
                cost(seconds * 100),
                cost(0.25));
    }

    private static Row file(DataPath path, double seconds, int rounds, double width) {
        return new Row(
                new Way(Table.FILE, path, false), SEVEN_MB, 50, rounds, spread(seconds, width), untold(0.5), null);
    }

    private static Spread spread(double middle, double width) {
        return new Spread(middle, middle * (1 - width / 2), middle * (1 + width / 2));
    }

    private static Cost cost(double cpu) {
        return new Cost(spread(cpu, 0.1), spread(1_234, 0.1), spread(56, 0.1), spread(7_857, 0));
    }

    /** What a kernel without the counts gives. */
    private static Cost untold(double cpu) {
        return new Cost(spread(cpu, 0.1), spread(10, 0), spread(0, 0), null);
    }

    private static Verdict verdict(
            Table table, boolean checked, Measure measure, boolean apart, DataPath first, DataPath second) {
        return new Verdict(
                table,
                SEVEN_MB,
                checked,
                measure,
                List.of(new Place(first, null, true), new Place(second, new Spread(2, 1.5, 2.5), apart)));
    }
}
