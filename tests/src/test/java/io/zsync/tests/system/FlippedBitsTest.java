package io.zsync.tests.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.protocol.Mode;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.Protection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Fault N4: bits flip anywhere on the wire, in payload, frame headers, binds, handshakes and control, while a run replaces
 * each file of a tree. Whatever becomes of the run, each file is one version of itself, with that version's time.
 */
class FlippedBitsTest {
    private static final long FLIPS = Machine.LONG ? 100_000 : 200;
    private static final int STREAMS = 2;
    private static final int SMALL_FILES = 40;

    /** Of a run, roughly. */
    private static final int BYTES = 1_700_000;

    @RegisterExtension
    final Workspace work = new Workspace();

    private final Map<String, byte[]> first = new HashMap<>();
    private final Map<String, byte[]> second = new HashMap<>();

    @ParameterizedTest
    @EnumSource
    void nothingDamagedIsPublished(Protection level) throws Exception {
        long seed = Long.getLong("zsync.seed", new Random().nextLong());
        System.out.println("FlippedBits: " + level + ", -Dzsync.seed=" + seed);
        Random random = new Random(seed);
        Path source = work.path("source");
        Path other = work.path("other");
        make(source, first, random, FileTime.fromMillis(1_000_000_000_000L));
        make(other, second, random, FileTime.fromMillis(1_100_000_000_000L));
        long flips = 0;
        int broken = 0;
        int mended = 0;
        int failed = 0;
        int runs = 0;
        try (OwnPair pair = new OwnPair(source, work.path("pair"))) {
            pair.run(Mode.PUSH, level, STREAMS, 0);
            // A length that was flipped has an end wait for bytes that never come.
            pair.waitFor(Duration.ofSeconds(1));
            // What a level is to show may be missing from a few runs.
            while (flips < FLIPS || (runs < 1_000 && (level == Protection.PRIVATE ? broken : mended) == 0)) {
                runs++;
                exchange(source, other);
                // At private the first one that arrives ends the session; at the others most cost a frame, of which
                // a run has some hundred: few, and it mends all of them; or many.
                int expected = level == Protection.PRIVATE ? 8 : 1 + random.nextInt(runs % 2 == 0 ? 4 : 24);
                Flipper flipper = new Flipper(random.nextLong(), BYTES / expected);
                pair.proxy().meddle(flipper);
                boolean push = random.nextBoolean();
                try {
                    RunReport report = pair.run(push ? Mode.PUSH : Mode.PULL, level, STREAMS, 0)
                            .report();
                    long lost = report.tally().failed();
                    // No source ever changes here.
                    assertEquals(lost == 0 ? Map.of() : Map.of(ProblemCode.INTEGRITY, lost), report.problems());
                    failed += (int) lost;
                    mended += flipper.flips() > 0 && lost == 0 ? 1 : 0;
                } catch (RunFailure e) {
                    broken++;
                }
                pair.proxy().meddle(null);
                pair.awaitIdle();
                flips += flipper.flips();
                check(pair.target(), "run " + runs);
            }
        }
        System.out.printf(
                "FlippedBits: %s, %d bits flipped in %d runs: %d broke off, %d brought everything all the same, %d times a file"
                        + " was given up; nothing damaged published%n",
                level, flips, runs, broken, mended, failed);
        if (level == Protection.PRIVATE) {
            assertTrue(broken > 0, "no flip ended a session");
        } else {
            assertTrue(mended > 0, "no damaged frame was sent again");
        }
    }

    private static void make(Path folder, Map<String, byte[]> contents, Random random, FileTime time)
            throws IOException {
        Files.createDirectories(folder);
        for (int i = 0; i <= SMALL_FILES; i++) {
            byte[] content = new byte[i == 0 ? 1 << 20 : 1_000 + random.nextInt(30_000)];
            random.nextBytes(content);
            String name = "file" + i;
            contents.put(name, content);
            Path file = Files.write(folder.resolve(name), content);
            Files.setLastModifiedTime(file, time);
        }
    }

    private static void exchange(Path source, Path other) throws IOException {
        Path between = source.resolveSibling("between");
        Files.move(source, between);
        Files.move(other, source);
        Files.move(between, other);
    }

    private void check(Path target, String when) throws IOException {
        // A session may begin behind the end of its peer, and clears away what it had got from it.
        await().pollDelay(Duration.ZERO).until(() -> Trees.staged(target).isEmpty());
        int files = 0;
        try (Stream<Path> all = Files.list(target)) {
            for (Path file : (Iterable<Path>) all::iterator) {
                files++;
                String name = file.getFileName().toString();
                byte[] content = Files.readAllBytes(file);
                long time = Files.getLastModifiedTime(file).toMillis();
                Map<String, byte[]> version = time == 1_000_000_000_000L ? first : second;
                assertTrue(Arrays.equals(version.get(name), content), () -> when + ": " + name + " was damaged");
            }
        }
        assertEquals(SMALL_FILES + 1, files, when + ": nothing more, and nothing less");
    }

    /** Flips one bit in so many bytes on average, of each connection and direction. */
    private static final class Flipper implements WireProxy.Meddler {
        private final Random random;
        private final int distance;
        private final AtomicLong flips = new AtomicLong();

        Flipper(long seed, int distance) {
            random = new Random(seed);
            this.distance = distance;
        }

        @Override
        public byte[] pass(int connection, boolean fromClient, byte[] bytes) {
            synchronized (random) {
                for (long at = next(); at < bytes.length; at += 1 + next()) {
                    bytes[(int) at] ^= (byte) (1 << random.nextInt(8));
                    flips.incrementAndGet();
                }
            }
            return bytes;
        }

        /** Bytes that are left alone before the next one, as if each were hit or not by itself. */
        private long next() {
            return (long) (Math.log(1 - random.nextDouble()) * -distance);
        }

        long flips() {
            return flips.get();
        }
    }
}
