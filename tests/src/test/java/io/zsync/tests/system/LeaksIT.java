package io.zsync.tests.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.Node;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.PeerTree;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.node.trust.ConfigFolder;
import io.zsync.protocol.Mode;
import io.zsync.protocol.RelativePath;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A node that has served many runs, good ones and others, holds what it held before. */
class LeaksIT {
    private static final int RUNS = Machine.LONG ? 1_000 : 20;
    /** After each so many runs a client is killed. Those are processes, which take a second to start. */
    private static final int KILLED_EVERY = 20;

    /** What a heap may have grown by, whatever the runs: each of a thousand that left a session would add to it. */
    private static final long HEAP_GROWTH_KIB = 2_048;

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @RegisterExtension
    final Workspace work = new Workspace();

    @SuppressWarnings("NullAway.Init")
    private ServingNode node;

    @SuppressWarnings("NullAway.Init")
    private Home client;

    @SuppressWarnings("NullAway.Init")
    private Random random;

    private int killed;

    @Test
    void aNodeThatServedManyRunsHoldsWhatItHeldBefore() throws Exception {
        long seed = Long.getLong("zsync.seed", new Random().nextLong());
        System.out.println("Leaks: seed " + seed);
        random = new Random(seed);
        work.make("""
                mkdir -p share/pushed share/killed source pulled
                for f in {1..20}; do head -c $((f * 300)) /dev/urandom >source/$f; done
                head -c 300000 /dev/urandom >source/large
                ln -s 1 source/link
                mkdir huge; for f in {1..10}; do head -c 60M /dev/zero >huge/$f; done""");
        client = new Home(Host.HERE, work.path("client"));
        Home server = new Home(Host.HERE, work.path("server"));
        server.admit("client", client);
        try (Node initiator = new Node(new ConfigFolder(client.folder(), client.folder()));
                ServingNode serving = ServingNode.start(server, "--share", "default=" + work.path("share") + ":rw")) {
            node = serving;
            client.reach("server", node.id(), Host.HERE.endpoint4(node.port()));
            // What a node loads at its first sessions of each kind it keeps.
            for (int run = 0; run < 2 * Kind.values().length; run++) {
                run(initiator, Kind.values()[run % Kind.values().length]);
            }
            killAClient();
            settle();
            // Ahead of the count: to be asked, the JVM opens a socket, and keeps it.
            long heapBefore = node.usedHeapKib();
            Holdings before = node.holdings();
            killed = 0;

            for (int run = 1; run <= RUNS; run++) {
                run(initiator, Kind.values()[random.nextInt(Kind.values().length)]);
                if (run % KILLED_EVERY == 0) {
                    killAClient();
                }
            }

            settle();
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertEquals(Map.of(), node.holdings().beyond(before)));
            Trees.assertNothingStaged(work.path("share/pushed"));
            long heap = node.usedHeapKib();
            System.out.println("Leaks: " + RUNS + " runs and " + killed
                    + " killed clients; used heap " + heapBefore + " KiB before, " + heap + " KiB behind; threads "
                    + before.threads().values().stream()
                            .mapToInt(Integer::intValue)
                            .sum() + ", descriptors "
                    + before.descriptors().values().stream()
                            .mapToInt(Integer::intValue)
                            .sum() + " both times");
            assertTrue(heapBefore > 0, "the heap is seen");
            assertTrue(heap - heapBefore < HEAP_GROWTH_KIB, heapBefore + " KiB became " + heap + " KiB");
            assertEquals(0, node.terminate().outcome().code());
        }
    }

    private enum Kind {
        PUSH,
        PULL,
        DRY_RUN,
        REFUSED
    }

    private void run(Node initiator, Kind kind) throws Exception {
        Path source = work.path("source");
        switch (kind) {
            case PUSH -> {
                Files.writeString(source.resolve("changing"), Long.toString(random.nextLong()));
                RunReport report = initiator.run(Requests.of(Mode.PUSH, source, peer("default"), false), event -> {});
                assertEquals(0, report.tally().failed());
                assertTrue(report.tally().created() + report.tally().changed() > 0, report::toString);
            }
            case PULL -> {
                Files.deleteIfExists(work.path("pulled").resolve("large"));
                RunReport report =
                        initiator.run(Requests.of(Mode.PULL, work.path("pulled"), peer("default"), false), event -> {});
                assertEquals(0, report.tally().failed());
            }
            case DRY_RUN -> initiator.run(Requests.of(Mode.PUSH, source, peer("default"), true), event -> {});
            case REFUSED -> {
                RunFailure refused = assertThrows(
                        RunFailure.class,
                        () -> initiator.run(Requests.of(Mode.PUSH, source, peer("nothing"), false), event -> {}));
                assertEquals(FailureKind.NOT_ALLOWED, refused.kind());
            }
        }
    }

    private static PeerTree peer(String share) {
        return new PeerTree.Remote("server", share, RelativePath.of("pushed"));
    }

    /** In the middle of a push, of files that are too short for what is there of them to be kept. */
    private void killAClient() {
        Path target = work.path("share/killed");
        try (Command.Running push =
                client.zsync("push", work.path("huge"), "server/default/killed").start()) {
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(2))
                    .until(() -> !push.isAlive() || !Trees.staged(target).isEmpty());
            push.signal("KILL");
            assertEquals(137, push.end().code(), "killed in the middle");
            killed++;
        }
        await().atMost(PATIENCE).untilAsserted(() -> Trees.assertNothingStaged(target));
        work.make("rm -rf share/killed; mkdir share/killed");
    }

    /** Sessions are over, and whoever was killed has been noticed: nothing comes or goes any more. */
    private void settle() {
        AtomicReference<Holdings> last = new AtomicReference<>(node.holdings());
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(700)).until(() -> {
            Holdings now = node.holdings();
            Holdings then = last.getAndSet(now);
            return now.beyond(then).isEmpty() && then.beyond(now).isEmpty();
        });
    }
}
