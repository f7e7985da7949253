package io.zsync.node.bench;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the kernel has charged to a thread, and when. Taken by the thread itself, at a {@link #beginning} and at an {@link
 * #end}, so that looking costs the stretch in between nothing: time and CPU are read innermost, and the one read of {@code
 * /proc} that falls into it is taken off.
 *
 * @param nanos of {@link System#nanoTime}
 * @param cpuNanos user and system
 * @param waits voluntary context switches; {@link #UNTOLD} where the kernel does not tell
 * @param preemptions other context switches, or {@code UNTOLD}
 * @param reads calls that read, as {@code syscr} of {@code /proc/thread-self/io} counts them, or {@code UNTOLD}
 * @param writes calls that write, as {@code syscw}; {@code sendfile} and {@code copy_file_range} count in both
 */
record Charge(long nanos, long cpuNanos, long waits, long preemptions, long reads, long writes) {
    static final long UNTOLD = -1;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final String STATUS = "/proc/thread-self/status";
    private static final String IO = "/proc/thread-self/io";
    private static final int ROOM = 8_000;

    private static final Pattern WAITS = field("voluntary_ctxt_switches");
    private static final Pattern PREEMPTIONS = field("nonvoluntary_ctxt_switches");
    private static final Pattern READS = field("syscr");
    private static final Pattern WRITES = field("syscw");

    static Charge beginning() {
        String status = text(STATUS);
        String io = text(IO);
        long cpu = THREADS.getCurrentThreadCpuTime();
        return new Charge(
                System.nanoTime(),
                cpu,
                number(WAITS, status),
                number(PREEMPTIONS, status),
                // The very read that brought this number comes after it.
                number(READS, io) + (io.isEmpty() ? 0 : 1),
                number(WRITES, io));
    }

    static Charge end() {
        long nanos = System.nanoTime();
        long cpu = THREADS.getCurrentThreadCpuTime();
        String io = text(IO);
        String status = text(STATUS);
        return new Charge(
                nanos, cpu, number(WAITS, status), number(PREEMPTIONS, status), number(READS, io), number(WRITES, io));
    }

    Charge since(Charge beginning) {
        return new Charge(
                nanos - beginning.nanos,
                cpuNanos - beginning.cpuNanos,
                difference(waits, beginning.waits),
                difference(preemptions, beginning.preemptions),
                difference(reads, beginning.reads),
                difference(writes, beginning.writes));
    }

    Charge plus(Charge more) {
        return new Charge(
                nanos + more.nanos,
                cpuNanos + more.cpuNanos,
                sum(waits, more.waits),
                sum(preemptions, more.preemptions),
                sum(reads, more.reads),
                sum(writes, more.writes));
    }

    private static long difference(long end, long beginning) {
        return end == UNTOLD || beginning == UNTOLD ? UNTOLD : end - beginning;
    }

    private static long sum(long a, long b) {
        return a == UNTOLD || b == UNTOLD ? UNTOLD : a + b;
    }

    private static Pattern field(String name) {
        return Pattern.compile("^" + name + ":\\s+(\\d+)$", Pattern.MULTILINE);
    }

    private static long number(Pattern field, String text) {
        Matcher matcher = field.matcher(text);
        return matcher.find() ? Long.parseLong(matcher.group(1)) : UNTOLD;
    }

    /** By a single read, which is what is taken off; empty where there is no such file. */
    private static String text(String file) {
        byte[] bytes = new byte[ROOM];
        try (InputStream in = new FileInputStream(file)) {
            int length = in.read(bytes);
            return new String(bytes, 0, Math.max(0, length), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            return "";
        }
    }
}
