package io.zsync.tests.system;

import io.zsync.tests.system.KillPoints.Point;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A signal that strace gives to each thread of a process that comes to a point.
 *
 * @param signal such as TERM
 * @param trace where strace notes that it did
 */
record Strike(Point point, String signal, Path trace) {
    static Strike kill(Point point) {
        return new Strike(point, "KILL", Path.of("/dev/null"));
    }

    /** What a command is started by that is to be struck. Who starts us may ignore SIGINT, and a child inherits that. */
    List<String> strace() {
        List<String> words = new ArrayList<>(List.of("env", "--default-signal=INT,TERM"));
        words.addAll(KillPoints.started(options()));
        return words;
    }

    /** The same for a process that runs already: its calls count from here on. */
    List<String> strace(long pid) {
        return KillPoints.attached(pid, options());
    }

    private List<String> options() {
        String call = point.call();
        return List.of(
                "-o",
                trace.toString(),
                "-ttt",
                "-e",
                "trace=" + call,
                "-e",
                "signal=SIG" + signal,
                "-e",
                "inject=" + call + ":signal=SIG" + signal + ":when=" + point.ordinal());
    }

    /** When the first thread was struck; empty if none was. */
    Optional<Instant> at() throws IOException {
        Pattern struck = Pattern.compile("(?:\\d+ +)?(\\d+)\\.(\\d{6}) --- SIG" + signal + " .*");
        try (Stream<String> lines = Files.lines(trace, StandardCharsets.ISO_8859_1)) {
            return lines.map(struck::matcher)
                    .filter(Matcher::matches)
                    .map(line ->
                            Instant.ofEpochSecond(Long.parseLong(line.group(1)), 1000 * Long.parseLong(line.group(2))))
                    .findFirst();
        }
    }

    @Override
    public String toString() {
        return "SIG" + signal + " at " + point;
    }
}
