package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.tests.system.KillPoints.Point;
import io.zsync.tests.system.TwoVersions.Progress;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * kill -9 at a system call of a run that creates, replaces, moves, changes kinds, makes hard links and deletes: of the one
 * process that is both ends, of the receiver, of the sender, or of both at once.
 */
class KillIT {
    /** Of each test. */
    private static final int POINTS_HERE = Machine.LONG ? 115 : 2;

    private static final int POINTS_BETWEEN = Machine.LONG ? 85 : 2;

    @RegisterExtension
    final Workspace work = new Workspace();

    private final long seed = Long.getLong("zsync.seed", new Random().nextLong());
    private final Random random = new Random(seed);
    private Path target;

    /** Runs between two processes, and which of them is killed: the traced one at a call, the other one right then. */
    enum Victim {
        RECEIVER_OF_A_PUSH(true, true, false),
        SENDER_OF_A_PUSH(true, false, false),
        BOTH_OF_A_PUSH(true, true, true),
        RECEIVER_OF_A_PULL(false, false, false),
        SENDER_OF_A_PULL(false, true, false),
        BOTH_OF_A_PULL(false, false, true);

        private final boolean push;
        private final boolean servingNode;
        private final boolean both;

        Victim(boolean push, boolean servingNode, boolean both) {
            this.push = push;
            this.servingNode = servingNode;
            this.both = both;
        }

        private boolean receives() {
            return push == servingNode;
        }
    }

    @BeforeEach
    void prepare() {
        Machine.needsStrace();
        target = work.path("target");
        System.out.println("Kill: seed " + seed);
    }

    @ParameterizedTest
    @EnumSource
    void noPathIsTornAndTheNextRunConverges(OneProcess way) throws Exception {
        kill(way, TwoVersions.keeping(work.path("")));
    }

    @ParameterizedTest
    @EnumSource
    void noPathIsTornWhereTheRunDeletes(OneProcess way) throws Exception {
        kill(way, TwoVersions.deleting(work.path("")));
    }

    private void kill(OneProcess way, TwoVersions versions) throws Exception {
        Path trace = work.path("trace");
        versions.restore(target);
        way.run(KillPoints.counting(trace), versions, target).run().exits(0);
        List<Point> points = KillPoints.of(trace, List.of(target), random);
        PointTally tally = new PointTally("Kill: " + way + " " + versions.options(), POINTS_HERE);
        int leftStaged = 0;
        for (Point point : points) {
            // A few points may all be such that nothing was staged.
            if (tally.isFull() && leftStaged > 0) {
                break;
            }
            versions.restore(target);
            Outcome killed =
                    way.run(Strike.kill(point).strace(), versions, target).run();
            if (killed.code() == 0) {
                // Threads share their work anew each time: this one had fewer calls to make.
                continue;
            }
            killed.exits(KillPoints.KILLED);
            tally.add(point, versions.assertOldOrNew(target, "killed at " + point));
            leftStaged += Trees.staged(target).isEmpty() ? 0 : 1;
            versions.assertNextRunConverges(target, "killed at " + point);
        }
        tally.end(points.size(), leftStaged + " left staged objects");
        tally.assertSomeLeft(Progress.IN_THE_MIDDLE);
        assertTrue(leftStaged > 0, "some left staged files for the next run to remove");
        versions.assertSourceUntouched();
    }

    @ParameterizedTest
    @EnumSource
    void noPathIsTornBetweenTwoProcesses(Victim victim) throws Exception {
        TwoVersions versions = TwoVersions.deleting(work.path(""));
        versions.restore(target);
        try (TracedPair pair = new TracedPair(work, versions, target, victim.push, victim.servingNode, List.of())) {
            List<Point> points = pair.points(random);
            PointTally tally = new PointTally("Kill: " + victim, POINTS_BETWEEN);
            int leftStaged = 0;
            for (Point point : points) {
                if (tally.isFull()) {
                    break;
                }
                versions.restore(target);
                String when = victim + " killed at " + point;
                Outcome client = pair.strike(Strike.kill(point), victim.both);
                if (client.code() == 0 && pair.node().isAlive()) {
                    continue;
                }
                // A run that ended badly has lost one of its ends.
                Outcome killed = victim.servingNode ? pair.node().end() : client;
                assertEquals(KillPoints.KILLED, killed.code(), client::toString);
                tally.add(point, versions.assertOldOrNew(target, when));
                leftStaged += Trees.staged(target).isEmpty() ? 0 : 1;
                if (client.code() == 0) {
                    versions.assertDone(target, when);
                }
                if (!victim.receives() && !victim.both) {
                    Trees.assertNothingStaged(target);
                }
                pair.assertNextRunConverges(when);
            }
            tally.end(points.size(), leftStaged + " left staged objects");
            tally.assertSomeLeft(Progress.IN_THE_MIDDLE);
        }
        versions.assertSourceUntouched();
    }
}
