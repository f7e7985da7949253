package io.zsync.tests.system;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Where strace can strike a process, see {@link Strike}: it counts the calls of each thread by itself, so a run that is only
 * counted tells which thread made how many calls on the files in question, or sent something.
 */
final class KillPoints {
    static final int KILLED = 137;

    /** Those with a question mark not every architecture has. Without flags the C library takes renameat for renameat2. */
    private static final String CALLS = String.join(
            ",",
            "?renameat",
            "renameat2",
            "unlinkat",
            "mkdirat",
            "linkat",
            "symlinkat",
            "openat",
            "openat2",
            "pwrite64",
            "write",
            "sendfile",
            "copy_file_range",
            "ioctl",
            "fallocate",
            "ftruncate",
            "fchown",
            "?chmod",
            "fchmod",
            "fchmodat",
            "fchownat",
            "utimensat",
            "fsync",
            "fdatasync",
            "syncfs");

    private KillPoints() {}

    /** The n-th call of this name in some thread. */
    record Point(String call, int ordinal) {}

    /** What a command is started by whose calls are to be counted. */
    static List<String> counting(Path trace) {
        return started(listing(trace));
    }

    static List<String> counting(Path trace, long pid) {
        return attached(pid, listing(trace));
    }

    private static List<String> listing(Path trace) {
        return List.of("-o", trace.toString(), "-y", "-s", "0", "-e", "trace=" + CALLS);
    }

    static List<String> started(List<String> options) {
        List<String> words = new ArrayList<>(List.of("strace", "-f", "-qq"));
        words.addAll(options);
        return words;
    }

    /** Not quiet: it says when it is attached. */
    static List<String> attached(long pid, List<String> options) {
        List<String> words = new ArrayList<>(List.of("strace", "-f", "-p", Long.toString(pid)));
        words.addAll(options);
        return words;
    }

    /** For each kind of call, as evenly as they come: every ordinal under which some thread works below {@code roots}. */
    static List<Point> of(Path trace, List<Path> roots, Random random) throws IOException {
        Map<String, TreeSet<Integer>> ordinals = new TreeMap<>();
        Map<String, Integer> counters = new TreeMap<>();
        for (SystemCalls.Call call : SystemCalls.read(trace).all()) {
            int ordinal = counters.merge(call.thread() + " " + call.name(), 1, Integer::sum);
            boolean sends = call.name().equals("sendfile") || (call.name().equals("write") && call.isOnSocket());
            if (sends || roots.stream().anyMatch(root -> call.arguments().contains(root.toString()))) {
                ordinals.computeIfAbsent(call.name(), name -> new TreeSet<>()).add(ordinal);
            }
        }
        List<List<Point>> byCall = new ArrayList<>();
        ordinals.forEach((call, numbers) -> {
            List<Point> points = new ArrayList<>();
            numbers.forEach(number -> points.add(new Point(call, number)));
            Collections.shuffle(points, random);
            byCall.add(points);
        });
        // A sample that is shorter than the kinds of calls is of other kinds with another seed.
        Collections.shuffle(byCall, random);
        List<Point> points = new ArrayList<>();
        while (byCall.stream().anyMatch(list -> !list.isEmpty())) {
            byCall.stream().filter(list -> !list.isEmpty()).forEach(list -> points.add(list.removeLast()));
        }
        // There may be fewer than are wanted: once more round, when the threads do things in another order.
        points.addAll(List.copyOf(points));
        return points;
    }
}
