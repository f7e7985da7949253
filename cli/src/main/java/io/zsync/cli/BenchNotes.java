package io.zsync.cli;

import io.zsync.node.api.BenchReport;
import io.zsync.node.api.BenchReport.Machine;
import io.zsync.node.api.BenchReport.Omission;
import io.zsync.node.api.BenchReport.Row;
import io.zsync.protocol.DataPath;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What has to be said with the figures, so that nobody takes them for more than they are. */
final class BenchNotes {
    /** Wider than this, relative to the middle, a spread says that something else ran. */
    private static final double NOISY = 0.3;

    /** For each core, more work than this was waiting when it began. */
    private static final double BUSY = 0.5;

    private BenchNotes() {}

    static String machine(Machine machine) {
        String load = Double.isNaN(machine.load()) ? "" : String.format(Locale.ROOT, ", load %.2f", machine.load());
        return machine.processor() + ", " + Quantity.count(machine.cores(), "core", "cores") + load + "; "
                + machine.kernel() + "; " + machine.runtime();
    }

    /** Where the files stood. */
    static String place(Machine machine) {
        String memory = machine.fileSystem().equals("tmpfs") ? ", which is memory: no disk is behind it" : "";
        return machine.directory() + " (" + machine.fileSystem() + memory + ")";
    }

    /** What was left out, the reason of several sizes once. */
    static List<String> omissions(BenchReport report) {
        Set<String> lines = new LinkedHashSet<>();
        for (Omission omission : report.omissions()) {
            DataPath path = omission.path();
            lines.add(
                    path == null
                            ? "not measured: " + FileSize.text(omission.bytes()) + ": " + omission.why()
                            : "not measured: " + path.word() + ", " + table(omission.table()) + ": " + omission.why());
        }
        return new ArrayList<>(lines);
    }

    static String table(BenchReport.Table table) {
        return switch (table) {
            case SOCKET -> "file to socket";
            case FILE -> "file to file";
        };
    }

    static List<String> of(BenchReport report) {
        List<String> notes = new ArrayList<>();
        Machine machine = report.machine();
        notes.add("Figures are medians of n rounds that go through all paths in turn, with the least and the greatest;"
                + " CPU seconds, waits, preemptions (both are context switches) and calls are for each GB. Of two neighbours in an order the first is better (>) if it was so in each of five rounds or more, and by"
                + " 5 % or more in the middle; else (~) the difference is within the spread.");
        notes.add("Loopback is no network card. The receiver copies every byte out of its socket whatever path the"
                + " sender takes, and part of TCP's receiving side runs inside the sender's calls.");
        notes.add("The receiver checks what it reads and drops it. Sender's and receiver's CPU are their threads' own,"
                + " user and system; what zero copy saves is the sender's. Both share the "
                + Quantity.count(machine.cores(), "core", "cores")
                + " of this machine, so saved CPU shows as time only where no core is idle.");
        notes.add("The check (CRC32C) reads the data once: sendfile and mapped through a map, copied into an array of"
                + " 256 KiB, buffered in the buffer that it has anyway. Theory's copies are those without it.");
        notes.add(
                "Source and target are in the page cache: no disk is measured, and nothing is synced. A file is copied"
                        + " into an empty one. Where the file system can, copy-range may share blocks without telling.");
        notes.add("Calls are those that move or map data: what the kernel counts in /proc/thread-self/io, a call that"
                + " reads and writes at once taken once, and mmap, munmap and clone as they were made. Stat, poll and the"
                + " copy_file_range that Java tries before each sendfile are not in it. Waits and preemptions are from"
                + " /proc/thread-self/status.");
        notes.add("1 GB is 1,000,000,000 bytes. IBM's figures are from another machine, kernel and program, of 2008.");
        noise(report).forEach(notes::add);
        return notes;
    }

    /** Why these figures should not be trusted far; empty on a quiet machine. */
    static List<String> noise(BenchReport report) {
        List<String> noise = new ArrayList<>();
        Machine machine = report.machine();
        if (machine.load() > BUSY * machine.cores()) {
            noise.add(String.format(
                    Locale.ROOT,
                    "NOISY: when it began the load was %.2f on %s: something else was running.",
                    machine.load(),
                    Quantity.count(machine.cores(), "core", "cores")));
        }
        List<Row> rows = report.rows();
        long wide = rows.stream().filter(row -> row.seconds().width() > NOISY).count();
        if (wide * 4 > rows.size()) {
            noise.add("NOISY: " + wide + " of " + rows.size() + " figures spread over more than "
                    + Math.round(NOISY * 100) + " % of their median. Repeat it on a quiet machine.");
        }
        if (rows.stream().anyMatch(row -> row.rounds() < 5)) {
            noise.add("The time was used up: the last sizes have three rounds, which tell nothing apart.");
        }
        return noise;
    }
}
