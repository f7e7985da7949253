package io.zsync.node.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.protocol.Limits;
import io.zsync.protocol.Name;
import io.zsync.protocol.RuleText;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IgnoreRulesTest {
    private static final RuleText NONE = RuleText.NONE;

    private static RuleText text(String text) {
        return new RuleText(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static Name name(String bytes) {
        return Name.of(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static IgnoreRules typed(String rules) {
        return IgnoreRules.of(text(rules));
    }

    /** Whether the rules leave out the last component of a path, a directory if a slash follows it. */
    private static boolean excludes(IgnoreRules rules, String path) {
        boolean isDirectory = path.endsWith("/");
        String rest = isDirectory ? path.substring(0, path.length() - 1) : path;
        IgnoreRules here = rules;
        for (int slash = rest.indexOf('/'); slash >= 0; slash = rest.indexOf('/')) {
            here = here.below(name(rest.substring(0, slash)), NONE);
            rest = rest.substring(slash + 1);
        }
        return here.excludes(name(rest), isDirectory);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', textBlock = """
                    *.tmp,          a.tmp,          true
                    *.tmp,          a/b/a.tmp,      true
                    *.tmp,          a.tmp/,         true
                    *.tmp,          a.tmp.keep,     false
                    /build,         build,          true
                    /build,         a/build,        false
                    build/,         build,          false
                    build/,         build/,         true
                    build/,         a/build/,       true
                    build,          builds,         false
                    build,          a/build/x,      false
                    a/b,            a/b,            true
                    a/b,            x/a/b,          false
                    a/b,            a/b/c,          false
                    **/a/b,         x/y/a/b,        true
                    **/a/b,         a/b,            true
                    a/**/b,         a/b,            true
                    a/**/b,         a/x/y/b,        true
                    a/**/b,         a/xb,           false
                    a/**,           a/x/y,          true
                    a/**,           a/,             false
                    a/*,            a/b/c,          false
                    */b,            b,              false
                    */b,            a/b,            true
                    [ab]*.o,        bcd.o,          true
                    [ab]*.o,        b.o,            true
                    ?*,             a,              true
                    a?*b,           ab,             false
                    a+b|c{1}^$(),   a+b|c{1}^$(),   true
                    a+b,            aab,            false
                    a|b,            a,              false
                    a[!x]b,         a/b,            false
                    \\#a,           #a,             true
                    \\!a,           !a,             true
                    a\\\\b,         a\\b,           true
                    a\\*b,          axb,            false
                    "a\\ ",         "a ",           true
                    "a ",           a,              true
                    ä,              ä,              true
                    [à-ÿ],          ä,              true
                    a,              A,              false
                    """)
    void matchesAsGitDoes(String rule, String path, boolean isOut) {
        assertEquals(isOut, excludes(typed(rule), path), rule + " on " + path);
        assertFalse(excludes(typed(rule + "\n!" + rule), path), "!" + rule + " on " + path);
    }

    @Test
    void takesAnyByteOfAName() {
        for (int b = 1; b < 256; b++) {
            if (b != '/') {
                String name = "x" + (char) b + "y";
                assertTrue(excludes(typed("x?y"), name), "? for byte " + b);
                assertTrue(excludes(typed("x*y"), name), "* for byte " + b);
                assertTrue(excludes(typed("x\\" + (char) b + "y"), name) == (b != '\n'), "escaped byte " + b);
                assertFalse(excludes(typed("x\\" + (char) (b == 255 ? 1 : b + 1) + "y"), name), "other byte than " + b);
            }
        }
    }

    @Test
    void letsTheLastLineOfATextWin() {
        IgnoreRules rules = typed("*.log\n!keep.log\nkeep.log.old\n!*.old\nb*.log\n");
        assertTrue(excludes(rules, "a.log"));
        assertFalse(excludes(rules, "keep.log"));
        assertFalse(excludes(rules, "keep.log.old"));
        assertTrue(excludes(rules, "b.log"));
    }

    @Test
    void letsTheNearerFileWinAndWhatWasTypedWinOverAll() {
        IgnoreRules root = typed("!*.typed\n*.never").with(text("*.a\n*.typed\n!*.never\n/only"));
        IgnoreRules near = root.below(name("near"), text("!*.a\n*.typed\n*.b\n!x.never\n/here"));
        IgnoreRules nearer = near.below(name("nearer"), text("*.a"));
        assertTrue(root.excludes(name("x.a"), false));
        assertFalse(near.excludes(name("x.a"), false));
        assertTrue(nearer.excludes(name("x.a"), false));
        assertTrue(nearer.excludes(name("x.b"), false));
        assertFalse(root.excludes(name("x.b"), false));
        for (IgnoreRules rules : new IgnoreRules[] {root, near, nearer}) {
            assertFalse(rules.excludes(name("x.typed"), false));
            assertTrue(rules.excludes(name("x.never"), false));
        }
        assertTrue(root.excludes(name("only"), false));
        assertFalse(near.excludes(name("only"), false));
        assertTrue(near.excludes(name("here"), false));
        assertFalse(nearer.excludes(name("here"), false));
    }

    @Test
    void doesNotCarryAFileOverToTheNextDirectory() {
        IgnoreRules root = IgnoreRules.of(NONE);
        assertTrue(root.below(name("a"), text("x")).excludes(name("x"), false));
        assertFalse(root.below(name("b"), NONE).excludes(name("x"), false));
    }

    @Test
    void isNothingWhereThereAreNoRules() {
        IgnoreRules rules = typed("# only a comment\n\n   \n/\n");
        assertSame(rules, rules.below(name("a"), NONE));
        assertFalse(rules.excludes(name("a"), true));
    }

    @Test
    void readsTextsOfOtherSystems() {
        IgnoreRules rules = IgnoreRules.of(NONE).with(text("\u00ef\u00bb\u00bfa\r\nb \r\n#c\r\nd"));
        for (String name : new String[] {"a", "b", "d"}) {
            assertTrue(rules.excludes(name(name), false), name);
        }
        assertFalse(rules.excludes(name("#c"), false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a[", "a\\", "[[:none:]]", "a//b", "//a", "a[/]b", "!", "/", "a\u0000[/"})
    void takesAPatternThatCanMatchNothingForNone(String rule) {
        IgnoreRules rules = typed(rule + "\nother");
        for (String name : new String[] {"a", "a[", "a\\", "b", "a]"}) {
            assertEquals(rule.indexOf(0) > 0 && name.equals("a"), excludes(rules, name), rule + " on " + name);
        }
        assertTrue(excludes(rules, "other"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "* (*'s conflicted copy *)*",
                "*-*-*-*-*-*-*-*.log",
                "**/src/**/test/**/*.java",
                "*backup*photos*holiday*summer*draft*",
                "[._]*.s[a-v][a-z]",
                "*foo*bar*baz*qux"
            })
    void takesWhatPeopleWrite(String rule) {
        assertFalse(excludes(typed((rule + "\n").repeat(4)), "a"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"*ab*ab*ab*ab*abc", "a/**/a/**/a/**/a/**/b", "*ab*abc/*ab*abc/*ab*abc/x", "**/*ab*ab*ab*abc/x"})
    void refusesALineThatTakesTooLong(String rule) {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> typed("# one\n" + rule + "\n"));
        assertEquals("line 2 takes too long to match; have fewer * and ** in one pattern", refused.getMessage());
    }

    @Test
    void refusesLinesThatTakeTooLongTogetherWhereverTheyStand() {
        String slow = "*ab*ab*ab*abc\n";
        IgnoreRules three = typed(slow).with(text(slow)).below(name("a"), text(slow));
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> three.below(name("b"), text("x\n" + slow)));
        assertEquals(
                "the rules up to line 2 take too long to match; have fewer * and ** in one pattern",
                refused.getMessage());
    }

    @Test
    void refusesMorePatternsThanMemoryIsMeantFor() {
        IgnoreRules rules = typed("a\n".repeat(IgnoreRules.PATTERNS - 1)).below(name("a"), text("b"));
        assertThrows(IllegalArgumentException.class, () -> rules.below(name("b"), text("# c\nc")));
    }

    @Test
    void countsAPatternByItsLength() {
        IgnoreRules rules = typed("a\n".repeat(IgnoreRules.PATTERNS - 4))
                .below(name("a"), text("?".repeat(2 * IgnoreRules.PATTERN_LENGTH)));
        IgnoreRules full = rules.below(name("b"), text("?".repeat(IgnoreRules.PATTERN_LENGTH - 1)));
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> full.below(name("b"), text("# c\nc")));
        assertEquals(
                "line 2 is too much: there can be 10000 patterns for a directory, and every 32 bytes of one count as"
                        + " another",
                refused.getMessage());
        RuleText longest = text("?".repeat(Limits.RULES_LENGTH));
        IgnoreRules four = IgnoreRules.NONE.below(name("a"), longest);
        for (int files = 2; files <= 4; files++) {
            four = four.below(name("a"), longest);
        }
        IgnoreRules most = four;
        assertThrows(IllegalArgumentException.class, () -> most.below(name("a"), longest));
    }

    @ParameterizedTest
    @CsvSource({
        "*ab*ab*ab*abc, 3, ab",
        "*foo*foo*foo*fooc, 10, foo",
        "*abcdef*abcdef*abcdef*abcdef*abcdefg, 7, abcdef",
        "a/**/a/**/a/**/b, 5, a",
        "**/*ab*abc/x, 500, ab",
        "*ab*abc, 7000, ab"
    })
    void isDoneWithTheWorstNamesInReasonableTime(String rule, int lines, String name) {
        IgnoreRules rules = typed((rule + "\n").repeat(lines));
        Name worst = name(name.repeat((Limits.NAME_LENGTH - 1) / name.length()));
        for (int depth = 0; depth < 200; depth++) {
            rules = rules.below(rule.startsWith("a/") || depth > 14 ? name("a") : worst, NONE);
        }
        IgnoreRules deepest = rules;
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> assertFalse(deepest.excludes(worst, false)));
    }
}
