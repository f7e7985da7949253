package io.zsync.node.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of one batch after another. Each object is a batch of its own: nothing more can join it. */
class PublisherTest {
    private final List<String> outcomes = Collections.synchronizedList(new ArrayList<>());

    private @Nullable Publisher begun;

    private Publisher publisher() {
        return Objects.requireNonNull(begun);
    }

    private final class Staged implements Publication {
        private final Destination destination;
        private final Name reserved;
        private final boolean alone;

        Staged(String name, long device, Name reserved, boolean alone) {
            this.destination = new Destination(0, RelativePath.ROOT, Name.of(name), device, null, false);
            this.reserved = reserved;
            this.alone = alone;
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
            return alone;
        }

        @Override
        public Name seal(boolean sync) {
            assertEquals(sync, publisher().isSyncing(), "whether it takes its time");
            outcomes.add(name() + (sync ? " synced alone" : " sealed"));
            return reserved;
        }

        @Override
        public void published(boolean durable) {
            outcomes.add(name() + (durable ? " durable" : " published"));
        }

        @Override
        public void parked() {
            outcomes.add(name() + " parked");
        }

        @Override
        public void refused(ProblemCode code, String detail) {
            outcomes.add(name() + " " + code);
        }

        @Override
        public void syncFailed(FileFailure failure) {
            outcomes.add(name() + " sync failed");
        }
    }

    @TempDir
    Path target;

    /** The kernel tells an error once, and it may be one of content that waits for the next sync. */
    @Test
    void noSyncBehindAFailedOneVouchesForWhatWasNotForcedByItself() throws Exception {
        AtomicInteger syncs = new AtomicInteger();
        StagedNames names = new StagedNames(new Random(1));
        try (Root root = FaultyRoot.of(LinuxRoot.open(target), (call, arguments) -> {
                    if (call.equals("syncfs") && syncs.incrementAndGet() == 1) {
                        throw new FileFailure("syncfs", "target", Errno.IO, "Input/output error");
                    }
                });
                FileSystems fileSystems = new FileSystems(() -> {})) {
            long device = enter(root, fileSystems);
            Publisher publisher = new Publisher(
                    () -> root,
                    Durability.BATCH,
                    fileSystems,
                    new Displacement(new Aftermath(), false, null),
                    new OwnUpdates(),
                    (path, cause) -> outcomes.add("unsynced " + path),
                    () -> true);
            begun = publisher;
            FutureTask<Void> running = new FutureTask<>(() -> {
                publisher.run();
                return null;
            });
            Thread thread = Thread.ofPlatform().start(running);
            for (String name : List.of("a", "b", "c")) {
                Name reserved = names.next();
                Files.writeString(target.resolve(reserved.toString()), name);
                publisher.submit(new Staged(name, device, reserved, name.equals("c")));
                publisher.drain();
            }
            assertTrue(publisher.syncsAlone(device));
            publisher.close();
            assertTrue(thread.join(Duration.ofSeconds(10)));
            running.get();
        }

        assertEquals(
                List.of(
                        "a sealed",
                        "unsynced .",
                        "a sync failed",
                        "b sealed",
                        "unsynced .",
                        "b sync failed",
                        "c synced alone",
                        "c durable"),
                outcomes);
        assertEquals(1, syncs.get());
        try (Stream<Path> left = Files.list(target)) {
            assertEquals(List.of(target.resolve("c")), left.toList());
        }
    }

    private static long enter(Root root, FileSystems fileSystems) throws IOException {
        try (Directory top = root.directory(RelativePath.ROOT)) {
            return fileSystems.enter(top, top.stat().device());
        }
    }
}
