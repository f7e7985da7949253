package io.zsync.node.bench;

import io.zsync.node.api.BenchReport.Place;
import io.zsync.node.api.BenchReport.Spread;
import io.zsync.protocol.DataPath;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * In which order ways of moving data come, and which neighbours the rounds really tell apart. Rounds are pairs: what slows
 * the machine down for a while slows both. Two neighbours are apart if the same one was better in every round, of at least
 * {@link #LEAST_ROUNDS} (of two that are equal that happens once in 16 times by chance), and by at least a twentieth in
 * the middle, because a file that lies better in memory this time is no merit of a path. Everything else is within the spread.
 */
final class Ranking {
    static final int LEAST_ROUNDS = 5;
    static final double LEAST_RATIO = 1.05;

    private Ranking() {}

    /**
     * One of those that are compared.
     *
     * @param costs of each round, the same rounds for all; less is better
     */
    record Contender(DataPath path, double[] costs) {}

    /** The best first. */
    static List<Place> of(List<Contender> contenders) {
        List<Contender> order = new ArrayList<>(contenders);
        order.sort(Comparator.comparingDouble(
                contender -> Spreads.of(contender.costs).median()));
        List<Place> places = new ArrayList<>();
        for (int i = 0; i < order.size(); i++) {
            Contender here = order.get(i);
            if (i == 0) {
                places.add(new Place(here.path, null, true));
            } else {
                Spread ratio = Spreads.ratios(order.get(i - 1).costs, here.costs);
                places.add(new Place(here.path, ratio, apart(ratio, here.costs.length)));
            }
        }
        return places;
    }

    private static boolean apart(Spread ratio, int rounds) {
        return rounds >= LEAST_ROUNDS && ratio.min() > 1 && ratio.median() >= LEAST_RATIO;
    }
}
