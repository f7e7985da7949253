package io.zsync.tests.system;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What {@code strace -f -y} wrote down, a call that another thread's line cut in two put together again. */
final class SystemCalls {
    private static final Pattern WHOLE =
            Pattern.compile("(\\d+) +(\\w+)\\((.*)\\)? += (-?\\d+|0x[0-9a-f]+)(?:<(.*)>)?( .*)?");
    private static final Pattern BEGUN = Pattern.compile("(\\d+) +(\\w+)\\((.*) <unfinished \\.\\.\\.>");
    private static final Pattern ENDED =
            Pattern.compile("(\\d+) +<\\.\\.\\. (\\w+) resumed>(.*)\\)? += (-?\\d+|0x[0-9a-f]+)(?:<(.*)>)?( .*)?");
    private static final Pattern OWN_DESCRIPTOR = Pattern.compile("\"/proc/self/fd/(\\d+)\"");

    private final List<Call> calls;

    /**
     * One call.
     *
     * @param arguments as strace shows them: descriptors with what they stand for; and {@code /proc/self/fd/N} with what
     *     it was opened as, if that is part of the trace
     * @param injected true if the fault is strace's doing
     */
    record Call(int thread, String name, String arguments, long result, boolean injected) {
        /** What the descriptor that comes first stands for. */
        String first() {
            int begin = arguments.indexOf('<');
            int end = arguments.indexOf('>', begin + 1);
            int comma = arguments.indexOf(',');
            return begin >= 0 && end > begin && (comma < 0 || begin < comma) ? arguments.substring(begin + 1, end) : "";
        }

        boolean isOnSocket() {
            return first().startsWith("socket:") || first().startsWith("TCP");
        }
    }

    private SystemCalls(List<Call> calls) {
        this.calls = List.copyOf(calls);
    }

    static SystemCalls read(Path trace) throws IOException {
        List<Call> calls = new ArrayList<>();
        Map<Integer, String> begun = new HashMap<>();
        Map<String, String> opened = new HashMap<>();
        try (Stream<String> lines = Files.lines(trace, StandardCharsets.ISO_8859_1)) {
            lines.forEach(line -> {
                Matcher matcher = BEGUN.matcher(line);
                if (matcher.matches()) {
                    begun.put(Integer.valueOf(matcher.group(1)), matcher.group(3));
                    return;
                }
                matcher = ENDED.matcher(line);
                if (matcher.matches()) {
                    int thread = Integer.parseInt(matcher.group(1));
                    String arguments = begun.getOrDefault(thread, "") + matcher.group(3);
                    calls.add(call(matcher, arguments, opened));
                    return;
                }
                matcher = WHOLE.matcher(line);
                if (matcher.matches()) {
                    calls.add(call(matcher, matcher.group(3), opened));
                }
            });
        }
        return new SystemCalls(calls);
    }

    private static Call call(Matcher matcher, String arguments, Map<String, String> opened) {
        if (matcher.group(5) != null) {
            opened.put(matcher.group(4), matcher.group(5));
        }
        String behind = matcher.group(6);
        return new Call(
                Integer.parseInt(matcher.group(1)),
                matcher.group(2),
                OWN_DESCRIPTOR
                        .matcher(arguments)
                        .replaceAll(own -> Matcher.quoteReplacement(
                                own.group() + "<" + opened.getOrDefault(own.group(1), "unknown") + ">")),
                Long.decode(matcher.group(4)),
                behind != null && behind.endsWith("(INJECTED)"));
    }

    List<Call> all() {
        return calls;
    }

    /** Bytes that the matching calls moved; failed ones moved none. */
    long bytes(Predicate<Call> which) {
        return calls.stream()
                .filter(which)
                .mapToLong(call -> Math.max(0, call.result()))
                .sum();
    }
}
