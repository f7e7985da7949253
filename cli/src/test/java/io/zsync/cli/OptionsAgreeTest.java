package io.zsync.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is accepted, what {@code --help} says, the README's table and the contract are one list. */
class OptionsAgreeTest {
    private static final Set<String> NO_OPTIONS_OF_THEIR_OWN = Set.of("-a", "-r", "-l", "-p", "-t", "-o", "-g", "-D");

    /** The rows of the first table whose head says "option", by what stands in their first cell. */
    private static Map<String, List<String>> rows(Path file, String head) throws Exception {
        Map<String, List<String>> rows = new TreeMap<>();
        boolean inside = false;
        for (String line : Files.readAllLines(file)) {
            inside = inside ? line.startsWith("|") : line.startsWith(head);
            if (inside && line.startsWith("| `")) {
                List<String> cells = List.of(line.replace("\\|", "\u0001").split("\\|", -1));
                rows.put(cell(cells, 1), List.of(cell(cells, 2), cell(cells, 3)));
            }
        }
        assertTrue(rows.size() > 20, file + ": " + rows.keySet());
        return rows;
    }

    private static String cell(List<String> cells, int index) {
        return cells.get(index).replace('\u0001', '|').replace("`", "").strip();
    }

    private static Map<String, List<String>> readme() throws Exception {
        return rows(Documents.README, "| option of `push`");
    }

    private static Set<String> names(Map<String, List<String>> rows) {
        Set<String> names = new TreeSet<>();
        rows.keySet().forEach(cell -> names.addAll(HelpTest.named(cell)));
        return names;
    }

    private static Set<String> accepted() {
        Set<String> accepted = HelpTest.accepted(new RunFlags());
        accepted.removeAll(NO_OPTIONS_OF_THEIR_OWN);
        accepted.remove("-vv");
        return accepted;
    }

    private static Set<String> acceptedBy(Verb verb) {
        Set<String> accepted = HelpTest.accepted(new RunFlags());
        if (!verb.moves()) {
            accepted.removeAll(Verb.CHANGING);
        }
        if (verb == Verb.VERIFY) {
            accepted.removeAll(Verb.SPARING);
        }
        if (verb == Verb.COPY) {
            accepted.removeAll(Verb.CONNECTING);
        }
        return accepted;
    }

    @Test
    void theReadmesTableNamesEveryOptionAndNoOther() throws Exception {
        assertEquals(accepted(), names(readme()));
    }

    @Test
    void theReadmesTableOfBenchNamesItsOptionsAndNoOther() throws Exception {
        Set<String> named = new TreeSet<>();
        boolean inside = false;
        for (String line : Files.readAllLines(Documents.README)) {
            inside = inside ? line.startsWith("|") : line.startsWith("| option of `bench`");
            if (inside && line.startsWith("| `")) {
                named.addAll(HelpTest.named(line.substring(0, line.indexOf('|', 1))));
            }
        }
        Set<String> accepted = HelpTest.accepted(new BenchFlags());
        accepted.removeAll(Set.of("-v", "-vv"));

        assertEquals(accepted, named);
    }

    @Test
    void theReadmeRepeatsTheContractsRowsAndDefaults() throws Exception {
        assumeTrue(Files.exists(Documents.CONTRACT), "the contract is not beside this checkout");

        assertEquals(defaults(rows(Documents.CONTRACT, "| option | meaning | default |")), defaults(readme()));
    }

    /** By the names in a row; -P is explained below the contract's table. */
    private static Map<String, String> defaults(Map<String, List<String>> rows) {
        Map<String, String> defaults = new TreeMap<>();
        rows.forEach((option, cells) -> {
            Set<String> names = HelpTest.named(option);
            names.remove("-P");
            defaults.put(names.isEmpty() ? option : names.toString(), cells.get(1));
        });
        return defaults;
    }

    @ParameterizedTest
    @EnumSource(Verb.class)
    void theHelpNamesWhatTheCommandAcceptsAndNothingElse(Verb verb) {
        assertEquals(acceptedBy(verb), HelpTest.named(verb.help()));
    }

    @Test
    void whatIsWithoutMeaningIsAnOptionElsewhere() {
        Set<String> accepted = HelpTest.accepted(new RunFlags());
        assertTrue(accepted.containsAll(Verb.CHANGING) && accepted.containsAll(Verb.SPARING));
        assertTrue(accepted.containsAll(Verb.CONNECTING));
    }

    static Stream<String> whatCopyHasNoUseFor() {
        return Verb.CONNECTING.stream();
    }

    @ParameterizedTest
    @MethodSource("whatCopyHasNoUseFor")
    void whatOnlyConnectsIsRefusedByNameWhereThereIsNoWire(String option) {
        Typed typed = new Typed();

        assertEquals(1, typed.run("copy", option, "1", "a", "b"));

        assertEquals("copy " + option + ": has no meaning here, nothing goes over a wire", typed.error());
        assertEquals(List.of(), typed.engine.copies);
    }

    static Stream<String> whatDiffHasNoUseFor() {
        return Verb.CHANGING.stream();
    }

    @ParameterizedTest
    @MethodSource("whatDiffHasNoUseFor")
    void whatOnlyChangesIsRefusedByNameWhereNothingIsChanged(String option) {
        for (String command : List.of("diff", "verify")) {
            Typed typed = new Typed();

            assertEquals(1, typed.run(command, option, "1", "a", "nas"));

            assertEquals(command + " " + option + ": has no meaning here, nothing is moved", typed.error());
            assertEquals(List.of(), typed.engine.runs);
        }
    }

    @Test
    void whatSparesReadingIsRefusedByVerify() {
        for (String option : Verb.SPARING) {
            Typed typed = new Typed();

            assertEquals(1, typed.run("verify", option, "a", "nas"));

            assertEquals("verify " + option + ": has no meaning here, every file is read", typed.error());
        }
    }

    /** The README says which words may follow, and so does whoever types another one. */
    @Test
    void theWordsOfTheReadmeAreTheWordsOfTheProgram() throws Exception {
        List<String> checked = new ArrayList<>();
        for (String option : readme().keySet()) {
            String last =
                    option.substring(Math.max(0, option.lastIndexOf("--"))).replace(", -P", "");
            if (last.matches("--[a-z-]+ [a-z-]+(\\|[a-z-]+)+.*")) {
                String name = last.substring(0, last.indexOf(' '));
                String words = last.substring(last.indexOf(' ') + 1)
                        .replaceAll(" .*", "")
                        .replace("|", ", ");
                Typed typed = new Typed();
                assertEquals(1, typed.run("push", name, "bogus", "a", "nas"));
                assertEquals("push " + name + " bogus: not one of " + words, typed.error());
                checked.add(name);
            }
        }
        assertEquals(
                List.of("--compress", "--data-path", "--durability", "--progress", "--protect"),
                checked.stream().sorted().toList());
    }

    @Test
    void everyOptionTakesAValueExactlyWhereTheReadmeShowsOne() throws Exception {
        for (String cell : readme().keySet()) {
            for (String each : cell.split(", | / ", -1)) {
                if (each.startsWith("@")) {
                    continue;
                }
                String name = each.replaceAll(" .*", "");
                Typed typed = new Typed();
                assertEquals(1, typed.run("push", "a", "nas", "--bwlimit=bogus", name));
                boolean takesOne = typed.error().endsWith(name + ": a value is missing");
                assertEquals(each.contains(" "), takesOne, typed.error());
            }
        }
    }

    @Test
    void theDocumentedExitCodesAreThePrograms() throws Exception {
        String readme = Files.readString(Documents.README).replaceAll("\\s+", " ");
        for (ExitCode code : ExitCode.values()) {
            assertTrue(readme.matches(".*[ ,:]" + code.number() + " [a-z`].*"), code.toString());
        }
        assertNotNull(ExitCodeTest.documentedOrder());
    }
}
