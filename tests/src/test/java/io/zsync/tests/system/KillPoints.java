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
 * Where a process can be killed by strace, which counts the calls of each thread by itself: a run that is only counted
 * tells which thread made how many calls on the files in question, or sent something.
 */
final class KillPoints {
    static final int KILLED = 137;

    private static final String CALLS = String.join(
            ",",
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
            "fchmod",
            "fchmodat",
            "fchownat",
            "utimensat",
            "fsync",
            "fdatasync",
            "syncfs");

    private KillPoints() {}

    /** The n-th call of this name in some thread. */
    record Point(String call, int ordinal) {
        /** What a command is started by that is to be killed there. */
        List<String> strace() {
            return started(injection());
        }

        /** The same for a process that runs already: its calls count from here on. */
        List<String> strace(long pid) {
            return attached(pid, injection());
        }

        private List<String> injection() {
            return List.of(
                    "-o",
                    "/dev/null",
                    "-e",
                    "trace=" + call,
                    "-e",
                    "inject=" + call + ":signal=SIGKILL:when=" + ordinal);
        }
    }

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

    private static List<String> started(List<String> options) {
        List<String> words = new ArrayList<>(List.of("strace", "-f", "-qq"));
        words.addAll(options);
        return words;
    }

    /** Not quiet: it says when it is attached. */
    private static List<String> attached(long pid, List<String> options) {
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
        List<Point> points = new ArrayList<>();
        while (byCall.stream().anyMatch(list -> !list.isEmpty())) {
            byCall.stream().filter(list -> !list.isEmpty()).forEach(list -> points.add(list.removeLast()));
        }
        // There may be fewer than are wanted: once more round, when the threads do things in another order.
        points.addAll(List.copyOf(points));
        return points;
    }
}
