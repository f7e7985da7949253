package io.zsync.node.replica;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.LinuxRoot;
import io.zsync.node.fs.Root;
import io.zsync.protocol.Comparison;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.Digest;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Entry;
import io.zsync.protocol.FileIdentity;
import io.zsync.protocol.Limits;
import io.zsync.protocol.ManifestItem;
import io.zsync.protocol.Message;
import io.zsync.protocol.Metadata;
import io.zsync.protocol.Name;
import io.zsync.protocol.PackRecord;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.Preservation;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.ProtocolException;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.RuleText;
import io.zsync.protocol.Tally;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Applier, fetches and publisher on a real directory, with content that the test feeds and calls that it lets fail. */
@Timeout(20)
class ApplierTest {
    private static final Metadata META = new Metadata(0640, 0, 0, 1_000_000, 7);
    private static final int LENGTH = 100_000;

    /** Gives room for everything; the test plays the sender. */
    private static final class FedContent implements ContentSource {
        final List<Fetch> wanted = Collections.synchronizedList(new ArrayList<>());
        final List<String> ended = Collections.synchronizedList(new ArrayList<>());
        boolean reserves = true;
        private int outstanding;

        @Override
        public synchronized boolean want(Fetch fetch) {
            outstanding++;
            wanted.add(fetch);
            return true;
        }

        @Override
        public void awaitRoom(Fetch fetch) {}

        @Override
        public synchronized void awaitIdle() throws InterruptedException {
            while (outstanding > 0) {
                wait();
            }
        }

        @Override
        public boolean fillsReserved(Fetch fetch) {
            return reserves;
        }

        @Override
        public void wantAgain(Fetch fetch) {
            wanted.add(fetch);
        }

        @Override
        public void done(Fetch fetch, boolean durable) {
            end(fetch.path() + " done");
        }

        @Override
        public void refused(Fetch fetch, ProblemCode code) {
            end(fetch.path() + " " + code);
        }

        synchronized void forget() {
            outstanding = 0;
        }

        private synchronized void end(String how) {
            outstanding--;
            ended.add(how);
            notifyAll();
        }
    }

    @TempDir
    Path target;

    private final FedContent content = new FedContent();
    private Preservation preservation = Preservation.ARCHIVE;
    private boolean granted;
    private @Nullable JournalPlace place;
    private final List<String> problems = Collections.synchronizedList(new ArrayList<>());
    private FaultyRoot.Fault fault = (call, arguments) -> {};
    private long roomBytes = Long.MAX_VALUE;
    private Root root;
    private @Nullable Applier begun;
    private Thread publisher = new Thread();
    private long entries;

    @BeforeEach
    void open() throws IOException {
        root = FaultyRoot.of(LinuxRoot.open(target), new FaultyRoot.Fault() {
            @Override
            public void before(String call, Object[] arguments) throws IOException {
                fault.before(call, arguments);
            }

            @Override
            public Directory.Room room(Directory.Room real) {
                return new Directory.Room(Math.min(roomBytes, real.bytes()), real.files());
            }
        });
    }

    @AfterEach
    void close() throws Exception {
        if (begun != null) {
            begun.end();
            publisher.join();
            begun.close();
        }
        root.close();
    }

    private void begin(Durability durability) throws Exception {
        Reporter reporter = new Reporter() {
            @Override
            public void changed(Message.Change change) {}

            @Override
            public void problem(RelativePath path, ProblemCode code, String detail) {
                problems.add(path + " " + code);
            }
        };
        MetadataRules rules = new MetadataRules(preservation, granted, true, 022);
        ApplyOptions options = new ApplyOptions(
                false, true, durability, Comparison.BY_TIME, false, rules, Deletion.NONE, RuleText.NONE, false);
        Applier applier = new Applier(root, options, content, reporter, new Random(1), place);
        begun = applier;
        publisher = Thread.ofPlatform().start(() -> {
            try {
                applier.runPublisher();
            } catch (IOException | InterruptedException e) {
                problems.add("publisher: " + e);
            }
        });
        applier.apply(
                entries++,
                new ManifestItem.DirBegin(null, new Entry.Directory(new Metadata(0755, 0, 0, 5, 5)), RuleText.NONE));
    }

    private Applier applier() {
        return Objects.requireNonNull(begun);
    }

    private void apply(String name, Entry entry) throws Exception {
        applier().apply(entries++, new ManifestItem.Leaf(Name.of(name), entry));
    }

    private static Entry.RegularFile file(int length) {
        return new Entry.RegularFile(META, length, false);
    }

    private Fetch fetch(String name, int length) throws Exception {
        apply(name, file(length));
        return content.wanted.getLast();
    }

    private Tally finish() throws Exception {
        applier().apply(entries, new ManifestItem.DirEnd(ManifestItem.Listing.COMPLETE));
        return applier().finish();
    }

    private Fetch.Parent parent() {
        return () -> root.directory(RelativePath.ROOT);
    }

    private static ByteBuffer bytes(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return ByteBuffer.allocateDirect(length).put(bytes).flip();
    }

    private void send(Fetch fetch, int attempt, int offset, int length, int value) {
        RangeClaim claim = fetch.claim(attempt, offset, length, parent());
        claim.write(bytes(length, value), offset);
        claim.verified();
    }

    private static FileIdentity identity(long size) {
        return new FileIdentity(size, META.mtimeSeconds(), META.mtimeNanos(), 1, 1, 1);
    }

    private void holds(String name, int length, int value) throws IOException {
        byte[] expected = new byte[length];
        Arrays.fill(expected, (byte) value);
        assertTrue(Arrays.equals(expected, Files.readAllBytes(target.resolve(name))), name + " holds something else");
    }

    private long staged() throws IOException {
        try (var files = Files.list(target)) {
            return files.filter(file -> file.getFileName().toString().startsWith(".zsync-"))
                    .count();
        }
    }

    private static FileFailure failure(Errno errno) {
        return new FileFailure("a call", "a path", errno, "made to fail");
    }

    @Test
    void publishesOnlyWhatIsCoveredAndConfirmed() throws Exception {
        begin(Durability.NONE);
        Fetch first = fetch("a", LENGTH);
        Fetch second = fetch("b", LENGTH);
        send(first, 1, 0, LENGTH, 1);
        second.confirmed(1, identity(LENGTH));
        send(second, 1, 0, LENGTH - 1, 2);
        await().during(Duration.ofMillis(200)).until(content.ended::isEmpty);
        assertFalse(Files.exists(target.resolve("a")) || Files.exists(target.resolve("b")));
        first.confirmed(1, identity(LENGTH));
        send(second, 1, LENGTH - 1, 1, 2);
        Tally tally = finish();
        holds("a", LENGTH, 1);
        holds("b", LENGTH, 2);
        assertEquals(2, tally.created());
        assertEquals(2L * LENGTH, tally.bytes());
        assertEquals(0, staged());
    }

    @Test
    void startsOverWhenTheSourceChangesAndRefusesItTheThirdTime() throws Exception {
        begin(Durability.NONE);
        Fetch fetch = fetch("a", LENGTH);
        send(fetch, 1, 0, 10, 9);
        RangeClaim underway = fetch.claim(1, 10, 10, parent());
        fetch.sourceChanged(1, file(LENGTH + 1));
        underway.write(bytes(10, 9), 10);
        underway.verified();
        send(fetch, 1, 20, 10, 9);
        await().until(() -> content.wanted.size() == 2);
        assertEquals(2, fetch.attempt());
        assertThrows(ProtocolException.class, () -> fetch.claim(3, 0, 1, parent()));
        send(fetch, 2, 0, LENGTH + 1, 5);
        fetch.confirmed(1, identity(LENGTH));
        fetch.sourceChanged(2, file(7));
        send(fetch, 3, 0, 3, 6);
        fetch.sourceChanged(3, file(8));
        assertEquals(0, finish().created());
        assertEquals(List.of("a SOURCE_CHANGED"), content.ended);
        assertEquals(List.of("a SOURCE_CHANGED"), problems);
        assertEquals(0, staged());
    }

    @Test
    void publishesTheFreshStateAfterAChangeAndAnEmptyOneWithoutAsking() throws Exception {
        begin(Durability.NONE);
        Fetch first = fetch("a", LENGTH);
        Fetch second = fetch("b", LENGTH);
        first.sourceChanged(1, file(50));
        send(first, 2, 0, 50, 3);
        first.confirmed(2, identity(50));
        second.sourceChanged(1, file(0));
        finish();
        holds("a", 50, 3);
        holds("b", 0, 0);
        assertEquals(3, content.wanted.size());
    }

    @Test
    void discardsWhatArrivesOfAnAttemptThatIsOverEvenWhenTheNextOneIsPublished() throws Exception {
        begin(Durability.NONE);
        Fetch fetch = fetch("a", LENGTH);
        fetch.sourceChanged(1, file(0));
        finish();
        send(fetch, 1, 0, LENGTH, 9);
        fetch.packed(new PackRecord(fetch.file(), 1, identity(10), 10), bytes(10, 9), parent());
        fetch.confirmed(1, identity(LENGTH));
        fetch.sourceChanged(1, file(3));
        fetch.sourceLost(1, ProblemCode.SOURCE_VANISHED);
        holds("a", 0, 0);
        assertEquals(0, staged());
        assertThrows(ProtocolException.class, () -> fetch.claim(2, 0, 1, parent()));
    }

    /** A write or a sync that hangs may fail when the file is long on its way again. */
    @Test
    void whatFailsOfAnAttemptThatIsOverIsNoFailureOfTheNextOne() throws Exception {
        begin(Durability.NONE);
        Fetch fetch = fetch("a", LENGTH);
        RangeClaim late = fetch.claim(1, 0, LENGTH, parent());
        fetch.sourceChanged(1, file(LENGTH));
        await().until(() -> content.wanted.size() == 2);

        late.failed(failure(Errno.IO));
        late.abandoned();

        send(fetch, 2, 0, LENGTH, 2);
        fetch.confirmed(2, identity(LENGTH));
        assertEquals(0, finish().failed());
        holds("a", LENGTH, 2);
        assertEquals(List.of(), problems);
    }

    /** Nor does the journal of a target stay for the sake of what is gone. */
    @Test
    void forgetsWhatOfAnotherPeersWorkItRemoves(@TempDir Path state) throws Exception {
        place = JournalPlace.local(state.resolve("state"));
        begin(Durability.NONE);
        Fetch first = fetchLarge();
        first.opened(1, identity(Limits.RESUMED_LENGTH));
        first.claim(1, 0, 1_000, parent()).verified();
        breakOff();
        assertEquals(1, journals());

        byte[] other = new byte[Digest.LENGTH];
        other[0] = 1;
        place = new JournalPlace(place.folder(), new PeerId(Digest.of(other)));
        begin(Durability.NONE);
        assertEquals(0, staged());
        breakOff();
        assertEquals(0, journals());
    }

    private long journals() throws IOException {
        try (var files = Files.list(Objects.requireNonNull(place).folder())) {
            return files.filter(file -> file.getFileName().toString().startsWith("resume-"))
                    .count();
        }
    }

    @Test
    void asksForADamagedRangeOnceMoreAndRefusesASecondClaim() throws Exception {
        begin(Durability.NONE);
        Fetch fetch = fetch("a", LENGTH);
        send(fetch, 1, 0, 10, 4);
        assertThrows(ProtocolException.class, () -> fetch.claim(1, 5, 10, parent()));
        RangeClaim claim = fetch.claim(1, 10, LENGTH - 10, parent());
        claim.write(bytes(LENGTH - 10, 8), 10);
        assertTrue(claim.damaged());
        fetch.confirmed(1, identity(LENGTH));
        await().during(Duration.ofMillis(100)).until(() -> !Files.exists(target.resolve("a")));
        send(fetch, 1, 10, LENGTH - 10, 4);
        finish();
        holds("a", LENGTH, 4);
    }

    /** A range that was damaged is outstanding again; the file that was staged for it is there all the same. */
    @Test
    void takesNoWholeFileOfWhichADamagedRangeCameBefore() throws Exception {
        begin(Durability.NONE);
        Fetch fetch = fetch("a", 10);
        assertTrue(fetch.claim(1, 0, 1, parent()).damaged());
        PackRecord record = new PackRecord(fetch.file(), 1, identity(10), 10);
        assertThrows(ProtocolException.class, () -> fetch.packed(record, bytes(10, 1), parent()));
        send(fetch, 1, 0, 10, 2);
        fetch.confirmed(1, identity(10));
        finish();
        holds("a", 10, 2);
        assertEquals(0, staged());
    }

    @Test
    void leavesNothingOfAFileThatIsLostWhileItsFramesAreUnderWay() throws Exception {
        begin(Durability.NONE);
        Fetch fetch = fetch("a", LENGTH);
        RangeClaim underway = fetch.claim(1, 0, LENGTH, parent());
        underway.write(bytes(100, 1), 0);
        fetch.sourceLost(1, ProblemCode.SOURCE_VANISHED);
        await().until(() -> content.ended.equals(List.of("a SOURCE_VANISHED")));
        underway.write(bytes(100, 1), 100);
        underway.verified();
        assertEquals(1, finish().failed());
        assertEquals(0, staged());
    }

    @Test
    void publishesNothingOfABatchWhoseSyncFailedAndFetchesItAlone() throws Exception {
        Files.writeString(target.resolve("old"), "old content");
        AtomicInteger syncs = new AtomicInteger();
        List<String> calls = Collections.synchronizedList(new ArrayList<>());
        fault = (call, arguments) -> {
            if (call.equals("syncfs") && syncs.incrementAndGet() == 1) {
                throw failure(Errno.IO);
            }
            if (call.equals("file.sync") || call.equals("rename")) {
                calls.add(call);
            }
        };
        begin(Durability.BATCH);
        Fetch old = fetch("old", LENGTH);
        send(old, 1, 0, LENGTH, 1);
        old.confirmed(1, identity(LENGTH));
        await().until(() -> content.wanted.size() == 2);
        assertEquals("old content", Files.readString(target.resolve("old")));
        assertEquals(List.of(), calls);
        assertEquals(0, staged());
        send(old, 2, 0, LENGTH, 2);
        old.confirmed(2, identity(LENGTH));
        Tally tally = finish();
        holds("old", LENGTH, 2);
        assertEquals(List.of("file.sync", "rename"), calls);
        assertFalse(tally.durable(), "what was found in its place may be what failed");
        assertEquals(List.of(". TARGET_FAILED"), problems);
    }

    /** A small file that was complete before a sync failed may be what it failed for: its own sync would not be told. */
    @Test
    void fetchesOnceMoreWhatWasSealedBeforeASyncFailed() throws Exception {
        AtomicInteger syncs = new AtomicInteger();
        List<String> calls = Collections.synchronizedList(new ArrayList<>());
        CompletableFuture<Fetch> small = new CompletableFuture<>();
        fault = (call, arguments) -> {
            if (call.equals("syncfs") && syncs.incrementAndGet() == 1) {
                small.join().whole(1, identity(5), bytes(5, 1), parent());
                throw failure(Errno.IO);
            }
            if (call.equals("file.sync") || call.equals("rename")) {
                calls.add(call);
            }
        };
        begin(Durability.BATCH);
        small.complete(fetch("small", 5));
        Fetch large = fetch("large", LENGTH);
        send(large, 1, 0, LENGTH, 1);
        large.confirmed(1, identity(LENGTH));
        await().until(() -> content.wanted.size() == 4);
        assertEquals(List.of(), calls);
        assertEquals(0, staged());

        small.join().whole(2, identity(5), bytes(5, 2), parent());
        send(large, 2, 0, LENGTH, 2);
        large.confirmed(2, identity(LENGTH));
        Tally tally = finish();

        holds("small", 5, 2);
        holds("large", LENGTH, 2);
        assertEquals(
                List.of("file.sync", "file.sync", "rename", "rename"),
                calls.stream().sorted().toList());
        assertFalse(tally.durable(), "what was found in its place may be what failed");
        assertEquals(List.of(". TARGET_FAILED"), problems);
    }

    /** The second time nothing depends on what else the file system could not write. */
    @Test
    void makesLinksAndEmptyFilesOnceMoreWhenTheSyncOfTheirBatchFailed() throws Exception {
        Files.writeString(target.resolve("emptied"), "old content");
        AtomicInteger syncs = new AtomicInteger();
        List<String> calls = Collections.synchronizedList(new ArrayList<>());
        fault = (call, arguments) -> {
            if (call.equals("syncfs") && syncs.incrementAndGet() <= 1) {
                assertEquals("old content", Files.readString(target.resolve("emptied")));
                throw failure(Errno.IO);
            }
            if (List.of("file.sync", "rename", "syncfs").contains(call)) {
                calls.add(call);
            }
        };
        begin(Durability.BATCH);
        apply("emptied", file(0));
        apply("link", new Entry.Symlink(META, new byte[] {'x'}));

        Tally tally = finish();

        holds("emptied", 0, 0);
        assertEquals("x", Files.readSymbolicLink(target.resolve("link")).toString());
        assertEquals(List.of("file.sync", "rename", "rename", "syncfs"), calls, "no batch was synced together again");
        assertEquals(0, staged());
        assertFalse(tally.durable(), "what was found in its place may be what failed");
        assertEquals(List.of(". TARGET_FAILED"), problems);
    }

    @Test
    void keepsTheOldContentWhenTheSyncOfAFileAloneFailsToo() throws Exception {
        Files.writeString(target.resolve("old"), "old content");
        Files.writeString(target.resolve("emptied"), "old content");
        AtomicInteger syncs = new AtomicInteger();
        fault = (call, arguments) -> {
            if (call.equals("file.sync") || (call.equals("syncfs") && syncs.incrementAndGet() == 1)) {
                throw failure(Errno.IO);
            }
        };
        begin(Durability.BATCH);
        apply("emptied", file(0));
        Fetch old = fetch("old", LENGTH);
        send(old, 1, 0, LENGTH, 1);
        old.confirmed(1, identity(LENGTH));
        await().until(() -> content.wanted.size() == 2);
        send(old, 2, 0, LENGTH, 2);
        old.confirmed(2, identity(LENGTH));

        Tally tally = finish();

        assertEquals("old content", Files.readString(target.resolve("old")));
        assertEquals("old content", Files.readString(target.resolve("emptied")));
        assertEquals(0, staged());
        assertEquals(3, tally.failed());
        assertEquals(
                List.of(". TARGET_FAILED", "emptied TARGET_FAILED", "old TARGET_FAILED"),
                problems.stream().sorted().toList());
    }

    @Test
    void syncsContentBeforeItRenames() throws Exception {
        List<String> calls = Collections.synchronizedList(new ArrayList<>());
        fault = (call, arguments) -> {
            if (List.of("syncfs", "rename", "sync").contains(call)) {
                calls.add(call);
            }
        };
        begin(Durability.BATCH);
        Fetch fetch = fetch("a", LENGTH);
        send(fetch, 1, 0, LENGTH, 1);
        fetch.confirmed(1, identity(LENGTH));
        finish();
        assertEquals(List.of("syncfs", "rename", "sync", "syncfs"), calls);
    }

    /** It may be of a killed run, and on no disk yet. */
    @Test
    void syncsWhatItFindsInItsPlace() throws Exception {
        AtomicInteger syncs = new AtomicInteger();
        fault = (call, arguments) -> {
            if (call.equals("syncfs")) {
                syncs.incrementAndGet();
            }
        };
        begin(Durability.BATCH);
        finish();
        assertEquals(1, syncs.get());
    }

    /** An error between the two runs would be told to no sync of all. */
    @Test
    void forcesByItselfWhatItGoesOnWith(@TempDir Path state) throws Exception {
        long size = Limits.RESUMED_LENGTH;
        List<String> calls = Collections.synchronizedList(new ArrayList<>());
        place = JournalPlace.local(state.resolve("state"));
        begin(Durability.BATCH);
        Fetch first = fetchLarge();
        first.opened(1, identity(size));
        first.claim(1, 0, size / 2, parent()).verified();
        breakOff();
        assertEquals(1, staged());

        fault = (call, arguments) -> {
            if (List.of("syncfs", "file.sync", "rename").contains(call)) {
                calls.add(call);
            }
        };
        begin(Durability.BATCH);
        Fetch second = fetchLarge();
        assertEquals(
                new Message.Resume(1, identity(size), List.of(new Message.Range(size / 2, size / 2))), second.wish());
        second.claim(1, size / 2, size / 2, parent()).verified();
        second.confirmed(1, identity(size));
        await().until(() -> content.ended.equals(List.of("a done")));

        assertEquals(List.of("file.sync", "rename"), calls);
    }

    /** The error may be of that, and no later run would be told. */
    @Test
    void doesNotGoOnWithWhatWasOnlyWrittenWhenASyncFailed(@TempDir Path state) throws Exception {
        long size = Limits.RESUMED_LENGTH;
        AtomicInteger syncs = new AtomicInteger();
        fault = (call, arguments) -> {
            if (call.equals("syncfs") && syncs.incrementAndGet() == 1) {
                throw failure(Errno.IO);
            }
        };
        place = JournalPlace.local(state.resolve("state"));
        begin(Durability.BATCH);
        Fetch first = fetchLarge();
        first.opened(1, identity(size));
        first.claim(1, 0, size / 2, parent()).verified();
        apply("link", new Entry.Symlink(META, new byte[] {'x'}));
        await().until(() -> syncs.get() == 1);
        breakOff();

        begin(Durability.BATCH);
        assertEquals(new Message.Want(1, 1, 0, size), fetchLarge().wish());
        assertEquals(0, staged());
    }

    /** Its blocks are its own: on a full disk nothing fits better than the rest of it. */
    @Test
    void goesOnOnAFullDiskWithWhatHasItsBlocks(@TempDir Path state) throws Exception {
        place = JournalPlace.local(state.resolve("state"));
        int size = (int) Limits.RESUMED_LENGTH;
        leaveHalfOf("b", size);

        beginOnAFullDisk();
        Fetch second = fetch("b", size);
        assertEquals(
                new Message.Resume(2, identity(size), List.of(new Message.Range(size / 2, size / 2))), second.wish());
        second.claim(1, size / 2, size / 2, parent()).verified();
        second.confirmed(1, identity(size));
        apply("c", file(size));
        assertEquals(List.of("a TARGET_FAILED", "c TARGET_FAILED"), problems, "a fresh one does not fit");
        assertEquals(1, finish().created());
        assertEquals(0, staged());
    }

    /** It is not asked for now; another run may find room. */
    @Test
    void keepsOnAFullDiskWhatHasNoBlocks(@TempDir Path state) throws Exception {
        place = JournalPlace.local(state.resolve("state"));
        int size = (int) Limits.RESUMED_LENGTH;
        content.reserves = false;
        leaveHalfOf("b", size);

        beginOnAFullDisk();
        apply("b", file(size));
        assertEquals(List.of("a TARGET_FAILED", "b TARGET_FAILED"), problems);
        assertEquals(0, finish().created());
        applier().close();
        assertEquals(1, staged());
        assertFalse(isAnyStagedOpen());

        roomBytes = Long.MAX_VALUE;
        entries = 0;
        begin(Durability.NONE);
        assertTrue(fetch("b", size).wish() instanceof Message.Resume);
        breakOff();
    }

    /** What was damaged on the wire may come as a hole the next time, of which nothing is written. */
    @Test
    void whatIsNotKnownOfASparseFileIsNothing(@TempDir Path state) throws Exception {
        place = JournalPlace.local(state.resolve("state"));
        int size = (int) Limits.RESUMED_LENGTH;
        begin(Durability.NONE);
        Fetch first = fetchLarge();
        first.opened(1, identity(size));
        send(first, 1, 0, 5_000, 1);
        RangeClaim broken = first.claim(1, size / 2, 100_000, parent());
        broken.write(bytes(100_000, 9), size / 2);
        broken.abandoned();
        breakOff();

        begin(Durability.NONE);
        Fetch second = fetchLarge();
        second.claim(1, 5_000, size - 5_000, parent()).verified();
        second.confirmed(1, identity(size));
        assertEquals(1, finish().created());
        byte[] found = Files.readAllBytes(target.resolve("a"));
        byte[] expected = new byte[size];
        Arrays.fill(expected, 0, 5_000, (byte) 1);
        assertEquals(-1, Arrays.mismatch(expected, found));
    }

    @Test
    void aSparseFileStartsOverWhereNoHoleCanBeMade(@TempDir Path state) throws Exception {
        place = JournalPlace.local(state.resolve("state"));
        begin(Durability.NONE);
        Fetch first = fetchLarge();
        first.opened(1, identity(Limits.RESUMED_LENGTH));
        send(first, 1, 0, 5_000, 1);
        breakOff();
        fault = (call, arguments) -> {
            if (call.equals("file.makeHole")) {
                throw failure(Errno.OPNOTSUPP);
            }
        };

        begin(Durability.NONE);
        assertEquals(
                new Message.Want(1, 1, 0, Limits.RESUMED_LENGTH), fetchLarge().wish());
        assertEquals(0, staged());
        breakOff();
    }

    private void leaveHalfOf(String name, int size) throws Exception {
        begin(Durability.NONE);
        Fetch first = fetch(name, size);
        first.opened(1, identity(size));
        first.claim(1, 0, size / 2, parent()).verified();
        breakOff();
        assertEquals(1, staged());
    }

    /** Which it finds at its first file, "a". */
    private void beginOnAFullDisk() throws Exception {
        roomBytes = 2 << 20;
        begin(Durability.NONE);
        RangeClaim refused = fetch("a", LENGTH).claim(1, 0, LENGTH, parent());
        refused.failed(failure(Errno.NOSPC));
        refused.abandoned();
        await().until(() -> content.ended.equals(List.of("a TARGET_FAILED")));
    }

    private Fetch fetchLarge() throws Exception {
        apply("a", new Entry.RegularFile(META, Limits.RESUMED_LENGTH, true));
        return content.wanted.getLast();
    }

    /** The run ends in the middle, and another one may begin. */
    private void breakOff() throws Exception {
        applier().end();
        publisher.join();
        applier().abandon();
        applier().close();
        entries = 0;
        content.forget();
    }

    @Test
    void reportsAFullDiskAndLeaksNoDescriptor() throws Exception {
        fault = (call, arguments) -> {
            if (call.equals("file.write")) {
                throw failure(Errno.NOSPC);
            }
        };
        begin(Durability.NONE);
        Fetch warm = fetch("0", 10);
        warm.packed(new PackRecord(warm.file(), 1, identity(10), 10), bytes(10, 1), parent());
        long before = descriptors();
        try (Directory open = root.directory(RelativePath.ROOT)) {
            for (int i = 0; i < 20; i++) {
                Fetch packed = fetch("a" + (char) ('a' + i), 10);
                packed.packed(new PackRecord(packed.file(), 1, identity(10), 10), bytes(10, 1), () -> open);
            }
            Fetch chunked = fetch("b", LENGTH);
            RangeClaim claim = chunked.claim(1, 0, LENGTH, () -> open);
            claim.write(bytes(LENGTH, 1), 0);
            claim.verified();
            chunked.confirmed(1, identity(LENGTH));
        }
        assertEquals(22, finish().failed());
        assertTrue(descriptors() <= before + 1, "descriptors " + before + ", then " + descriptors());
        assertEquals(0, staged());
    }

    @Test
    void stagesNothingWhereItCannotTellTheMount() throws Exception {
        fault = (call, arguments) -> {
            if (call.equals("mount")) {
                throw failure(Errno.IO);
            }
        };
        begin(Durability.NONE);
        long before = descriptors();
        try (Directory open = root.directory(RelativePath.ROOT)) {
            for (int i = 0; i < 5; i++) {
                Fetch large = fetch("a" + i, (int) Limits.RESUMED_LENGTH);
                RangeClaim claim = large.claim(1, 0, 1, () -> open);
                claim.write(bytes(1, 1), 0);
                claim.verified();
            }
        }
        assertEquals(5, finish().failed());
        assertTrue(descriptors() <= before + 1, "descriptors " + before + ", then " + descriptors());
        assertEquals(0, staged());
    }

    @Test
    void closesADirectoryThatItCannotLookAt() throws Exception {
        begin(Durability.NONE);
        long before = descriptors();
        fault = (call, arguments) -> {
            if (call.equals("stat") && arguments.length == 0) {
                throw failure(Errno.IO);
            }
        };
        for (int i = 0; i < 20; i++) {
            applier()
                    .apply(
                            entries++,
                            new ManifestItem.DirBegin(
                                    Name.of("a" + (char) ('a' + i)), new Entry.Directory(META), RuleText.NONE));
            applier().apply(entries, new ManifestItem.DirEnd(ManifestItem.Listing.COMPLETE));
        }
        assertTrue(descriptors() <= before + 1, "descriptors " + before + ", then " + descriptors());
        fault = (call, arguments) -> {};
        assertEquals(20, finish().failed());
    }

    private boolean isAnyStagedOpen() throws IOException {
        try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors.toList()) {
                if (Files.isSymbolicLink(descriptor)
                        && Files.readSymbolicLink(descriptor).toString().startsWith(target + "/.zsync-")) {
                    return true;
                }
            }
            return false;
        }
    }

    private static long descriptors() throws IOException {
        try (var files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }

    @Test
    void leavesAloneWhatSomebodyElseHasChanged() throws Exception {
        Files.writeString(target.resolve("changed"), "planned for");
        begin(Durability.NONE);
        Fetch changed = fetch("changed", LENGTH);
        Fetch fresh = fetch("fresh", LENGTH);
        Files.writeString(target.resolve("changed"), "somebody else's");
        Files.writeString(target.resolve("fresh"), "somebody else's");
        for (Fetch fetch : List.of(changed, fresh)) {
            send(fetch, 1, 0, LENGTH, 1);
            fetch.confirmed(1, identity(LENGTH));
        }
        assertEquals(2, finish().failed());
        assertEquals("somebody else's", Files.readString(target.resolve("changed")));
        assertEquals("somebody else's", Files.readString(target.resolve("fresh")));
        assertEquals(
                List.of("changed TARGET_CHANGED", "fresh TARGET_CHANGED"),
                problems.stream().sorted().toList());
        assertEquals(0, staged());
    }

    @Test
    void givesNoMetadataToAFileThatChangedSinceItWasLookedAt() throws Exception {
        Path file = Files.writeString(target.resolve("a"), "1234567890");
        try (Directory top = root.directory(RelativePath.ROOT)) {
            top.member(Name.of("a")).setTime(META.mtimeSeconds(), META.mtimeNanos());
        }
        begin(Durability.NONE);
        Files.writeString(file, "abcdefghij");
        Object time = Files.getLastModifiedTime(file);
        apply("a", file(10));
        assertEquals(0, finish().changed());
        assertEquals(List.of("a TARGET_CHANGED"), problems);
        assertEquals(time, Files.getLastModifiedTime(file), "with the source's time it would count as equal for ever");
    }

    @Test
    void keepsADisplacedObjectUntilEverythingIsPublished() throws Exception {
        Files.createSymbolicLink(target.resolve("a"), Path.of("old"));
        Files.createDirectory(target.resolve("b"));
        begin(Durability.NONE);
        Fetch link = fetch("a", LENGTH);
        Fetch directory = fetch("b", LENGTH);
        Fetch last = fetch("c", LENGTH);
        for (Fetch fetch : List.of(link, directory)) {
            send(fetch, 1, 0, LENGTH, 1);
            fetch.confirmed(1, identity(LENGTH));
        }
        await().until(() -> content.ended.size() == 2);
        assertTrue(Files.isRegularFile(target.resolve("a"), LinkOption.NOFOLLOW_LINKS));
        assertEquals(2, staged(), "the displaced objects");
        send(last, 1, 0, LENGTH, 1);
        last.confirmed(1, identity(LENGTH));
        assertEquals(2, finish().changed());
        assertEquals(0, staged());
    }

    @Test
    void doesNotDisplaceADirectoryThatGotContentMeanwhile() throws Exception {
        Files.createDirectory(target.resolve("a"));
        begin(Durability.NONE);
        Fetch fetch = fetch("a", LENGTH);
        Files.writeString(target.resolve("a/precious"), "precious");
        send(fetch, 1, 0, LENGTH, 1);
        fetch.confirmed(1, identity(LENGTH));
        finish();
        assertEquals(List.of("a TARGET_CHANGED"), problems);
        assertEquals("precious", Files.readString(target.resolve("a/precious")));
    }

    @Test
    void countsADirectoryThatCouldNotBeMadeOnceAndLeavesNothingStaged() throws Exception {
        Files.writeString(target.resolve("a"), "a file");
        fault = (call, arguments) -> {
            if (call.equals("rename") || (call.equals("makeDirectory") && arguments[0].equals(Name.of("b")))) {
                throw failure(Errno.NOSPC);
            }
        };
        begin(Durability.NONE);
        for (String name : List.of("a", "b")) {
            applier()
                    .apply(
                            entries++,
                            new ManifestItem.DirBegin(Name.of(name), new Entry.Directory(META), RuleText.NONE));
            applier().apply(entries, new ManifestItem.DirEnd(ManifestItem.Listing.COMPLETE));
        }
        Tally tally = finish();
        assertEquals(2, tally.failed());
        assertEquals(0, tally.created() + tally.changed());
        assertEquals(List.of("a TARGET_FAILED", "b TARGET_FAILED"), problems);
        assertEquals("a file", Files.readString(target.resolve("a")));
        assertEquals(0, staged());
    }

    @Test
    void publishesWhatIsCompleteAndRemovesWhatIsNotWhenAbandoned() throws Exception {
        begin(Durability.NONE);
        Fetch complete = fetch("a", LENGTH);
        Fetch half = fetch("b", LENGTH);
        applier().end();
        publisher.join();
        send(complete, 1, 0, LENGTH, 1);
        complete.confirmed(1, identity(LENGTH));
        send(half, 1, 0, LENGTH / 2, 2);
        apply("c", new Entry.Symlink(META, new byte[] {'x'}));
        applier().abandon();
        holds("a", LENGTH, 1);
        assertTrue(Files.isSymbolicLink(target.resolve("c")));
        assertFalse(Files.exists(target.resolve("b")));
        assertEquals(0, staged());
    }

    @Test
    void waitingForContentIsNoSync() throws Exception {
        begin(Durability.BATCH);
        Fetch fetch = fetch("a", LENGTH);
        Thread finisher = Thread.ofPlatform().start(() -> {
            try {
                finish();
            } catch (Exception e) {
                problems.add(e.toString());
            }
        });
        await().until(() -> finisher.getState() == Thread.State.WAITING);
        assertFalse(applier().isSyncing(), "a sender that stalls would never be noticed");
        fetch.sourceLost(1, ProblemCode.SOURCE_VANISHED);
        finisher.join();
    }
}
