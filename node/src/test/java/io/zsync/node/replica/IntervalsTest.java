package io.zsync.node.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.zsync.protocol.Message.Range;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Intervals against a set of bits. */
class IntervalsTest {
    private static final int SIZE = 200;

    @Test
    void doesWhatASetOfBitsDoes() {
        long seed = Long.getLong("zsync.seed", new Random().nextLong());
        System.out.println("IntervalsTest: -Dzsync.seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            Intervals intervals = new Intervals();
            BitSet bits = new BitSet(SIZE);
            for (int step = 0; step < 60; step++) {
                int from = random.nextInt(SIZE);
                int to = random.nextInt(from + 1, Math.min(SIZE, from + 30) + 1);
                boolean there = bits.nextClearBit(from) >= to;
                assertEquals(!bits.get(from, to).isEmpty(), intervals.overlaps(from, to));
                if (random.nextInt(3) > 0) {
                    intervals.add(from, to);
                    bits.set(from, to);
                } else {
                    assertEquals(there, intervals.remove(from, to));
                    if (there) {
                        bits.clear(from, to);
                    }
                }
                assertSame(bits, intervals);
            }
        }
    }

    private static void assertSame(BitSet bits, Intervals intervals) {
        BitSet ranges = bits(intervals.ranges());
        assertEquals(bits, ranges);
        ranges.flip(0, SIZE);
        assertEquals(ranges, bits(intervals.gaps(SIZE)));
        assertEquals(intervals.count(), intervals.ranges().size());
        assertEquals(bits.isEmpty(), intervals.isEmpty());
        long end = -1;
        for (Range range : intervals.ranges()) {
            assertFalse(range.offset() <= end, "neither overlapping nor touching");
            end = range.end();
        }
    }

    private static BitSet bits(List<Range> ranges) {
        BitSet bits = new BitSet(SIZE);
        ranges.forEach(range -> bits.set((int) range.offset(), (int) range.end()));
        return bits;
    }
}
