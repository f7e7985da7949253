package io.zsync.tests.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.tests.system.KillPoints.Point;
import io.zsync.tests.system.TwoVersions.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * SIGTERM or SIGINT at a system call of a run that creates, replaces, moves, changes kinds, makes hard links and deletes:
 * whoever is struck is gone in time and, unlike behind a kill, leaves nothing for the next run to clear away.
 */
class TermIT {
    private static final Duration PROMPT = Duration.ofSeconds(10);

    /** Of each test. */
    private static final int POINTS_HERE = Machine.LONG ? 90 : 2;

    private static final int POINTS_BETWEEN = 40;

    private static final int POINTS_SLOWLY = 12;

    private static final int DELETES = Machine.LONG ? 100_000 : 3_000;

    /** Of each delete, as on a slow disk: all of them take longer than anybody waits. */
    private static final int DELETE_MICROS = Machine.LONG ? 1_000 : 5_000;

    /** More than a run reads of all else. */
    private static final long COMPARED_BYTES = 200_000_000;

    /** How a command ends that is struck ahead of its first own step: as any process does. */
    private static final Set<Integer> NOT_BEGUN = Set.of(128 + 2, 128 + 15);

    /** Who runs with a node that shuts down: is done, loses the connection, or never had one. */
    private static final Set<Integer> LEFT_ALONE = Set.of(0, 5, 10, 35);

    @RegisterExtension
    final Workspace work = new Workspace();

    private final long seed = Long.getLong("zsync.seed", new Random().nextLong());
    private final Random random = new Random(seed);
    private Path target;
    private Path trace;
    private Duration longest = Duration.ZERO;

    /** Who is struck of two processes. */
    enum End {
        PUSHING_CLIENT(true, false),
        PULLING_CLIENT(false, false),
        RECEIVING_NODE(true, true),
        SENDING_NODE(false, true);

        private final boolean push;
        private final boolean isNode;

        End(boolean push, boolean isNode) {
            this.push = push;
            this.isNode = isNode;
        }
    }

    @BeforeEach
    void prepare() {
        Machine.needsStrace();
        target = work.path("target");
        trace = work.path("trace");
        System.out.println("Term: seed " + seed);
    }

    @ParameterizedTest
    @EnumSource
    void aRunLeavesNoPathTornAndNothingStaged(OneProcess way) throws Exception {
        TwoVersions versions = TwoVersions.deleting(work.path(""));
        versions.restore(target);
        way.run(KillPoints.counting(trace), versions, target).run().exits(0);
        List<Point> points = KillPoints.of(trace, List.of(target), random);
        PointTally tally = new PointTally("Term: " + way, POINTS_HERE);
        for (Point point : points) {
            if (tally.isFull()) {
                break;
            }
            versions.restore(target);
            Strike strike = new Strike(point, random.nextBoolean() ? "TERM" : "INT", trace);
            Outcome outcome = way.run(strike.strace(), versions, target).run();
            if (isInterrupted(strike, outcome, versions)) {
                tally.add(point, versions.assertOldOrNew(target, strike.toString()));
                Trees.assertNothingStaged(target);
                versions.assertNextRunConverges(target, strike.toString());
            }
        }
        tally.end(points.size(), "gone " + longest.toMillis() + " ms later at most");
        tally.assertSomeLeft(Progress.IN_THE_MIDDLE);
        versions.assertSourceUntouched();
    }

    /** @return false if the command was done without, or struck before it had begun */
    private boolean isInterrupted(Strike strike, Outcome outcome, TwoVersions versions) throws Exception {
        if (outcome.code() == 0) {
            versions.assertDone(target, strike.toString());
            return false;
        }
        if (NOT_BEGUN.contains(outcome.code())) {
            assertEquals(Progress.UNTOUCHED, versions.assertOldOrNew(target, strike.toString()));
            return false;
        }
        assertInTime(strike.at().orElseThrow(() -> new AssertionError(strike + " missed: " + outcome)), strike);
        assertEquals(20, outcome.code(), () -> strike + ": " + outcome);
        assertEquals(List.of("zsync: interrupted"), outcome.errLines(), strike::toString);
        return true;
    }

    private void assertInTime(Instant struck, Strike strike) {
        Duration took = Duration.between(struck, Instant.now());
        longest = took.compareTo(longest) > 0 ? took : longest;
        assertTrue(took.compareTo(PROMPT) < 0, () -> strike + ": took " + took);
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource
    void noPathIsTornBetweenTwoProcesses(End end) throws Exception {
        // A run of a second is what a node that is to be gone waits for.
        strikeOneOfTwo(end, POINTS_BETWEEN, List.of(), end.isNode ? Progress.DONE : Progress.IN_THE_MIDDLE);
    }

    /** At this rate a run takes longer than a node that is to be gone waits for it. */
    @Tag("long")
    @ParameterizedTest
    @EnumSource(names = {"RECEIVING_NODE", "SENDING_NODE"})
    void aNodeParksWhatCannotEndInTime(End end) throws Exception {
        List<String> slowly = List.of("--bwlimit", "400KiB");

        Map<Integer, Integer> codes = strikeOneOfTwo(end, POINTS_SLOWLY, slowly, Progress.IN_THE_MIDDLE);

        assertTrue(codes.getOrDefault(10, 0) > 0, () -> "some were parked: " + codes);
        assertTrue(longest.compareTo(PROMPT.dividedBy(2)) > 0, () -> "it waited at first: " + longest);
    }

    /**
     * @param expected how some of the struck runs leave the target
     * @return how often which code was the client's
     */
    private Map<Integer, Integer> strikeOneOfTwo(End end, int wanted, List<String> options, Progress expected)
            throws Exception {
        TwoVersions versions = TwoVersions.deleting(work.path(""));
        versions.restore(target);
        Map<Integer, Integer> codes = new TreeMap<>();
        try (TracedPair pair = new TracedPair(work, versions, target, end.push, end.isNode, options)) {
            List<Point> points = pair.points(random);
            PointTally tally = new PointTally("Term: " + end + " " + options, wanted);
            for (Point point : points) {
                if (tally.isFull()) {
                    break;
                }
                versions.restore(target);
                Strike strike = new Strike(point, end.isNode || random.nextBoolean() ? "TERM" : "INT", trace);
                Outcome client = pair.strike(strike, false);
                if (end.isNode ? isNodeStruck(strike, pair, client) : isInterrupted(strike, client, versions)) {
                    codes.merge(client.code(), 1, Integer::sum);
                    tally.add(point, versions.assertOldOrNew(target, strike.toString()));
                    if (client.code() == 0) {
                        versions.assertDone(target, strike.toString());
                    }
                    Trees.assertNothingStaged(target);
                    pair.assertNextRunConverges(strike.toString());
                }
            }
            tally.end(points.size(), "clients' codes " + codes + ", gone " + longest.toMillis() + " ms later at most");
            tally.assertSomeLeft(expected);
        }
        versions.assertSourceUntouched();
        return codes;
    }

    private boolean isNodeStruck(Strike strike, TracedPair pair, Outcome client) throws Exception {
        Optional<Instant> at = strike.at();
        if (at.isPresent()) {
            pair.node().end().exits(0);
            assertInTime(at.get(), strike);
            assertTrue(LEFT_ALONE.contains(client.code()), () -> strike + ": " + client);
        }
        return at.isPresent();
    }

    /** What was exchanged before is not left for the next run. */
    @ParameterizedTest
    @EnumSource
    void aSignalAmongDeletesEndsThem(OneProcess way) throws Exception {
        Path source = makeManyToDelete();
        List<String> words = new ArrayList<>(slowDeletes());
        words.addFirst("--default-signal=INT,TERM");
        words.addFirst("env");
        try (Command.Running run = way.run(words, List.of("-q", "--delete", "--max-delete", "100%"), source, target)
                .start()) {
            awaitDeletes(run::isAlive);

            long start = System.nanoTime();
            run.signal("TERM");
            Outcome outcome = run.end(PROMPT).exits(20);
            System.out.println("Term: " + way + " among deletes, gone after " + (System.nanoTime() - start) / 1_000_000
                    + " ms, " + Trees.count(target) + " of " + DELETES + " left");

            assertEquals(List.of("zsync: interrupted"), outcome.errLines());
        }
        assertStoppedAmongDeletes();
        Checkout.push(source, target, "--delete", "--max-delete", "100%").run().exits(0);
        Trees.assertMirrors(source, target);
    }

    /** One file is half there when the run has come to compare another one, which takes longer than anybody waits. */
    @ParameterizedTest
    @EnumSource
    void aSignalWhileContentIsComparedEndsThat(OneProcess way) throws Exception {
        work.make("""
                mkdir -p source/b target
                head -c 60M /dev/zero >source/a
                (cd source/b; seq -w 10000 | xargs touch)
                truncate -s 8G source/compared
                cp -a source/b source/compared target""");
        List<String> options = List.of("-q", "-c", "--bwlimit", "2MiB");
        try (Command.Running run = way.run(
                        List.of("env", "--default-signal=INT,TERM"), options, work.path("source"), target)
                .start()) {
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> !run.isAlive()
                            || (!Trees.staged(target).isEmpty() && bytesRead(run.pid()) > COMPARED_BYTES));
            assertTrue(run.isAlive(), "it still runs");

            run.signal("TERM");

            assertEquals(
                    List.of("zsync: interrupted"), run.end(PROMPT).exits(20).errLines());
        }
        Trees.assertNothingStaged(target);
    }

    private static long bytesRead(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(pid), "io")).stream()
                .filter(line -> line.startsWith("rchar: "))
                .mapToLong(line -> Long.parseLong(line.substring("rchar: ".length())))
                .sum();
    }

    @Tag("long")
    @Test
    void aNodeAmongDeletesIsGoneInTime() throws Exception {
        Path source = makeManyToDelete();
        Home server = new Home(Host.HERE, work.path("server"));
        Home client = new Home(Host.HERE, work.path("client"));
        server.admit("client", client);
        try (ServingNode node =
                ServingNode.startUnder(slowDeletes(), server, 0, "--share", "default=" + target + ":rw,owner")) {
            client.reach("server", node.id(), Host.HERE.endpoint4(node.port()));
            Command push =
                    client.zsync("push", "--retries", "0", "-q", "--delete", "--max-delete", "100%", source, "server");
            try (Command.Running run = push.start()) {
                awaitDeletes(run::isAlive);

                ServingNode.Ending ending = node.terminate();

                ending.outcome().exits(0);
                assertTrue(ending.took().compareTo(PROMPT) < 0, () -> "took " + ending.took());
                run.end(PROMPT).exits(10);
            }
        }
        assertStoppedAmongDeletes();
    }

    /** Besides, one object has changed its kind, and another one waits for a directory to be emptied. */
    private Path makeManyToDelete() {
        work.make("""
                mkdir -p source target/gone target/filled
                echo new >source/changed; ln -s old target/changed
                echo new >source/filled; (cd target/filled; seq 100 | xargs touch)
                (cd target/gone; seq -w $1 | xargs touch)""", DELETES);
        return work.path("source");
    }

    /** strace keeps beside the process, which gets the signal. */
    private static List<String> slowDeletes() {
        return List.of(
                "strace",
                "-D",
                "-f",
                "-qq",
                "-o",
                "/dev/null",
                "-e",
                "trace=unlinkat",
                "-e",
                "inject=unlinkat:delay_enter=" + DELETE_MICROS);
    }

    private void awaitDeletes(BooleanSupplier runs) {
        Path first =
                target.resolve("gone/" + "0".repeat(Integer.toString(DELETES).length() - 1) + "1");
        assertTrue(Files.exists(first), "there at first");
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> !runs.getAsBoolean() || !Files.exists(first));
        assertTrue(runs.getAsBoolean(), "it still runs");
    }

    private void assertStoppedAmongDeletes() throws Exception {
        long left = Trees.count(target.resolve("gone"));
        assertTrue(left > 0 && left < DELETES, () -> left + " are left");
        assertEquals("new\n", Files.readString(target.resolve("changed")));
        assertTrue(Files.isDirectory(target.resolve("filled")), "what waited was not published");
        Trees.assertNothingStaged(target);
    }
}
