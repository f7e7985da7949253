package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.tests.system.TwoVersions.Progress;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** What became of the points of a test. */
final class PointTally {
    private final String what;
    private final int wanted;
    private final Map<String, Integer> firedByCall = new TreeMap<>();
    private final Map<Progress, Integer> progress = new EnumMap<>(Progress.class);
    private int fired;

    PointTally(String what, int wanted) {
        this.what = what;
        this.wanted = wanted;
    }

    boolean isFull() {
        return fired >= wanted;
    }

    void add(KillPoints.Point point, Progress left) {
        fired++;
        firedByCall.merge(point.call(), 1, Integer::sum);
        progress.merge(left, 1, Integer::sum);
    }

    /** @param more to be printed of them */
    void end(int points, String more) {
        System.out.println(what + ", " + fired + " points fired of " + points + " tried at most: " + firedByCall
                + "; left " + progress + ", " + more);
        assertTrue(fired >= wanted, () -> fired + " points fired of " + wanted);
    }

    /** Of very few it may be none. */
    void assertSomeLeft(Progress expected) {
        assertTrue(
                wanted < 5 || progress.getOrDefault(expected, 0) > 0, () -> "some are " + expected + ": " + progress);
    }
}
