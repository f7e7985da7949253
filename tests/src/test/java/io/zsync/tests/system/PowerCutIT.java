package io.zsync.tests.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zsync.tests.system.FiftyFiles.Found;
import io.zsync.tests.system.TwoVersions.Progress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Power cuts, true ones: the file system stops in the middle of what it does, is mounted again, replays its journal, and
 * what it holds then is judged. The other process's fsync has the journal written: names that are on the disk before
 * the content they stand for show up empty.
 */
class PowerCutIT {
    /** On each file system. */
    private static final List<Way> WAYS = List.of(Way.values());

    private static final int CUTS_AFTER = Machine.LONG ? 100 : 2;

    private static final int CUTS_WITHIN = Machine.LONG ? 50 : 2;
    private static final int CUTS_OF_RSYNC = 50;
    private static final int CUTS_OF_A_LARGE_FILE = Machine.LONG ? 10 : 1;

    /** Lasts twice as long as it takes until some of it is forced to disk. */
    private static final long LARGE = 96 << 20;

    private static final String RATE = "--bwlimit=8MiB";

    @RegisterExtension
    final Workspace work = new Workspace();

    private final long seed = Long.getLong("zsync.seed", new Random().nextLong());
    private final Random random = new Random(seed);

    /** What was told to be done, and when the power went. */
    private record Round(Way way, String durability, boolean neighbour) {}

    private enum Way {
        PUSH,
        COPY,
        PULL
    }

    private LoopImage mount(LoopImage.Kind kind) {
        System.out.println("PowerCut: " + kind + ", seed " + seed);
        return LoopImage.mount(work, kind.toString(), kind, 300);
    }

    @ParameterizedTest
    @EnumSource(
            value = LoopImage.Kind.class,
            names = {"EXT4", "XFS"})
    void whatWasAcknowledgedIsThere(LoopImage.Kind kind) {
        Home server = new Home(Host.HERE, work.path("server"), QuickStart.withOneCompiler());
        Home client = new Home(Host.HERE, work.path("client"), QuickStart.withOneCompiler());
        Map<String, Integer> cuts = new TreeMap<>();
        Map<Found, Integer> found = new EnumMap<>(Found.class);
        try (LoopImage image = mount(kind)) {
            FiftyFiles files = new FiftyFiles(image.root(), random);
            server.admit("client", client);
            try (ServingNode node = ServingNode.start(server, "--share", "default=" + files.source() + ":ro")) {
                client.reach("server", node.id(), Host.HERE.endpoint4(node.port()));
                for (int i = 0; i < CUTS_AFTER; i++) {
                    Round round = new Round(
                            WAYS.get((i + (kind == LoopImage.Kind.XFS ? 1 : 0)) % WAYS.size()),
                            i % 2 == 0 ? "batch" : "file",
                            i < 2 ? i == 0 : random.nextBoolean());

                    Map<Found, Integer> now = cutAfter(image, files, command(round, files, client), round.neighbour());

                    assertEquals(Map.of(Found.COMPLETE, FiftyFiles.COUNT), now, () -> kind + ", " + round);
                    now.forEach((how, count) -> found.merge(how, count, Integer::sum));
                    cuts.merge(round.toString(), 1, Integer::sum);
                }
            }
        }
        System.out.println("PowerCut: after exit 0 on " + kind + ", files found " + found + " after " + cuts);
    }

    private static Command command(Round round, FiftyFiles files, Home client) {
        String durability = "--durability=" + round.durability();
        return switch (round.way()) {
            case PUSH -> push(files, durability);
            case COPY ->
                Checkout.zsync("copy", "-q", durability, files.source(), files.target())
                        .quick();
            case PULL -> client.zsync("pull", "-q", durability, "server", files.target());
        };
    }

    private static Command push(FiftyFiles files, String durability) {
        return Checkout.push(files.source(), files.target(), "-q", durability).quick();
    }

    /** The target gets its next version, the power goes, and comes back. */
    private static Map<Found, Integer> cutAfter(LoopImage image, FiftyFiles files, Command run, boolean neighbour) {
        files.nextRound();
        image.sync();
        run.run().exits(0);
        if (neighbour) {
            fsyncSomethingElse(image);
        }
        image.cutPower();
        image.remount();
        return files.judge();
    }

    private static void fsyncSomethingElse(LoopImage image) {
        Command.script("echo neighbour >\"$1\"; sync \"$1\"", image.root().resolve("neighbour"))
                .output();
    }

    /** The control: the same cut loses what nobody forced to the disk. */
    @Test
    void whatNobodyForcedToTheDiskIsLost() {
        try (LoopImage image = mount(LoopImage.Kind.XFS)) {
            FiftyFiles files = new FiftyFiles(image.root(), random);

            Map<Found, Integer> found = cutAfter(image, files, push(files, "--durability=none"), true);

            System.out.println("PowerCut: --durability=none on XFS, files found " + found);
            // What is empty is complete without any content.
            assertTrue(found.getOrDefault(Found.COMPLETE, 0) < FiftyFiles.COUNT / 2, found::toString);
        }
    }

    /** An earlier run was killed, or forced nothing to the disk; the one that says that all is done and durable answers for it. */
    @ParameterizedTest
    @EnumSource(
            value = LoopImage.Kind.class,
            names = {"EXT4", "XFS"})
    void aRunWithNothingToDoAnswersForWhatAnEarlierOneLeft(LoopImage.Kind kind) {
        try (LoopImage image = mount(kind)) {
            FiftyFiles files = new FiftyFiles(image.root(), random);
            files.nextRound();
            image.sync();
            push(files, "--durability=none").run().exits(0);

            push(files, "--durability=batch").run().exits(0);
            image.cutPower();
            image.remount();

            assertEquals(Map.of(Found.COMPLETE, FiftyFiles.COUNT), files.judge());
        }
    }

    /** The same cuts for rsync, which is a second control. */
    @ParameterizedTest
    @EnumSource(
            value = LoopImage.Kind.class,
            names = {"EXT4", "XFS"})
    void rsyncKeepsWhatItIsToldToForce(LoopImage.Kind kind) {
        assumeTrue(Machine.LONG, "only at full size");
        Machine.needs("rsync");
        try (LoopImage image = mount(kind)) {
            FiftyFiles files = new FiftyFiles(image.root(), random);
            Map<String, Map<Found, Integer>> found = new TreeMap<>();
            for (int i = 0; i < CUTS_OF_RSYNC; i++) {
                boolean neighbour = random.nextBoolean();
                for (String options : List.of("-a", "-a --fsync")) {
                    Map<Found, Integer> sum = found.computeIfAbsent(options, none -> new EnumMap<>(Found.class));
                    Command rsync =
                            Command.script("rsync " + options + " \"$1/\" \"$2/\"", files.source(), files.target());
                    cutAfter(image, files, rsync, neighbour)
                            .forEach((how, count) -> sum.merge(how, count, Integer::sum));
                }
            }
            System.out.println("PowerCut: rsync on " + kind + ", " + CUTS_OF_RSYNC + " cuts of " + FiftyFiles.COUNT
                    + " files each: " + found);
            Map<Found, Integer> unforced = found.getOrDefault("-a", Map.of());
            assertNotEquals(CUTS_OF_RSYNC * FiftyFiles.COUNT, unforced.get(Found.COMPLETE), "the default loses files");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = LoopImage.Kind.class,
            names = {"EXT4", "XFS"})
    void aCutWithinARunLeavesOldOrNewAndLosesNothingThatMoved(LoopImage.Kind kind) throws Exception {
        Machine.needsStrace();
        Map<Progress, Integer> progress = new EnumMap<>(Progress.class);
        Map<Integer, Integer> exits = new TreeMap<>();
        int within = 0;
        int behind = 0;
        try (LoopImage image = mount(kind)) {
            TwoVersions versions = TwoVersions.deleting(image.root());
            Path target = image.root().resolve("target");
            long nanos = lasts(image, versions, target);
            for (int i = 0; within < CUTS_WITHIN; i++) {
                assertTrue(i < 4 * CUTS_WITHIN + 4, within + " cuts within a run, " + behind + " behind it");
                String durability = i % 3 == 2 ? "file" : "batch";
                String way = i % 2 == 0 ? "push" : "copy";
                long delay = (long) (nanos * random.nextDouble());
                String when = kind + ", cut " + i + ": " + way + " --durability=" + durability + " after "
                        + delay / 1_000_000 + " ms";
                restore(image, versions, target);
                Outcome run;
                try (Command.Running running =
                                slowed(way, durability, versions, target).start();
                        Neighbour neighbour = new Neighbour(image.root(), random.nextInt(1, 20))) {
                    awaitFirstChange(running, target);
                    Thread.sleep(Duration.ofNanos(delay));
                    image.cutPower();
                    neighbour.end();
                    // Nothing of what it still does reaches the disk.
                    run = running.end(Duration.ofSeconds(60));
                }
                image.remount();

                Progress left = versions.assertOldOrNew(target, when);
                if (run.code() == 0) {
                    assertEquals(Progress.DONE, left, when);
                    behind++;
                } else {
                    within++;
                    progress.merge(left, 1, Integer::sum);
                    exits.merge(run.code(), 1, Integer::sum);
                }
                versions.assertNextRunConverges(target, when);
            }
            versions.assertSourceUntouched();
        }
        System.out.println("PowerCut: within runs on " + kind + ": " + within + " cuts, left " + progress + ", exits "
                + exits + "; " + behind + " fell behind the end");
        assertTrue(progress.getOrDefault(Progress.IN_THE_MIDDLE, 0) >= CUTS_WITHIN / 4, "some fell in the middle");
    }

    /** Of a large file, some of which was forced to disk; the journal that says so is cut with it. */
    @ParameterizedTest
    @EnumSource(
            value = LoopImage.Kind.class,
            names = {"EXT4", "XFS"})
    void whatIsGoneOnWithBehindACutIsWhatWasForcedToDisk(LoopImage.Kind kind) throws Exception {
        work.make("mkdir source");
        Path source = work.path("source");
        List<Long> sent = new ArrayList<>();
        try (LoopImage image = mount(kind)) {
            Path target = image.folder("target");
            Path home = image.folder("home");
            for (int i = 0; i < CUTS_OF_A_LARGE_FILE; i++) {
                work.make("head -c $1 /dev/urandom >source/large", LARGE);
                image.sync();
                Outcome cut;
                try (Command.Running running =
                        largePush(source, target, home, RATE).start()) {
                    await().atMost(Duration.ofSeconds(60)).until(() -> !running.isAlive() || isAnySynced(home));
                    Thread.sleep(random.nextInt(100, 1_000));
                    image.cutPower();
                    cut = running.end(Duration.ofSeconds(60));
                }
                assertNotEquals(0, cut.code(), "a cut within the run");
                image.remount();

                String next = largePush(source, target, home, "--json").output();

                Trees.assertMirrors(source, target);
                Trees.assertNothingStaged(target);
                sent.add(sentBytes(next));
            }
        }
        System.out.println("PowerCut: a file of " + LARGE + " bytes on " + kind + ", sent behind the cuts: " + sent);
        assertTrue(sent.stream().anyMatch(bytes -> bytes < LARGE), sent::toString);
    }

    private static Command largePush(Path source, Path target, Path home, String option) {
        return Checkout.push(source, target, "-q", option).quick().with("ZSYNC_HOME", home.toString());
    }

    /** Whether a journal has a record of ranges that were synced: length, type 4, device, inode, how many. */
    private static boolean isAnySynced(Path home) throws IOException {
        try (Stream<Path> files = Files.list(home)) {
            for (Path file : files.filter(each -> each.getFileName().toString().matches("resume-[-0-9a-f]+"))
                    .toList()) {
                ByteBuffer journal = ByteBuffer.wrap(Files.readAllBytes(file));
                while (journal.remaining() > 25 && journal.getInt(journal.position()) <= journal.remaining()) {
                    int at = journal.position();
                    if (journal.get(at + 4) == 4 && journal.getInt(at + 21) > 0) {
                        return true;
                    }
                    journal.position(at + journal.getInt(at));
                }
            }
        }
        return false;
    }

    /** Of all data paths, as the summary has them. */
    private static long sentBytes(String json) {
        Matcher sent = Pattern.compile("\"sent_bytes\":\\{([^}]*)}").matcher(json);
        assertTrue(sent.find(), json);
        return Pattern.compile(":([0-9]+)")
                .matcher(sent.group(1))
                .results()
                .mapToLong(bytes -> Long.parseLong(bytes.group(1)))
                .sum();
    }

    private static void restore(LoopImage image, TwoVersions versions, Path target) {
        versions.restore(target);
        image.sync();
    }

    /** How long a run takes from its first change to its end. */
    private static long lasts(LoopImage image, TwoVersions versions, Path target) throws InterruptedException {
        restore(image, versions, target);
        try (Command.Running running = slowed("push", "batch", versions, target).start()) {
            awaitFirstChange(running, target);
            long start = System.nanoTime();
            running.end().exits(0);
            return System.nanoTime() - start;
        }
    }

    /** Each change takes a while, so that there is a time between any two. */
    private static Command slowed(String way, String durability, TwoVersions versions, Path target) {
        String changes = "?renameat,renameat2,unlinkat,linkat,mkdirat,symlinkat";
        List<String> words = new ArrayList<>(List.of(
                "strace",
                "-f",
                "-qq",
                "-o",
                "/dev/null",
                "-e",
                "trace=" + changes,
                "-e",
                "inject=" + changes + ":delay_enter=2000",
                Checkout.launcher(),
                way,
                "--durability=" + durability));
        words.addAll(versions.options());
        words.add(versions.source().toString());
        words.add(way.equals("push") ? "local:" + target : target.toString());
        return Command.of(words).quick();
    }

    /** The first folder that only the source has. */
    private static void awaitFirstChange(Command.Running running, Path target) throws InterruptedException {
        while (running.isAlive() && !Files.exists(target.resolve("fresh"))) {
            Thread.sleep(1);
        }
    }

    /** Another user of the same file system, whose fsyncs have the journal written time and again. */
    private static final class Neighbour implements AutoCloseable {
        private final Thread thread;
        private volatile boolean ended;

        Neighbour(Path root, long pauseMillis) {
            thread = Thread.ofPlatform().start(() -> fsync(root.resolve("neighbour"), pauseMillis));
        }

        private void fsync(Path file, long pauseMillis) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                while (!ended) {
                    channel.write(ByteBuffer.wrap(new byte[] {1}));
                    channel.force(true);
                    Thread.sleep(pauseMillis);
                }
            } catch (IOException | InterruptedException powerIsOff) {
                return;
            }
        }

        void end() throws InterruptedException {
            ended = true;
            thread.join();
        }

        @Override
        public void close() {
            try {
                end();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
