package io.zsync.node.copy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.LinuxRoot;
import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.PathChoice;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One table of ranges, and one of what may happen meanwhile, for every way to copy; each runs alone. */
class RangeCopierTest {
    private static final int PIECE = RangeCopier.KERNEL_PIECE_LENGTH;
    private static final int MEBIBYTE = 1 << 20;

    /** Pieces that end nowhere near a page's border. */
    private static final int STEP = 100_001;

    @TempDir
    Path temp;

    /** @param before bytes in the target before */
    record Range(int size, int offset, int length, int before) {
        static Range whole(int size) {
            return new Range(size, 0, size, 0);
        }

        int there() {
            return Math.clamp(size - offset, 0, length);
        }
    }

    private static final List<Range> RANGES = List.of(
            Range.whole(0),
            Range.whole(1),
            Range.whole(4_095),
            Range.whole(4_096),
            Range.whole(4_097),
            Range.whole(MEBIBYTE + 3),
            Range.whole(PIECE - 1),
            Range.whole(PIECE),
            Range.whole(PIECE + 3),
            Range.whole(4 * PIECE + 3),
            new Range(MEBIBYTE, 4_096, 8_192, 0),
            new Range(MEBIBYTE, 5, 300_001, 0),
            new Range(MEBIBYTE, 5, 300_001, 100),
            new Range(MEBIBYTE, 5, 300_001, 2 * MEBIBYTE),
            new Range(PIECE + 100, PIECE - 7, 20, 0),
            // The source ends before the range does, at its start, and before it.
            new Range(5_000, 4_096, 8_192, 0),
            new Range(5_000, 5_000, 10, 20),
            new Range(5_000, 6_000, 10, 20),
            new Range(5_000, 3, 0, 0));

    static List<DataPath> everyPath() {
        return List.of(DataPath.COPY_RANGE, DataPath.SENDFILE, DataPath.MAPPED, DataPath.BUFFERED);
    }

    static Stream<Arguments> everyPathAndRange() {
        return everyPath().stream().flatMap(path -> RANGES.stream().map(range -> Arguments.of(path, range)));
    }

    @ParameterizedTest
    @MethodSource("everyPathAndRange")
    void copiesTheRangeAndTouchesNothingElse(DataPath path, Range range) throws Exception {
        byte[] content = FilePair.bytes(range.size());
        byte[] before = FilePair.bytes(range.before());
        PathCounters counters = new PathCounters();
        try (FilePair pair = FilePair.in(temp, content);
                RangeCopier copier = new RangeCopier(new PathMemory(), path, counters, Throttle.OPEN)) {
            FilePair.write(pair.target, before, 0);

            Copied copied = copier.copy(pair.source, pair.target, pair.devices, range.offset(), range.length());

            assertEquals(new Copied(range.there(), path, PathChoice.FORCED), copied);
            assertArrayEquals(expected(content, before, range), pair.targetContent());
            assertEquals(range.there(), counters.bytes(path));
            assertEquals(range.there(), counters.total());
        }
    }

    private static byte[] expected(byte[] content, byte[] before, Range range) {
        if (range.there() == 0) {
            return before;
        }
        byte[] expected = Arrays.copyOf(before, Math.max(before.length, range.offset() + range.there()));
        System.arraycopy(content, range.offset(), expected, range.offset(), range.there());
        return expected;
    }

    @ParameterizedTest
    @MethodSource("everyPath")
    void holesAreZeros(DataPath path) throws Exception {
        byte[] content = new byte[3 * MEBIBYTE];
        Arrays.fill(content, MEBIBYTE, MEBIBYTE + 5, (byte) 7);
        try (FilePair pair = FilePair.in(temp, new byte[0]);
                RangeCopier copier = copier(path)) {
            try (FileChannel source = writable()) {
                source.write(ByteBuffer.wrap(new byte[] {7, 7, 7, 7, 7}), MEBIBYTE);
                source.write(ByteBuffer.wrap(new byte[1]), 3 * MEBIBYTE - 1);
            }
            assertTrue(pair.source.stat().isSparse());
            FilePair.write(pair.target, FilePair.bytes(3 * MEBIBYTE), 0);

            copier.copy(pair.source, pair.target, pair.devices, 0, 3 * MEBIBYTE);

            assertArrayEquals(content, pair.targetContent());
        }
    }

    @ParameterizedTest
    @MethodSource("everyPath")
    void aSourceThatShrinksIsCopiedToItsNewEnd(DataPath path) throws Exception {
        byte[] content = FilePair.bytes(MEBIBYTE + 3);
        try (FilePair pair = FilePair.in(temp, content);
                RangeCopier copier = copier(path, new Steps(() -> truncate(2 * STEP + 50)))) {
            Copied copied = copier.copy(pair.source, pair.target, pair.devices, 0, MEBIBYTE + 3);

            assertEquals(new Copied(2 * STEP + 50, path, PathChoice.FORCED), copied);
            assertArrayEquals(Arrays.copyOf(content, 2 * STEP + 50), pair.targetContent());
        }
    }

    @ParameterizedTest
    @MethodSource("everyPath")
    void aSourceThatShrinksBehindWhatWasCopiedEndsThere(DataPath path) throws Exception {
        byte[] content = FilePair.bytes(MEBIBYTE + 3);
        try (FilePair pair = FilePair.in(temp, content);
                RangeCopier copier = copier(path, new Steps(() -> truncate(10)))) {
            Copied copied = copier.copy(pair.source, pair.target, pair.devices, 0, MEBIBYTE + 3);

            assertEquals(new Copied(2 * STEP, path, PathChoice.FORCED), copied);
            assertArrayEquals(Arrays.copyOf(content, 2 * STEP), pair.targetContent());
        }
    }

    @ParameterizedTest
    @MethodSource("everyPath")
    void noMoreIsCopiedOfASourceThatGrows(DataPath path) throws Exception {
        byte[] content = FilePair.bytes(MEBIBYTE + 3);
        try (FilePair pair = FilePair.in(temp, content);
                RangeCopier copier = copier(path, new Steps(this::append))) {
            Copied copied = copier.copy(pair.source, pair.target, pair.devices, 0, MEBIBYTE + 3);

            assertEquals(new Copied(MEBIBYTE + 3, path, PathChoice.FORCED), copied);
            assertArrayEquals(content, pair.targetContent());
        }
    }

    @ParameterizedTest
    @MethodSource("everyPath")
    void aSourceThatVanishesIsCopiedFromItsDescriptor(DataPath path) throws Exception {
        byte[] content = FilePair.bytes(MEBIBYTE + 3);
        try (FilePair pair = FilePair.in(temp, content);
                RangeCopier copier = copier(path, new Steps(() -> Files.delete(temp.resolve("source"))))) {
            copier.copy(pair.source, pair.target, pair.devices, 0, MEBIBYTE + 3);

            assertArrayEquals(content, pair.targetContent());
        }
    }

    @ParameterizedTest
    @MethodSource("everyPath")
    void aThrottleThatSaysItIsOverEndsTheCopyWithItsOwnWords(DataPath path) throws Exception {
        IOException over = new IOException("the run is over");
        try (FilePair pair = FilePair.in(temp, FilePair.bytes(MEBIBYTE));
                RangeCopier copier = copier(path, new Steps(() -> {
                    throw over;
                }))) {
            IOException thrown = assertThrows(
                    IOException.class, () -> copier.copy(pair.source, pair.target, pair.devices, 0, MEBIBYTE));

            assertEquals(over, thrown);
            assertEquals(2 * STEP, pair.target.stat().size());
        }
    }

    @ParameterizedTest
    @MethodSource("everyPath")
    void aFullDiskIsTheTargetsFailure(DataPath path) throws Exception {
        byte[] content = FilePair.bytes(4 * MEBIBYTE);
        try (SmallDisk disk = SmallDisk.mount(temp.resolve("disk"), "6m");
                FilePair pair = FilePair.in(disk.folder(), content);
                RangeCopier copier = copier(path)) {
            FileFailure failure = assertThrows(
                    FileFailure.class, () -> copier.copy(pair.source, pair.target, pair.devices, 0, 4 * MEBIBYTE));

            assertEquals(Errno.NOSPC, failure.errno());
            assertEquals(disk.folder() + "/target", failure.path());
            byte[] arrived = pair.targetContent();
            assertTrue(arrived.length > MEBIBYTE, () -> arrived.length + " bytes arrived");
            assertArrayEquals(Arrays.copyOf(content, arrived.length), arrived);
        }
    }

    /** Root could open any inode for writing once more: what was opened for reading must stay as it is. */
    @ParameterizedTest
    @MethodSource("everyPath")
    void aTargetThatWasOpenedForReadingIsNotWritten(DataPath path) throws Exception {
        try (FilePair pair = FilePair.in(temp, FilePair.bytes(5_000));
                LinuxRoot root = LinuxRoot.open(temp);
                Directory top = root.directory(RelativePath.ROOT)) {
            FilePair.write(pair.target, FilePair.bytes(3_000), 0);
            try (OpenFile readOnly = top.open(FilePair.TARGET);
                    RangeCopier only = copier(path);
                    RangeCopier best = copier(null)) {
                Exception refused =
                        assertThrows(Exception.class, () -> only.copy(pair.source, readOnly, pair.devices, 0, 5_000));
                FileFailure failure =
                        assertThrows(FileFailure.class, () -> best.copy(pair.source, readOnly, pair.devices, 0, 5_000));

                assertTrue(String.valueOf(refused.getMessage()).endsWith(": Bad file descriptor"), refused::toString);
                assertEquals("pwrite " + temp + "/target: Bad file descriptor", failure.getMessage());
                assertArrayEquals(FilePair.bytes(3_000), pair.targetContent());
            }
        }
    }

    /**
     * Only the kernel may meet the end of a mapped file. Whatever it says then, this process lives, and what was copied are
     * bytes that the source had.
     */
    @Test
    void aMappedSourceThatShrinksAtAnyMomentHarmsNobody() throws Exception {
        int size = 2 * MEBIBYTE;
        byte[] content = new byte[size];
        Arrays.fill(content, (byte) 5);
        AtomicBoolean done = new AtomicBoolean();
        int cut = 0;
        try (FilePair pair = FilePair.in(temp, content);
                RangeCopier only = copier(DataPath.MAPPED)) {
            Thread truncator = Thread.ofPlatform().start(() -> truncateAndFill(content, done));
            try {
                for (int round = 0; round < 500; round++) {
                    pair.target.setSize(0);
                    cut += copyOfWhatShrinks(only, pair, size) ? 1 : 0;
                    for (byte each : pair.targetContent()) {
                        assertTrue(each == 5 || each == 0, "byte " + each);
                    }
                }
            } finally {
                done.set(true);
                truncator.join();
            }
        }
        assertTrue(cut > 0, "no map was ever cut short: this test has shown nothing");
    }

    /** @return whether the copy met a source that was shorter than asked for */
    private static boolean copyOfWhatShrinks(RangeCopier copier, FilePair pair, int size) throws IOException {
        try {
            return copier.copy(pair.source, pair.target, pair.devices, 0, size).length() < size;
        } catch (PathRefused refused) {
            // The write met the end; or the file was short when it was to be mapped, and long again a moment later.
            assertTrue(
                    Set.of(
                                    "Bad address",
                                    "it moved nothing, though the source goes on",
                                    "Channel not open for writing - cannot extend file to required size")
                            .contains(refused.reason()),
                    refused::toString);
            return true;
        }
    }

    private void truncateAndFill(byte[] content, AtomicBoolean done) {
        try (FileChannel source = writable()) {
            while (!done.get()) {
                source.truncate(0);
                source.write(ByteBuffer.wrap(content), 0);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static RangeCopier copier(@Nullable DataPath path) {
        return copier(path, Throttle.OPEN);
    }

    private static RangeCopier copier(@Nullable DataPath path, Throttle throttle) {
        return new RangeCopier(new PathMemory(), path, new PathCounters(), throttle);
    }

    private void truncate(long size) throws IOException {
        try (FileChannel source = writable()) {
            source.truncate(size);
        }
    }

    private void append() throws IOException {
        Files.write(temp.resolve("source"), FilePair.bytes(5_000), StandardOpenOption.APPEND);
    }

    private FileChannel writable() throws IOException {
        return FileChannel.open(temp.resolve("source"), StandardOpenOption.WRITE);
    }

    private interface Happening {
        void happen() throws IOException;
    }

    /** Lets {@link #STEP} bytes go at once; something happens before the third. */
    private static final class Steps implements Throttle {
        private final Happening happening;
        private int steps;

        Steps(Happening happening) {
            this.happening = happening;
        }

        @Override
        public int portion(int most) {
            return Math.min(STEP, most);
        }

        @Override
        public void await(int bytes) throws IOException {
            steps++;
            if (steps == 3) {
                happening.happen();
            }
        }
    }
}
