package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.Node;
import io.zsync.node.api.PeerTree;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.node.api.RunRequest;
import io.zsync.protocol.Mode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * kill -9 at a system call of a run that creates, replaces and changes kinds. Both ends are one process, so both die. A
 * first run, not killed, tells which thread made how many calls on the target: the points come from there, because
 * strace counts for each thread by itself.
 */
class KillIT {
    private static final int POINTS = Machine.LONG ? 200 : 50;
    private static final int KILLED = 137;
    private static final List<String> CALLS = List.of(
            "renameat2",
            "unlinkat",
            "mkdirat",
            "symlinkat",
            "openat",
            "openat2",
            "pwrite64",
            "write",
            "sendfile",
            "copy_file_range",
            "ioctl",
            "fallocate",
            "ftruncate",
            "fchown",
            "fchmod",
            "fchmodat",
            "fchownat",
            "utimensat",
            "fsync",
            "syncfs");

    @RegisterExtension
    final Workspace work = new Workspace();

    private TwoVersions versions;

    /** What is killed. */
    enum Way {
        PUSH("push", "local:"),
        COPY("copy", "");

        private final String word;
        private final String prefix;

        Way(String word, String prefix) {
            this.word = word;
            this.prefix = prefix;
        }
    }

    @BeforeEach
    void makeTwoVersions() {
        Machine.needsStrace();
        versions = TwoVersions.make(work);
    }

    @ParameterizedTest
    @EnumSource
    void noPathIsTornAndTheNextPushConverges(Way way) throws Exception {
        long seed = Long.getLong("zsync.seed", new Random().nextLong());
        System.out.println("Kill: seed " + seed);
        List<CallPoint> points = new ArrayList<>(
                CallPoint.of(countingRun(way), call -> sends(call) || versions.isOnTarget(call), new Random(seed)));
        // There may be fewer than are wanted: once more round, when the threads do things in another order.
        points.addAll(List.copyOf(points));
        int fired = 0;
        int beforeAnyChange = 0;
        int leftStaged = 0;
        Map<String, Integer> firedByCall = new TreeMap<>();
        for (CallPoint point : points) {
            if (fired == POINTS) {
                break;
            }
            versions.restoreTarget();
            Outcome killed = strace(
                            way,
                            "/dev/null",
                            "-e",
                            "trace=" + point.call(),
                            "-e",
                            "inject=" + point.call() + ":signal=SIGKILL:when=" + point.ordinal())
                    .run();
            if (killed.code() == 0) {
                // Threads share their work anew each time: this one had fewer calls to make.
                continue;
            }
            killed.exits(KILLED);
            fired++;
            firedByCall.merge(point.call(), 1, Integer::sum);
            Map<String, String> entries = versions.targetEntries();
            beforeAnyChange += versions.isOld(entries) ? 1 : 0;
            leftStaged += Trees.staged(versions.target()).isEmpty() ? 0 : 1;
            versions.assertOldOrNew("killed at " + point, entries);

            RunReport report = pushAgain();

            assertEquals(0, report.tally().failed(), () -> "after " + point + ": " + report);
            versions.assertConverged("after " + point, true);
        }
        System.out.println("Kill: " + way.word + ", " + fired + " points fired of " + points.size() + " tried at most: "
                + firedByCall + "; " + beforeAnyChange + " before any change, " + leftStaged + " left staged objects");
        assertEquals(POINTS, fired, "points fired");
        assertTrue(beforeAnyChange < fired / 2, "most were killed in the middle of their work");
        assertTrue(leftStaged > 0, "some left staged files for the next push to remove");
        versions.assertSourceUntouched();
    }

    private Command strace(Way way, String... options) {
        List<String> words = new ArrayList<>(List.of("strace", "-f", "-qq", "-o"));
        words.addAll(List.of(options));
        words.addAll(List.of(
                Checkout.launcher(),
                way.word,
                "-q",
                "--streams",
                "1",
                versions.source().toString(),
                way.prefix + versions.target()));
        return Command.of(words);
    }

    private SystemCalls countingRun(Way way) throws IOException {
        versions.restoreTarget();
        Path trace = work.path("trace");
        strace(way, trace.toString(), "-y", "-s", "0", "-e", "trace=" + String.join(",", CALLS))
                .run()
                .exits(0);
        return SystemCalls.read(trace);
    }

    private static boolean sends(SystemCalls.Call call) {
        return call.name().equals("sendfile") || (call.name().equals("write") && call.isOnSocket());
    }

    /** In this process, whose code is warm: what is under test here is what it finds. */
    private RunReport pushAgain() throws RunFailure {
        RunRequest request = Requests.of(Mode.PUSH, versions.source(), new PeerTree.Local(versions.target()), false);
        try (Node node = new Node()) {
            return node.run(request, event -> {});
        }
    }
}
