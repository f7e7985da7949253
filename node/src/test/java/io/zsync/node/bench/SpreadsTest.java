package io.zsync.node.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zsync.node.api.BenchReport.Spread;
import org.junit.jupiter.api.Test;

class SpreadsTest {
    @Test
    void theMedianIsTheMiddleOneWhateverTheOrder() {
        assertEquals(new Spread(3, 1, 90), Spreads.of(new double[] {90, 1, 3, 2, 4}));
        assertEquals(new Spread(7, 7, 7), Spreads.of(new double[] {7}));
    }

    @Test
    void ofAnEvenNumberItIsTheMeanOfTheTwoInTheMiddle() {
        assertEquals(new Spread(2.5, 1, 4), Spreads.of(new double[] {4, 1, 3, 2}));
    }

    @Test
    void theWidthIsAShareOfTheMiddle() {
        assertEquals(0.5, new Spread(4, 3, 5).width());
        assertEquals(0, new Spread(0, 0, 0).width());
    }

    @Test
    void ratiosPairTheRounds() {
        assertEquals(new Spread(2, 1, 4), Spreads.ratios(new double[] {1, 10, 100}, new double[] {4, 20, 100}));
    }
}
