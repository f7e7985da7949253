package io.zsync.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The real rsync, as oracle; tests that need it are skipped where it is missing. */
final class Rsync {
    private Rsync() {}

    static void assumeThere() {
        boolean there = false;
        for (String folder : List.of("/usr/bin", "/usr/local/bin", "/bin")) {
            there |= Files.isExecutable(Path.of(folder, "rsync"));
        }
        assumeTrue(there, "rsync is not installed");
    }

    /** What a script prints, in a folder of its own. */
    static List<String> script(Path folder, String script) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-euc", script)
                .directory(folder.toFile())
                .redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it ends");
        assertEquals(0, process.exitValue(), printed);
        return printed.lines().toList();
    }
}
