package io.zsync.node.session;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileKind;
import io.zsync.node.fs.FileStat;
import io.zsync.node.fs.LinuxRoot;
import io.zsync.node.fs.OpenFile;
import io.zsync.node.transport.HeldChunks;
import io.zsync.protocol.Credits;
import io.zsync.protocol.Entry;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.FileIdentity;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Message;
import io.zsync.protocol.Name;
import io.zsync.protocol.Protection;
import io.zsync.protocol.ProtocolException;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

@Timeout(10)
class SendQueueTest {
    private static final int LARGE = Limits.SMALL_FILE_LENGTH;

    private final Offers offers = new Offers();

    private static SendQueue queue(Credits credits) {
        return new SendQueue(credits, true, new HeldChunks(Protection.CLEAR));
    }

    private void offer(long number, long size) {
        FileStat stat = new FileStat(FileKind.REGULAR, 0644, 0, 0, size, size, 1, 2, 3, 4, number, 1, 1, 0);
        Entry.RegularFile entry = new Entry.RegularFile(stat.metadata(), size, false);
        offers.offer(number, RelativePath.ROOT, Name.of("f" + number), entry, stat);
    }

    private static Message.Want whole(long number, long size) {
        return new Message.Want(number, 1, 0, size);
    }

    /** All that is wanted, in one pack. */
    private static void send(SendQueue queue) throws InterruptedException {
        for (OutgoingFile file :
                assertInstanceOf(SendQueue.Task.Pack.class, queue.next()).files()) {
            assertTrue(file.takeWhole());
            file.packed(0, 5);
        }
    }

    private static void violates(Executable call) {
        assertEquals(
                ErrorCode.VIOLATION, assertThrows(ProtocolException.class, call).code());
    }

    @Test
    void servesOnlyWhatIsOnOfferAndOnlyOnce() throws InterruptedException {
        SendQueue queue = queue(Credits.DEFAULT);
        violates(() -> queue.want(whole(7, 10), offers));
        offer(7, 10);
        queue.want(whole(7, 10), offers);
        send(queue);
        queue.done(7);
        violates(() -> queue.want(whole(7, 10), offers));
        violates(() -> queue.done(7));
        offer(8, 10);
        offers.forget(8);
        violates(() -> queue.want(whole(8, 10), offers));
    }

    @Test
    void aFileIsNotDoneBeforeItIsSent() throws InterruptedException {
        SendQueue queue = queue(Credits.DEFAULT);
        offer(1, 10);
        queue.want(whole(1, 10), offers);
        violates(() -> queue.done(1));
        send(queue);
        queue.done(1);
        assertEquals(1, queue.doneFiles());
    }

    /** Or a receiver that reads nothing could fill the sender's memory. */
    @Test
    void whatIsRefusedLeavesTheQueue() throws InterruptedException {
        SendQueue queue = queue(Credits.DEFAULT);
        offer(1, 10);
        offer(2, LARGE);
        offer(3, 10);
        for (long file = 1; file <= 3; file++) {
            queue.want(whole(file, file == 2 ? LARGE : 10), offers);
        }
        queue.refused(1);
        queue.refused(2);
        SendQueue.Task.Pack pack = assertInstanceOf(SendQueue.Task.Pack.class, queue.next());
        assertEquals(
                List.of(3L),
                pack.files().stream().map(file -> file.offer().file()).toList());
        queue.close();
        assertNull(queue.next());
    }

    /** Its last segments may be in flight when it is given up, and their stream may break. */
    @Test
    void whatIsGivenUpWhileItIsOpenIsTakenUpOnceMoreToBeClosed(@TempDir Path temp) throws Exception {
        Files.createFile(temp.resolve("f1"));
        for (boolean refused : List.of(true, false)) {
            SendQueue queue = queue(Credits.DEFAULT);
            offer(1, LARGE);
            queue.want(whole(1, LARGE), offers);
            OutgoingFile file =
                    assertInstanceOf(SendQueue.Task.Stream.class, queue.next()).file();
            OpenFile open = open(temp, "f1");
            file.opened(open);
            assertNotNull(file.next(open, LARGE));
            queue.exhausted(file);

            if (refused) {
                queue.refused(1);
            } else {
                queue.lost(file);
            }

            assertSame(
                    file,
                    assertInstanceOf(SendQueue.Task.Stream.class, queue.next()).file());
            queue.close();
            queue.closeFiles();
            assertThrows(FileFailure.class, open::stat, "it is closed");
        }
    }

    private static OpenFile open(Path folder, String name) throws IOException {
        try (LinuxRoot root = LinuxRoot.open(folder);
                Directory directory = root.directory(RelativePath.ROOT)) {
            return directory.open(Name.of(name));
        }
    }

    /** Sizes that only sparse files have do not wrap around. */
    @Test
    void theLargestFilesCountAsWhatTheyAre() {
        SendQueue queue = queue(Credits.DEFAULT);
        offer(1, Limits.FILE_LENGTH);
        offer(2, Limits.FILE_LENGTH);
        queue.want(whole(1, Limits.FILE_LENGTH), offers);
        violates(() -> queue.want(whole(2, Limits.FILE_LENGTH), offers));
    }

    @Test
    void refusesMoreThanTheCredits() {
        SendQueue queue = queue(new Credits(1, 2, 100));
        offer(1, 1_000_000);
        offer(2, 60);
        offer(3, 50);
        offer(4, 30);
        offer(5, 1);
        queue.want(whole(1, 1_000_000), offers);
        violates(() -> queue.want(whole(2, 60), offers));
        queue.refused(1);
        offer(2, 60);
        queue.want(whole(2, 60), offers);
        violates(() -> queue.want(whole(3, 50), offers));
        queue.want(whole(4, 30), offers);
        violates(() -> queue.want(whole(5, 1), offers));
        queue.refused(4);
        offer(5, 1);
        queue.want(whole(5, 1), offers);
    }

    /** Each is remembered until the file is done. */
    @Test
    void refusesAFileInTooManyPieces() throws InterruptedException {
        SendQueue queue = queue(Credits.DEFAULT);
        offer(1, LARGE);
        for (int i = 0; i < Limits.FILE_FRAGMENTS; i++) {
            queue.want(new Message.Want(1, 1, i, 1), offers);
            assertTrue(assertInstanceOf(SendQueue.Task.Stream.class, queue.next())
                    .file()
                    .takeWhole());
        }
        violates(() -> queue.want(new Message.Want(1, 1, Limits.FILE_FRAGMENTS, 1), offers));
    }

    /** Small pieces of many files take as much memory as of one. */
    @Test
    void refusesMoreRangesThanAllFilesTogetherMayHave() throws InterruptedException {
        SendQueue queue = queue(Credits.DEFAULT);
        long files = Limits.WANTED_RANGES / Limits.FILE_FRAGMENTS;
        for (long file = 1; file <= files + 1; file++) {
            offer(file, LARGE);
        }
        for (long file = 1; file <= files; file++) {
            wantInPieces(queue, file, 1);
        }
        OutgoingFile first =
                assertInstanceOf(SendQueue.Task.Stream.class, queue.next()).file();
        assertTrue(first.takeWhole());
        first.startOver(first.offer().entry(), first.identity());
        wantInPieces(queue, 1, 2);
        queue.refused(1);
        wantInPieces(queue, files + 1, 1);
        offer(files + 2, LARGE);
        violates(() -> queue.want(whole(files + 2, LARGE), offers));
    }

    private void wantInPieces(SendQueue queue, long file, int attempt) {
        for (int i = 0; i < Limits.FILE_FRAGMENTS; i++) {
            queue.want(new Message.Want(file, attempt, i, 1), offers);
        }
    }

    /** All that the credits allow, each file in as many pieces as the receiver of this node may want it in. */
    @Test
    void takesWhatAReceiverWithManyUnfinishedFilesWants() {
        SendQueue queue = queue(Credits.DEFAULT);
        List<Message.Range> pieces = LongStream.range(0, Limits.FILE_FRAGMENTS)
                .mapToObj(i -> new Message.Range(2 * i, 1))
                .toList();
        long resumed = Limits.CREDIT_BYTES / Limits.RESUMED_LENGTH - 1;
        for (long file = 1; file <= resumed; file++) {
            offer(file, Limits.RESUMED_LENGTH);
            queue.resume(
                    new Message.Resume(file, new FileIdentity(Limits.RESUMED_LENGTH, 1, 2, 3, 4, file), pieces),
                    offers);
        }
        long size = Limits.RESUMED_LENGTH / Limits.CREDIT_FILES;
        for (long file = resumed + 1; file <= Limits.CREDIT_FILES; file++) {
            offer(file, size);
            queue.want(whole(file, size), offers);
        }
    }

    @Test
    void refusesRangesOutsideTheFileAndOfOtherAttempts() {
        SendQueue queue = queue(Credits.DEFAULT);
        for (long file = 1; file <= 4; file++) {
            offer(file, 100);
        }
        violates(() -> queue.want(new Message.Want(1, 1, 0, 101), offers));
        violates(() -> queue.want(new Message.Want(2, 1, 100, 1), offers));
        violates(() -> queue.want(new Message.Want(3, 2, 0, 100), offers));
    }

    @Test
    void goesOnOnlyWithTheFileThatWasBegun() throws InterruptedException {
        assertFalse(resumed(1).isSpoilt());
        assertTrue(resumed(7).isSpoilt(), "its inode is another");
    }

    private OutgoingFile resumed(long inode) throws InterruptedException {
        SendQueue queue = queue(Credits.DEFAULT);
        offer(1, Limits.RESUMED_LENGTH);
        FileIdentity begun = new FileIdentity(Limits.RESUMED_LENGTH, 1, 2, 3, 4, inode);
        queue.resume(new Message.Resume(1, begun, List.of(new Message.Range(10, 20))), offers);
        return assertInstanceOf(SendQueue.Task.Stream.class, queue.next()).file();
    }

    @Test
    void holdsAFileThatIsWantedAgainAndAgainInBoundedRoom() throws InterruptedException {
        SendQueue queue = queue(Credits.DEFAULT);
        offer(1, 10);
        offer(2, 10);
        violates(() -> {
            for (int i = 0; i < 1_000_000; i++) {
                queue.want(whole(1, 10), offers);
            }
        });
        queue.want(whole(2, 10), offers);
        SendQueue.Task.Pack pack = assertInstanceOf(SendQueue.Task.Pack.class, queue.next());
        assertEquals(2, pack.files().size());
    }

    /** In a pack it would find no room, come back, and be taken for the next one, without end. */
    @Test
    void aFileThatIsWantedAgainAndHasGrownLeavesTheSmallOnes() throws InterruptedException {
        SendQueue queue = queue(Credits.DEFAULT);
        offer(1, 10);
        offer(2, 10);
        queue.want(whole(1, 10), offers);
        OutgoingFile file = assertInstanceOf(SendQueue.Task.Pack.class, queue.next())
                .files()
                .getFirst();
        assertTrue(file.takeWhole());
        queue.want(whole(1, 10), offers);
        Entry.RegularFile grown = new Entry.RegularFile(file.offer().entry().metadata(), Limits.PACK_LENGTH, false);
        file.startOver(grown, new FileIdentity(Limits.PACK_LENGTH, 1, 2, 3, 4, 1));
        queue.exhausted(file);
        queue.want(whole(2, 10), offers);

        SendQueue.Task.Pack pack = assertInstanceOf(SendQueue.Task.Pack.class, queue.next());
        assertEquals(
                List.of(2L),
                pack.files().stream().map(each -> each.offer().file()).toList());

        queue.want(new Message.Want(1, 2, 0, Limits.PACK_LENGTH), offers);
        assertSame(
                file,
                assertInstanceOf(SendQueue.Task.Stream.class, queue.next()).file());
    }

    @Test
    void sendsAConfirmedFileOnceMoreWhenItCouldNotBeSynced() throws InterruptedException {
        SendQueue queue = queue(Credits.DEFAULT);
        offer(1, 10);
        queue.want(whole(1, 10), offers);
        OutgoingFile file = assertInstanceOf(SendQueue.Task.Pack.class, queue.next())
                .files()
                .getFirst();
        assertTrue(file.takeWhole());
        file.packed(0, 5);
        assertDoesNotThrow(() -> queue.want(new Message.Want(1, 2, 0, 10), offers));
        SendQueue.Task.Pack again = assertInstanceOf(SendQueue.Task.Pack.class, queue.next());
        assertSame(file, again.files().getFirst());
        assertEquals(2, file.attempt());
    }

    @Test
    void acceptsManyRejectionsOfOneFileHoweverFewFilesMayBeOutstanding() {
        SendQueue queue = queue(new Credits(1, 1, 1));
        offer(1, 100L << 20);
        queue.want(whole(1, 100L << 20), offers);
        for (int i = 0; i < 12; i++) {
            queue.rejected(new Message.ChunkRejected(1, 1, (long) i << 23, 1 << 23));
        }
        violates(() -> {
            for (int i = 0; i < 1_000_000; i++) {
                queue.rejected(new Message.ChunkRejected(1, 1, 0, 1));
            }
        });
    }

    /** Nobody is told that another session has given room back. */
    @Test
    void aRejectionWaitsForRoomAndNothingElseWaitsForIt() throws InterruptedException {
        HeldChunks held = new HeldChunks(Protection.CLEAR);
        SendQueue queue = new SendQueue(Credits.DEFAULT, true, held);
        offer(1, 10);
        queue.want(whole(1, 10), offers);
        while (held.tryTake()) {
            // All that a session gets.
        }
        queue.rejected(new Message.ChunkRejected(1, 1, 0, 10));
        assertInstanceOf(SendQueue.Task.Pack.class, queue.next());

        held.giveBack();
        assertInstanceOf(SendQueue.Task.Recheck.class, queue.next());

        CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS).execute(held::giveBack);
        queue.rejected(new Message.ChunkRejected(1, 1, 0, 10));
        assertInstanceOf(SendQueue.Task.Recheck.class, queue.next());
        queue.rechecked();
        queue.rechecked();
    }

    @Test
    void passesOverARejectionThatCrossedTheWordThatTheFileIsGivenUp() throws InterruptedException {
        SendQueue queue = queue(Credits.DEFAULT);
        offer(1, LARGE);
        queue.want(whole(1, LARGE), offers);
        OutgoingFile file =
                assertInstanceOf(SendQueue.Task.Stream.class, queue.next()).file();
        queue.lost(file);
        assertDoesNotThrow(() -> queue.rejected(new Message.ChunkRejected(1, 1, 0, LARGE)));
        queue.refused(1);
    }

    @Test
    void givesUpAPackAfterItsRetriesAndOnlyTheFilesThatWereInIt() throws InterruptedException {
        SendQueue queue = queue(Credits.DEFAULT);
        offer(1, 10);
        offer(2, 10);
        queue.want(whole(1, 10), offers);
        queue.want(whole(2, 10), offers);
        OutgoingFile file = assertInstanceOf(SendQueue.Task.Pack.class, queue.next())
                .files()
                .getFirst();
        for (int i = 0; i < Limits.RANGE_RETRIES; i++) {
            file.packed(3, i);
            assertEquals(List.of(), queue.packRejected(new Message.PackRejected(3, i)));
            assertInstanceOf(SendQueue.Task.Pack.class, queue.next());
        }
        file.packed(3, 99);
        assertEquals(List.of(), queue.packRejected(new Message.PackRejected(2, 99)));
        assertEquals(List.of(file), queue.packRejected(new Message.PackRejected(3, 99)));
    }

    @Test
    void comesToAFileThatWasGivenUpNoMoreThanOnce() throws InterruptedException {
        SendQueue queue = queue(Credits.DEFAULT);
        offer(1, LARGE);
        offer(2, LARGE);
        queue.want(whole(1, LARGE), offers);
        queue.want(whole(2, LARGE), offers);
        OutgoingFile first =
                assertInstanceOf(SendQueue.Task.Stream.class, queue.next()).file();
        queue.lost(first);
        queue.exhausted(first);
        assertEquals(
                2,
                assertInstanceOf(SendQueue.Task.Stream.class, queue.next())
                        .file()
                        .offer()
                        .file());
    }

    @Test
    void releasesWhoWaitsWhenItCloses() throws InterruptedException {
        SendQueue queue = queue(Credits.DEFAULT);
        Thread closer = Thread.ofPlatform().start(queue::close);
        assertNull(queue.next());
        closer.join();
    }
}
