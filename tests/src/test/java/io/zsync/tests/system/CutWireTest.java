package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.api.RunFailure;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Mode;
import io.zsync.protocol.Protection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Every connection of a push or a pull, or any one of them, is cut when so many bytes have passed: the run goes on in a new
 * session, and hardly anything goes over the wire twice. Both nodes live in this process.
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
        try (OwnPair pair = pair(0)) {
            breakOff(pair);
            // Size and time are the old ones; change time is not, which only the sender can see.
            work.make("""
                    touch -r source/large stamp
                    printf changed | dd of=source/large conv=notrunc bs=1 seek=1000 status=none
                    touch -r stamp source/large""");

            OwnPair.Passed run = pair.run(Mode.PUSH, Protection.CLEAR, STREAMS, 0);

            assertTrue(run.passed() >= LARGE, "all of it again: " + run.passed());
            Trees.assertMirrors(work.path("source"), pair.target());
            Trees.assertNothingStaged(pair.target());
        }
    }

    @Test
    void aSourceThatIsGoneLeavesNothingBehind() throws Exception {
        makeLarge();
        try (OwnPair pair = pair(0)) {
            breakOff(pair);
            work.make("rm source/large; echo other >source/other");

            pair.run(Mode.PUSH, Protection.CLEAR, STREAMS, 0);

            Trees.assertMirrors(work.path("source"), pair.target());
            Trees.assertNothingStaged(pair.target());
        }
    }

    @Test
    void aDamagedJournalCostsBytesAndNothingElse() throws Exception {
        makeLarge();
        Random random = new Random(seed);
        System.out.println("CutWire: -Dzsync.seed=" + seed);
        try (OwnPair pair = pair(0)) {
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

                pair.run(Mode.PUSH, Protection.CLEAR, STREAMS, 0);

                Trees.assertMirrors(work.path("source"), pair.target());
                Trees.assertNothingStaged(pair.target());
                pair.empty();
            }
        }
    }

    private OwnPair pair(int number) throws Exception {
        return new OwnPair(work.path("source"), work.path("pair" + number));
    }

    private void makeLarge() {
        work.make("mkdir source; head -c $1 /dev/urandom >source/large", LARGE);
    }

    /** A push fails when some of the large file is there, and leaves that much. */
    private void breakOff(OwnPair pair) throws Exception {
        pair.proxy().failAfter(60 << 20, WireProxy.Fault.CLOSE);
        assertThrows(RunFailure.class, () -> pair.run(Mode.PUSH, Protection.CLEAR, STREAMS, 0));
        // The server parks what it has, and lets go of its target.
        pair.awaitIdle();
        assertEquals(1, Trees.count(pair.target(), "-name", ".zsync-*"), "a staged file is kept");
    }

    private static Path journal(OwnPair pair) throws IOException {
        try (Stream<Path> files = Files.list(pair.serverHome())) {
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
        try (OwnPair pair = pair(number)) {
            long clean = pair.run(Mode.PUSH, Protection.CLEAR, STREAMS, 0).passed();
            for (int i = 0; i < cuts; i++) {
                Mode mode = random.nextBoolean() ? Mode.PUSH : Mode.PULL;
                Protection protection = LEVELS.get(random.nextInt(LEVELS.size()));
                // The handshake is over by then: who is cut off before has not been let in yet. Each cut has a
                // part of the run to itself, so that few cuts are as spread as many.
                long part = (clean - 100_000) / cuts;
                long where = 50_000 + i * part + random.nextLong(part);
                WireProxy.Fault fault = i % 2 == 0 ? WireProxy.Fault.CLOSE : WireProxy.Fault.CLOSE_ONE;
                Durability durability = i % 4 < 2 ? Durability.NONE : Durability.BATCH;
                // The one that is cut is one of this run.
                pair.awaitSilence();
                pair.proxy().failAfter(where, fault);
                int fired = pair.proxy().fired();

                pair.empty();
                OwnPair.Passed run = pair.run(mode, protection, durability, STREAMS, 5);

                String how = mode + " at " + protection + ", durability " + durability + ", worker " + number + ", cut "
                        + i + ", " + fault + " at byte " + where;
                assertEquals(fired + 1, pair.proxy().fired(), how);
                if (run.sessions() == 1) {
                    // Towards the end a stream has nothing left to carry, and is missed by nobody.
                    assertEquals(WireProxy.Fault.CLOSE_ONE, fault, how);
                    assertTrue(where > clean - STREAMS * (long) Limits.CHUNK_LENGTH, how);
                } else {
                    assertEquals(2, run.sessions(), how);
                }
                Trees.assertMirrors(work.path("source"), pair.target());
                Trees.assertNothingStaged(pair.target());
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
}
