package io.zsync.node.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Other processes with a main class of these tests. */
final class Programs {
    private Programs() {}

    /** Starts one with nothing in its environment but HOME and the locale; its errors go to its output. */
    static Process start(String locale, Class<?> program, String home, String... arguments) throws IOException {
        return start(List.of(), locale, program, home, arguments);
    }

    /** @param before a command that runs the command that follows it */
    static Process start(List<String> before, String locale, Class<?> program, String home, String... arguments)
            throws IOException {
        List<String> command = Stream.of(
                        before.stream(),
                        Stream.of(
                                "env",
                                "-i",
                                "HOME=" + home,
                                "LC_ALL=" + locale,
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-XX:+UseSerialGC",
                                "--illegal-native-access=deny",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                program.getName()),
                        Stream.of(arguments))
                .flatMap(words -> words)
                .toList();
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** What it says, without the last line end; it must succeed. */
    static String finish(Process process) throws IOException, InterruptedException {
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor(60, TimeUnit.SECONDS);
        assertEquals(0, process.exitValue(), said);
        return said.stripTrailing();
    }

    static String run(String locale, Class<?> program, String home, String... arguments)
            throws IOException, InterruptedException {
        return finish(start(locale, program, home, arguments));
    }
}
