package io.zsync.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Hands that know rsync are told what to type instead. */
class RsyncOptionsTest {
    static List<String> names() {
        return RsyncOptions.TABLE
                .lines()
                .flatMap(line -> Stream.of(line.substring(0, line.indexOf('|')).split(" ", -1)))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyEntryIsExit1WithZsyncsWayInOneLine(String name) {
        Typed typed = new Typed();

        assertEquals(1, typed.run("push", name, "a", "local:b"));

        List<String> lines = typed.screen.err().lines().toList();
        assertEquals("zsync: push " + name + ": an option of rsync alone", lines.get(0));
        assertEquals(2, lines.size(), typed.screen.err());
        assertTrue(lines.get(1).matches("[A-Z0-9-].{4,98}\\."), lines.get(1));
        assertEquals(List.of(), typed.engine.runs);
    }

    /** A way out that leads to the next refusal is none. */
    @ParameterizedTest
    @MethodSource("names")
    void behindACopyNoEntryNamesAnOptionThatItRefuses(String name) {
        Typed typed = new Typed();

        assertEquals(1, typed.run("copy", name, "a", "b"));

        List<String> lines = typed.screen.err().lines().toList();
        assertEquals("zsync: copy " + name + ": an option of rsync alone", lines.get(0));
        Set<String> refused = HelpTest.named(lines.get(1));
        refused.retainAll(Verb.CONNECTING);
        assertEquals(Set.of(), refused, lines.get(1));
        assertFalse(lines.get(1).contains("PEER") || lines.get(1).contains("zsync peers"), lines.get(1));
    }

    @Test
    void noEntryIsThereTwiceOrHidesAnOptionOfOurs() {
        Set<String> unique = new HashSet<>(HelpTest.accepted(new RunFlags()));
        for (String name : names()) {
            assertTrue(unique.add(name), name);
        }
    }

    @Test
    void everyEntryNamesOptionsThatAreThere() {
        Set<String> known = HelpTest.accepted(new RunFlags());
        known.addAll(HelpTest.accepted(new PeerFlags()));
        known.addAll(Set.of("--help", "--version", "-p"));
        for (String line : RsyncOptions.TABLE.lines().toList()) {
            Set<String> named = HelpTest.named(line.substring(line.indexOf('|') + 1));
            named.removeAll(known);
            assertEquals(Set.of(), named, line);
        }
    }

    /** Whatever rsync's own help lists is either ours too or answered. */
    @Test
    void noOptionOfRsyncIsUnknown() throws Exception {
        Rsync.assumeThere();
        Set<String> unanswered = new TreeSet<>();
        List<String> all = new ArrayList<>();
        for (String line : Rsync.script(Path.of("."), "rsync --help")) {
            Matcher options = Pattern.compile("^(-[^\\s,=]+)(?:=[^\\s,]+)?(?:, (-[^\\s,=]+))? ")
                    .matcher(line);
            if (options.find()) {
                all.add(options.group(1));
                if (options.group(2) != null) {
                    all.add(options.group(2));
                }
            }
        }
        assertTrue(
                all.size() > 150 && all.containsAll(List.of("--verbose", "-v", "-F", "--rsh", "-e")), all.toString());
        all.remove("--no-OPTION");
        // Nobody types them without asking for it.
        all.removeAll(List.of("--help"));
        Set<String> ours = HelpTest.accepted(new RunFlags());
        for (String name : all) {
            if (!ours.contains(name) && RsyncOptions.wayOut(name) == null) {
                unanswered.add(name);
            }
        }
        assertEquals(Set.of(), unanswered);
    }

    @Test
    void onlyWholeNamesAreKnown() {
        assertNotNull(RsyncOptions.wayOut("--rsh"));
        for (String name : List.of("--rs", "", " ", "--", "e", "|", "--delete")) {
            assertNull(RsyncOptions.wayOut(name), name);
        }
    }
}
