package io.zsync.node.api;

/** Learns how far a measurement is. Called by the thread that measures, between two measurements. */
@FunctionalInterface
public interface BenchSink {
    void accept(Step step);

    /**
     * A round is about to begin.
     *
     * @param round from 1; 0 while the ways of moving are warmed up
     * @param comparison from 1, of {@code comparisons}: one for each table and size
     */
    record Step(BenchReport.Table table, long bytes, int round, int rounds, int comparison, int comparisons) {}
}
