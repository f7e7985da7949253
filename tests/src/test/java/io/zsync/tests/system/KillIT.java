package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.Node;
import io.zsync.node.api.PeerTree;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.node.api.RunRequest;
import io.zsync.protocol.Comparison;
import io.zsync.protocol.Credits;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Mode;
import io.zsync.protocol.PathPolicy;
import io.zsync.protocol.Preservation;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RunOptions;
import io.zsync.protocol.Selection;
import io.zsync.protocol.Transfer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
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

    private Path source;
    private Path template;
    private Path target;
    private Map<String, String> oldEntries;
    private Map<String, String> newEntries;

    private record Point(String call, int ordinal) {}

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
        source = work.path("source");
        template = work.path("template");
        target = work.path("target");
        work.make("""
                fill() { head -c "$1" /dev/urandom; }
                mkdir -p source/{kept,fresh/deep,grown,kinds} template/{kept,grown,kinds,closed}
                # The same on both sides.
                for f in 1 2 3; do fill 1000 >source/kept/$f; done
                cp -a source/kept/. template/kept
                # New, replaced: small ones that travel packed, larger ones, one that is allocated; empty ones, links.
                for f in 1 2 3 4 5 6; do
                    fill $((f * 500)) >source/fresh/small$f
                    fill $((f * 700)) >source/grown/small$f
                    fill $((f * 300)) >template/grown/small$f
                done
                for f in 1 2; do
                    fill 300000 >source/fresh/deep/large$f
                    fill 200000 >source/grown/large$f
                    fill 200000 >template/grown/large$f
                done
                fill 3000000 >source/grown/allocated
                fill 2000000 >template/grown/allocated
                : >source/fresh/empty
                : >source/grown/emptied
                fill 100 >template/grown/emptied
                ln -s ../kept/1 source/fresh/link
                ln -s new source/grown/link
                ln -s old template/grown/link
                # Each kind becomes another.
                fill 5000 >source/kinds/link-to-file; ln -s gone template/kinds/link-to-file
                ln -s new source/kinds/file-to-link; fill 5000 >template/kinds/file-to-link
                mkdir source/kinds/{file,link}-to-directory
                fill 2000 >source/kinds/file-to-directory/inside; fill 2000 >template/kinds/file-to-directory
                fill 2000 >source/kinds/link-to-directory/inside; ln -s gone template/kinds/link-to-directory
                fill 80000 >source/kinds/directory-to-file; mkdir template/kinds/directory-to-file
                ln -s new source/kinds/directory-to-link; mkdir template/kinds/directory-to-link
                # Only the metadata differs.
                fill 100 >source/kept/mode; cp -a source/kept/mode template/kept/mode; chmod 600 source/kept/mode
                # Only in the target: nobody asked to delete it.
                fill 100 >template/extra
                rmdir template/closed
                find template -exec touch -h -d 2026-01-01 {} +
                find source/kept template/kept -type f -exec touch -d 2026-01-02 {} +
                find source -name new -o -newermt 2026-01-03 -exec touch -h -d 2026-01-04 {} +""");
        oldEntries = entries(template);
        newEntries = entries(source);
    }

    @ParameterizedTest
    @EnumSource
    void noPathIsTornAndTheNextPushConverges(Way way) throws Exception {
        long seed = Long.getLong("zsync.seed", new Random().nextLong());
        System.out.println("Kill: seed " + seed);
        List<Point> points = pointsOf(countingRun(way), new Random(seed));
        int fired = 0;
        int beforeAnyChange = 0;
        int leftStaged = 0;
        Map<String, Integer> firedByCall = new TreeMap<>();
        for (Point point : points) {
            if (fired == POINTS) {
                break;
            }
            restoreTarget();
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
            Map<String, String> entries = entries(target);
            beforeAnyChange += entries.equals(oldEntries) ? 1 : 0;
            leftStaged += Trees.staged(target).isEmpty() ? 0 : 1;
            assertOldOrNew(point, entries);

            RunReport report = pushAgain();

            assertEquals(0, report.tally().failed(), () -> "after " + point + ": " + report);
            assertConverged(point);
        }
        System.out.println("Kill: " + way.word + ", " + fired + " points fired of " + points.size() + " tried at most: "
                + firedByCall + "; " + beforeAnyChange + " before any change, " + leftStaged + " left staged objects");
        assertEquals(POINTS, fired, "points fired");
        assertTrue(beforeAnyChange < fired / 2, "most were killed in the middle of their work");
        assertTrue(leftStaged > 0, "some left staged files for the next push to remove");
        assertEquals(newEntries, entries(source), "the source is as it was");
    }

    private Command strace(Way way, String... options) {
        List<String> words = new ArrayList<>(List.of("strace", "-f", "-qq", "-o"));
        words.addAll(List.of(options));
        words.addAll(
                List.of(Checkout.launcher(), way.word, "-q", "--streams", "1", source.toString(), way.prefix + target));
        return Command.of(words);
    }

    private SystemCalls countingRun(Way way) throws IOException {
        restoreTarget();
        Path trace = work.path("trace");
        strace(way, trace.toString(), "-y", "-s", "0", "-e", "trace=" + String.join(",", CALLS))
                .run()
                .exits(0);
        return SystemCalls.read(trace);
    }

    /** For each kind of call, as evenly as they come: every ordinal under which some thread changes or reads the target. */
    private List<Point> pointsOf(SystemCalls calls, Random random) {
        Map<String, TreeSet<Integer>> ordinals = new TreeMap<>();
        Map<String, Integer> counters = new TreeMap<>();
        for (SystemCalls.Call call : calls.all()) {
            int ordinal = counters.merge(call.thread() + " " + call.name(), 1, Integer::sum);
            boolean sends = call.name().equals("sendfile") || (call.name().equals("write") && call.isOnSocket());
            if (sends || call.arguments().contains(target.toString())) {
                ordinals.computeIfAbsent(call.name(), name -> new TreeSet<>()).add(ordinal);
            }
        }
        List<List<Point>> byCall = new ArrayList<>();
        ordinals.forEach((call, numbers) -> {
            List<Point> points = new ArrayList<>();
            numbers.forEach(number -> points.add(new Point(call, number)));
            Collections.shuffle(points, random);
            byCall.add(points);
        });
        List<Point> points = new ArrayList<>();
        while (byCall.stream().anyMatch(list -> !list.isEmpty())) {
            byCall.stream().filter(list -> !list.isEmpty()).forEach(list -> points.add(list.removeLast()));
        }
        // There may be fewer than are wanted: once more round, when the threads do things in another order.
        points.addAll(List.copyOf(points));
        return points;
    }

    private void restoreTarget() {
        work.make("rm -rf target; cp -a template target");
    }

    /** In this process, whose code is warm: what is under test here is what it finds. */
    private RunReport pushAgain() throws RunFailure {
        RunOptions options = new RunOptions(
                false,
                false,
                false,
                Durability.BATCH,
                new Transfer(PathPolicy.AUTO, 1, false, 0),
                Comparison.BY_TIME,
                Selection.ALL,
                Preservation.ARCHIVE,
                Deletion.NONE);
        RunRequest request = new RunRequest(
                Mode.PUSH,
                source,
                new PeerTree.Local(target),
                options,
                Protection.CLEAR,
                Duration.ofSeconds(30),
                0,
                Credits.DEFAULT);
        try (Node node = new Node()) {
            return node.run(request, event -> {});
        }
    }

    private void assertOldOrNew(Point point, Map<String, String> entries) {
        TreeSet<String> paths = new TreeSet<>(oldEntries.keySet());
        paths.addAll(newEntries.keySet());
        paths.addAll(entries.keySet());
        for (String path : paths) {
            String now = entries.getOrDefault(path, "absent");
            String before = oldEntries.getOrDefault(path, "absent");
            String after = newEntries.getOrDefault(path, "absent");
            assertTrue(
                    now.equals(before) || now.equals(after),
                    () -> "killed at " + point + ", " + path + " is torn: " + now + ", neither " + before + " nor "
                            + after);
        }
    }

    private void assertConverged(Point point) {
        Map<String, String> expected = new TreeMap<>(newEntries);
        expected.put("extra", oldEntries.get("extra"));
        assertEquals(expected, entries(target), () -> "after " + point);
        Trees.assertNothingStaged(target);
        assertEquals(modesAndTimes(source), modesAndTimes(target), () -> "after " + point);
    }

    /** Kind and content of each path that is not staged: a file's by its checksum, a link's target. */
    private static Map<String, String> entries(Path root) {
        Map<String, String> entries = new TreeMap<>();
        String listing = Command.script("""
                        cd "$1"
                        find . -mindepth 1 -name '.zsync-*' -prune -o -type f -print0 | xargs -0 -r sha256sum
                        find . -mindepth 1 -name '.zsync-*' -prune -o ! -type f -printf '%y %l  %p\\n'""", root).output();
        listing.lines().forEach(line -> {
            int gap = line.indexOf("  ./");
            entries.put(line.substring(gap + 4), line.substring(0, gap));
        });
        return entries;
    }

    private static String modesAndTimes(Path root) {
        return Command.script("cd \"$1\"; find . ! -path ./extra -printf '%P %m %U %G %T@\\n' | sort", root)
                .output();
    }
}
