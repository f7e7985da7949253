package io.zsync.tests.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a process holds, as /proc tells: how many threads of each name (their numbers taken off) and how many descriptors
 * of each kind. The JVM's own threads that come and go with its load are left out.
 */
record Holdings(SortedMap<String, Integer> threads, SortedMap<String, Integer> descriptors, long peakResidentKib) {
    private static final Set<String> COME_AND_GO =
            Set.of("C1 CompilerThre", "C2 CompilerThre", "Attach Listener", "process reaper");

    static Holdings of(long pid) {
        Path process = Path.of("/proc", Long.toString(pid));
        try {
            SortedMap<String, Integer> threads = new TreeMap<>();
            for (Path task : children(process.resolve("task"))) {
                String name = text(task.resolve("comm")).strip();
                if (!name.isEmpty() && !COME_AND_GO.contains(name)) {
                    threads.merge(name.replaceAll("[0-9]+", "#"), 1, Integer::sum);
                }
            }
            SortedMap<String, Integer> descriptors = new TreeMap<>();
            for (Path descriptor : children(process.resolve("fd"))) {
                String target = target(descriptor);
                if (!target.isEmpty()) {
                    descriptors.merge(target.replaceAll("(socket|pipe):\\[[0-9]+]", "$1"), 1, Integer::sum);
                }
            }
            return new Holdings(threads, descriptors, peakResidentKib(process));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is here and was not there {@code before}, or fewer; empty if nothing. */
    SortedMap<String, Integer> beyond(Holdings before) {
        SortedMap<String, Integer> more = new TreeMap<>();
        addMore(more, "thread ", threads, before.threads);
        addMore(more, "descriptor ", descriptors, before.descriptors);
        return more;
    }

    private static void addMore(
            SortedMap<String, Integer> more,
            String kind,
            SortedMap<String, Integer> now,
            SortedMap<String, Integer> before) {
        now.forEach((name, count) -> {
            int difference = count - before.getOrDefault(name, 0);
            if (difference > 0) {
                more.put(kind + name, difference);
            }
        });
    }

    private static List<Path> children(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.toList();
        }
    }

    /** Empty if it ended meanwhile. */
    private static String text(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            if (Files.exists(file)) {
                throw e;
            }
            return "";
        }
    }

    private static String target(Path descriptor) throws IOException {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    private static long peakResidentKib(Path process) throws IOException {
        return Files.readAllLines(process.resolve("status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElse(0);
    }
}
