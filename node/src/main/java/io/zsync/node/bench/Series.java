package io.zsync.node.bench;

import io.zsync.node.api.BenchReport.Cost;
import io.zsync.node.api.BenchReport.Row;
import io.zsync.node.api.BenchReport.Spread;
import io.zsync.node.api.BenchReport.Way;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The measurements of one way at one size, a round each, in the order of the rounds. */
final class Series {
    private static final double GB = 1e9;

    private final Way way;
    private final long bytes;
    private final List<Sample> samples = new ArrayList<>();

    Series(Way way, long bytes) {
        this.way = way;
        this.bytes = bytes;
    }

    void add(Sample sample) {
        samples.add(sample);
    }

    Way way() {
        return way;
    }

    /** Of each round, what one transfer took. */
    double[] seconds() {
        return each(sample -> sample.nanos() / 1e9 / sample.transfers());
    }

    /** Of each round, what the sender used for each GB. */
    double[] senderCpu() {
        return each(sample -> sample.sender().cpuNanos() / 1e9 * GB / sample.bytes());
    }

    Row row() {
        Sample first = samples.getFirst();
        Cost receiver = first.receiver() == null ? null : cost(Sample::receiver);
        return new Row(
                way, bytes, first.transfers(), samples.size(), Spreads.of(seconds()), cost(Sample::sender), receiver);
    }

    private Cost cost(Function<Sample, Sample.@Nullable Use> end) {
        return new Cost(
                Spreads.of(each(sample -> use(end, sample).cpuNanos() / 1e9 * GB / sample.bytes())),
                counted(end, Sample.Use::waits),
                counted(end, Sample.Use::preemptions),
                counted(end, Sample.Use::calls));
    }

    private @Nullable Spread counted(Function<Sample, Sample.@Nullable Use> end, ToLongFunction<Sample.Use> count) {
        for (Sample sample : samples) {
            if (count.applyAsLong(use(end, sample)) == Charge.UNTOLD) {
                return null;
            }
        }
        return Spreads.of(each(sample -> count.applyAsLong(use(end, sample)) * GB / sample.bytes()));
    }

    private static Sample.Use use(Function<Sample, Sample.@Nullable Use> end, Sample sample) {
        Sample.Use use = end.apply(sample);
        if (use == null) {
            throw new IllegalStateException("a sample without the end that the others have");
        }
        return use;
    }

    private double[] each(ToDoubleFunction<Sample> value) {
        return samples.stream().mapToDouble(value).toArray();
    }
}
