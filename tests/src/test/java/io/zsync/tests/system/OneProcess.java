package io.zsync.tests.system;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs whose two ends are one process. */
enum OneProcess {
    PUSH("push", "local:"),
    COPY("copy", "");

    private final String word;
    private final String prefix;

    OneProcess(String word, String prefix) {
        this.word = word;
        this.prefix = prefix;
    }

    /** @param before a command that starts it, such as strace */
    Command run(List<String> before, List<String> options, Path source, Path target) {
        List<String> words = new ArrayList<>(before);
        words.addAll(List.of(Checkout.launcher(), word));
        words.addAll(options);
        words.add(source.toString());
        words.add(prefix + target);
        return Command.of(words).quick();
    }

    /** One data stream, or copying thread, so that there are few threads to count calls of. */
    Command run(List<String> before, TwoVersions versions, Path target) {
        List<String> options = new ArrayList<>(List.of("--streams", "1"));
        options.addAll(versions.options());
        return run(before, options, versions.source(), target);
    }
}
