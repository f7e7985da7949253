package io.zsync.cli;

import io.zsync.node.api.BenchReport;
import io.zsync.node.api.BenchReport.Cost;
import io.zsync.node.api.BenchReport.Measure;
import io.zsync.node.api.BenchReport.Place;
import io.zsync.node.api.BenchReport.Row;
import io.zsync.node.api.BenchReport.Spread;
import io.zsync.node.api.BenchReport.Table;
import io.zsync.node.api.BenchReport.Verdict;
import io.zsync.node.api.BenchReport.Way;
import io.zsync.protocol.DataPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The figures as text: for each table what theory says, then a group for each size, then what has to be said with them. */
final class BenchText {
    private static final int PLAIN_WIDTH = 80;
    private static final int MAX_WIDTH = 100;
    private static final int LEAST_BAR = 4;
    private static final int ROW_WIDTH = 71;

    private final BenchReport report;
    private final int width;
    private final int bar;
    private final List<String> lines = new ArrayList<>();

    private BenchText(BenchReport report, int columns) {
        this.report = report;
        this.width = Math.min(columns > 0 ? columns - 1 : PLAIN_WIDTH, MAX_WIDTH - 1);
        int room = columns > 0 ? width - ROW_WIDTH - 1 : 0;
        this.bar = room < LEAST_BAR ? 0 : room;
    }

    /** @param columns of the terminal, 0 for none, which gets no bars */
    static List<String> of(BenchReport report, int columns) {
        BenchText text = new BenchText(report, columns);
        text.print();
        return text.lines;
    }

    private void print() {
        wrapped("", BenchNotes.machine(report.machine()));
        wrapped("", "files in " + BenchNotes.place(report.machine()));
        for (Table table : Table.values()) {
            List<Row> rows = report.rows().stream()
                    .filter(row -> row.way().table() == table)
                    .toList();
            if (!rows.isEmpty()) {
                table(table, rows);
            }
        }
        lines.add("");
        BenchNotes.omissions(report).forEach(line -> wrapped("", line));
        BenchNotes.of(report).forEach(note -> wrapped("- ", note));
    }

    private void table(Table table, List<Row> rows) {
        lines.add("");
        lines.add(BenchNotes.table(table).toUpperCase(Locale.ROOT));
        rows.stream().map(row -> row.way().path()).distinct().forEach(path -> {
            Theory theory = Theory.of(table, path);
            lines.add(String.format(
                    Locale.ROOT,
                    "  %-10s in theory %s by the CPU%s, %d mode switches a buffer",
                    path.word(),
                    Quantity.count(theory.cpuCopies(), "copy", "copies"),
                    theory.dmaCopies() == 0 ? "" : ", " + theory.dmaCopies() + " by DMA",
                    theory.modeSwitches()));
        });
        for (long size : rows.stream().map(Row::bytes).distinct().toList()) {
            group(table, size, rows.stream().filter(row -> row.bytes() == size).toList());
        }
    }

    private void group(Table table, long size, List<Row> rows) {
        lines.add("");
        lines.add(head(FileSize.text(size) + ", n=" + rows.getFirst().rounds(), table));
        double full = rows.stream()
                .filter(row -> row.way().path() != DataPath.CLONE)
                .mapToDouble(row -> row.bytesPerSecond().median())
                .max()
                .orElse(1);
        for (boolean checked : new boolean[] {true, false}) {
            List<Row> alike =
                    rows.stream().filter(row -> row.way().checked() == checked).toList();
            if (alike.isEmpty()) {
                continue;
            }
            if (table == Table.SOCKET) {
                lines.add(checked ? "  with the check" : "  without it");
            }
            alike.forEach(row -> lines.add(line(row, full)));
        }
        for (Measure measure : Measure.values()) {
            verdicts(table, size, measure);
        }
        if (table == Table.SOCKET) {
            IbmFigures.at(size).ifPresent(figures -> wrapped("  ", ibm(figures, rows)));
        }
    }

    private static String head(String group, Table table) {
        String names = String.format(
                Locale.ROOT,
                "%5s %12s %8s %8s %6s %7s %6s",
                "GB/s",
                "min..max",
                table == Table.SOCKET ? "send CPU" : "CPU s/GB",
                table == Table.SOCKET ? "recv CPU" : "",
                "waits",
                "preempt",
                "calls");
        return group + " ".repeat(Math.max(1, ROW_WIDTH - names.length() - group.length())) + names;
    }

    private String line(Row row, double full) {
        Spread rate = row.bytesPerSecond();
        Cost receiver = row.receiver();
        String line = String.format(
                Locale.ROOT,
                "  %-10s %5s %12s %8s %8s %6s %7s %6s",
                row.way().path().word(),
                rate(rate.median()),
                rate(rate.min()) + ".." + rate(rate.max()),
                cpu(row.sender().cpuSeconds()),
                receiver == null ? "" : cpu(receiver.cpuSeconds()),
                count(row.sender().waits()),
                count(row.sender().preemptions()),
                count(row.sender().calls()));
        int filled = Math.clamp(Math.round(bar * rate.median() / full), 0, bar);
        return bar == 0 ? line : line + " " + "#".repeat(filled);
    }

    /** GB a second. */
    static String rate(double bytesPerSecond) {
        double rate = bytesPerSecond / 1e9;
        return rate < 99.5 ? String.format(Locale.ROOT, "%.2f", rate) : String.format(Locale.ROOT, "%.0f", rate);
    }

    private static String cpu(Spread seconds) {
        return String.format(Locale.ROOT, "%.3f", seconds.median());
    }

    private static String count(@Nullable Spread count) {
        return count == null ? "-" : Quantity.count(Math.round(count.median()));
    }

    private void verdicts(Table table, long size, Measure measure) {
        String by = measure == Measure.TIME ? "by time" : table == Table.SOCKET ? "by sender's CPU" : "by CPU";
        for (Verdict verdict : report.verdicts()) {
            if (verdict.table() == table && verdict.bytes() == size && verdict.measure() == measure) {
                String of = table == Table.FILE ? "" : verdict.checked() ? ", with the check" : ", without it";
                wrapped("  ", by + of + ": " + order(verdict.places()));
            }
        }
    }

    /** {@code sendfile > mapped ~ buffered}. */
    static String order(List<Place> places) {
        StringBuilder order = new StringBuilder();
        for (Place place : places) {
            if (place.ratio() != null) {
                order.append(place.apart() ? " > " : " ~ ");
            }
            order.append(place.path().word());
        }
        return order.toString();
    }

    private static String ibm(IbmFigures figures, List<Row> rows) {
        return "IBM 2008: read and write " + Quantity.count(figures.readWriteMillis()) + " ms, transferTo "
                + Quantity.count(figures.transferToMillis()) + " ms; here without check: buffered "
                + millis(rows, DataPath.BUFFERED) + ", sendfile " + millis(rows, DataPath.SENDFILE);
    }

    private static String millis(List<Row> rows, DataPath path) {
        Way way = new Way(Table.SOCKET, path, false);
        return rows.stream()
                .filter(row -> row.way().equals(way))
                .map(row -> String.format(Locale.ROOT, "%.1f ms", row.seconds().median() * 1e3))
                .findFirst()
                .orElse("-");
    }

    /** Lines of at most the width, further ones indented as deep as the first one's words. */
    private void wrapped(String head, String text) {
        StringBuilder line = new StringBuilder(head);
        boolean empty = true;
        for (String word : text.split(" ", -1)) {
            if (!empty && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line = new StringBuilder(" ".repeat(Math.max(head.length(), 2)));
                empty = true;
            }
            line.append(empty ? "" : " ").append(word);
            empty = false;
        }
        lines.add(line.toString());
    }
}
