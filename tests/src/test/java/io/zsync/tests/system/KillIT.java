package io.zsync.tests.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.Node;
import io.zsync.node.api.PeerTree;
import io.zsync.node.trust.ConfigFolder;
import io.zsync.protocol.Mode;
import io.zsync.protocol.RelativePath;
import io.zsync.tests.system.KillPoints.Point;
import io.zsync.tests.system.TwoVersions.Progress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
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
    private static final int POINTS_HERE = Machine.LONG ? 115 : 6;

    private static final int POINTS_BETWEEN = Machine.LONG ? 85 : 5;

    @RegisterExtension
    final Workspace work = new Workspace();

    private final long seed = Long.getLong("zsync.seed", new Random().nextLong());
    private final Random random = new Random(seed);
    private Path target;

    /** Runs whose ends are one process. */
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

    /** What became of the points of a test. */
    private final class Tally {
        private final String what;
        private final int wanted;
        private final Map<String, Integer> firedByCall = new TreeMap<>();
        private final Map<Progress, Integer> progress = new EnumMap<>(Progress.class);
        private int fired;
        private int leftStaged;

        Tally(String what, int wanted) {
            this.what = what;
            this.wanted = wanted;
        }

        boolean isFull() {
            return fired == wanted;
        }

        void add(Point point, Progress left) {
            fired++;
            firedByCall.merge(point.call(), 1, Integer::sum);
            progress.merge(left, 1, Integer::sum);
            leftStaged += Trees.staged(target).isEmpty() ? 0 : 1;
        }

        void end(int points) {
            System.out.println("Kill: " + what + ", " + fired + " points fired of " + points + " tried at most: "
                    + firedByCall + "; left " + progress + ", " + leftStaged + " left staged objects");
            assertEquals(wanted, fired, "points fired");
            assertTrue(progress.getOrDefault(Progress.IN_THE_MIDDLE, 0) > 0, "some were killed in the middle");
        }
    }

    @ParameterizedTest
    @EnumSource
    void noPathIsTornAndTheNextRunConverges(Way way) throws Exception {
        kill(way, TwoVersions.keeping(work.path("")));
    }

    @ParameterizedTest
    @EnumSource
    void noPathIsTornWhereTheRunDeletes(Way way) throws Exception {
        kill(way, TwoVersions.deleting(work.path("")));
    }

    private void kill(Way way, TwoVersions versions) throws Exception {
        Path trace = work.path("trace");
        versions.restore(target);
        run(KillPoints.counting(trace), way, versions).run().exits(0);
        List<Point> points = KillPoints.of(trace, List.of(target), random);
        Tally tally = new Tally(way.word + " " + versions.options(), POINTS_HERE);
        for (Point point : points) {
            if (tally.isFull()) {
                break;
            }
            versions.restore(target);
            Outcome killed = run(point.strace(), way, versions).run();
            if (killed.code() == 0) {
                // Threads share their work anew each time: this one had fewer calls to make.
                continue;
            }
            killed.exits(KillPoints.KILLED);
            tally.add(point, versions.assertOldOrNew(target, "killed at " + point));
            versions.assertNextRunConverges(target, "killed at " + point);
        }
        tally.end(points.size());
        assertTrue(tally.leftStaged > 0, "some left staged files for the next run to remove");
        versions.assertSourceUntouched();
    }

    private Command run(List<String> strace, Way way, TwoVersions versions) {
        List<String> words = new ArrayList<>(strace);
        words.addAll(List.of(Checkout.launcher(), way.word, "--streams", "1"));
        words.addAll(versions.options());
        words.add(versions.source().toString());
        words.add(way.prefix + target);
        return Command.of(words).quick();
    }

    @ParameterizedTest
    @EnumSource
    void noPathIsTornBetweenTwoProcesses(Victim victim) throws Exception {
        TwoVersions versions = TwoVersions.deleting(work.path(""));
        versions.restore(target);
        try (Pair pair = new Pair(victim, versions)) {
            List<Point> points = pair.points();
            Tally tally = new Tally(victim.toString(), POINTS_BETWEEN);
            for (Point point : points) {
                if (tally.isFull()) {
                    break;
                }
                versions.restore(target);
                String when = victim + " killed at " + point;
                int code = pair.killAt(point);
                if (code == Pair.NOT_KILLED) {
                    continue;
                }
                tally.add(point, versions.assertOldOrNew(target, when));
                if (code == 0) {
                    versions.assertDone(target, when);
                }
                if (!victim.receives() && !victim.both) {
                    Trees.assertNothingStaged(target);
                }
                pair.assertNextRunConverges(when);
            }
            tally.end(points.size());
        }
        versions.assertSourceUntouched();
    }

    /** A serving node and who runs with it; one of the two is traced. */
    private final class Pair implements AutoCloseable {
        static final int NOT_KILLED = -1;

        private final Victim victim;
        private final TwoVersions versions;
        private final Home server = new Home(Host.HERE, work.path("server"), QuickStart.options());
        private final Home client = new Home(Host.HERE, work.path("client"), QuickStart.options());
        private final String share;
        private ServingNode node;

        Pair(Victim victim, TwoVersions versions) {
            this.victim = victim;
            this.versions = versions;
            this.share = victim.push ? "default=" + target + ":rw,owner" : "default=" + versions.source() + ":ro";
            server.admit("client", client);
            node = ServingNode.start(server, "--share", share);
            client.reach("server", node.id(), Host.HERE.endpoint4(node.port()));
        }

        private Command run(List<String> before) {
            List<Object> words = new ArrayList<>(List.of(victim.push ? "push" : "pull", "--streams", "1"));
            words.addAll(List.of("--retries", "0"));
            words.addAll(versions.options());
            words.addAll(victim.push ? List.of(versions.source(), "server") : List.of("server", target));
            return client.zsync(before, words.toArray());
        }

        List<Point> points() throws Exception {
            Path trace = work.path("trace");
            if (victim.servingNode) {
                try (Command.Running strace = attach(KillPoints.counting(trace, node.pid()))) {
                    run(List.of()).run().exits(0);
                    // It lets the node go, and has written all of it down.
                    strace.terminate();
                    strace.end();
                }
            } else {
                run(KillPoints.counting(trace)).run().exits(0);
            }
            return KillPoints.of(trace, List.of(victim.receives() ? target : versions.source()), random);
        }

        private static Command.Running attach(List<String> strace) {
            Command.Running running = Command.of(strace).start();
            await().atMost(Duration.ofSeconds(60)).until(() -> running.err().contains("attached"));
            return running;
        }

        /** @return what the client exits with, killed or not; {@link #NOT_KILLED} if nobody was killed */
        int killAt(Point point) {
            if (!node.isAlive()) {
                node.restart();
            }
            return victim.servingNode ? killNodeAt(point) : killClientAt(point);
        }

        private int killNodeAt(Point point) {
            try (Command.Running strace = attach(point.strace(node.pid()));
                    Command.Running running = run(List.of()).start()) {
                CompletableFuture.anyOf(running.ended(), node.ended()).join();
                if (victim.both && !node.isAlive()) {
                    running.kill();
                }
                Outcome outcome = running.end();
                strace.terminate();
                strace.end();
                if (outcome.code() == 0 && node.isAlive()) {
                    return NOT_KILLED;
                }
                // A run that ended badly has lost its node.
                assertEquals(KillPoints.KILLED, node.end().code(), outcome::toString);
                return outcome.code();
            }
        }

        private int killClientAt(Point point) {
            Outcome outcome = run(point.strace()).run();
            if (outcome.code() == 0) {
                return NOT_KILLED;
            }
            if (victim.both) {
                node.kill9();
            }
            // A node that lives publishes what is complete before it lets go.
            Command.of("flock", "-w", "30", target.toString(), "true").output();
            return outcome.exits(KillPoints.KILLED).code();
        }

        /** With the node that has seen its peer die; where it died itself, without. */
        void assertNextRunConverges(String when) throws Exception {
            if (!node.isAlive()) {
                versions.assertNextRunConverges(target, when);
                return;
            }
            Map<String, String> environment =
                    Map.of("ZSYNC_HOME", client.folder().toString());
            try (Node warm = new Node(ConfigFolder.of(environment, ""))) {
                PeerTree peer = new PeerTree.Remote("server", PeerTree.Remote.DEFAULT_SHARE, RelativePath.ROOT);
                Mode mode = victim.push ? Mode.PUSH : Mode.PULL;
                versions.assertNextRunConverges(
                        warm, mode, victim.push ? versions.source() : target, peer, target, when);
            }
        }

        @Override
        public void close() {
            node.close();
        }
    }
}
