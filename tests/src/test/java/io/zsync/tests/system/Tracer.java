package io.zsync.tests.system;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A strace that watches a process which runs already, all of its threads; its counters begin here. For one thread. */
final class Tracer {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Command.Running strace;
    private final Path trace;

    private Tracer(Command.Running strace, Path trace) {
        this.strace = strace;
        this.trace = trace;
    }

    /** @param options which calls, and what becomes of them */
    static Tracer attach(Workspace work, long pid, String... options) {
        Path trace = work.path("trace");
        List<String> words = new ArrayList<>(
                List.of("strace", "-f", "-qq", "-y", "-s", "0", "-o", trace.toString(), "-p", Long.toString(pid)));
        words.addAll(List.of(options));
        Command.Running strace = Command.of(words).start();
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> !strace.isAlive() || tasksAreAll(pid, "TracerPid:\t" + strace.pid()));
        return new Tracer(strace, trace);
    }

    /** Lets go of the process. @return what was seen */
    SystemCalls detach() throws IOException {
        if (!strace.isAlive()) {
            throw new AssertionError("no strace: " + strace.end());
        }
        strace.signal("TERM");
        strace.end(PATIENCE);
        return SystemCalls.read(trace);
    }

    private static boolean tasksAreAll(long pid, String line) {
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            return tasks.allMatch(task -> says(task.resolve("status"), line));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A thread that has ended meanwhile need not be watched. */
    private static boolean says(Path status, String line) {
        try {
            return Files.readAllLines(status).contains(line);
        } catch (IOException gone) {
            return true;
        }
    }
}
