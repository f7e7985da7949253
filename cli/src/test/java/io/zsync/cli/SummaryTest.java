package io.zsync.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.api.RunReport;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Protection;
import io.zsync.protocol.Tally;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SummaryTest {
    private static final long MIB = 1L << 20;

    private static RunReport report(Tally tally, Map<DataPath, Long> moved, boolean dryRun, long millis) {
        RunReport.Network network = RunReport.Network.LOOPBACK;
        return new RunReport(tally, moved, Map.of(), Protection.CLEAR, network, dryRun, Duration.ofMillis(millis), 0);
    }

    /** As a command's ending tells it, with the trees and the options that were typed. */
    private static String told(Verb verb, String target, RunReport report, String... options) throws UsageError {
        RunFlags flags = new RunFlags();
        Judge judge = new Judge(verb.word());
        judge.parser(flags).parse(Typed.words(options));
        RunSettings settings = RunSettings.of(judge, flags, verb, Verbosity.of(judge, flags, verb));
        Runs.Run run = new Runs.Run(
                Argument.of("photos"), Argument.of(target), settings.options(), (engine, events) -> report);
        return verb.ending(settings).told(run, report);
    }

    private static String pushed(RunReport report, String... options) throws UsageError {
        return told(Verb.PUSH, "local:/tmp/replica", report, options);
    }

    private static String summary(Tally tally, Map<DataPath, Long> moved, boolean dryRun, long millis)
            throws UsageError {
        return pushed(report(tally, moved, dryRun, millis));
    }

    @Test
    void saysWhatMovedHowFastAndByWhichPaths() throws UsageError {
        Tally tally = new Tally(12, 3, 0, 1189, 0, 0, 0, 1204, 3200 * MIB, Durability.BATCH);

        String summary =
                summary(tally, Map.of(DataPath.BUFFERED, 96 * MIB, DataPath.SENDFILE, 3072 * MIB), false, 2400);

        assertEquals("""
                pushed photos to local:/tmp/replica: 1,204 files, 3.1 GiB in 2.4 s (1.3 GiB/s)
                  12 new, 3 changed, 0 deleted, 1,189 unchanged, 0 failed
                  sendfile 3.0 GiB, buffered 96 MiB; protection clear; durable""", summary);
    }

    @Test
    void saysWhereEachFileWasForcedByItself() throws UsageError {
        Tally tally = new Tally(1, 0, 0, 0, 0, 0, 0, 1, 1024, Durability.FILE);

        String summary = summary(tally, Map.of(DataPath.BUFFERED, 1024L), false, 10);

        assertTrue(summary.endsWith("protection clear; durable, file by file"), summary);
    }

    @Test
    void namesNoRateWhereNothingMoved() throws UsageError {
        Tally tally = new Tally(0, 1, 0, 0, 0, 0, 0, 1, 0, Durability.BATCH);

        assertEquals("""
                pushed photos to local:/tmp/replica: 1 file, 0 bytes in 35 ms
                  0 new, 1 changed, 0 deleted, 0 unchanged, 0 failed
                  nothing moved; protection clear; durable""", summary(tally, Map.of(DataPath.SENDFILE, 0L), false, 35));
    }

    @Test
    void namesNoRateWhereNoTimePassed() throws UsageError {
        Tally tally = new Tally(1, 0, 0, 0, 0, 0, 0, 1, 1, Durability.BATCH);

        assertEquals(
                "pushed photos to local:/tmp/replica: 1 file, 1 byte in 0 ms",
                summary(tally, Map.of(DataPath.BUFFERED, 1L), false, 0)
                        .lines()
                        .findFirst()
                        .orElseThrow());
    }

    /** What a receiver published is not what moved: holes and re-sent ranges make the two differ. */
    @Test
    void ratesCountTheBytesThatMovedAndNoOthers() throws UsageError {
        Tally tally = new Tally(1, 0, 0, 0, 0, 0, 0, 1, 1000 * MIB, Durability.BATCH);

        assertEquals(
                "pushed photos to local:/tmp/replica: 1 file, 10 MiB in 2.0 s (5.0 MiB/s)",
                summary(tally, Map.of(DataPath.SENDFILE, 10 * MIB), false, 2000)
                        .lines()
                        .findFirst()
                        .orElseThrow());
    }

    @Test
    void marksADryRunAndClaimsNothingDone() throws UsageError {
        Tally tally = new Tally(2, 0, 0, 0, 0, 0, 0, 2, 1024, Durability.NONE);

        assertEquals("""
                would push photos to local:/tmp/replica (dry run): 2 files, 1.0 KiB to move; planned in 0.3 s
                  2 new, 0 changed, 0 deleted, 0 unchanged, 0 failed
                  nothing moved; protection clear; nothing was changed""", summary(tally, Map.of(), true, 300));
    }

    @Test
    void saysWhatIsNotDurableAndWhatWasSkipped() throws UsageError {
        Tally tally = new Tally(0, 0, 0, 1, 2, 3, 0, 1, 0, Durability.NONE);

        assertEquals("""
                pushed photos to local:/tmp/replica: 1 file, 0 bytes in 1.0 s
                  0 new, 0 changed, 0 deleted, 1 unchanged, 2 failed, 3 skipped
                  nothing moved; protection clear; not durable""", summary(tally, Map.of(), false, 1000));
    }

    private static RunReport remote(Protection protection, RunReport.Network network, int reconnects) {
        Tally tally = new Tally(1, 0, 0, 0, 0, 0, 0, 1, 10, Durability.BATCH);
        Map<DataPath, Long> moved = Map.of(DataPath.BUFFERED, 10L * MIB);
        return new RunReport(tally, moved, Map.of(), protection, network, false, Duration.ofSeconds(2), reconnects);
    }

    private static String lastLine(String lines) {
        return lines.substring(lines.lastIndexOf('\n') + 1);
    }

    @Test
    void aPrivateNetworkIsToldHowToGetZeroCopy() throws UsageError {
        String hinted =
                "  buffered 10 MiB; protection private (sendfile needs --protect safe, or clear on a trusted network, and a node that allows it);"
                        + " durable";
        String plain = "  buffered 10 MiB; protection private; durable";
        RunReport here = remote(Protection.PRIVATE, RunReport.Network.PRIVATE, 0);
        RunReport far = remote(Protection.PRIVATE, RunReport.Network.PUBLIC, 0);
        RunReport loopback = remote(Protection.PRIVATE, RunReport.Network.LOOPBACK, 0);

        assertEquals(hinted, lastLine(pushed(here)));
        assertEquals(hinted, lastLine(pushed(here, "--protect", "auto")));
        assertEquals(plain, lastLine(pushed(here, "--protect", "private")), "it was chosen");
        assertEquals(plain, lastLine(pushed(far)), "nobody should trust that one");
        assertEquals(plain, lastLine(pushed(loopback)));
        assertEquals(
                "  buffered 10 MiB; protection safe; durable",
                lastLine(pushed(remote(Protection.SAFE, RunReport.Network.PRIVATE, 0))));
        assertEquals(
                "  buffered 10 MiB; protection clear; durable",
                lastLine(pushed(remote(Protection.CLEAR, RunReport.Network.PRIVATE, 0))));
    }

    /** The bytes are those of the last session, the time is that of all: together they make no rate. */
    @Test
    void aRunThatLostItsConnectionSaysSoAndNamesNoRate() throws UsageError {
        String twice = pushed(remote(Protection.CLEAR, RunReport.Network.PUBLIC, 2));
        String once = pushed(remote(Protection.CLEAR, RunReport.Network.PUBLIC, 1));

        assertEquals("""
                pushed photos to local:/tmp/replica: 1 file, 10 MiB in 2.0 s
                  1 new, 0 changed, 0 deleted, 0 unchanged, 0 failed
                  buffered 10 MiB; protection clear; durable
                  connection lost 2 times; the counts are those of the last session""", twice);
        assertEquals("  connection lost 1 time; the counts are those of the last session", lastLine(once));
    }

    private static RunReport copied(Tally tally, Map<DataPath, Long> moved, boolean dryRun) {
        return new RunReport(tally, moved, Map.of(), null, null, dryRun, Duration.ofMillis(2400), 0);
    }

    @Test
    void aCopyHadNoWireThatGuaranteedAnything() throws UsageError {
        Tally tally = new Tally(12, 3, 0, 1189, 0, 0, 0, 1204, 3200 * MIB, Durability.BATCH);
        Map<DataPath, Long> moved = Map.of(DataPath.BUFFERED, 96 * MIB, DataPath.COPY_RANGE, 3072 * MIB);

        assertEquals("""
                copied photos to /mnt/backup/photos: 1,204 files, 3.1 GiB in 2.4 s (1.3 GiB/s)
                  12 new, 3 changed, 0 deleted, 1,189 unchanged, 0 failed
                  copy-range 3.0 GiB, buffered 96 MiB; durable""", told(Verb.COPY, "/mnt/backup/photos", copied(tally, moved, false)));
    }

    @Test
    void aDryCopySaysWhatItWould() throws UsageError {
        Tally tally = new Tally(1, 0, 0, 0, 0, 0, 0, 1, 1024, Durability.NONE);

        assertEquals("""
                would copy photos to /mnt/p (dry run): 1 file, 1.0 KiB to move; planned in 2.4 s
                  1 new, 0 changed, 0 deleted, 0 unchanged, 0 failed
                  nothing moved; nothing was changed""", told(Verb.COPY, "/mnt/p", copied(tally, Map.of(), true)));
    }
}
