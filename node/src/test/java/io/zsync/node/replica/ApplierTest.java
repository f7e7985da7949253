package io.zsync.node.replica;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Errno;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Entry;
import io.zsync.protocol.Limits;
import io.zsync.protocol.ManifestItem;
import io.zsync.protocol.Name;
import io.zsync.protocol.PackRecord;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.ProtocolException;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.RuleText;
import io.zsync.protocol.Tally;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of each file, link and directory of a run, whatever the sender says and whatever fails. */
@Timeout(20)
class ApplierTest extends ApplierFixture {
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
