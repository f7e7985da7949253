package io.zsync.tests.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.Node;
import io.zsync.node.Service;
import io.zsync.node.api.Endpoint;
import io.zsync.node.api.Event;
import io.zsync.node.api.PeerTree;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunRequest;
import io.zsync.node.api.ServeRequest;
import io.zsync.node.api.ServiceEvent;
import io.zsync.node.api.Share;
import io.zsync.node.trust.ConfigFolder;
import io.zsync.node.trust.Peer;
import io.zsync.protocol.Credits;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Mode;
import io.zsync.protocol.PathPolicy;
import io.zsync.protocol.Preservation;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.RunOptions;
import io.zsync.protocol.Transfer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Every connection of a push or a pull is cut when so many bytes have passed: the run goes on in a new session, and hardly
 * anything goes over the wire twice. Both nodes live in this process.
 */
class CutWireTest {
    private static final int CUTS = Machine.LONG ? 500 : 8;
    private static final int WORKERS = Machine.LONG ? 4 : 2;
    private static final int STREAMS = 2;
    private static final List<Protection> LEVELS = List.of(Protection.values());
    private static final long LARGE = 96 << 20;

    /** What a second session costs besides content: handshakes, binding, the manifest once more. */
    private static final long OVERHEAD = 256 << 10;

    private final long seed = Long.getLong("zsync.seed", new Random().nextLong());

    @RegisterExtension
    final Workspace work = new Workspace();

    /** What the cuts of one worker came to. */
    private record Findings(int late, int within, LongSummaryStatistics resent) {}

    @Test
    void aCutAtAnyByteCostsAtMostOneChunkAStream() throws Exception {
        System.out.println("CutWire: -Dzsync.seed=" + seed);
        work.make("""
                mkdir source
                head -c $1 /dev/urandom >source/large
                head -c 8M /dev/urandom | split -a 2 -b 1M - source/m
                head -c 4M /dev/urandom | split -a 3 -b 20000 - source/s""", LARGE);
        List<Future<Findings>> workers = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(WORKERS)) {
            for (int i = 0; i < WORKERS; i++) {
                int number = i;
                workers.add(pool.submit(() -> cut(number, CUTS / WORKERS)));
            }
        }
        int late = 0;
        int within = 0;
        LongSummaryStatistics resent = new LongSummaryStatistics();
        for (Future<Findings> each : workers) {
            late += each.get().late();
            within += each.get().within();
            resent.combine(each.get().resent());
        }
        System.out.printf(
                "CutWire: %d cuts, all fired, %d behind 40 MiB; passed again: %.0f bytes on average, %d at most, and a chunk a"
                        + " stream are %d; %d runs within that%n",
                resent.getCount(),
                late,
                resent.getAverage(),
                resent.getMax(),
                STREAMS * (long) Limits.CHUNK_LENGTH,
                within);
        assertTrue(late > CUTS / 4, "only " + late + " cuts were so late that starting over would have shown");
    }

    @Test
    void aSourceThatChangedMeanwhileStartsOver() throws Exception {
        makeLarge();
        try (Pair pair = new Pair(0)) {
            breakOff(pair);
            // Size and time are the old ones; change time is not, which only the sender can see.
            work.make("""
                    touch -r source/large stamp
                    printf changed | dd of=source/large conv=notrunc bs=1 seek=1000 status=none
                    touch -r stamp source/large""");

            Passed run = pair.run(Mode.PUSH, Protection.CLEAR, 0);

            assertTrue(run.passed() >= LARGE, "all of it again: " + run.passed());
            Trees.assertMirrors(work.path("source"), pair.target);
            Trees.assertNothingStaged(pair.target);
        }
    }

    @Test
    void aSourceThatIsGoneLeavesNothingBehind() throws Exception {
        makeLarge();
        try (Pair pair = new Pair(0)) {
            breakOff(pair);
            work.make("rm source/large; echo other >source/other");

            pair.run(Mode.PUSH, Protection.CLEAR, 0);

            Trees.assertMirrors(work.path("source"), pair.target);
            Trees.assertNothingStaged(pair.target);
        }
    }

    @Test
    void aDamagedJournalCostsBytesAndNothingElse() throws Exception {
        makeLarge();
        Random random = new Random(seed);
        System.out.println("CutWire: -Dzsync.seed=" + seed);
        try (Pair pair = new Pair(0)) {
            for (int round = 0; round < (Machine.LONG ? 40 : 3); round++) {
                breakOff(pair);
                Path journal = journal(pair);
                byte[] bytes = Files.readAllBytes(journal);
                int at = random.nextInt(bytes.length);
                boolean cut = random.nextBoolean();
                if (cut) {
                    bytes = Arrays.copyOf(bytes, at);
                } else {
                    bytes[at] ^= (byte) (1 << random.nextInt(8));
                }
                Files.write(journal, bytes);

                pair.run(Mode.PUSH, Protection.CLEAR, 0);

                Trees.assertMirrors(work.path("source"), pair.target);
                Trees.assertNothingStaged(pair.target);
                pair.empty();
            }
        }
    }

    private void makeLarge() {
        work.make("mkdir source; head -c $1 /dev/urandom >source/large", LARGE);
    }

    /** A push fails when some of the large file is there, and leaves that much. */
    private void breakOff(Pair pair) throws Exception {
        pair.proxy.failAfter(60 << 20, WireProxy.Fault.CLOSE);
        assertThrows(RunFailure.class, () -> pair.run(Mode.PUSH, Protection.CLEAR, 0));
        // The server parks what it has, and lets go of its target.
        await().atMost(Duration.ofSeconds(30)).until(() -> pair.sessions.get() == 0);
        assertEquals(1, Trees.count(pair.target, "-name", ".zsync-*"), "a staged file is kept");
    }

    private static Path journal(Pair pair) throws IOException {
        try (Stream<Path> files = Files.list(pair.serverHome)) {
            return files.filter(file -> file.getFileName().toString().startsWith("resume-"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private Findings cut(int number, int cuts) throws Exception {
        Random random = new Random(seed + number);
        int late = 0;
        int within = 0;
        LongSummaryStatistics resent = new LongSummaryStatistics();
        try (Pair pair = new Pair(number)) {
            long clean = pair.run(Mode.PUSH, Protection.CLEAR, 0).passed();
            for (int i = 0; i < cuts; i++) {
                Mode mode = random.nextBoolean() ? Mode.PUSH : Mode.PULL;
                Protection protection = LEVELS.get(random.nextInt(LEVELS.size()));
                // The handshake is over by then: who is cut off before has not been let in yet.
                long where = random.nextLong(50_000, clean - 50_000);
                pair.proxy.failAfter(where, WireProxy.Fault.CLOSE);
                int fired = pair.proxy.fired();

                pair.empty();
                Passed run = pair.run(mode, protection, 5);

                String how = mode + " at " + protection + ", worker " + number + ", cut " + i + " at byte " + where;
                assertEquals(fired + 1, pair.proxy.fired(), how);
                assertEquals(2, run.sessions(), how);
                Trees.assertMirrors(work.path("source"), pair.target);
                Trees.assertNothingStaged(pair.target);
                long again = run.passed() - clean;
                // TLS adds some bytes to each of its records.
                long allowed = STREAMS * (long) Limits.CHUNK_LENGTH
                        + OVERHEAD
                        + (protection == Protection.PRIVATE ? run.passed() / 500 : 0);
                assertTrue(again <= allowed, () -> how + ": " + again + " bytes again, not " + allowed);
                resent.accept(Math.max(0, again));
                within += again <= STREAMS * (long) Limits.CHUNK_LENGTH + OVERHEAD ? 1 : 0;
                // Had the large file started over, more than is allowed would have passed again.
                late += where > 40 << 20 ? 1 : 0;
            }
        }
        return new Findings(late, within, resent);
    }

    private record Passed(long passed, int sessions) {}

    /** Two nodes that know each other, with a wire in between. */
    private final class Pair implements AutoCloseable {
        private final Path target;
        private final Path serverHome;
        private final AtomicInteger sessions = new AtomicInteger();
        private final Node server;
        private final Node client;
        private final Service service;
        private final WireProxy proxy;

        Pair(int number) throws Exception {
            target = work.path("target" + number);
            serverHome = work.path("server" + number);
            Path clientHome = work.path("client" + number);
            server = new Node(new ConfigFolder(serverHome, serverHome));
            client = new Node(new ConfigFolder(clientHome, clientHome));
            server.addPeer(new Peer("client", client.id(), null, null, List.of()));
            Files.createDirectory(target);
            List<Share> shares = List.of(
                    new Share("target", target, true, false), new Share("source", work.path("source"), false, false));
            service = server.serve(
                    new ServeRequest(shares, new Endpoint("127.0.0.1", 0), Protection.CLEAR, 4), this::count);
            proxy = WireProxy.forgetful("127.0.0.1", service.endpoint().port());
            client.addPeer(new Peer("server", server.id(), new Endpoint("127.0.0.1", proxy.port()), null, List.of()));
        }

        private void count(ServiceEvent event) {
            switch (event) {
                case ServiceEvent.Opened opened -> sessions.incrementAndGet();
                case ServiceEvent.Ended ended -> sessions.decrementAndGet();
                default -> {}
            }
        }

        void empty() {
            Command.script("rm -rf \"$1\"; mkdir \"$1\"", target).output();
        }

        Passed run(Mode mode, Protection protection, int retries) throws RunFailure {
            RunOptions options = Requests.options(
                    false,
                    Durability.NONE,
                    new Transfer(PathPolicy.AUTO, STREAMS, false, 0),
                    Preservation.ARCHIVE,
                    Deletion.NONE);
            boolean push = mode == Mode.PUSH;
            long before = proxy.passed();
            List<Event.Reconnecting> reconnected = new ArrayList<>();
            client.run(
                    new RunRequest(
                            mode,
                            push ? work.path("source") : target,
                            new PeerTree.Remote("server", push ? "target" : "source", RelativePath.ROOT),
                            options,
                            protection,
                            Duration.ofSeconds(30),
                            retries,
                            Credits.DEFAULT),
                    event -> {
                        if (event instanceof Event.Reconnecting again) {
                            reconnected.add(again);
                        }
                    });
            return new Passed(proxy.passed() - before, 1 + reconnected.size());
        }

        @Override
        public void close() {
            proxy.close();
            service.close();
            server.close();
            client.close();
        }
    }
}
