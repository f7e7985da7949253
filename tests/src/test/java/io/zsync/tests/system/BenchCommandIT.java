package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code zsync bench} as a user starts it; figures at these sizes say nothing. */
class BenchCommandIT {
    private static final String ZSYNC = Checkout.ROOT.resolve("cli/bin/zsync").toString();
    private static final String AGREES =
            Checkout.ROOT.resolve("tests/bench/bench-agrees.sh").toString();

    @RegisterExtension
    final Workspace work = new Workspace();

    private Command bench(String... options) {
        List<String> words =
                new ArrayList<>(List.of(ZSYNC, "bench", "--dir", work.path("").toString()));
        words.addAll(List.of(options));
        return Command.of(words);
    }

    private List<String> left() {
        return Command.of("ls", "-A", work.path("").toString()).output().lines().toList();
    }

    @Test
    void measuresEveryPathAndDrawsAPageThatABrowserShows() throws Exception {
        Path report = work.path("report.html");

        Outcome outcome = bench("--size", "7MB", "--json", "--report", report.toString())
                .run()
                .exits(0);

        // Three paths into a socket, with the check and without, and all but clone into a file.
        List<String> rows = outcome.outLines().stream()
                .filter(line -> line.startsWith("{\"event\":\"row\""))
                .toList();
        int clones =
                (int) rows.stream().filter(row -> row.contains("\"clone\"")).count();
        assertEquals(6 + 4 + clones, rows.size(), outcome::toString);
        assertTrue(
                rows.stream().allMatch(row -> row.contains("\"calls_per_gb\"") && row.contains("\"waits_per_gb\"")),
                "this kernel tells them");
        assertTrue(outcome.outLines().getLast().contains("\"event\":\"summary\""), outcome::toString);
        assertEquals(List.of("report in " + report), outcome.errLines());
        assertEquals(List.of("report.html"), left());

        Machine.needs("chromium");
        String page = browser("--dump-dom", report);
        Matcher html = Pattern.compile("<html [^>]*>").matcher(page);
        assertTrue(html.find(), page.substring(0, Math.min(500, page.length())));
        assertEquals("<html lang=\"en\" data-charts=\"7\">", html.group(), "charts drawn, and no error");
        assertEquals(
                7,
                Pattern.compile("<canvas [^>]*height=\"[1-9]")
                        .matcher(page)
                        .results()
                        .count(),
                "canvases");

        browser("--screenshot=" + work.path("page.png"), report);
        assertTrue(Files.size(work.path("page.png")) > 50_000, "a page with something on it");
    }

    private String browser(String what, Path page) {
        return Command.of(
                        "chromium",
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--hide-scrollbars",
                        "--user-data-dir=" + work.path("browser"),
                        "--virtual-time-budget=10000",
                        "--window-size=1200,2400",
                        what,
                        page.toUri().toString())
                .output();
    }

    @Test
    void aSignalEndsItAndLeavesNothing() {
        try (Command.Running running = bench("--size", "100MB").start()) {
            Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> holdsNamelessFile(running.pid()));

            running.signal("INT");

            Outcome outcome = running.end();
            assertEquals(20, outcome.code(), outcome::toString);
            assertEquals(List.of("zsync: bench: interrupted"), outcome.errLines());
        }
        assertEquals(List.of(), left());
    }

    /** Of some size already: it measures or is about to. */
    private boolean holdsNamelessFile(long process) {
        return Command.script("""
                        for descriptor in /proc/"$1"/fd/*; do
                            case $(readlink "$descriptor") in
                            "$2"/.zsync-*' (deleted)') [ "$(stat -Lc %s "$descriptor")" -lt 100000000 ] || exit 0 ;;
                            esac
                        done
                        exit 1
                        """, process, work.path("").toString().replaceAll("/$", ""))
                        .run()
                        .code()
                == 0;
    }

    @Test
    void aFullDirectoryIsOneLine() {
        Machine.needsRoot("to mount a small file system");
        work.make("mkdir small && mount -t tmpfs -o size=40m tmpfs small");
        try {
            Outcome left = Command.of(
                            ZSYNC,
                            "bench",
                            "--dir",
                            work.path("small").toString(),
                            "--size",
                            Machine.LONG ? "64MB,1MB" : "64MB")
                    .run()
                    .exits(0);
            assertTrue(
                    left.out()
                            .replaceAll("\\s+", " ")
                            .contains("not measured: 64 MB: it takes 140800000 bytes for source and target, of which "),
                    left::toString);

            Outcome none = Command.of(
                            ZSYNC, "bench", "--dir", work.path("small/none").toString())
                    .run()
                    .exits(11);
            assertEquals(2, none.errLines().size(), none::toString);
            assertTrue(none.errLines().getFirst().startsWith("zsync: bench: "), none::toString);
        } finally {
            work.make("umount small");
        }
    }

    @Test
    @Tag("long")
    void twoRunsAreCompared() {
        Outcome outcome = Command.of(AGREES, "--dir", work.path("").toString(), "--size", "256KiB")
                .with("RUNS", "2")
                .run();

        assertTrue(outcome.code() <= 1, outcome::toString);
        assertTrue(outcome.outLines().getLast().startsWith("6 orders in 2 runs, "), outcome::toString);
        assertEquals(List.of(), left());
    }

    @Test
    void aContradictionIsSeenAndASpreadIsNone() {
        work.make("""
                order() { printf '{"event":"verdict","time":"x","table":"file","bytes":7,"measure":"time","order":"%s"}\\n' "$1"; }
                order 'sendfile > mapped ~ buffered' >a
                order 'mapped ~ sendfile ~ buffered' >b
                order 'buffered > sendfile > mapped' >c
                """);

        assertEquals(
                "1 orders in 2 runs, 0 contradictions", compare(0, "a", "b").getLast());
        List<String> contradicted = compare(1, "a", "b", "c");
        assertTrue(
                contradicted.contains("  CONTRADICTION: buffered and sendfile, runs 3 and 1"), contradicted::toString);
        assertEquals("1 orders in 3 runs, 1 contradictions", contradicted.getLast());
        assertFalse(compare(0, "a", "a").toString().contains("CONTRADICTION"));
    }

    private List<String> compare(int code, String... files) {
        List<String> words = new ArrayList<>(List.of(AGREES, "--compare"));
        words.addAll(List.of(files));
        return Command.of(words).in(work.path("")).run().exits(code).outLines();
    }
}
