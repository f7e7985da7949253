package io.zsync.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zsync.node.api.RunReport;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.Protection;
import io.zsync.protocol.Tally;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SummaryTest {
    private static final long MIB = 1L << 20;

    private static String summary(Tally tally, Map<DataPath, Long> moved, boolean dryRun, long millis) {
        RunReport report = new RunReport(
                tally,
                moved,
                Map.of(),
                Protection.CLEAR,
                RunReport.Network.LOOPBACK,
                dryRun,
                Duration.ofMillis(millis),
                0);
        return Summary.of(report, "photos", "local:/tmp/replica");
    }

    @Test
    void saysWhatMovedHowFastAndByWhichPaths() {
        Tally tally = new Tally(12, 3, 0, 1189, 0, 0, 1204, 3200 * MIB, true);

        String summary =
                summary(tally, Map.of(DataPath.BUFFERED, 96 * MIB, DataPath.SENDFILE, 3072 * MIB), false, 2400);

        assertEquals("""
                pushed photos to local:/tmp/replica: 1,204 files, 3.1 GiB in 2.4 s (1.3 GiB/s)
                  12 new, 3 changed, 0 deleted, 1,189 unchanged, 0 failed
                  sendfile 3.0 GiB, buffered 96 MiB; protection clear; durable""", summary);
    }

    @Test
    void namesNoRateWhereNothingMoved() {
        Tally tally = new Tally(0, 1, 0, 0, 0, 0, 1, 0, true);

        assertEquals("""
                pushed photos to local:/tmp/replica: 1 file, 0 bytes in 35 ms
                  0 new, 1 changed, 0 deleted, 0 unchanged, 0 failed
                  nothing moved; protection clear; durable""", summary(tally, Map.of(DataPath.SENDFILE, 0L), false, 35));
    }

    @Test
    void namesNoRateWhereNoTimePassed() {
        Tally tally = new Tally(1, 0, 0, 0, 0, 0, 1, 1, true);

        assertEquals(
                "pushed photos to local:/tmp/replica: 1 file, 1 byte in 0 ms",
                summary(tally, Map.of(DataPath.BUFFERED, 1L), false, 0)
                        .lines()
                        .findFirst()
                        .orElseThrow());
    }

    /** What a receiver published is not what moved: holes and re-sent ranges make the two differ. */
    @Test
    void ratesCountTheBytesThatMovedAndNoOthers() {
        Tally tally = new Tally(1, 0, 0, 0, 0, 0, 1, 1000 * MIB, true);

        assertEquals(
                "pushed photos to local:/tmp/replica: 1 file, 10 MiB in 2.0 s (5.0 MiB/s)",
                summary(tally, Map.of(DataPath.SENDFILE, 10 * MIB), false, 2000)
                        .lines()
                        .findFirst()
                        .orElseThrow());
    }

    @Test
    void marksADryRunAndClaimsNothingDone() {
        Tally tally = new Tally(2, 0, 0, 0, 0, 0, 2, 1024, false);

        assertEquals("""
                would push photos to local:/tmp/replica (dry run): 2 files, 1.0 KiB to move; planned in 0.3 s
                  2 new, 0 changed, 0 deleted, 0 unchanged, 0 failed
                  nothing moved; protection clear; nothing was changed""", summary(tally, Map.of(), true, 300));
    }

    @Test
    void saysWhatIsNotDurableAndWhatWasSkipped() {
        Tally tally = new Tally(0, 0, 0, 1, 2, 3, 1, 0, false);

        assertEquals("""
                pushed photos to local:/tmp/replica: 1 file, 0 bytes in 1.0 s
                  0 new, 0 changed, 0 deleted, 1 unchanged, 2 failed, 3 skipped
                  nothing moved; protection clear; not durable""", summary(tally, Map.of(), false, 1000));
    }
}
