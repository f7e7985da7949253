package io.zsync.node.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.api.BenchReport.Place;
import io.zsync.node.api.BenchReport.Spread;
import io.zsync.node.bench.Ranking.Contender;
import io.zsync.protocol.DataPath;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** When an order is one, and when it is chance. */
class RankingTest {
    private static final double[] STEADY = {1.00, 1.01, 0.99, 1.00, 1.02};

    private static double[] times(double factor, double[] values) {
        double[] result = values.clone();
        for (int i = 0; i < result.length; i++) {
            result[i] *= factor;
        }
        return result;
    }

    /** The second of two, compared with steady rounds of about 1. */
    private static Place behindSteady(double... costs) {
        List<Place> places =
                Ranking.of(List.of(new Contender(DataPath.SENDFILE, STEADY), new Contender(DataPath.BUFFERED, costs)));
        assertEquals(DataPath.SENDFILE, places.getFirst().path());
        return places.getLast();
    }

    private static Spread ratio(Place place) {
        return Objects.requireNonNull(place.ratio());
    }

    @Test
    void theLeastMedianComesFirst() {
        List<Place> places = Ranking.of(List.of(
                new Contender(DataPath.BUFFERED, times(3, STEADY)),
                new Contender(DataPath.SENDFILE, STEADY),
                new Contender(DataPath.MAPPED, times(2, STEADY))));

        assertEquals(
                List.of(DataPath.SENDFILE, DataPath.MAPPED, DataPath.BUFFERED),
                places.stream().map(Place::path).toList());
        assertNull(places.get(0).ratio());
        assertTrue(places.get(1).apart() && places.get(2).apart());
        assertEquals(2, ratio(places.get(1)).median(), 1e-9);
        assertEquals(1.5, ratio(places.get(2)).median(), 1e-9);
    }

    @Test
    void oneRoundTheOtherWayIsWithinTheSpread() {
        Place place = behindSteady(1.5, 1.5, 1.5, 1.5, 1.01);

        assertFalse(place.apart());
        assertTrue(ratio(place).min() < 1);
    }

    @Test
    void aDifferenceInEveryRoundCounts() {
        assertTrue(behindSteady(1.5, 1.1, 1.4, 1.06, 1.2).apart());
    }

    /** The machine was three times slower in one round, for both: their order stands. */
    @Test
    void whatSlowsBothDownHidesNothing() {
        double[] slowOnce = {1.00, 3.03, 0.99, 1.00, 1.02};
        List<Place> places = Ranking.of(List.of(
                new Contender(DataPath.SENDFILE, slowOnce), new Contender(DataPath.MAPPED, times(1.1, slowOnce))));

        assertTrue(places.getLast().apart());
    }

    @Test
    void fewRoundsTellNothingApart() {
        List<Place> places = Ranking.of(List.of(
                new Contender(DataPath.SENDFILE, new double[] {1, 1, 1, 1}),
                new Contender(DataPath.MAPPED, new double[] {2, 2, 2, 2})));

        assertFalse(places.getLast().apart());
    }

    @Test
    void whatIsEqualInEveryRoundIsNotApart() {
        assertFalse(behindSteady(STEADY).apart());
    }

    @Test
    void lessThanATwentiethIsNoOrder() {
        assertFalse(behindSteady(times(1.04, STEADY)).apart());
        assertTrue(behindSteady(times(1.06, STEADY)).apart());
    }

    /** Equal ways with a spread of 30 percent are told apart once in 16 times and less, never mostly. */
    @Test
    void chanceSeldomLooksLikeAnOrder() {
        SplittableRandom random = new SplittableRandom(20261125);
        int apart = 0;
        for (int i = 0; i < 10_000; i++) {
            List<Place> places = Ranking.of(List.of(
                    new Contender(DataPath.SENDFILE, noise(random)), new Contender(DataPath.MAPPED, noise(random))));
            apart += places.getLast().apart() ? 1 : 0;
        }
        assertTrue(apart < 10_000 / 14, apart + " of 10,000");
        assertTrue(apart > 100, apart + " of 10,000: the rule would never see anything");
    }

    private static double[] noise(SplittableRandom random) {
        return random.doubles(Ranking.LEAST_ROUNDS, 0.85, 1.15).toArray();
    }

    @Test
    void theRatioKeepsItsSpread() {
        Spread ratio = ratio(behindSteady(2.00, 2.02, 2.97, 4.00, 1.02));

        assertEquals(new Spread(2, 1, 4), new Spread(ratio.median(), ratio.min(), ratio.max()));
    }
}
