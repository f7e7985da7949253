package io.zsync.tests.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.tests.system.Flood.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Strangers in any number cost a node little: what it does for its peers keeps half its speed, and all of it passes. */
class FloodIT {
    private static final long SEED = Long.getLong("zsync.seed", 7);
    private static final int PAIRS = Machine.LONG ? 9 : 2;
    private static final int HANDSHAKE_PAIRS = 9;

    /** Silent ones, and as many that talk. */
    private static final int STRANGERS = Machine.LONG ? 5_000 : 500;

    /** Half the speed is the promise. One pair on a machine that does other things as well tells orders of magnitude only. */
    private static final double SLOWER = Machine.LONG ? 2 : 6;

    private static final int MIB = Machine.LONG ? 512 : 128;
    private static final int STRANGERS_PER_SECOND = 1_000;
    private static final int HANDSHAKES_PER_SECOND = 200;
    private static final Pattern SECONDS = Pattern.compile("\"event\":\"summary\".*\"seconds\":([0-9.E-]+)");
    private static final Pattern HEAP =
            Pattern.compile("total(?: reserved [0-9]+K, committed)? ([0-9]+)K, used ([0-9]+)K");

    @RegisterExtension
    final Workspace work = new Workspace();

    @SuppressWarnings("NullAway.Init")
    private Home client;

    @SuppressWarnings("NullAway.Init")
    private Home server;

    private ServingNode serve(List<String> before) {
        work.make("""
                mkdir -p share source/small
                for ((f = 0; f < 500; f++)); do echo $f >source/small/f$f; done
                head -c ${1}M /dev/urandom >source/large""", MIB);
        client = new Home(Host.HERE, work.path("client"));
        server = new Home(Host.HERE, work.path("server"));
        server.admit("client", client);
        ServingNode node =
                ServingNode.startUnder(before, server, 0, "--share", "default=" + work.path("share") + ":rw");
        client.reach("server", node.id(), Host.HERE.endpoint4(node.port()));
        // What a node loads at its first sessions it keeps.
        seconds(push());
        return node;
    }

    private Outcome push() {
        Outcome outcome = client.zsync(
                        "push", "--json", "--durability", "none", work.path("source"), "server/default/in")
                .run();
        work.make("rm -rf share/in");
        return outcome;
    }

    /** What the run took by its own account, without the start of its process. */
    private static double seconds(Outcome push) {
        Matcher summary = SECONDS.matcher(push.exits(0).out());
        assertTrue(summary.find(), push::toString);
        return Double.parseDouble(summary.group(1));
    }

    @Test
    void silenceAndNoiseLeaveAPushHalfItsSpeed() {
        try (ServingNode node = serve(List.of())) {
            Holdings base = node.holdings();
            List<Double> ratios = new ArrayList<>();
            long opened = 0;
            while (ratios.size() < PAIRS || opened < 2L * STRANGERS) {
                double alone = seconds(push());
                try (Flood flood = Flood.against(
                        node.port(),
                        STRANGERS_PER_SECOND,
                        SEED,
                        Kind.SILENT,
                        Kind.RANDOM,
                        Kind.SILENT,
                        Kind.CUT_HELLO,
                        Kind.SILENT,
                        Kind.BIND)) {
                    await().until(() -> flood.opened() > STRANGERS / PAIRS);
                    ratios.add(seconds(push()) / alone);
                    flood.stop();
                    opened += flood.opened();
                }
            }
            assertKeptHalf("silence and noise", ratios, opened);
            assertBackTo(base, node);
        }
    }

    @Test
    @Tag("long")
    void handshakesOfAnUnknownKeyLeaveAPushHalfItsSpeed() {
        try (ServingNode node = serve(List.of())) {
            Holdings base = node.holdings();
            List<Double> ratios = new ArrayList<>();
            long opened = 0;
            while (ratios.size() < HANDSHAKE_PAIRS) {
                double alone = seconds(push());
                long start = System.nanoTime();
                Flood flood = Flood.against(node.port(), HANDSHAKES_PER_SECOND, SEED, Kind.HELLO);
                try (flood) {
                    await().until(() -> flood.opened() > HANDSHAKES_PER_SECOND);
                    ratios.add(seconds(push()) / alone);
                }
                long elapsed = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start) + 1;
                opened += flood.opened();
                assertTrue(flood.answered() > 20, () -> "only " + flood.answered() + " handshakes were begun");
                assertTrue(
                        flood.answered() <= 96 + 75 * elapsed,
                        () -> flood.answered() + " of " + flood.opened() + " handshakes answered in " + elapsed + " s");
                System.out.println("Flood: " + flood.answered() + " of " + flood.opened() + " handshakes answered");
            }
            assertKeptHalf("handshakes", ratios, opened);
            assertBackTo(base, node);
        }
    }

    private static void assertKeptHalf(String what, List<Double> ratios, long opened) {
        double median = median(ratios);
        System.out.printf(
                Locale.ROOT,
                "Flood: %s, seed %d: %d strangers; a push takes %.2f times as long (%s)%n",
                what,
                SEED,
                opened,
                median,
                ratios);
        assertTrue(median <= SLOWER, () -> what + ": a push takes " + ratios + " times as long");
    }

    private static double median(List<Double> ratios) {
        List<Double> sorted = ratios.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }

    private static void assertBackTo(Holdings base, ServingNode node) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertEquals(Map.of(), node.holdings().beyond(base)));
        Matcher heap = HEAP.matcher(node.heap());
        long kib = 0;
        while (heap.find()) {
            kib += Long.parseLong(heap.group(1));
        }
        System.out.println("Flood: heap " + kib / 1024 + " MiB, peak "
                + node.holdings().peakResidentKib() / 1024 + " MiB resident");
        long total = kib;
        assertTrue(total > 0 && total <= 256 << 10, () -> total + " KiB of heap");
        assertTrue(node.isAlive(), node::log);
        // A line for each stranger would fill the operator's disk.
        assertTrue(node.log().lines().count() < 400, node::log);
    }

    /** Strangers may take a part of what there is; where others have taken the rest, the node waits and does not spin. */
    @Test
    @Tag("long")
    void aNodeShortOfDescriptorsKeepsServing() throws IOException {
        Machine.needs("prlimit");
        try (ServingNode node = serve(List.of("prlimit", "--nofile=256:256"))) {
            Holdings base = node.holdings();
            try (Flood flood = Flood.against(node.port(), STRANGERS_PER_SECOND, SEED, Kind.SILENT)) {
                await().until(() -> flood.opened() > 400);
                push().exits(0);
                assertEquals("", troubles(node), "strangers alone do not take them all");
            }
            int used = base.descriptors().values().stream()
                    .mapToInt(Integer::intValue)
                    .sum();
            Command.of("prlimit", "--pid", Long.toString(node.pid()), "--nofile=" + (used + 40) + ":" + (used + 40))
                    .output();
            try (Flood flood = Flood.against(node.port(), STRANGERS_PER_SECOND, SEED, Kind.SILENT)) {
                await().atMost(Duration.ofSeconds(10))
                        .until(() -> troubles(node).contains("Too many open files"));
                flood.stop();
                long before = cpuMillis(node.pid());
                await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
                long spent = cpuMillis(node.pid()) - before;
                System.out.println("Flood: out of descriptors for 2 s: " + spent + " ms of CPU");
                assertTrue(spent < 500, () -> spent + " ms of CPU in 2 s");
            }
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertEquals(Map.of(), node.holdings().beyond(base)));
            await().pollDelay(Duration.ofMillis(2_100)).until(() -> true);

            push().exits(0);

            await().atMost(Duration.ofSeconds(5)).until(() -> troubles(node).contains("accepts connections again"));
            assertEquals(2, troubles(node).lines().count(), () -> troubles(node));
        }
    }

    private static String troubles(ServingNode node) {
        return node.log().lines().filter(line -> line.contains("accept")).reduce("", (all, line) -> all + line + "\n");
    }

    /** User and system time, of which the kernel counts hundredths of a second. */
    private static long cpuMillis(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return 10 * (Long.parseLong(fields[11]) + Long.parseLong(fields[12]));
    }
}
