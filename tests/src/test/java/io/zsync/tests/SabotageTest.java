package io.zsync.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Takes one safeguard of the product away at a time, and the test that holds it fails: {@code tests/sabotage.sh [NAME...]}.
 * The changed file alone is compiled again, to a folder that stands ahead of the product's classes in another JVM.
 */
@Tag("long")
class SabotageTest {
    private static final long PATIENCE_SECONDS = 600;

    /** Whether a test passes with nothing taken away, asked once for each. */
    private static final Map<Sabotage.Test, Integer> WHOLE = new HashMap<>();

    private record Ended(int exit, String said) {}

    static List<Sabotage> sabotages() throws IOException {
        List<String> only = List.of(System.getProperty("zsync.sabotage", "").split(" "));
        return Sabotage.all().stream()
                .filter(each -> only.equals(List.of("")) || only.contains(each.name()))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("sabotages")
    void turnsItsTestRed(Sabotage sabotage, @TempDir Path folder) throws Exception {
        Path classes = compile(sabotage, folder);
        Integer whole = WHOLE.get(sabotage.red());
        if (whole == null) {
            Ended green = run(sabotage.red(), "");
            WHOLE.put(sabotage.red(), green.exit());
            whole = green.exit();
            assumeFalse(whole == OneTest.SKIPPED, () -> "this machine lacks what the test needs: " + green.said());
            assertEquals(OneTest.GREEN, whole, green.said());
        }

        Ended ended = run(sabotage.red(), classes + File.pathSeparator);

        System.out.printf(
                "%-36s %-90s %s%n",
                sabotage, sabotage.red(), ended.exit() == OneTest.RED ? "red" : "exit " + ended.exit());
        assertEquals(OneTest.RED, ended.exit(), ended.said());
        assertTrue(ended.said().contains("FAILED: "), ended.said());
        assertFalse(ended.said().matches("(?s).*FAILED: java\\.lang\\.\\w*(Linkage|NoSuch|Verify|NoClass)\\w*Error.*"));
    }

    private static Path compile(Sabotage sabotage, Path folder) throws Exception {
        Path source = folder.resolve(sabotage.source());
        Files.createDirectories(source.getParent());
        Files.copy(Sabotage.ROOT.resolve(sabotage.source()), source);
        Ended applied = end(new ProcessBuilder("git", "apply", sabotage.patch().toString()).directory(folder.toFile()));
        assertEquals(0, applied.exit(), applied.said());
        Path classes = Files.createDirectory(folder.resolve("classes"));
        int compiled = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-proc:none", "-d", classes.toString(), "-cp", classPath(), source.toString());
        assertEquals(0, compiled, "compiles");
        return classes;
    }

    /** Node's tests are on it already. */
    private static String classPath() {
        return System.getProperty("java.class.path")
                + File.pathSeparator
                + Sabotage.ROOT.resolve("protocol/target/test-classes");
    }

    private static Ended run(Sabotage.Test test, String ahead) throws Exception {
        return end(new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dkryo.unsafe=false",
                        "-cp",
                        ahead + classPath(),
                        OneTest.class.getName(),
                        fullName(test),
                        test.method())
                .directory(Sabotage.ROOT.resolve(test.module()).toFile()));
    }

    private static String fullName(Sabotage.Test test) throws IOException {
        Path sources = Sabotage.ROOT.resolve(test.module()).resolve("src/test/java");
        try (Stream<Path> files = Files.walk(sources)) {
            List<String> found = new ArrayList<>();
            files.filter(each -> each.endsWith(test.className() + ".java"))
                    .forEach(each -> found.add(sources.relativize(each)
                            .toString()
                            .replace(".java", "")
                            .replace('/', '.')));
            assertEquals(1, found.size(), () -> test + ": " + found);
            return found.getFirst();
        }
    }

    private static Ended end(ProcessBuilder builder) throws Exception {
        Path output = Files.createTempFile("zsync-sabotage", ".out");
        try {
            Process process = builder.redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            process.destroyForcibly().waitFor();
            String said = Files.readString(output, StandardCharsets.ISO_8859_1);
            return new Ended(ended ? process.exitValue() : -1, said);
        } finally {
            Files.delete(output);
        }
    }
}
