package io.zsync.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The tests that README.md and the sabotages name are there, and nothing that should be named is missing. */
class TestMapTest {
    private static final Path ROOT = Sabotage.ROOT;
    private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w*(?:Test|IT|Contract))(?:\\.(\\w+))?`");
    private static final Pattern CVE = Pattern.compile("20\\d\\d-\\d{5}");
    private static final Set<String> FAULTS = Set.of(
            "C1 C3 C4 C5 C6 D1 D2 D3 D4 D6 N1 N2 N3 N4 N5 N6 N7 A1 A2 A3 A4 A4' A5 A6 A7 A9 S1 S1' S2 S3".split(" "));

    /** Source text of each test class by its name. */
    private static final Map<String, String> SOURCES = new LinkedHashMap<>();

    private static String readme = "";

    @BeforeAll
    static void read() throws IOException {
        readme = Files.readString(ROOT.resolve("tests/README.md"));
        for (String module : List.of("protocol", "node", "cli", "tests")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
                for (Path file :
                        files.filter(each -> each.toString().endsWith(".java")).toList()) {
                    String name = file.getFileName().toString().replace(".java", "");
                    SOURCES.merge(name, Files.readString(file), String::concat);
                }
            }
        }
    }

    @Test
    void everyTestThatIsNamedIsThere() {
        List<MatchResult> named = NAMED.matcher(readme).results().toList();
        Set<String> missing = new TreeSet<>();
        for (MatchResult each : named) {
            if (!isTest(each.group(1), each.group(2))) {
                missing.add(each.group());
            }
        }

        assertEquals(Set.of(), missing);
        assertTrue(named.size() > 150, () -> named.size() + " names are found");
    }

    @Test
    void everyClassThatRunsOnThePackagedJarIsDescribed() {
        String table = section("The tests that cross modules");
        List<String> forgotten = SOURCES.keySet().stream()
                .filter(name -> name.endsWith("IT") && !table.contains("\n| `" + name + "` |"))
                .toList();

        assertEquals(List.of(), forgotten);
    }

    @Test
    void everyFaultHasATest() {
        Map<String, String> rows = rows(section("Which test is for which fault"));

        assertEquals(new TreeSet<>(FAULTS), new TreeSet<>(rows.keySet()));
        rows.forEach((fault, row) -> assertTrue(NAMED.matcher(row).find(), fault + " names a test"));
    }

    @Test
    void everyVulnerabilityOfRsyncHasATestOrAReason() {
        String section = section("What became of rsync's vulnerabilities here");
        List<String> numbers = new ArrayList<>();
        for (Map.Entry<String, String> row : rows(section).entrySet()) {
            CVE.matcher(row.getKey()).results().forEach(each -> numbers.add(each.group()));
            String last = row.getValue().substring(row.getValue().lastIndexOf('|') + 1);
            assertTrue(NAMED.matcher(last).find() || last.contains("not possible:"), row.getKey());
        }

        assertEquals(47, numbers.size(), "those of 2024 to 2026");
        assertEquals(47, numbers.stream().distinct().count(), "each once");
    }

    @Test
    void everySabotageFitsTheSourceAndNamesATest() throws Exception {
        Map<String, String> rows = rows(section("Sabotages"));
        Map<String, String> patches = new LinkedHashMap<>();
        for (Sabotage each : Sabotage.all()) {
            assertTrue(isTest(each.red().className(), each.red().method()), () -> each + ": " + each.red());
            patches.put("`" + each + "`", " " + each.what() + " | `" + each.red() + "` ");
        }

        assertEquals(patches, rows, "what the page says of them");
        assertTrue(patches.size() >= 20);
        Process check = new ProcessBuilder(Stream.concat(
                                Stream.of("bash", "-c", "for p; do git apply --check \"$p\" || exit; done", "check"),
                                Sabotage.all().stream().map(each -> each.patch().toString()))
                        .toList())
                .directory(ROOT.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, check.waitFor(), said);
    }

    /** A search that finds everything would find what is not there. */
    @Test
    void whatIsNotThereIsMissed() {
        assertFalse(isTest("NoSuchTest", null));
        assertFalse(isTest("TestMapTest", "noSuchMethod"));
        assertFalse(isTest("TestMapTest", "isTest"), "a method, but no test");
        assertTrue(isTest("TestMapTest", "whatIsNotThereIsMissed"));
        assertTrue(isTest("CurrentKernelRootTest", "noSymlinkOnTheWayIsFollowed"), "inherited from its contract");
    }

    /** True if the class, or one that it extends, has a test with that name; null for the class itself. */
    private static boolean isTest(String className, @Nullable String method) {
        String source = SOURCES.get(className);
        if (source == null || method == null) {
            return source != null;
        }
        int at = source.indexOf("void " + method + "(");
        // What stands above it, up to a blank line.
        String above = at < 0 ? "" : source.substring(Math.max(0, source.lastIndexOf("\n\n", at)), at);
        if (Pattern.compile("@(?:Test|ParameterizedTest|RepeatedTest)\\b")
                .matcher(above)
                .find()) {
            return true;
        }
        return Pattern.compile("class \\w+ extends (\\w+)")
                .matcher(source)
                .results()
                .anyMatch(parent -> !parent.group(1).equals(className) && isTest(parent.group(1), method));
    }

    /** What stands under a heading, up to the next of the same rank. */
    private static String section(String heading) {
        Matcher matcher = Pattern.compile("(?ms)^(#+) " + Pattern.quote(heading) + "$(.*?)(?=^#{1,2} |\\z)")
                .matcher(readme);
        assertTrue(matcher.find(), heading);
        return matcher.group(2);
    }

    /** The rows of a section's tables: the first cell, and all that follows it. */
    private static Map<String, String> rows(String section) {
        return section.lines()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| ---"))
                .map(line -> line.substring(2, line.lastIndexOf('|')).split(" \\|", 2))
                .filter(cells -> !cells[0].equals("fault") && !cells[0].equals("CVE") && !cells[0].equals("sabotage"))
                .collect(Collectors.toMap(
                        cells -> cells[0], cells -> cells[1], (one, other) -> one + other, LinkedHashMap::new));
    }
}
