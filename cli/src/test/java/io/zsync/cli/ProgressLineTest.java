package io.zsync.cli;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.api.Event;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    private static final Event.Progress SCANNING = new Event.Progress(7, 0, 0, 0, 0, false);

    private final Screen screen = new Screen();

    @Test
    void isDrawnAndLeavesNothingBehind() {
        try (ProgressLine line = new ProgressLine(screen.console(), 80, false, "sent")) {
            line.show(SCANNING);
            await().until(() -> screen.err().contains("7 entries so far"));
        }
        screen.console().tell("summary");

        String drawn = "scanning, 7 entries so far";
        assertEquals("\r" + drawn + "\r" + " ".repeat(drawn.length()) + "\rsummary\n", screen.err());
    }

    @Test
    void isDrawnAtMostTenTimesASecond() {
        long began = System.nanoTime();
        try (ProgressLine line = new ProgressLine(screen.console(), 80, false, "sent")) {
            long[] entries = {0};
            await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5)).until(() -> {
                line.show(new Event.Progress(entries[0]++, 0, 0, 0, 0, false));
                return System.nanoTime() - began > 1_000_000_000L;
            });
        }
        double seconds = (System.nanoTime() - began) / 1e9;

        long drawings = screen.err().chars().filter(c -> c == 's').count()
                / "scanning, entries so".chars().filter(c -> c == 's').count();
        assertTrue(drawings >= 3, drawings + " drawings");
        assertTrue(drawings <= seconds * 10 + 2, drawings + " drawings in " + seconds + " s");
    }

    @Test
    void neverFillsTheLastColumn() {
        try (ProgressLine line = new ProgressLine(screen.console(), 10, false, "sent")) {
            line.show(SCANNING);
            await().until(() -> screen.err().contains("scanning,"));
        }

        assertFalse(screen.err().contains("scanning, "), screen.err());
    }

    @Test
    void saysWhatHappensToTheBytes() {
        try (ProgressLine line = new ProgressLine(screen.console(), 80, false, "copied")) {
            line.show(new Event.Progress(7, 2, 3 << 20, 0, 1 << 20, false));
            await().until(() -> screen.err().contains("7 entries so far, 1.0 MiB copied"));
        }
    }

    /** Nothing moves, so there is no end to come nearer to. */
    @Test
    void aDryRunShowsWhatIsPlannedAndNoShareOfIt() {
        try (ProgressLine line = new ProgressLine(screen.console(), 80, true, "sent")) {
            line.show(new Event.Progress(1204, 12, 3 << 20, 0, 0, true));
            await().until(() -> screen.err().contains("to move"));
        }

        assertTrue(
                screen.err().startsWith("\rscanning, 1,204 entries so far, 12 files and 3.0 MiB to move\r"),
                screen.err());
    }

    @Test
    void aLineClosedBeforeItWasDrawnDrawsNothing() {
        new ProgressLine(screen.console(), 80, false, "sent").close();

        assertEquals("", screen.err());
    }

    @Test
    void verbosityDecidesWhetherThereIsOne() throws UsageError {
        assertEquals(0, columns(new RunFlags(), 0));
        assertEquals(120, columns(new RunFlags(), 120));
        RunFlags always = new RunFlags();
        always.telling.alwaysProgress = true;
        assertEquals(80, columns(always, 0));
        assertEquals(120, columns(always, 120));
        RunFlags never = new RunFlags();
        never.telling.progress = Argument.of("never");
        assertEquals(0, columns(never, 120));
        RunFlags quiet = new RunFlags();
        quiet.telling.quiet = true;
        assertEquals(0, columns(quiet, 120));
    }

    private static int columns(RunFlags flags, int terminalColumns) throws UsageError {
        return Verbosity.of(new Judge("push"), flags, Verb.PUSH).statusColumns(terminalColumns);
    }
}
