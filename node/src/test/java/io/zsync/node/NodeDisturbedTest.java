package io.zsync.node;

import static io.zsync.node.TreeAssert.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zsync.node.api.Event;
import io.zsync.node.api.EventSink;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.protocol.Credits;
import io.zsync.protocol.Durability;
import io.zsync.protocol.LinkPolicy;
import io.zsync.protocol.PathPolicy;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RuleText;
import io.zsync.protocol.Selection;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs that are cancelled, whose sink misbehaves, and whose source does not hold still. */
class NodeDisturbedTest extends PushFixture {
    private static final int FIRST_LENGTH = 160 << 20;

    /** A first file that keeps the only file credit busy, so that what happens to the next one happens before it is sent. */
    private void whenTheFirstFileIsPlanned(ThrowingRunnable disturb, int secondLength) throws IOException {
        file("1 first", FIRST_LENGTH);
        file("2 second", secondLength);
        file("3 third", 100);
        credits = new Credits(8, 1, Credits.DEFAULT.bytes());
        if (local) {
            // No credit holds a copy: one thread does, which has half a second's work with the first.
            streams = 1;
            bytesPerSecond = 2 * FIRST_LENGTH;
        }
        AtomicBoolean once = new AtomicBoolean();
        events.clear();
        RunReport report = assertTimeoutPreemptively(
                PATIENCE,
                () -> run(node, event -> {
                    events.add(event);
                    if (event instanceof Event.Changed && once.compareAndSet(false, true)) {
                        disturb.run();
                    }
                }));
        assertEquals(3, report.tally().files());
        assertThat(target).holdsNothingStaged();
        assertTrue(Files.exists(target.resolve("1 first")));
        assertTrue(Files.exists(target.resolve("3 third")));
    }

    private interface ThrowingRunnable extends Runnable {
        void tryToRun() throws IOException;

        @Override
        default void run() {
            try {
                tryToRun();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"100", "200000", "20000000"})
    void reportsAFileThatVanishedBeforeItWasSent(int length) throws IOException {
        ThrowingRunnable delete = () -> Files.delete(source.resolve("2 second"));
        whenTheFirstFileIsPlanned(delete, length);
        assertEquals(List.of("2 second SOURCE_VANISHED"), problems());
    }

    @ParameterizedTest
    @CsvSource({"100", "200000"})
    void reportsAFileThatIsLongerThanAnyMayBe(int length) throws IOException, InterruptedException {
        Path memory = Path.of("/dev/shm");
        assumeTrue(Files.isWritable(memory), "a tmpfs, where such files can be");
        source = Files.createTempDirectory(memory, "zsync");
        ThrowingRunnable extend = () -> {
            try (RandomAccessFile open =
                    new RandomAccessFile(source.resolve("2 second").toFile(), "rw")) {
                open.setLength(Long.MAX_VALUE);
            }
        };
        try {
            whenTheFirstFileIsPlanned(extend, length);
            assertEquals(List.of("2 second SOURCE_UNREADABLE"), problems());
        } finally {
            run("rm", "-r", source.toString());
        }
    }

    @ParameterizedTest
    @CsvSource({"100", "200000"})
    void reportsAFileThatIsNoFileAnyMore(int length) throws IOException {
        ThrowingRunnable replace = () -> {
            Files.delete(source.resolve("2 second"));
            Files.createDirectory(source.resolve("2 second"));
        };
        whenTheFirstFileIsPlanned(replace, length);
        assertEquals(List.of("2 second SOURCE_CHANGED"), problems());
    }

    @ParameterizedTest
    @CsvSource({"100,0", "100,300000", "300000,100", "300000,0", "300000,300001"})
    void sendsAFileThatChangedAsItIsNow(int before, int now) throws IOException {
        byte[] fresh = new byte[now];
        Arrays.fill(fresh, (byte) 7);
        ThrowingRunnable write = () -> Files.write(source.resolve("2 second"), fresh);
        whenTheFirstFileIsPlanned(write, before);
        assertEquals(List.of(), problems());
        assertThat(target).mirrors(source);
    }

    /** It waits for its sink, which may be a terminal that stands still, no longer than for anything else. */
    @Test
    void givesUpWhenCancelledThoughItsSinkTakesNothing() throws Exception {
        String name = "x".repeat(200);
        for (int i = 0; i < 12_000; i++) {
            Files.createFile(source.resolve(name + i));
        }
        credits = new Credits(1, Credits.DEFAULT.files(), Credits.DEFAULT.bytes());
        CountDownLatch release = new CountDownLatch(1);
        AtomicReference<@Nullable RunFailure> failure = new AtomicReference<>();
        try (Node cancelled = new Node()) {
            Thread runner = Thread.ofPlatform()
                    .start(() -> failure.set(
                            assertThrows(RunFailure.class, () -> run(cancelled, event -> uninterruptibly(release)))));
            await().until(() -> waitsIn(runner, "awaitRoom"));

            cancelled.cancel();

            await().until(() -> waitsIn(runner, "close"));
            release.countDown();
            runner.join();
        }
        assertEquals(
                FailureKind.INTERRUPTED, Objects.requireNonNull(failure.get()).kind());
        assertThat(target).holdsNothingStaged();
    }

    private static void uninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean waitsIn(Thread thread, String method) {
        return Arrays.stream(thread.getStackTrace())
                .anyMatch(frame -> frame.getClassName().endsWith(".EventPump")
                        && frame.getMethodName().equals(method));
    }

    @Test
    void sendsAgainWhatIsWrittenToWhileItIsSent() throws IOException {
        Path file = file("file", 16 << 20);
        bytesPerSecond = 4 << 20;
        ThrowingRunnable write = () -> {
            try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
                open.write(new byte[1000]);
            }
        };
        AtomicBoolean once = new AtomicBoolean();
        assertTimeoutPreemptively(
                PATIENCE,
                () -> run(node, event -> {
                    boolean begun = event instanceof Event.Progress progress && progress.sentBytes() > 0;
                    if (begun && once.compareAndSet(false, true)) {
                        write.run();
                    }
                }));

        assertTrue(once.get(), "it took long enough to be disturbed");
        assertThat(target).mirrors(source);
    }

    @ParameterizedTest
    @CsvSource({
        "CLEAR, AUTO, false",
        "CLEAR, SENDFILE, false",
        "CLEAR, MAPPED, false",
        "CLEAR, BUFFERED, false",
        "CLEAR, AUTO, true",
        "SAFE, AUTO, false",
        "SAFE, MAPPED, false",
        "SAFE, BUFFERED, false",
        "SAFE, AUTO, true"
    })
    void publishesOnlyStatesThatTheSourceReallyHad(Protection level, PathPolicy policy, boolean compressed)
            throws Exception {
        assumeFalse(local && (compressed || level != Protection.CLEAR), "of the wire");
        protection = level;
        dataPath = policy;
        compress = compressed;
        long seed = System.nanoTime();
        System.out.println("mutations of " + policy + " with seed " + seed);
        Random random = new Random(seed);
        // Every state of a file is one byte value all over, of a size that the value gives.
        int[] sizes = {900, 70_000, 3_000_000};
        Set<String> legal = ConcurrentHashMap.newKeySet();
        AtomicBoolean stop = new AtomicBoolean();
        AtomicReference<Throwable> broken = new AtomicReference<>();
        for (int i = 0; i < 12; i++) {
            Files.write(source.resolve("f" + i), state(sizes[i % 3], 0, legal));
        }
        Thread mutator = Thread.ofPlatform().start(() -> {
            try {
                for (int value = 1; !stop.get(); value++) {
                    int i = random.nextInt(12);
                    Path file = source.resolve("f" + i);
                    byte[] next = state(random.nextInt(1, 2 * sizes[i % 3]), value % 128, legal);
                    switch (random.nextInt(3)) {
                        case 0 -> {
                            Path fresh = Files.write(temp.resolve("fresh"), next);
                            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
                        }
                        case 1 -> Files.deleteIfExists(file);
                        default -> {
                            Path fresh = Files.write(temp.resolve("fresh"), next);
                            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
                            // Cut off: a state of its own, made in one step.
                            int cut = random.nextInt(next.length);
                            legal.add(cut + ":" + next[0]);
                            try (RandomAccessFile shrinking = new RandomAccessFile(file.toFile(), "rw")) {
                                shrinking.setLength(cut);
                            }
                        }
                    }
                }
            } catch (Throwable e) {
                broken.set(e);
            }
        });
        try {
            for (int run = 0; run < 5; run++) {
                push();
                verifyStates(legal);
                assertThat(target).holdsNothingStaged();
            }
        } finally {
            stop.set(true);
            mutator.join();
        }
        assertEquals(null, broken.get());
        assertTrue(legal.size() > 20, "the mutator hardly ran: " + legal.size());
    }

    private static byte[] state(int length, int value, Set<String> legal) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        legal.add(length + ":" + (byte) value);
        return bytes;
    }

    private void verifyStates(Set<String> legal) throws IOException {
        try (var files = Files.list(target)) {
            for (Path file : files.toList()) {
                byte[] bytes = Files.readAllBytes(file);
                Set<Byte> values = new HashSet<>();
                for (byte b : bytes) {
                    values.add(b);
                }
                assertTrue(values.size() <= 1, file + " mixes " + values);
                boolean had = bytes.length == 0 || legal.contains(bytes.length + ":" + bytes[0]);
                assertTrue(had, file + " of " + bytes.length + " bytes never was in the source");
            }
        }
    }

    @Test
    void publishesAFileThatIsAppendedToOnlyAsAPrefixOfIt() throws Exception {
        Path log = file("log", 100_000);
        AtomicBoolean stop = new AtomicBoolean();
        Thread writer = Thread.ofPlatform().start(() -> {
            byte[] line = new byte[997];
            while (!stop.get()) {
                try {
                    Arrays.fill(line, (byte) Files.size(log));
                    Files.write(log, line, StandardOpenOption.APPEND);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        });
        try {
            for (int i = 0; i < 3; i++) {
                push();
                assertTrue(
                        List.of(List.of(), List.of("log SOURCE_CHANGED")).contains(problems()),
                        problems().toString());
            }
        } finally {
            stop.set(true);
            writer.join();
        }
        if (Files.exists(target.resolve("log"))) {
            byte[] copied = Files.readAllBytes(target.resolve("log"));
            byte[] now = Files.readAllBytes(log);
            assertEquals(-1, Arrays.mismatch(copied, 0, copied.length, now, 0, copied.length));
        }
        push();
        assertThat(target).mirrors(source);
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void leavesNoStagedFileAndNoTornFileWhenCancelledInMidRun(Durability wanted) throws Exception {
        durability = wanted;
        for (int i = 0; i < 600; i++) {
            file("d" + i % 7 + "/small" + i, 3_000);
        }
        for (int i = 0; i < 10; i++) {
            file("d" + i % 7 + "/large" + i, 4_000_000);
            file("zero" + i, 0);
        }
        long seed = System.nanoTime();
        System.out.println("cancels with seed " + seed);
        Random random = new Random(seed);
        int interrupted = 0;
        for (int round = 0; round < 8; round++) {
            int moment = random.nextInt(1, 400);
            AtomicBoolean once = new AtomicBoolean();
            int[] seen = {0};
            try (Node cancelled = new Node()) {
                AtomicReference<@Nullable RunFailure> ended = new AtomicReference<>();
                assertTimeoutPreemptively(PATIENCE, () -> {
                    try {
                        run(cancelled, event -> {
                            if (event instanceof Event.Changed
                                    && ++seen[0] >= moment
                                    && once.compareAndSet(false, true)) {
                                Thread.ofPlatform().start(cancelled::cancel);
                            }
                        });
                    } catch (RunFailure e) {
                        ended.set(e);
                    }
                });
                RunFailure failure = ended.get();
                if (failure != null) {
                    assertEquals(FailureKind.INTERRUPTED, failure.kind(), failure.toString());
                    interrupted++;
                }
            }
            assertThat(target).holdsNothingStaged();
            verifyPrefix();
        }
        System.out.println(interrupted + " of 8 runs were cancelled in time");
        push();
        assertThat(target).mirrors(source);
    }

    /** Whatever is there is whole, and no directory is left as it was worked in. */
    private void verifyPrefix() throws IOException {
        try (var files = Files.walk(target)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertEquals(-1, Files.mismatch(file, source.resolve(target.relativize(file))), file.toString());
            }
        }
        try (var directories = Files.walk(target)) {
            for (Path directory : directories.filter(Files::isDirectory).toList()) {
                assertEquals(
                        Files.getPosixFilePermissions(source.resolve(target.relativize(directory))),
                        Files.getPosixFilePermissions(directory),
                        directory.toString());
            }
        }
    }

    @Test
    void isInterruptedWhenCancelledAtAnyEarlyMoment() throws Exception {
        file("file", 10);
        for (int micros = 0; micros < 60_000; micros += 3_000) {
            int delay = micros;
            try (Node cancelled = new Node()) {
                Thread canceller = Thread.ofPlatform().start(() -> {
                    java.util.concurrent.locks.LockSupport.parkNanos(delay * 1_000L);
                    cancelled.cancel();
                });
                assertTimeoutPreemptively(PATIENCE, () -> {
                    try {
                        run(cancelled, event -> {});
                    } catch (RunFailure e) {
                        assertEquals(FailureKind.INTERRUPTED, e.kind(), e.toString());
                    }
                });
                canceller.join();
            }
        }
        await().atMost(PATIENCE).until(() -> threadsOfRuns() == 0);
    }

    @Test
    void endsSoonWhenCancelledWhileRulesLeaveOutAll() throws Exception {
        for (int i = 0; i < 300; i++) {
            Files.createFile(source.resolve("ab".repeat(120) + i));
        }
        selection = new Selection(
                new RuleText("*\n*ab*ab*ab*abc".getBytes(StandardCharsets.UTF_8)),
                Selection.DEFAULT_RULE_FILE,
                false,
                LinkPolicy.KEEP);
        AtomicInteger ticks = new AtomicInteger();
        AtomicLong cancelled = new AtomicLong();
        assertTimeoutPreemptively(PATIENCE, () -> {
            RunFailure failure = assertThrows(
                    RunFailure.class,
                    () -> run(node, event -> {
                        // By then it is in the midst of them.
                        if (event instanceof Event.Progress && ticks.incrementAndGet() == 5) {
                            cancelled.set(System.nanoTime());
                            node.cancel();
                        }
                    }));
            assertEquals(FailureKind.INTERRUPTED, failure.kind(), failure.toString());
        });
        long millis = (System.nanoTime() - cancelled.get()) / 1_000_000;
        assertTrue(millis < 5_000, millis + " ms");
    }

    private static long threadsOfRuns() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("zsync-initiator")
                        || thread.getName().startsWith("zsync-local")
                        || thread.getName().startsWith("zsync-responder")
                        || thread.getName().startsWith("zsync-greet"))
                .count();
    }

    @Test
    void throwsWhatTheSinkThrowsAndDoesNotWaitForItForEver() throws IOException {
        for (int i = 0; i < 12_000; i++) {
            Files.createFile(source.resolve("f" + i));
        }
        EventSink failing = event -> {
            throw new IllegalStateException("this sink is broken");
        };
        IllegalStateException thrown = assertTimeoutPreemptively(
                PATIENCE, () -> assertThrows(IllegalStateException.class, () -> run(node, failing)));
        assertEquals("this sink is broken", thrown.getMessage());
    }

    @Test
    void endsWhenItsCallerIsInterrupted() throws Exception {
        for (int i = 0; i < 12; i++) {
            file("f" + i, 4_000_000);
        }
        AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
        AtomicReference<@Nullable Thread> caller = new AtomicReference<>();
        Thread running = Thread.ofPlatform().unstarted(() -> {
            try {
                run(node, event -> {
                    if (event instanceof Event.Changed) {
                        Objects.requireNonNull(caller.get()).interrupt();
                    }
                });
            } catch (Throwable e) {
                thrown.set(e);
            }
        });
        caller.set(running);
        running.start();
        assertTrue(running.join(java.time.Duration.ofSeconds(10)), "still running");
        RunFailure failure = assertInstanceOf(RunFailure.class, thrown.get());
        assertEquals(FailureKind.INTERRUPTED, failure.kind(), failure.toString());
        await().atMost(PATIENCE).until(() -> threadsOfRuns() == 0);
        assertThat(target).holdsNothingStaged();
    }

    @Test
    void leaksNoDescriptor() throws Exception {
        for (int i = 0; i < 30; i++) {
            file("f" + i, i * 20_000);
        }
        push();
        long before = descriptors();
        for (int i = 0; i < 4; i++) {
            try (var files = Files.list(target)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            push();
        }
        await().atMost(PATIENCE).until(() -> descriptors() <= before + 2);
    }

    private static long descriptors() throws IOException {
        try (var files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }
}
