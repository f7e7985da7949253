package io.zsync.tests.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What only a JVM of its own can show. */
class ProcessTest {
    /**
     * Kryo is not told to leave sun.misc.Unsafe alone here, and a use of it or of a native library would be an error: our
     * codecs load nothing that tries.
     */
    @Test
    void aMillionEntriesPassThroughBothEndsIn64MibWithoutUnsafeOrNativeCode() throws Exception {
        Process process = java(
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "--sun-misc-unsafe-memory-access=deny",
                "--illegal-native-access=deny",
                "-cp",
                System.getProperty("java.class.path"),
                ManifestLoad.class.getName(),
                "1000000");

        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), output);
        assertTrue(output.matches("(?s)1,001,000 entries, [^\n]*\n"), () -> "nothing but its result: " + output);
        System.out.print("ManifestLoad: " + output);
    }

    static Process java(String... arguments) throws IOException {
        String[] command = new String[arguments.length + 1];
        command[0] = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }
}
