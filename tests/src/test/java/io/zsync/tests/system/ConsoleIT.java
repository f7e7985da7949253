package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a run prints, and that nobody but us prints. */
class ConsoleIT {
    private static final String DENIED = "--sun-misc-unsafe-memory-access=deny --illegal-native-access=deny";
    private static final int COLUMNS = 60;

    @RegisterExtension
    final Workspace work = new Workspace();

    private Path source;
    private Path target;

    @BeforeEach
    void makeATreeWithEveryDataPath() {
        source = work.path("source");
        target = work.path("target");
        work.make("""
                mkdir -p source/below; head -c 64M /dev/urandom >source/large; echo x >source/below/small
                truncate -s 10M source/hole; : >source/empty; ln -s gone source/link""");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-v --explain",
                "--data-path sendfile",
                "--data-path mapped",
                "--data-path buffered",
                "--durability file",
                "--durability none",
                "--dry-run"
            })
    void withUnsafeAndUngrantedNativeAccessDeniedOnlyOurSummaryIsOnStandardError(String options) {
        Outcome outcome = Checkout.push(source, target, options.isEmpty() ? new String[0] : options.split(" "))
                .with("ZSYNC_JAVA_OPTS", DENIED)
                .run()
                .exits(0);

        List<String> lines = outcome.errLines();
        assertEquals(3, lines.size(), outcome::err);
        assertTrue(lines.get(0).matches("(pushed|would push) .* to local:.*"), outcome::err);
        assertTrue(
                lines.get(1).matches("  [\\d,]+ new, \\d+ changed, 0 deleted, \\d+ unchanged, 0 failed"), outcome::err);
        assertTrue(
                lines.get(2)
                        .matches(
                                "  .*; protection clear; (durable|durable, file by file|not durable|nothing was changed)"),
                outcome::err);
        assertEquals(options.contains("-v"), !outcome.out().isEmpty());
    }

    @Test
    void quietPrintsNothing() {
        Outcome outcome = Checkout.push(source, target, "-q")
                .with("ZSYNC_JAVA_OPTS", DENIED)
                .run()
                .exits(0);

        assertEquals("", outcome.out() + outcome.err());
    }

    /** A run that ends before the bar's first beat shows none. */
    private void makeTheRunLast() {
        work.make("head -c 1G /dev/zero >source/slow");
    }

    @Test
    void aTerminalGetsABarAndThenTheSummary() {
        Machine.needs("script");
        makeTheRunLast();
        String typed = "stty cols " + COLUMNS + "; exec '" + Checkout.launcher() + "' push '" + source + "' 'local:"
                + target + "'";

        Outcome outcome = Command.of("script", "-qfec", typed, "/dev/null")
                .with("ZSYNC_JAVA_OPTS", DENIED)
                .run()
                .exits(0);

        // The terminal makes \r\n of \n.
        String shown = outcome.out().replace("\r\n", "\n");
        int last = shown.lastIndexOf('\r');
        List<String> frames = List.of(shown.substring(0, Math.max(0, last)).split("\r"));
        assertTrue(frames.stream().anyMatch(frame -> frame.matches(" *\\d+%.*")), () -> "no bar: " + shown);
        // Until the plan is complete there is no total, and the line says how far the scan is.
        for (String frame : frames) {
            assertTrue(frame.length() < COLUMNS && !frame.contains("\n"), () -> "frame too long: " + frame);
            assertTrue(frame.isBlank() || frame.matches(" *(\\d+%|\\d|scanning, \\d).*"), () -> "not ours: " + frame);
        }
        String summary = shown.substring(last + 1);
        assertTrue(summary.startsWith("pushed "), () -> shown);
        assertEquals(3, summary.lines().count(), summary);
        assertTrue(frames.getLast().isBlank(), "the bar is wiped away");
        Trees.assertMirrors(source, target);
    }

    @Test
    void withoutATerminalThereIsNoBarUnlessAskedFor() {
        makeTheRunLast();
        Outcome silent = Checkout.push(source, target).run().exits(0);

        assertFalse(silent.err().contains("\r") || silent.err().contains("%"), silent::err);
        work.make("rm -r target");

        Outcome asked = Checkout.push(source, target, "--progress", "always")
                .with("ZSYNC_JAVA_OPTS", DENIED)
                .run()
                .exits(0);

        assertTrue(asked.err().contains("%  ["), asked::err);
        assertEquals("", asked.out());
    }
}
