package io.zsync.node.replica;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileKind;
import io.zsync.node.fs.LinuxRoot;
import io.zsync.node.fs.Root;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Name;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two batches at a time. Each object is a batch of its own here: the publisher is told that nothing more can join it. */
class PublisherTest {
    private static final String FIRST = "publisher-test";
    private static final String SECOND = FIRST + "-rename";
    private static final long PATIENCE_SECONDS = 10;

    /** What happens to an object: its sealing, and its outcome. */
    private interface Steps {
        default void sealed() {}

        default void over() {}
    }

    private final class Staged implements Publication {
        private final Destination destination;
        private final Name reserved;
        private final Steps steps;

        Staged(String name, Steps steps) throws IOException {
            this.destination = new Destination(0, RelativePath.ROOT, Name.of(name), device, null, false);
            this.reserved = names.next();
            this.steps = steps;
            Files.writeString(target.resolve(reserved.toString()), name);
        }

        @Override
        public Destination destination() {
            return destination;
        }

        @Override
        public FileKind kind() {
            return FileKind.REGULAR;
        }

        @Override
        public long bytes() {
            return 1;
        }

        @Override
        public boolean isAlone() {
            return false;
        }

        @Override
        public Name seal(boolean sync) {
            steps.sealed();
            if (sync) {
                syncedAlone.add(name().toString());
            }
            return reserved;
        }

        @Override
        public void published(boolean durable) {
            end(durable ? "durable" : "published");
        }

        @Override
        public void parked() {
            end("parked");
        }

        @Override
        public void refused(ProblemCode code, String detail) {
            end(code.toString());
        }

        @Override
        public void syncFailed(FileFailure failure) {
            end("sync failed");
        }

        private void end(String how) {
            steps.over();
            outcomes.add(name() + " " + how);
        }
    }

    @TempDir
    Path target;

    private final StagedNames names = new StagedNames(new Random(1));
    private final FileSystems fileSystems = new FileSystems();
    private final List<String> outcomes = Collections.synchronizedList(new ArrayList<>());
    private final List<String> syncedAlone = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger syncs = new AtomicInteger();
    /** Counted down when the object {@code a} is about to be renamed, which then waits for the other one. */
    private final CountDownLatch renaming = new CountDownLatch(1);

    private final CountDownLatch goOn = new CountDownLatch(1);
    private FaultyRoot.Fault fault = (call, arguments) -> {};
    private Root root;
    private long device;
    private Publisher publisher;
    private Thread first = new Thread();
    private volatile @Nullable Throwable thrown;

    @BeforeEach
    void open() throws IOException {
        root = FaultyRoot.of(LinuxRoot.open(target), (call, arguments) -> {
            if (call.equals("syncfs")) {
                syncs.incrementAndGet();
            }
            fault.before(call, arguments);
        });
        try (Directory top = root.directory(RelativePath.ROOT)) {
            device = fileSystems.enter(top, top.stat().device());
        }
        publisher = publisher(Durability.BATCH);
    }

    private Publisher publisher(Durability durability) {
        Displacement victims = new Displacement(new Aftermath(), false, null);
        return new Publisher(() -> root, durability, fileSystems, victims, new OwnUpdates(), () -> true);
    }

    @AfterEach
    void close() throws Exception {
        goOn.countDown();
        publisher.close();
        join(first);
        assertEquals(List.of(), threads(SECOND), "threads that outlive their publisher");
        fileSystems.close();
        root.close();
    }

    private void begin() {
        first = Thread.ofPlatform().name(FIRST).start(() -> {
            try {
                publisher.run();
            } catch (Throwable e) {
                thrown = e;
            }
        });
    }

    private void submit(String name) throws IOException {
        submit(name, new Steps() {});
    }

    private void submit(String name, Steps steps) throws IOException {
        publisher.submit(new Staged(name, steps));
    }

    /** Has the renaming of {@code a} wait until the test lets it go on. */
    private void holdA() {
        fault = (call, arguments) -> {
            if (isRenameOf("a", call, arguments)) {
                renaming.countDown();
                waitFor(goOn);
            }
        };
    }

    /** Submits {@code a}, and {@code b} when that is being renamed; returns when {@code b} is sealed and waits its turn. */
    private void submitAAndB(Steps stepsOfA) throws Exception {
        submit("a", stepsOfA);
        waitFor(renaming);
        submit("b");
        await().until(() -> waitsIn(first, RenamingThread.class, "take"));
    }

    private static boolean isRenameOf(String name, String call, Object[] arguments) {
        return call.equals("rename") && arguments[1].equals(Name.of(name));
    }

    private static void waitFor(CountDownLatch latch) throws IOException {
        try {
            if (!latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("waited in vain");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static void join(Thread thread) throws InterruptedException {
        assertTrue(!thread.isAlive() || thread.join(Duration.ofSeconds(PATIENCE_SECONDS)), () -> thread + " goes on");
    }

    private static boolean waitsIn(Thread thread, Class<?> type, String method) {
        return thread.getState() == Thread.State.WAITING
                && Stream.of(thread.getStackTrace())
                        .anyMatch(frame -> frame.getClassName().equals(type.getName())
                                && frame.getMethodName().equals(method));
    }

    private static List<Thread> threads(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(each -> each.getName().equals(name))
                .toList();
    }

    private Thread drain() {
        return Thread.ofPlatform().start(() -> {
            try {
                publisher.drain();
                outcomes.add("drained");
            } catch (InterruptedException e) {
                outcomes.add("not drained");
            }
        });
    }

    @Test
    void theNextBatchIsSyncedWhileOneIsRenamed() throws Exception {
        CountDownLatch bothSynced = new CountDownLatch(2);
        fault = (call, arguments) -> {
            if (call.equals("syncfs")) {
                bothSynced.countDown();
            } else if (isRenameOf("a", call, arguments)) {
                submit("b");
                waitFor(bothSynced);
            }
        };
        begin();

        submit("a");
        join(drain());

        assertEquals(List.of("a durable", "b durable", "drained"), outcomes);
        assertEquals("b", Files.readString(target.resolve("b")));
    }

    @Test
    void oneBatchAtMostWaitsAndAllAreAcknowledgedInTheirOrder() throws Exception {
        holdA();
        begin();
        submitAAndB(new Steps() {});

        submit("c");

        assertEquals(2, syncs.get(), "c is not taken while b waits");
        assertEquals(List.of(), outcomes);
        goOn.countDown();
        join(drain());
        assertEquals(List.of("a durable", "b durable", "c durable", "drained"), outcomes);
        assertEquals(3, syncs.get());
    }

    @Test
    void aFailedSyncCostsItsOwnBatchAlone() throws Exception {
        CountDownLatch failed = new CountDownLatch(1);
        Steps told = new Steps() {
            @Override
            public void over() {
                failed.countDown();
            }
        };
        fault = (call, arguments) -> {
            if (call.equals("syncfs") && syncs.get() == 2) {
                throw new FileFailure("syncfs", "target", Errno.IO, "Input/output error");
            } else if (isRenameOf("a", call, arguments)) {
                submit("b", told);
                waitFor(failed);
            }
        };
        begin();

        submit("a");
        join(drain());

        assertEquals(2, syncs.get());
        assertEquals(
                List.of("a durable", "b sync failed", "drained"),
                outcomes.stream().sorted().toList());
        try (Stream<Path> left = Files.list(target)) {
            assertEquals(List.of(target.resolve("a")), left.toList());
        }
    }

    /** The kernel tells an error once, and it may be one of content that waits for the next sync. */
    @Test
    void whatIsSealedBehindAFailedSyncIsSyncedByItself() throws Exception {
        fault = (call, arguments) -> {
            if (call.equals("syncfs") && syncs.get() == 1) {
                throw new FileFailure("syncfs", "target", Errno.IO, "Input/output error");
            }
        };
        begin();
        submit("a");
        join(drain());

        submit("b");
        join(drain());

        assertEquals(List.of("a sync failed", "drained", "b durable", "drained"), outcomes);
        assertEquals(List.of("b"), syncedAlone);
        assertEquals(1, syncs.get());
    }

    @Test
    void aFailureOfTheSecondThreadEndsTheFirstThatWaitsForIt() throws Exception {
        IllegalStateException bug = new IllegalStateException("a bug");
        holdA();
        begin();
        submitAAndB(failing(bug));
        Thread drain = drain();
        await().until(() -> waitsIn(drain, Publisher.class, "drain"));

        goOn.countDown();

        join(first);
        join(drain);
        assertSame(bug, thrown);
        assertEquals(List.of("not drained"), outcomes);
        assertFalse(Files.exists(target.resolve("b")));
    }

    @Test
    void aFailureOfTheSecondThreadEndsTheFirstThatHasNothingToDo() throws Exception {
        IllegalStateException bug = new IllegalStateException("a bug");
        holdA();
        begin();
        submit("a", failing(bug));
        waitFor(renaming);
        await().until(() -> waitsIn(first, Publisher.class, "collect"));

        goOn.countDown();

        join(first);
        assertSame(bug, thrown);
    }

    @Test
    void aFailureOfTheFirstThreadLetsTheSecondFinishItsBatch() throws Exception {
        IllegalStateException bug = new IllegalStateException("a bug");
        holdA();
        begin();
        submit("a");
        waitFor(renaming);
        submit("b", new Steps() {
            @Override
            public void sealed() {
                throw bug;
            }
        });
        await().until(() -> waitsIn(first, RenamingThread.class, "close"));
        Thread drain = drain();

        goOn.countDown();

        join(first);
        join(drain);
        assertSame(bug, thrown);
        assertEquals(
                List.of("a durable", "not drained"), outcomes.stream().sorted().toList());
    }

    private static Steps failing(RuntimeException bug) {
        return new Steps() {
            @Override
            public void over() {
                throw bug;
            }
        };
    }

    @Test
    void whoDrainsWaitsForBothThreads() throws Exception {
        holdA();
        begin();
        submitAAndB(new Steps() {});
        Thread drain = drain();
        await().until(() -> waitsIn(drain, Publisher.class, "drain"));

        goOn.countDown();

        join(drain);
        assertEquals(List.of("a durable", "b durable", "drained"), outcomes);
    }

    @Test
    void aClosedPublisherEndsWhenBothThreadsAreDone() throws Exception {
        holdA();
        begin();
        submit("a");
        waitFor(renaming);
        publisher.close();
        await().until(() -> waitsIn(first, RenamingThread.class, "close"));
        assertEquals(List.of(), outcomes);

        goOn.countDown();

        join(first);
        assertEquals(List.of("a durable"), outcomes);
        assertEquals(List.of(), threads(SECOND));
    }

    /** Most often it has not even begun when it is closed. */
    @Test
    void whatWasHandedOverIsDoneThoughTheSecondThreadIsClosed() throws Exception {
        AtomicInteger done = new AtomicInteger();
        for (int i = 1; i <= 100; i++) {
            try (RenamingThread thread = RenamingThread.start(batch -> done.incrementAndGet(), () -> {})) {
                thread.take(List.of());
            }
            assertEquals(i, done.get());
        }
    }

    @Test
    void errandsAreDoneWhileABatchIsRenamed() throws Exception {
        CountDownLatch done = new CountDownLatch(2);
        fault = (call, arguments) -> {
            if (isRenameOf("a", call, arguments)) {
                publisher.errand(() -> {
                    done.countDown();
                    publisher.errand(done::countDown);
                });
                waitFor(done);
            }
        };
        begin();

        submit("a");
        join(drain());

        assertEquals(List.of("a durable", "drained"), outcomes);
    }

    @Test
    void isSyncingWhileEitherThreadSyncs() throws Exception {
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch syncingB = new CountDownLatch(1);
        fault = (call, arguments) -> {
            if (call.equals("syncfs") && syncs.get() == 2) {
                syncingB.countDown();
                waitFor(goOn);
            } else if (isRenameOf("a", call, arguments)) {
                seen.add("rename alone " + publisher.isSyncing());
                submit("b");
                waitFor(syncingB);
                seen.add("rename beside a sync " + publisher.isSyncing());
                goOn.countDown();
            } else if (call.equals("sync")) {
                seen.add("sync of a directory " + publisher.isSyncing());
            }
        };
        begin();

        submit("a");
        join(drain());

        assertEquals(
                List.of(
                        "rename alone false",
                        "rename beside a sync true",
                        "sync of a directory true",
                        "sync of a directory true"),
                seen);
        assertFalse(publisher.isSyncing());
    }

    @ParameterizedTest
    @EnumSource(names = {"NONE", "FILE"})
    void oneThreadIsEnoughWhereNothingIsSyncedTogether(Durability durability) throws Exception {
        List<String> by = Collections.synchronizedList(new ArrayList<>());
        fault = (call, arguments) -> {
            if (call.equals("rename")) {
                by.add(Thread.currentThread().getName());
                assertTrue(threads(SECOND).isEmpty());
            }
        };
        publisher = publisher(durability);
        begin();

        submit("a");
        join(drain());

        assertEquals(List.of(FIRST), by);
        assertEquals(durability == Durability.FILE ? "a durable" : "a published", outcomes.getFirst());
    }
}
