package io.zsync.node.session;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PatienceTest {
    /** So that the clock passes from the largest number to the smallest. */
    private static final long START = Long.MAX_VALUE - 5;

    private final Patience patience = new Patience(Duration.ofSeconds(30), START);

    private boolean isOver(long work, boolean syncing, Duration since) {
        return patience.isOver(work, syncing, START + since.toNanos());
    }

    @Test
    void whatStandsStillIsOverBehindTheTimeout() {
        assertFalse(isOver(0, false, Duration.ofSeconds(1)));
        assertFalse(isOver(0, false, Duration.ofSeconds(31)));
        assertTrue(isOver(0, false, Duration.ofSeconds(32)));
    }

    @Test
    void workIsProgressWhicheverWayItGoes() {
        assertFalse(isOver(7, false, Duration.ofSeconds(30)));
        assertFalse(isOver(3, false, Duration.ofSeconds(60)));
        assertFalse(isOver(4, false, Duration.ofSeconds(90)));
        assertTrue(isOver(4, false, Duration.ofSeconds(121)));
    }

    @Test
    void aSyncMayTakeLong() {
        for (int second = 1; second <= 3_600; second++) {
            assertFalse(isOver(0, true, Duration.ofSeconds(second)), "after " + second + " s");
        }
    }

    @Test
    void whoSaysForEverThatItSyncsIsGivenUp() {
        assertFalse(isOver(0, true, Duration.ofSeconds(1)));
        assertFalse(isOver(0, true, Duration.ofSeconds(3_601)));
        assertFalse(isOver(0, true, Duration.ofSeconds(3_631)));
        assertTrue(isOver(0, true, Duration.ofSeconds(3_632)));
    }

    @Test
    void workInBetweenGivesTheNextSyncItsTime() {
        assertFalse(isOver(0, true, Duration.ofMinutes(50)));
        assertFalse(isOver(1, true, Duration.ofSeconds(3_001)));
        assertFalse(isOver(1, true, Duration.ofSeconds(6_601)));
        assertTrue(isOver(1, true, Duration.ofSeconds(6_633)));
    }
}
