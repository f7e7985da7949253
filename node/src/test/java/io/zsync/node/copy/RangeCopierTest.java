package io.zsync.node.copy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zsync.protocol.DataPath;
import io.zsync.protocol.PathChoice;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One table of ranges for every way to copy; each runs alone. */
class RangeCopierTest {
    private static final int PIECE = RangeCopier.KERNEL_PIECE_LENGTH;
    private static final int MEBIBYTE = 1 << 20;

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

    static Stream<Arguments> everyPathAndRange() {
        return Stream.of(DataPath.COPY_RANGE, DataPath.SENDFILE, DataPath.MAPPED, DataPath.BUFFERED)
                .flatMap(path -> RANGES.stream().map(range -> Arguments.of(path, range)));
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
}
