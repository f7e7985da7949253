package io.zsync.cli;

import io.zsync.node.api.BenchReport;
import io.zsync.node.api.BenchReport.Row;
import io.zsync.node.api.BenchReport.Table;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The figures as one page for a browser, all of it inside: charts by Chart.js, tables for who has no JavaScript. Its policy
 * names the very scripts and the style that it holds, and forbids everything else, the network first of all.
 */
final class BenchPage {
    private static final String LIBRARY = "/META-INF/resources/webjars/chart.js/4.5.1/dist/chart.umd.js";
    private static final Pattern PLACE = Pattern.compile("\\{\\{([a-z]+)}}");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private BenchPage() {}

    static String of(BenchReport report, Instant time) {
        String style = resource("bench-page.css");
        // A browser's tools would look for the map that it names.
        String library = resource(LIBRARY).replaceAll("(?m)^//# sourceMappingURL=.*$", "");
        String script = resource("bench-page.js");
        return filled(
                resource("bench-page.html"),
                Map.ofEntries(
                        Map.entry("policy", policy(List.of(library, script), style)),
                        Map.entry("style", style),
                        Map.entry("machine", BenchTables.text(BenchNotes.machine(report.machine()))),
                        Map.entry("place", BenchTables.text(BenchNotes.place(report.machine()))),
                        Map.entry("time", TIME.format(time)),
                        Map.entry("version", BenchTables.text(Version.LINE)),
                        Map.entry("elapsed", Quantity.seconds(report.elapsed().toNanos())),
                        Map.entry("noise", paragraphs(BenchNotes.noise(report))),
                        Map.entry("sections", sections(report)),
                        Map.entry("notes", notes(report)),
                        Map.entry("figures", figures(report)),
                        Map.entry("library", library),
                        Map.entry("script", script)));
    }

    private static String policy(List<String> scripts, String style) {
        String allowed = scripts.stream().map(BenchPage::source).collect(Collectors.joining(" "));
        return "default-src 'none'; script-src " + allowed + "; style-src " + source(style)
                + "; base-uri 'none'; form-action 'none'";
    }

    private static String source(String inline) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(inline.getBytes(StandardCharsets.UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(hash) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    private static String filled(String page, Map<String, String> parts) {
        return PLACE.matcher(page).replaceAll(place -> {
            String part = parts.get(place.group(1));
            if (part == null) {
                throw new IllegalStateException("nothing for " + place.group());
            }
            return Matcher.quoteReplacement(part);
        });
    }

    private static String sections(BenchReport report) {
        StringBuilder sections = new StringBuilder();
        for (Table table : Table.values()) {
            List<Row> rows = report.rows().stream()
                    .filter(row -> row.way().table() == table)
                    .toList();
            if (!rows.isEmpty()) {
                sections.append("<section>\n<h2>")
                        .append(heading(table))
                        .append("</h2>\n")
                        .append(charts(table))
                        .append(BenchTables.orders(report, table))
                        .append(BenchTables.figures(table, rows))
                        .append("</section>\n");
            }
        }
        if (report.rows().stream()
                .anyMatch(row ->
                        IbmFigures.at(row.bytes()).isPresent() && row.way().table() == Table.SOCKET)) {
            sections.append("<section>\n<h2>Beside IBM's figures of 2008</h2>\n")
                    .append(figure(
                            "ibm", "", "One file into a socket, without the check, milliseconds (less is better)"))
                    .append(BenchTables.ibm(report))
                    .append("</section>\n");
        }
        return sections.append(BenchTables.theory(report)).toString();
    }

    private static String heading(Table table) {
        return switch (table) {
            case SOCKET -> "File to socket";
            case FILE -> "File to file";
        };
    }

    private static String charts(Table table) {
        String charts = switch (table) {
            case SOCKET ->
                socketFigure("throughput", true, "Throughput, with the check (more is better)")
                        + socketFigure("throughput", false, "Throughput, without the check (more is better)")
                        + socketFigure("cpu", true, "Sender's CPU, with the check (less is better)")
                        + socketFigure("cpu", false, "Sender's CPU, without the check (less is better)");
            case FILE ->
                figure("throughput", " data-table=\"file\"", "Throughput (more is better)")
                        + figure("cpu", " data-table=\"file\"", "CPU (less is better)");
        };
        return "<div class=\"charts\">\n" + charts + "</div>\n";
    }

    private static String socketFigure(String measure, boolean checked, String caption) {
        return figure(measure, " data-table=\"socket\" data-checked=\"" + checked + "\"", caption);
    }

    private static String figure(String measure, String which, String caption) {
        return "<figure><figcaption>" + caption + "</figcaption><div class=\"plot\"><canvas role=\"img\" aria-label=\""
                + caption + ". The figures are in the tables below.\" data-measure=\"" + measure + "\"" + which
                + "></canvas></div></figure>\n";
    }

    private static String paragraphs(List<String> lines) {
        return lines.stream()
                .map(line -> "<p class=\"warning\">" + BenchTables.text(line) + "</p>\n")
                .collect(Collectors.joining());
    }

    private static String notes(BenchReport report) {
        return Stream.concat(
                        BenchNotes.omissions(report).stream(),
                        BenchNotes.of(report).stream()
                                .filter(note -> !BenchNotes.noise(report).contains(note)))
                .map(note -> "<li>" + BenchTables.text(note) + "</li>\n")
                .collect(Collectors.joining());
    }

    /** The lines of {@code --json}; no text in them can end the script that they stand in. */
    private static String figures(BenchReport report) {
        return "[" + String.join(",\n", BenchJson.lines(report)).replace("<", "\\u003c") + "]";
    }

    private static String resource(String name) {
        try (InputStream in = BenchPage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("this program is incomplete: " + name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }
}
