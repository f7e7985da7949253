package io.zsync.cli;

import io.zsync.node.api.BenchReport;
import io.zsync.node.api.BenchReport.Cost;
import io.zsync.node.api.BenchReport.Measure;
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

/** The figures as tables of a page. */
final class BenchTables {
    private BenchTables() {}

    /** Plain text, as a page has to write it. */
    static String text(String plain) {
        return plain.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    /** Which path was better, at each size. */
    static String orders(BenchReport report, Table table) {
        HtmlTable html = new HtmlTable("Best first; > told apart by the rounds, ~ within the spread");
        if (table == Table.SOCKET) {
            html.head("*size", "*check", "*by time", "*by sender's CPU");
        } else {
            html.head("*size", "*by time", "*by CPU");
        }
        for (Verdict verdict : report.verdicts()) {
            if (verdict.table() == table && verdict.measure() == Measure.TIME) {
                List<String> cells = new ArrayList<>(List.of("*" + FileSize.text(verdict.bytes())));
                if (table == Table.SOCKET) {
                    cells.add(verdict.checked() ? "*with" : "*without");
                }
                cells.add("*" + BenchText.order(verdict.places()));
                report.verdicts().stream()
                        .filter(other -> other.measure() == Measure.SENDER_CPU
                                && other.table() == table
                                && other.bytes() == verdict.bytes()
                                && other.checked() == verdict.checked())
                        .forEach(other -> cells.add("*" + BenchText.order(other.places())));
                html.row(false, cells);
            }
        }
        return html.isEmpty() ? "" : "<h3>In which order</h3>\n" + html;
    }

    static String figures(Table table, List<Row> rows) {
        HtmlTable html =
                new HtmlTable("Medians, with the least and the greatest of the rounds; CPU, switches and calls for"
                        + " each GB; the last column is rounds × transfers in each");
        List<String> head = new ArrayList<>(List.of("*size", "*path"));
        if (table == Table.SOCKET) {
            head.add("*check");
        }
        head.addAll(List.of("GB/s", "ms"));
        if (table == Table.SOCKET) {
            head.addAll(List.of("sender CPU s", "waits", "preempted", "calls"));
            head.addAll(List.of("receiver CPU s", "waits", "preempted", "calls"));
        } else {
            head.addAll(List.of("CPU s", "waits", "preempted", "calls"));
        }
        head.add("n");
        html.head(head.toArray(String[]::new));
        long size = 0;
        for (Row row : rows) {
            List<String> cells = new ArrayList<>(List.of(
                    "*" + FileSize.text(row.bytes()), "*" + row.way().path().word()));
            if (table == Table.SOCKET) {
                cells.add(row.way().checked() ? "*with" : "*without");
            }
            Spread rate = row.bytesPerSecond();
            cells.add(BenchText.rate(rate.median()) + spread(BenchText.rate(rate.min()), BenchText.rate(rate.max())));
            cells.add(decimals(1, row.seconds().median() * 1e3));
            addCost(cells, row.sender());
            Cost receiver = row.receiver();
            if (receiver != null) {
                addCost(cells, receiver);
            }
            cells.add(row.rounds() + " × " + Quantity.count(row.transfers()));
            html.row(row.bytes() != size, cells);
            size = row.bytes();
        }
        return "<h3>All figures</h3>\n" + html;
    }

    private static void addCost(List<String> cells, Cost cost) {
        Spread cpu = cost.cpuSeconds();
        cells.add(decimals(3, cpu.median()) + spread(decimals(3, cpu.min()), decimals(3, cpu.max())));
        cells.add(count(cost.waits()));
        cells.add(count(cost.preemptions()));
        cells.add(count(cost.calls()));
    }

    private static String spread(String min, String max) {
        return " <span class=\"spread\">" + min + "–" + max + "</span>";
    }

    private static String decimals(int digits, double value) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    private static String count(@Nullable Spread spread) {
        return spread == null ? "-" : Quantity.count(Math.round(spread.median()));
    }

    static String ibm(BenchReport report) {
        HtmlTable html =
                new HtmlTable("Sathish K. Palaniappan, Pramod B. Nagaraja: Efficient data transfer through zero copy,"
                        + " IBM developerWorks, 2008, table 1; a 2.6 kernel. Here: medians, without the check");
        html.head(
                "*size",
                "IBM read and write, ms",
                "IBM transferTo, ms",
                "ratio",
                "here buffered, ms",
                "here sendfile, ms",
                "ratio");
        for (long size : report.rows().stream().map(Row::bytes).distinct().toList()) {
            double buffered = millis(report, size, DataPath.BUFFERED);
            double sendfile = millis(report, size, DataPath.SENDFILE);
            IbmFigures.at(size)
                    .ifPresent(figures -> html.row(
                            false,
                            List.of(
                                    "*" + FileSize.text(size),
                                    Quantity.count(figures.readWriteMillis()),
                                    Quantity.count(figures.transferToMillis()),
                                    decimals(2, (double) figures.readWriteMillis() / figures.transferToMillis()),
                                    decimals(1, buffered),
                                    decimals(1, sendfile),
                                    decimals(2, buffered / sendfile))));
        }
        return html.toString();
    }

    private static double millis(BenchReport report, long size, DataPath path) {
        Way way = new Way(Table.SOCKET, path, false);
        return report.rows().stream()
                .filter(row -> row.bytes() == size && row.way().equals(way))
                .mapToDouble(row -> row.seconds().median() * 1e3)
                .findFirst()
                .orElse(Double.NaN);
    }

    static String theory(BenchReport report) {
        HtmlTable html =
                new HtmlTable("For each buffer, without the check; into a socket by a network card that gathers, else"
                        + " sendfile has one copy more");
        html.head("*from file to", "*path", "copies by the CPU", "copies by DMA", "mode switches");
        for (Table table : Table.values()) {
            List<DataPath> paths = report.rows().stream()
                    .filter(row -> row.way().table() == table)
                    .map(row -> row.way().path())
                    .distinct()
                    .toList();
            for (DataPath path : paths) {
                Theory theory = Theory.of(table, path);
                html.row(
                        path == paths.getFirst(),
                        List.of(
                                table == Table.SOCKET ? "*socket" : "*file",
                                "*" + path.word(),
                                Integer.toString(theory.cpuCopies()),
                                Integer.toString(theory.dmaCopies()),
                                Integer.toString(theory.modeSwitches())));
            }
        }
        return "<section>\n<h2>What theory says</h2>\n" + html + "</section>\n";
    }
}
