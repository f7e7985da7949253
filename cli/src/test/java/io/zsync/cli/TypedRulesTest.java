package io.zsync.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.zsync.protocol.RuleText;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TypedRulesTest {
    @TempDir
    Path folder;

    /** By way of the command line, for what counts is the order in which things are typed. */
    private static RuleText rules(String... typed) throws UsageError {
        Typed run = new Typed();
        List<String> words = new ArrayList<>(List.of("push", "a", "local:b"));
        words.addAll(List.of(typed));
        assertEquals(0, run.run(words.toArray(String[]::new)), run.screen.err());
        return run.engine.runs.getFirst().options().selection().rules();
    }

    private static String text(String... typed) throws UsageError {
        return new String(rules(typed).bytes(), StandardCharsets.UTF_8);
    }

    private String file(String content) throws Exception {
        Path file = folder.resolve("rules" + content.hashCode());
        Files.writeString(file, content, StandardCharsets.ISO_8859_1);
        return file.toString();
    }

    private static String error(String... typed) {
        Typed run = new Typed();
        List<String> words = new ArrayList<>(List.of("push", "a", "local:b"));
        words.addAll(List.of(typed));
        assertEquals(1, run.run(words.toArray(String[]::new)));
        assertEquals(2, run.screen.err().lines().count(), run.screen.err());
        return run.error();
    }

    @Test
    void nothingTypedIsNoRule() throws UsageError {
        assertEquals(RuleText.NONE, rules());
    }

    @Test
    void theThreeKeepTheOrderInWhichTheyWereTyped() throws Exception {
        String from = file("# a comment\n*.o\n!keep.o");

        assertEquals(
                "*.tmp\n!a.tmp\n# a comment\n*.o\n!keep.o\n/b\n!/b/c\n",
                text(
                        "--exclude=*.tmp",
                        "--include",
                        "a.tmp",
                        "--exclude-from",
                        from,
                        "--exclude",
                        "/b",
                        "--include=/b/c"));
        assertEquals("!a\na\n", text("--include=a", "--exclude=a"));
        assertEquals("a\n!a\n", text("--exclude=a", "--include=a"));
    }

    @Test
    void nothingIsEscapedTrimmedOrSplit() throws UsageError {
        assertEquals(
                " a, b \n!\\#x\n!!y\n!z\n", text("--exclude= a, b ", "--include=\\#x", "--include=!y", "--exclude=!z"));
    }

    @Test
    void namesThatAreNoTextStayTheirBytes() throws Exception {
        Typed run = new Typed();
        byte[] word = "--exclude=\u00ff*".getBytes(StandardCharsets.ISO_8859_1);
        List<Argument> words =
                List.of(Argument.of("push"), Argument.of("a"), Argument.of("local:b"), Argument.of(word));

        assertEquals(0, run.run(words), run.screen.err());

        RuleText rules = run.engine.runs.getFirst().options().selection().rules();
        assertEquals(new RuleText("\u00ff*\n".getBytes(StandardCharsets.ISO_8859_1)), rules);
        assertEquals(rules, rules("--exclude-from", file("\u00ff*")));
    }

    @Test
    void whatWouldDoNothingIsRefused() {
        assertEquals("push --exclude a\\nb: a pattern is one line", error("--exclude", "a\nb"));
        assertEquals("push --include \\n: a pattern is one line", error("--include", "\n"));
        assertEquals("push --exclude   : a blank pattern matches nothing", error("--exclude", "  "));
        assertEquals("push --exclude #x: a comment matches nothing", error("--exclude", "#x"));
        assertEquals("push --exclude: a value is missing", error("--exclude="));
    }

    @Test
    void aFileThatIsNotThereIsAnError() {
        assertEquals("push --exclude-from " + folder + "/x: no such file", error("--exclude-from", folder + "/x"));
        assertEquals("push --exclude-from " + folder + ": cannot be read", error("--exclude-from", "" + folder));
    }

    @Test
    void rulesAreAsLongAsTheProtocolCarriesAndNoLonger() throws Exception {
        String longest = file("x".repeat((64 << 10) - 3) + "\n");

        assertEquals(64 << 10, rules("--exclude-from", longest, "--exclude=y").length());
        assertEquals("push --exclude yy: rules of more than 64 KiB", error("--exclude-from", longest, "--exclude=yy"));
        String longer = file("x".repeat(1 << 20));
        assertEquals("push --exclude-from " + longer + ": rules of more than 64 KiB", error("--exclude-from", longer));
    }

    @Test
    void aPatternThatLooksLikeAnOptionIsOne() throws UsageError {
        assertEquals("--delete\n", text("--exclude", "--delete"));
        assertThrows(AssertionError.class, () -> text("--exclude", "a", "--bogus"));
    }
}
