package io.zsync.node.replica;

import io.zsync.protocol.Message.Range;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A set of byte offsets, kept as intervals that neither overlap nor touch. Not thread safe. */
final class Intervals {
    /** Start to end (exclusive). */
    private final TreeMap<Long, Long> ends = new TreeMap<>();

    Intervals() {}

    Intervals(Intervals other) {
        ends.putAll(other.ends);
    }

    boolean overlaps(long offset, long end) {
        Map.Entry<Long, Long> before = ends.lowerEntry(end);
        return before != null && before.getValue() > offset;
    }

    /** Adds all offsets from {@code offset} to {@code end} (exclusive), those that are there already too. */
    void add(long offset, long end) {
        long from = offset;
        long to = end;
        Map.Entry<Long, Long> before = ends.floorEntry(to);
        while (before != null && before.getValue() >= from) {
            ends.remove(before.getKey());
            from = Math.min(from, before.getKey());
            to = Math.max(to, before.getValue());
            before = ends.floorEntry(to);
        }
        ends.put(from, to);
    }

    /** Takes a part of one interval out. @return false if it is not part of one */
    boolean remove(long offset, long end) {
        Map.Entry<Long, Long> around = ends.floorEntry(offset);
        if (around == null || around.getValue() < end) {
            return false;
        }
        ends.remove(around.getKey());
        if (around.getKey() < offset) {
            ends.put(around.getKey(), offset);
        }
        if (around.getValue() > end) {
            ends.put(end, around.getValue());
        }
        return true;
    }

    int count() {
        return ends.size();
    }

    boolean isEmpty() {
        return ends.isEmpty();
    }

    /** In ascending order. */
    List<Range> ranges() {
        List<Range> ranges = new ArrayList<>(ends.size());
        ends.forEach((offset, end) -> ranges.add(new Range(offset, end - offset)));
        return ranges;
    }

    /** What of {@code 0..size} is not in here, in ascending order. */
    List<Range> gaps(long size) {
        List<Range> gaps = new ArrayList<>();
        long at = 0;
        for (Map.Entry<Long, Long> each : ends.entrySet()) {
            if (each.getKey() > at) {
                gaps.add(new Range(at, each.getKey() - at));
            }
            at = each.getValue();
        }
        if (at < size) {
            gaps.add(new Range(at, size - at));
        }
        return gaps;
    }
}
