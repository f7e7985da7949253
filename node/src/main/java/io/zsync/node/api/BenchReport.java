package io.zsync.node.api;

import io.zsync.protocol.DataPath;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was measured, and on what. A GB is 1,000,000,000 bytes.
 *
 * @param rows by table, size and way
 * @param verdicts by table, size, check and measure
 * @param omissions what was asked for and could not be measured
 */
public record BenchReport(
        Machine machine, List<Row> rows, List<Verdict> verdicts, List<Omission> omissions, Duration elapsed) {
    public BenchReport {
        rows = List.copyOf(rows);
        verdicts = List.copyOf(verdicts);
        omissions = List.copyOf(omissions);
    }

    public enum Table {
        /** From a file through a loopback connection to a receiver that reads and drops it. */
        SOCKET,
        /** From a file to an empty one beside it. */
        FILE
    }

    /**
     * One way of moving a file.
     *
     * @param checked each frame carries its CRC32C; never in table FILE
     */
    public record Way(Table table, DataPath path, boolean checked) {}

    /**
     * A way of moving a file of one size, over all rounds.
     *
     * @param transfers of the file in each round
     * @param seconds of one transfer, until the last byte is there
     * @param sender the thread that sends or copies
     * @param receiver the thread that receives; null in table FILE
     */
    public record Row(
            Way way,
            long bytes,
            int transfers,
            int rounds,
            Spread seconds,
            Cost sender,
            @Nullable Cost receiver) {
        /** Bytes a second; the least comes of the slowest round. */
        public Spread bytesPerSecond() {
            return new Spread(bytes / seconds.median(), bytes / seconds.max(), bytes / seconds.min());
        }
    }

    /** What was measured in the rounds: the middle one and the two ends. */
    public record Spread(double median, double min, double max) {
        /** The distance of the two ends, as a share of the middle. */
        public double width() {
            return median == 0 ? 0 : (max - min) / median;
        }
    }

    /**
     * What one thread used, for each GB that was moved.
     *
     * @param cpuSeconds user and system
     * @param waits it gave up its core, to wait for something; null where the kernel does not tell
     * @param preemptions its core was taken from it; null where the kernel does not tell
     * @param calls system calls that move or map data; null where the kernel does not tell
     */
    public record Cost(
            Spread cpuSeconds,
            @Nullable Spread waits,
            @Nullable Spread preemptions,
            @Nullable Spread calls) {}

    public enum Measure {
        TIME,
        SENDER_CPU
    }

    /**
     * In which order the ways came, by one measure.
     *
     * @param places the best first
     */
    public record Verdict(Table table, long bytes, boolean checked, Measure measure, List<Place> places) {
        public Verdict {
            places = List.copyOf(places);
        }
    }

    /**
     * A place in an order.
     *
     * @param ratio what this path took over what the one before it took in the same round; null for the first
     * @param apart the rounds tell it from the one before it; false: the difference is within the spread
     */
    public record Place(DataPath path, @Nullable Spread ratio, boolean apart) {}

    /** @param path null if the size was left out for every path */
    public record Omission(
            Table table, long bytes, @Nullable DataPath path, String why) {}

    /**
     * Where it was measured.
     *
     * @param load the load average of one minute when it began; NaN where it is not told
     * @param fileSystem type of the directory's, as the kernel names it
     */
    public record Machine(
            String kernel,
            String runtime,
            String processor,
            int cores,
            double load,
            String directory,
            String fileSystem) {}
}
