package io.zsync.tests.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.fuzz.FuzzTarget;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Ten million executions of each target, led by which branches they reach: {@code mvn -Plong test -pl tests -am
 * -Dtest=GuidedFuzzTest}. {@code -Dzsync.fuzz=NAME,...} runs some targets, {@code -Dzsync.runs=N} another number of times,
 * {@code -Dzsync.seed=N} from the same numbers. A finding is printed with the bytes that made it, and becomes a test with a
 * name.
 */
@Tag("long")
class GuidedFuzzTest {
    private static final long RUNS = Long.getLong("zsync.runs", 10_000_000);
    private static final int LONGEST = 4_096;
    private static final Pattern DONE = Pattern.compile("Done (\\d+) runs in (\\d+) second");

    static List<FuzzTarget> targets() {
        String only = System.getProperty(GuidedFuzz.TARGET, "");
        return GuidedFuzz.targets().stream()
                .filter(each -> only.isEmpty() || List.of(only.split(",")).contains(each.name()))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("targets")
    void nothingThatIsReachedBreaksTheLaw(FuzzTarget target, @TempDir Path folder) throws Exception {
        int seed = (int) (Long.getLong("zsync.seed", new Random().nextInt(1, Integer.MAX_VALUE)) & Integer.MAX_VALUE);
        Path corpus = Files.createDirectory(folder.resolve("corpus"));
        int longest = writeSeeds(target, corpus);

        Process process = ProcessTest.java(
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:+EnableDynamicAgentLoading",
                // Most inputs are refused by an exception, and its trace is most of what an execution costs.
                "-XX:-StackTraceInThrowable",
                "-Dkryo.unsafe=false",
                "-D" + GuidedFuzz.TARGET + "=" + target.name(),
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + GuidedFuzz.class.getName(),
                "--instrumentation_includes=io.zsync.**",
                // They tell of nothing that the law forbids, and most of what rules take would be theirs.
                "--disabled_hooks=com.code_intelligence.jazzer.sanitizers.RegexInjection"
                        + ":com.code_intelligence.jazzer.sanitizers.RegexRoadblocks",
                "-runs=" + RUNS,
                "-seed=" + seed,
                "-max_len=" + Math.min(LONGEST, 2 * longest),
                "-timeout=60",
                "-artifact_prefix=" + folder + "/",
                corpus.toString());
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertEquals(0, process.waitFor(), () -> target + ", -Dzsync.seed=" + seed + "\n" + output);
        assertTrue(output.contains("Instrumented io.zsync."), "led by branches, not blind");
        Matcher done = DONE.matcher(output);
        assertTrue(done.find(), output);
        System.out.printf(
                "%s: %s executions led by branches, %s s, -Dzsync.seed=%d%n",
                target, done.group(1), done.group(2), seed);
        assertTrue(Long.parseLong(done.group(1)) >= RUNS, output);
    }

    /** @return the length of the longest */
    private static int writeSeeds(FuzzTarget target, Path corpus) throws IOException {
        int longest = 1;
        for (int i = 0; i < target.seeds().size(); i++) {
            byte[] seed = target.seeds().get(i);
            Files.write(corpus.resolve(Integer.toString(i)), seed);
            longest = Math.max(longest, seed.length);
        }
        return longest;
    }
}
