package io.zsync.cli;

import io.zsync.node.api.Event;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.PathChoice;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The lines of {@code --explain}: which data path ran for each file, and why; then the sums. One thread at a time. */
final class Explanation {
    private static final int DATA_PATH_WIDTH = "copy-range".length();
    private static final int BYTES_WIDTH = "999,999,999,999".length();
    private static final int PATH_WIDTH = 40;

    private final Map<DataPath, Map<PathChoice, Sum>> sums = new EnumMap<>(DataPath.class);

    private static final class Sum {
        private long files;
        private long bytes;
    }

    /** {@code data path, bytes, path, why}, aligned, and counted into the sums. */
    String line(Event.Moved moved) {
        Sum sum = sums.computeIfAbsent(moved.dataPath(), path -> new EnumMap<>(PathChoice.class))
                .computeIfAbsent(moved.choice(), choice -> new Sum());
        sum.files++;
        sum.bytes += moved.bytes();
        return columns(moved.dataPath(), moved.bytes(), moved.path().toString(), moved.choice());
    }

    List<String> totals() {
        List<String> lines = new ArrayList<>();
        sums.forEach((path, byChoice) -> byChoice.forEach((choice, sum) ->
                lines.add(columns(path, sum.bytes, "total of " + Quantity.count(sum.files, "file", "files"), choice))));
        return lines;
    }

    private static String columns(DataPath path, long bytes, String of, PathChoice choice) {
        String count = Quantity.count(bytes);
        return path.word()
                + " ".repeat(DATA_PATH_WIDTH - path.word().length() + 2)
                + " ".repeat(Math.max(0, BYTES_WIDTH - count.length()))
                + count
                + "  "
                + of
                + " ".repeat(Math.max(0, PATH_WIDTH - of.length()) + 2)
                + choice.text();
    }
}
