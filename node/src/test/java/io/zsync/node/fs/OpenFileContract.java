package io.zsync.node.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zsync.protocol.Name;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.NonWritableChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What every open file does. */
abstract class OpenFileContract extends TreeFixture {
    private static final int PAGE = 4_096;

    OpenFileContract(Kernel kernel) {
        super(kernel);
    }

    @Test
    void readsAndWritesAtOffsets() throws IOException {
        try (OpenFile file = top.create(A)) {
            ByteBuffer text = direct("0123456789").position(3).limit(7);
            file.write(text, 100);
            assertEquals(7, text.position());
            assertEquals(104, file.stat().size());
            ByteBuffer target = ByteBuffer.allocateDirect(20).position(5);
            assertEquals(6, file.read(target, 98));
            assertEquals(11, target.position());
            assertEquals('3', target.get(7));
            assertEquals(0, file.read(target, 104));
            assertEquals(0, file.read(target, 1L << 40));
            assertThrows(IllegalArgumentException.class, () -> file.read(ByteBuffer.allocate(1), 0));
            assertThrows(IllegalArgumentException.class, () -> file.read(target, -1));
        }
    }

    @Test
    void aFileOpenedForReadingIsNotWritten() throws IOException {
        write(top, A, "text");
        try (OpenFile file = top.open(A)) {
            FileFailure failure = refused(Errno.OTHER, () -> file.write(direct("x"), 0));
            assertEquals("pwrite " + inside + "/a: Bad file descriptor", failure.getMessage());
            assertThrows(NonWritableChannelException.class, () -> file.channel().write(direct("x"), 0));
            assertEquals(4, file.channel().size());
        }
        assertEquals("text", read(top, A));
    }

    @Test
    void theChannelIsOneAndEndsWithTheFile() throws IOException {
        FileChannel channel;
        try (OpenFile file = top.create(A)) {
            channel = file.channel();
            assertSame(channel, file.channel());
            file.setMode(0);
            channel.write(direct("by channel"), 0);
            assertEquals("by channel", read(file));
            assertTrue(channel.isOpen());
        }
        assertFalse(channel.isOpen());
    }

    @Test
    void theChannelIsOnTheInodeAndNotOnTheName() throws IOException {
        write(top, A, "old");
        try (OpenFile file = top.open(A)) {
            top.unlink(A);
            write(top, A, "newer");
            assertEquals(3, file.channel().size());
        }
    }

    @Test
    void theKernelCopiesToTheSamePlace() throws IOException {
        movesToTheSamePlace(OpenFile::copyRange);
    }

    @Test
    void theKernelPassesOnToTheSamePlace() throws IOException {
        movesToTheSamePlace(OpenFile::sendFile);
    }

    private interface Move {
        long from(OpenFile target, OpenFile source, long offset, long length) throws IOException;
    }

    private void movesToTheSamePlace(Move move) throws IOException {
        write(top, A, "0123456789");
        try (OpenFile source = top.open(A);
                OpenFile target = top.create(B)) {
            target.write(direct("abcdefghijkl"), 0);

            assertEquals(3, move.from(target, source, 4, 3));
            assertEquals("abcd456hijkl", read(target));
            assertEquals(2, move.from(target, source, 8, 100), "the source ends");
            assertEquals("abcd456h89kl", read(target));
            assertEquals(1, move.from(target, source, 0, 1), "back at the start");
            assertEquals("0bcd456h89kl", read(target));
            assertEquals(0, move.from(target, source, 10, 1));
            assertEquals(0, move.from(target, source, 1L << 40, 1));
            assertEquals(12, target.stat().size());

            assertThrows(IllegalArgumentException.class, () -> move.from(target, source, -1, 1));
            assertThrows(IllegalArgumentException.class, () -> move.from(target, source, 1, -2));
            assertThrows(ArithmeticException.class, () -> move.from(target, source, 1, Long.MAX_VALUE));
        }
    }

    @Test
    void theKernelCopiesNothingIntoAFileOpenedForReading() throws IOException {
        movesNothingIntoAFileOpenedForReading(OpenFile::copyRange);
    }

    /** Root may open every inode for writing once more. */
    @Test
    void theKernelPassesNothingOnToAFileOpenedForReading() throws IOException {
        movesNothingIntoAFileOpenedForReading(OpenFile::sendFile);
    }

    private void movesNothingIntoAFileOpenedForReading(Move move) throws IOException {
        write(top, A, "text");
        write(top, B, "other");
        try (OpenFile source = top.open(A);
                OpenFile target = top.open(B)) {
            FileFailure failure = refused(Errno.OTHER, () -> move.from(target, source, 0, 4));
            assertTrue(message(failure).endsWith(inside + "/b: Bad file descriptor"), failure.getMessage());
        }
        assertEquals("other", read(top, B));
    }

    @Test
    void whatTheKernelPassesOnGoesToTheInodeWhateverItsNameAndMode() throws IOException {
        write(top, A, "0123456789");
        try (OpenFile source = top.open(A);
                OpenFile target = top.create(B)) {
            target.sendFile(source, 0, 5);
            target.setMode(0);
            top.unlink(B);
            write(top, B, "another");
            target.sendFile(source, 5, 5);
            assertEquals("0123456789", read(target));
        }
        assertEquals("another", read(top, B));
    }

    @Test
    void aClosedFileIsNoSourceAndNoTarget() throws IOException {
        write(top, A, "text");
        OpenFile closed = top.create(B);
        try (OpenFile open = top.open(A)) {
            closed.sendFile(open, 0, 1);
            closed.close();
            for (Move move : List.<Move>of(OpenFile::copyRange, OpenFile::sendFile, cloning())) {
                FileFailure failure = refused(Errno.OTHER, () -> move.from(closed, open, 0, 1));
                assertTrue(message(failure).endsWith("/b: used after it was closed"), failure.getMessage());
            }
        }
        try (OpenFile target = top.create(LINK)) {
            for (Move move : List.<Move>of(OpenFile::copyRange, OpenFile::sendFile, cloning())) {
                FileFailure failure = refused(Errno.OTHER, () -> move.from(target, closed, 0, 1));
                assertTrue(message(failure).endsWith("/b: used after it was closed"), failure.getMessage());
            }
        }
    }

    private static Move cloning() {
        return (target, source, offset, length) -> {
            target.cloneRange(source, offset, length);
            return length;
        };
    }

    /** Which file systems share is not this test's; but all or nothing is. */
    @Test
    void sharesBlocksOrSaysThatItCannot() throws IOException {
        ByteBuffer content = ByteBuffer.allocateDirect(3 * PAGE + 7);
        while (content.hasRemaining()) {
            content.put((byte) content.position());
        }
        try (OpenFile source = top.create(A);
                OpenFile target = top.create(B)) {
            source.write(content.flip(), 0);
            try {
                target.cloneRange(source, PAGE, 2 * PAGE + 7);
            } catch (FileFailure refused) {
                assertEquals(Errno.OPNOTSUPP, refused.errno(), refused.getMessage());
                assertEquals("ioctl FICLONERANGE " + inside + "/b: Operation not supported", refused.getMessage());
                assertEquals(0, target.stat().size());
                return;
            }
            ByteBuffer shared = ByteBuffer.allocateDirect(content.limit());
            target.read(shared, 0);
            assertEquals(content.clear().position(PAGE), shared.flip().position(PAGE));
        }
    }

    @Test
    void nothingIsNoRangeToShare() throws IOException {
        try (OpenFile source = top.create(A);
                OpenFile target = top.create(B)) {
            assertThrows(IllegalArgumentException.class, () -> target.cloneRange(source, 0, 0));
        }
    }

    @Test
    void allocatesAndSizes() throws IOException {
        try (OpenFile file = top.create(A)) {
            file.allocate(1 << 20);
            assertEquals(1 << 20, file.stat().size());
            assertFalse(file.stat().isSparse());
            file.allocate(PAGE);
            assertEquals(PAGE, file.stat().size());
            file.allocate(0);
            assertEquals(0, file.stat().size());
            file.setSize(5);
            assertEquals(5, file.stat().size());
        }
    }

    @Test
    void makesHoles() throws IOException {
        try (OpenFile file = top.create(A)) {
            file.write(direct("x".repeat(4 * PAGE)), 0);
            file.makeHole(PAGE, 2 * PAGE);
            assertEquals(4 * PAGE, file.stat().size());
            assertEquals("x".repeat(PAGE) + "\0".repeat(2 * PAGE) + "x".repeat(PAGE), contentOf(file));
            file.makeHole(3 * PAGE + 1, 100 * PAGE);
            assertEquals(4 * PAGE, file.stat().size());
            assertEquals("x".repeat(PAGE) + "\0".repeat(2 * PAGE) + "x" + "\0".repeat(PAGE - 1), contentOf(file));
        }
        try (OpenFile file = top.open(A)) {
            refused(Errno.OTHER, () -> file.makeHole(0, 1));
        }
    }

    private static String contentOf(OpenFile file) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect((int) file.stat().size());
        file.read(buffer, 0);
        return StandardCharsets.US_ASCII.decode(buffer.flip()).toString();
    }

    @Test
    void refusesWhatTheDiskDoesNotHold() throws IOException {
        long tooMuch = Files.getFileStore(inside).getUsableSpace() + (64L << 30);
        try (OpenFile file = top.create(A)) {
            FileFailure failure = assertThrows(FileFailure.class, () -> file.allocate(tooMuch));
            assertTrue(
                    failure.errno() == Errno.NOSPC || failure.errno() == Errno.FBIG || failure.errno() == Errno.DQUOT,
                    failure.getMessage());
            assertEquals("fallocate", failure.operation());
        } finally {
            top.unlink(A);
        }
    }

    @Test
    void findsDataAndHoles() throws IOException {
        long middle = 1 << 19;
        long size = 1 << 20;
        try (OpenFile file = top.create(A)) {
            file.setSize(size);
            file.write(ByteBuffer.allocateDirect(PAGE), middle);
            assertTrue(file.stat().isSparse());
            assertEquals(middle, file.nextData(0));
            assertEquals(middle + 1, file.nextData(middle + 1));
            assertEquals(0, file.nextHole(0));
            assertEquals(middle + PAGE, file.nextHole(middle));
            assertEquals(size, file.nextData(middle + PAGE));
            assertEquals(size, file.nextData(size));
            assertEquals(size, file.nextHole(size));
            assertEquals(size, file.nextData(size + 1));
        }
    }

    @Test
    void aDenseFileIsAllData() throws IOException {
        try (OpenFile file = top.create(A)) {
            file.write(ByteBuffer.allocateDirect(3 * PAGE), 0);
            assertEquals(0, file.nextData(0));
            assertEquals(3 * PAGE, file.nextHole(0));
            assertFalse(file.stat().isSparse());
        }
    }

    @Test
    void setsMetadataAfterItWasRenamedAndMadeUnreadable() throws IOException {
        try (OpenFile file = top.create(A)) {
            file.write(direct("text"), 0);
            top.rename(A, B, Directory.Rename.REPLACE);
            file.setMode(0);
            file.setMode(06751);
            file.setTime(-3, 5);
            file.sync();
            FileStat stat = top.stat(B);
            assertEquals(stat, file.stat());
            assertEquals(06751, stat.mode());
            assertEquals(-3, stat.mtimeSeconds());
            assertEquals(5, stat.mtimeNanos());
        }
    }

    @Test
    void setsTheOwner() throws IOException {
        assumeTrue(runsAsSuperuser());
        try (OpenFile file = top.create(A)) {
            file.setOwner(70_000, 0xFFFFFFFE);
            assertEquals(70_000, file.stat().uid());
            assertEquals(0xFFFFFFFE, file.stat().gid());
        }
    }

    @Test
    void aClosedFileSaysSo() throws IOException {
        OpenFile closed = top.create(A);
        closed.close();
        closed.close();
        FileFailure failure = refused(Errno.OTHER, () -> closed.write(direct("x"), 0));
        assertEquals("pwrite " + inside + "/a: used after it was closed", failure.getMessage());
        refused(Errno.OTHER, closed::channel);
        refused(Errno.OTHER, closed::stat);
    }

    /** The kernel gives a closed number to the next file at once: a write still under way must not land there. */
    @Test
    void aWriteThatRacesACloseHitsNoOtherFile() throws Exception {
        for (int round = 0; round < 300; round++) {
            OpenFile file = top.create(A);
            AtomicBoolean started = new AtomicBoolean();
            Thread writer = Thread.ofPlatform().start(() -> writeUntilClosed(file, started));
            while (!started.get()) {
                Thread.onSpinWait();
            }
            file.close();
            try (OpenFile next = top.create(B)) {
                writer.join();
                assertEquals(0, next.stat().size(), "round " + round);
            }
            top.unlink(A);
            top.unlink(B);
        }
    }

    private static void writeUntilClosed(OpenFile file, AtomicBoolean started) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(64);
        try {
            while (true) {
                file.write(buffer.rewind(), 0);
                started.set(true);
            }
        } catch (IOException closed) {
            started.set(true);
        }
    }

    @Test
    void namesTheFileInItsFailures() throws IOException {
        try (OpenFile file = top.create(Name.of(new byte[] {(byte) 0xFF}))) {
            FileFailure failure = refused(Errno.FBIG, () -> file.write(direct("x"), Long.MAX_VALUE - (8 << 20)));
            assertEquals("pwrite " + inside + "/\\xff: File too large", failure.getMessage());
        }
    }
}
