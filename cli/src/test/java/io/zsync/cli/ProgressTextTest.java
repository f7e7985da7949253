package io.zsync.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zsync.node.api.Event;
import org.junit.jupiter.api.Test;

class ProgressTextTest {
    private static final long GIB = 1L << 30;

    private static Event.Progress complete(long files, long bytes, long doneFiles, long sentBytes) {
        return new Event.Progress(5000, files, bytes, doneFiles, sentBytes, true);
    }

    @Test
    void namesNoTotalBeforeThePlanIsComplete() {
        assertEquals(
                "scanning, 12,345 entries so far, 1.0 GiB sent",
                ProgressText.of(new Event.Progress(12_345, 900, 3 * GIB, 10, GIB, false), "sent", 1e9, 79));
        assertEquals(
                "scanning, 1 entry so far", ProgressText.of(new Event.Progress(1, 0, 0, 0, 0, false), "sent", 0, 79));
    }

    @Test
    void showsShareRateAndTimeLeftOnceItIs() {
        assertEquals(
                " 25%  [#######-----------------------]  1.0 GiB of 4.0 GiB, 512 of 1,204 files, 1.0 GiB/s, 0:03 left",
                ProgressText.of(complete(1204, 4 * GIB, 512, GIB), "sent", GIB, 120));
    }

    @Test
    void leavesTheBarAndThenTheEndOutWhereTheyDoNotFit() {
        assertEquals(
                " 25%  1.0 GiB of 4.0 GiB, 512 of 1,204 files, 1.0 GiB/s, 0:03 left",
                ProgressText.of(complete(1204, 4 * GIB, 512, GIB), "sent", GIB, 79));
        assertEquals(" 25%  1.0 GiB of", ProgressText.of(complete(1204, 4 * GIB, 512, GIB), "sent", GIB, 16));
    }

    @Test
    void saysNoTimeLeftWithoutARate() {
        assertEquals(
                "  0%  0 bytes of 4.0 GiB, 0 of 1 file", ProgressText.of(complete(1, 4 * GIB, 0, 0), "sent", 0, 40));
    }

    @Test
    void bytesSentAgainDoNotPassTheTotal() {
        assertEquals(
                "100%  4.0 GiB of 4.0 GiB, 1 of 2 files",
                ProgressText.of(complete(2, 4 * GIB, 1, 5 * GIB), "sent", 0, 40));
    }

    @Test
    void countsFilesWhereThereAreNoBytes() {
        assertEquals("3 of 7 files", ProgressText.of(complete(7, 0, 3, 0), "sent", 0, 79));
    }
}
