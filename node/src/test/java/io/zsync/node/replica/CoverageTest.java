package io.zsync.node.replica;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.protocol.Limits;
import io.zsync.protocol.ProtocolException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CoverageTest {
    private record Range(int offset, int length) {}

    @Test
    void agreesWithABitSetThroughRandomHistories() {
        long seed = System.nanoTime();
        System.out.println("coverage with seed " + seed);
        Random random = new Random(seed);
        for (int history = 0; history < 300; history++) {
            int size = random.nextInt(1, 200);
            Coverage coverage = new Coverage(size);
            BitSet taken = new BitSet();
            BitSet verified = new BitSet();
            List<Range> claims = new ArrayList<>();
            for (int step = 0; step < 400; step++) {
                if (claims.isEmpty() || random.nextInt(3) > 0) {
                    Range range = new Range(random.nextInt(-1, size + 1), random.nextInt(0, 1 + random.nextInt(1, 40)));
                    boolean legal = range.offset >= 0 && range.length > 0 && range.offset + range.length <= size;
                    legal = legal
                            && taken.get(range.offset, range.offset + range.length)
                                    .isEmpty();
                    if (legal) {
                        coverage.claim(range.offset, range.length);
                        taken.set(range.offset, range.offset + range.length);
                        claims.add(range);
                    } else {
                        assertThrows(ProtocolException.class, () -> coverage.claim(range.offset, range.length));
                    }
                } else {
                    Range range = claims.remove(random.nextInt(claims.size()));
                    if (random.nextInt(4) == 0) {
                        coverage.release(range.offset, range.length);
                        taken.clear(range.offset, range.offset + range.length);
                    } else {
                        coverage.verified(range.length);
                        verified.set(range.offset, range.offset + range.length);
                    }
                }
                assertEquals(verified.cardinality() == size, coverage.isComplete(), "seed " + seed);
            }
        }
    }

    @Test
    void isNotCompleteWhileTheLastByteIsOnlyClaimed() {
        Coverage coverage = new Coverage(10);
        coverage.claim(0, 9);
        coverage.verified(9);
        coverage.claim(9, 1);
        assertFalse(coverage.isComplete());
        coverage.verified(1);
        assertTrue(coverage.isComplete());
    }

    @Test
    void refusesRangesThatOverflow() {
        Coverage coverage = new Coverage(Limits.FILE_LENGTH);
        assertThrows(ProtocolException.class, () -> coverage.claim(1, Long.MAX_VALUE));
        assertThrows(ProtocolException.class, () -> coverage.claim(Long.MAX_VALUE, 1));
        assertThrows(ProtocolException.class, () -> coverage.claim(-1, 2));
    }

    @Test
    void boundsWhatAFragmentingSenderCosts() {
        Coverage coverage = new Coverage(1 << 20);
        for (int i = 0; i < Limits.FILE_FRAGMENTS; i++) {
            int offset = 2 * i;
            assertDoesNotThrow(() -> coverage.claim(offset, 1));
        }
        assertThrows(ProtocolException.class, () -> coverage.claim(1 << 19, 1));
    }
}
