package io.zsync.node.bench;

import io.zsync.node.api.BenchReport.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the kernel tells of the machine, as far as it does. */
final class ThisMachine {
    private ThisMachine() {}

    static Machine describe(Path directory) throws IOException {
        return new Machine(
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
                processor(),
                Runtime.getRuntime().availableProcessors(),
                load(),
                directory.toString(),
                Files.getFileStore(directory).type());
    }

    /** Bytes of memory that can be had without pushing anything out; as many as there can be where it is not told. */
    static long availableMemory() {
        for (String line : lines("/proc/meminfo")) {
            if (line.matches("MemAvailable: +[0-9]+ kB")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
            }
        }
        return Long.MAX_VALUE;
    }

    private static String processor() {
        for (String line : lines("/proc/cpuinfo")) {
            if (line.startsWith("model name")) {
                return line.substring(line.indexOf(':') + 1).strip();
            }
        }
        return System.getProperty("os.arch");
    }

    private static double load() {
        List<String> lines = lines("/proc/loadavg");
        return lines.isEmpty()
                ? Double.NaN
                : Double.parseDouble(lines.getFirst().split(" ", 2)[0]);
    }

    private static List<String> lines(String file) {
        try {
            return Files.readAllLines(Path.of(file));
        } catch (IOException e) {
            return List.of();
        }
    }
}
