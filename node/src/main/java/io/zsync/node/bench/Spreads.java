package io.zsync.node.bench;

import io.zsync.node.api.BenchReport.Spread;
import java.util.Arrays;

/** Medians with what lies around them. */
final class Spreads {
    private Spreads() {}

    /** @param values at least one; of an even number the median is the mean of the two in the middle */
    static Spread of(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }

    /** Of each round, how much the second took over the first. */
    static Spread ratios(double[] first, double[] second) {
        double[] ratios = new double[first.length];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = second[i] / first[i];
        }
        return of(ratios);
    }
}
