package io.zsync.tests.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The server's address goes in each phase of a push, and nobody is told: both ends give up by themselves. All phases run at
 * once, each on a pair of hosts of its own, because most of the time they wait.
 */
@Tag("long")
class HalfOpenIT {
    /** Silence for 30 s, the longest deadline of 10 s, and a little for a busy machine. */
    private static final Duration IN_TIME = Duration.ofSeconds(30 + 10 + 5);

    private static final int PORT = 7419;
    private static final int LARGE = 300 << 20;

    @RegisterExtension
    final Workspace work = new Workspace();

    /** Made by each test, on hosts of its own. */
    @SuppressWarnings("NullAway.Init")
    private Home server;

    @SuppressWarnings("NullAway.Init")
    private Home client;

    private enum Phase {
        CONNECTING,
        HANDSHAKE,
        SCANNING,
        LARGE_FILE,
        SYNCING,
        APPLIED;

        /** What slows the node down, so that this phase lasts. */
        List<String> aroundServer() {
            return switch (this) {
                case SYNCING -> slow("syncfs", Duration.ofSeconds(40));
                case APPLIED -> slow("syncfs", Duration.ofSeconds(4));
                case CONNECTING, HANDSHAKE, SCANNING, LARGE_FILE -> List.of();
            };
        }

        List<String> aroundClient() {
            return switch (this) {
                case SCANNING -> slow("getdents64", Duration.ofSeconds(2));
                case CONNECTING, HANDSHAKE, LARGE_FILE, SYNCING, APPLIED -> List.of();
            };
        }

        /** -D: strace runs beside the process, which keeps its id and gets the signals. */
        private static List<String> slow(String call, Duration delay) {
            return List.of(
                    "strace",
                    "-D",
                    "-f",
                    "-qq",
                    "-o",
                    "/dev/null",
                    "-e",
                    "trace=" + call,
                    "-e",
                    "inject=" + call + ":delay_enter=" + delay.toMillis() * 1_000);
        }
    }

    @Test
    void bothEndsGiveUpInTimeInEachPhase() throws Exception {
        Machine.needsStrace();
        work.make("""
                mkdir -p warm wide
                echo warm >warm/file
                for ((d = 0; d < 60; d++)); do mkdir wide/d$d; echo $d >wide/d$d/f; done
                mkdir large; head -c $1 /dev/zero >large/file
                mkdir small; echo small >small/file""", LARGE);
        try (NetworkNamespaces any = NetworkNamespaces.open()) {
            // Every pair has these addresses.
            server = new Home(any.server(), work.path("server"));
            client = new Home(any.client(), work.path("client"));
            server.admit("client", client);
            client.reach("server", server.id(), any.server().endpoint4(PORT));
        }
        Phase[] phases = Phase.values();
        List<Future<String>> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(phases.length)) {
            for (Phase phase : phases) {
                results.add(threads.submit(() -> play(phase)));
            }
        }
        List<String> failures = new ArrayList<>();
        for (int i = 0; i < phases.length; i++) {
            try {
                System.out.println(
                        "HalfOpen: " + phases[i] + ": " + results.get(i).get());
            } catch (ExecutionException e) {
                e.printStackTrace(System.out);
                failures.add(phases[i] + ": " + e.getMessage());
            }
        }
        assertEquals(List.of(), failures);
    }

    private String play(Phase phase) {
        Path share = work.path("share" + phase);
        work.make("mkdir $1", share);
        try (NetworkNamespaces pair = NetworkNamespaces.open()) {
            Home here = client.copy(pair.client(), work.path("client" + phase));
            Home there = server.copy(pair.server(), work.path("server" + phase));
            try (ServingNode node =
                    ServingNode.startUnder(phase.aroundServer(), there, PORT, "--share", "default=" + share + ":rw")) {
                here.zsync("push", "--durability", "none", work.path("warm"), "server/default/warm")
                        .run()
                        .exits(0);
                Holdings before = node.holdings();
                return cutIn(phase, pair, here, node, before, share);
            }
        }
    }

    private String cutIn(
            Phase phase, NetworkNamespaces pair, Home here, ServingNode node, Holdings before, Path share) {
        Path target = share.resolve("target");
        if (phase == Phase.CONNECTING) {
            pair.cut();
        }
        if (phase == Phase.HANDSHAKE) {
            // The kernel takes the connection and the first words; nobody answers.
            node.signal("STOP");
        }
        String source = switch (phase) {
            case CONNECTING, HANDSHAKE, SYNCING, APPLIED -> "small";
            case SCANNING -> "wide";
            case LARGE_FILE -> "large";
        };
        long start = System.nanoTime();
        try (Command.Running push = here.zsync(
                        phase.aroundClient(),
                        "push",
                        "--retries",
                        "0",
                        "--streams",
                        "2",
                        work.path(source),
                        "server/default/target")
                .start()) {
            switch (phase) {
                case CONNECTING -> {}
                case HANDSHAKE -> {
                    until(push, () -> connections(push.pid()) > 0);
                    pair.cut();
                    node.signal("CONT");
                }
                case SCANNING -> {
                    // Control and a data stream; then nothing but heartbeats, for minutes.
                    until(push, () -> connections(push.pid()) >= 2);
                    await().during(Duration.ofSeconds(2)).until(push::isAlive);
                    pair.cut();
                }
                case LARGE_FILE -> {
                    until(push, () -> stagedBytes(target) > 0);
                    push.signal("STOP");
                    assertTrue(stagedBytes(target) < LARGE || !Files.exists(target.resolve("file")), "in the middle");
                    pair.cut();
                    push.signal("CONT");
                }
                case SYNCING, APPLIED -> {
                    until(push, () -> stagedBytes(target) == "small\n".length());
                    pair.cut();
                    assertTrue(!Files.exists(target.resolve("file")), "it is not published before it is synced");
                }
            }
            assertTrue(push.isAlive(), () -> "it ended before the cut: " + push.err());
            long cut = System.nanoTime();
            // Whichever end is the later one: in time counts from the cut for both.
            Outcome outcome = push.end(IN_TIME.plusSeconds(5));
            Duration clientTook = since(cut);
            await().atMost(IN_TIME)
                    .pollInterval(Duration.ofMillis(200))
                    .untilAsserted(() -> assertEquals(Map.of(), node.holdings().beyond(before)));
            Duration serverTook = since(cut);

            assertTrue(List.of(10, 30, 35).contains(outcome.code()), outcome::toString);
            assertTrue(outcome.errLines().getFirst().startsWith("zsync: "), outcome::err);
            assertTrue(clientTook.compareTo(IN_TIME) < 0, () -> "the client took " + clientTook);
            assertTrue(serverTook.compareTo(IN_TIME) < 0, () -> "the server took " + serverTook);
            assertTrue(node.isAlive(), node::log);
            if (phase != Phase.LARGE_FILE) {
                // Of a large file what has come is kept, and noted.
                Trees.assertNothingStaged(share);
            }
            if (phase == Phase.APPLIED) {
                Trees.assertMirrors(work.path(source), target);
            }
            return "client exit " + outcome.code() + " after " + clientTook.toMillis() + " ms, server free after "
                    + serverTook.toMillis() + " ms; " + (cut - start) / 1_000_000 + " ms until the cut; "
                    + outcome.errLines().getFirst();
        }
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void until(Command.Running push, Condition condition) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> !push.isAlive() || condition.holds());
    }

    /** Established TCP connections to the node's port, as the process's network namespace sees them. */
    private static long connections(long pid) throws Exception {
        String established = String.format(Locale.ROOT, ":%04X 01 ", PORT);
        long count = 0;
        for (String table : List.of("tcp", "tcp6")) {
            Path file = Path.of("/proc", Long.toString(pid), "net", table);
            if (Files.exists(file)) {
                count += Files.readAllLines(file).stream()
                        .filter(line -> line.contains(established))
                        .count();
            }
        }
        return count;
    }

    private static long stagedBytes(Path target) {
        return Command.of("find", target.toString(), "-name", ".zsync-*", "-type", "f", "-printf", "%s\\n")
                .run()
                .out()
                .lines()
                .mapToLong(Long::parseLong)
                .sum();
    }
}
