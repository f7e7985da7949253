package io.zsync.node.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys change in the middle of a stream, thousands of times: in a JVM of its own, because the limit is the JVM's. */
class KeyUpdateTest {
    @TempDir
    Path directory;

    @Test
    void contentGoesOnThroughAnyNumberOfKeyChanges() throws Exception {
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-Xmx256m",
                        KeyUpdateProgram.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it never ended");
        } finally {
            process.destroyForcibly();
        }

        List<String> lines = Files.readAllLines(output);
        assertEquals(0, process.exitValue(), lines.toString());
        assertEquals("intact true", lines.get(0));
        int answers = Integer.parseInt(lines.get(1).substring("answers ".length()));
        // 256 MiB; a record may hold as much as the limit.
        assertTrue(answers > 4_000, answers + " key changes were answered");
    }
}
