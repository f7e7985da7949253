package io.zsync.tests.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.Node;
import io.zsync.node.api.Event;
import io.zsync.node.api.PeerTree;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.node.api.RunRequest;
import io.zsync.node.trust.ConfigFolder;
import io.zsync.protocol.Comparison;
import io.zsync.protocol.Credits;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Mode;
import io.zsync.protocol.PathChoice;
import io.zsync.protocol.PathPolicy;
import io.zsync.protocol.Preservation;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.RunOptions;
import io.zsync.protocol.Selection;
import io.zsync.protocol.Transfer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is on the wire between two nodes of a run that is held to a rate, and of one that compresses. */
@Tag("long")
class RateIT {
    private static final long RATE = 5 << 20;

    @RegisterExtension
    final Workspace work = new Workspace();

    private final List<Event> events = new CopyOnWriteArrayList<>();
    private Home server;
    private Home client;

    @BeforeEach
    void makeNodes() {
        server = new Home(Host.HERE, work.path("server"));
        client = new Home(Host.HERE, work.path("client"));
        server.admit("client", client);
        work.make("mkdir share here");
    }

    /** Ten seconds of a run, seen from between the nodes; large files and packs, several streams. */
    @ParameterizedTest
    @CsvSource({"PUSH, CLEAR, 4", "PUSH, SAFE, 3", "PULL, PRIVATE, 2"})
    void aRateIsKeptWithinFivePercent(Mode mode, Protection level, int streams) {
        String source = mode == Mode.PUSH ? "here" : "share";
        work.make("head -c 40M /dev/urandom >" + source + "/large; for f in {1..600}; do head -c 40000 /dev/urandom >"
                + source + "/small$f; done");
        try (ServingNode node = serve();
                WireProxy proxy = WireProxy.forgetful("127.0.0.1", node.port())) {
            client.reach("server", node.id(), proxy.endpoint());
            CompletableFuture<RunReport> run = CompletableFuture.supplyAsync(
                    () -> run(mode, level, new Transfer(PathPolicy.AUTO, streams, false, RATE)));

            await().until(() -> run.isDone() || proxy.passed() > 2 << 20);
            long start = System.nanoTime();
            long before = proxy.passed();
            await().atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> run.isDone() || System.nanoTime() - start >= TimeUnit.SECONDS.toNanos(10));
            long bytes = proxy.passed() - before;
            double seconds = (System.nanoTime() - start) / 1e9;

            double share = bytes / seconds / RATE;
            System.out.printf(
                    "Rate: %s %s, %d bytes in %.3f s, %.4f of the rate%n", mode, level, bytes, seconds, share);
            assertTrue(seconds >= 10, "the run lasts long enough");
            assertTrue(share > 0.95 && share < 1.05, () -> share + " of the rate");
            assertEquals(601, run.join().tally().files());
        }
        Trees.assertMirrors(work.path("here"), work.path("share"));
    }

    /** A compressed chunk that arrives damaged is made anew, as the same block. */
    @ParameterizedTest
    @EnumSource(names = {"CLEAR", "SAFE"})
    void aCompressedChunkDamagedOnTheWireIsSentAgain(Protection level) {
        work.make(
                "for ((i = 0; i < 400000; i++)); do echo \"the line with number $((i * 7919 % 1000))\"; done >here/text");
        try (ServingNode node = serve();
                WireProxy proxy = WireProxy.forgetful("127.0.0.1", node.port())) {
            client.reach("server", node.id(), proxy.endpoint());
            proxy.damage(20_000);

            RunReport report = run(Mode.PUSH, level, new Transfer(PathPolicy.AUTO, 1, true, 0));

            assertEquals(1, proxy.fired());
            assertEquals(0, report.tally().failed());
            assertTrue(report.bytesByPath().values().stream()
                            .mapToLong(Long::longValue)
                            .sum()
                    > report.tally().bytes());
            assertTrue(proxy.passed() < report.tally().bytes() / 2, "compressed");
            assertTrue(events.stream()
                    .anyMatch(event -> event instanceof Event.Moved moved && moved.choice() == PathChoice.COMPRESSED));
        }
        Trees.assertMirrors(work.path("here"), work.path("share"));
    }

    private ServingNode serve() {
        return ServingNode.start(server, "--share", "default=" + work.path("share") + ":rw");
    }

    private RunReport run(Mode mode, Protection level, Transfer transfer) {
        RunOptions options = new RunOptions(
                false,
                false,
                true,
                Durability.NONE,
                transfer,
                Comparison.BY_TIME,
                Selection.ALL,
                Preservation.ARCHIVE,
                Deletion.NONE);
        RunRequest request = new RunRequest(
                mode,
                work.path("here"),
                new PeerTree.Remote("server", PeerTree.Remote.DEFAULT_SHARE, RelativePath.ROOT),
                options,
                level,
                Duration.ofSeconds(10),
                0,
                Credits.DEFAULT);
        Path home = client.folder();
        try (Node node = new Node(new ConfigFolder(home, home))) {
            return node.run(request, events::add);
        } catch (RunFailure e) {
            throw new AssertionError(e);
        }
    }
}
