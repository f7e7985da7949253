package io.zsync.node.bench;

import io.zsync.node.api.BenchReport.Omission;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * All ways of one table at one size. A round measures each of them once, in turn, and the next round goes the other way, so
 * that what changes on the machine meanwhile favours none. For one thread; {@link #cancel} is for any.
 */
final class Comparison {
    private static final int MOST_TRANSFERS = 1_000;

    private final List<Entrant> entrants = new ArrayList<>();
    private final List<Lane> lanes;
    private final long bytes;
    private final Effort effort;
    private final List<Omission> omissions;

    private record Entrant(Lane lane, int transfers, Series series) {}

    /** @param omissions takes those that this machine refuses */
    Comparison(List<Lane> lanes, long bytes, Effort effort, List<Omission> omissions) {
        this.lanes = List.copyOf(lanes);
        this.bytes = bytes;
        this.effort = effort;
        this.omissions = omissions;
    }

    /**
     * Moves the file each way until it is in the page cache and its code is compiled, and finds out how many transfers
     * are long enough to be measured.
     *
     * @param cold nothing of this table was ever run
     */
    void warmUp(boolean cold) throws IOException {
        for (Lane lane : lanes) {
            try {
                long begun = System.nanoTime();
                int transfers = 1;
                do {
                    transfers = enough(lane.run(bytes, transfers));
                } while (cold && System.nanoTime() - begun < effort.coldNanos());
                entrants.add(new Entrant(lane, transfers, new Series(lane.way(), bytes)));
            } catch (WayRefused e) {
                omissions.add(
                        new Omission(lane.way().table(), bytes, lane.way().path(), String.valueOf(e.getMessage())));
            }
        }
    }

    private int enough(Sample sample) {
        long nanos = Math.max(1, sample.nanos() / sample.transfers());
        return Math.clamp(Math.ceilDiv(effort.leastNanos(), nanos), 1, MOST_TRANSFERS);
    }

    void measure(int round) throws IOException {
        for (Entrant entrant : round % 2 == 1 ? entrants : entrants.reversed()) {
            try {
                entrant.series.add(entrant.lane.run(bytes, entrant.transfers));
            } catch (WayRefused e) {
                throw new IOException("it worked when it was warmed up: " + e.getMessage(), e);
            }
        }
    }

    List<Series> series() {
        return entrants.stream().map(Entrant::series).toList();
    }

    void cancel() {
        lanes.forEach(Lane::cancel);
    }
}
