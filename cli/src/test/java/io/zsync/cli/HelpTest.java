package io.zsync.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.beust.jcommander.JCommander;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HelpTest {
    @ParameterizedTest
    @ValueSource(strings = {Help.SERVE, Help.ID, Help.INVITE, Help.JOIN, Help.PEERS, Help.BENCH})
    void fitsAScreenAndEndsWithExamples(String help) {
        assertOneScreen(help, 24);
    }

    @Test
    void theProgramsOwnHelpNamesEveryCommandOnOneScreen() {
        assertOneScreen(Help.PROGRAM, 25);
    }

    /** So many options do not fit the screen of a terminal from 1978. */
    @ParameterizedTest
    @ValueSource(strings = {RunHelp.PUSH, RunHelp.PULL, RunHelp.COPY, RunHelp.DIFF, RunHelp.VERIFY})
    void theCommandsThatCompareTreesHaveALargerScreenAndTheSameSubjects(String help) {
        assertOneScreen(help, 40);
        assertEquals(
                List.of("Choosing:", "Metadata:", "Deleting:", "Telling:", "Moving:", "Examples:"),
                help.lines().filter(line -> line.matches("[A-Z][a-z]+:")).toList());
    }

    private static void assertOneScreen(String help, int lines) {
        assertTrue(help.lines().count() <= lines, help.lines().count() + " lines");
        assertEquals(0, help.lines().filter(line -> line.length() > 100).count(), "lines of more than 100 columns");
        String last = help.substring(help.lastIndexOf("\n\n"));
        assertTrue(last.startsWith("\n\nExamples:\n  zsync "), last);
    }

    @Test
    void namesEveryOptionAndNoOther() {
        assertEquals(accepted(new ServeFlags()), named(Help.SERVE));
        assertEquals(accepted(new CommonFlags()), named(Help.ID));
        assertEquals(accepted(new InviteFlags()), named(Help.INVITE));
        assertEquals(accepted(new CommonFlags()), named(Help.JOIN));
        assertEquals(accepted(new PeerFlags()), named(Help.PEERS));
        assertEquals(accepted(new BenchFlags()), named(Help.BENCH));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"push", "pull", "copy", "diff", "verify", "serve", "id", "invite", "join", "peers", "bench"})
    void everyCommandShowsItsOwn(String command) {
        Typed typed = new Typed();

        assertEquals(0, typed.run(command, "--bogus", "--help"));

        assertTrue(typed.screen.out().startsWith("zsync " + command + " "), typed.screen.out());
        assertTrue(Help.PROGRAM.contains("\n  zsync " + command + " "), "the program's help names it");
    }

    /** An exit code that the help does not explain is a number without meaning. */
    @Test
    void explainsEveryExitCodeThatCanHappen() {
        String codes = Help.PROGRAM.substring(Help.PROGRAM.indexOf("Exit codes: "));
        for (ExitCode code : ExitCode.values()) {
            boolean explained = Pattern.compile("[ ,:]" + code.number() + " [a-z]")
                    .matcher(codes)
                    .find();
            assertTrue(explained, code.toString());
        }
    }

    static Set<String> named(String help) {
        Set<String> named = new TreeSet<>();
        Matcher option = Pattern.compile("(?<![\\w-])--?[a-zA-Z][a-z-]*").matcher(help);
        while (option.find()) {
            named.add(option.group());
        }
        return named;
    }

    static Set<String> accepted(Object flags) {
        Set<String> accepted = new TreeSet<>();
        for (var each : new JCommander(flags).getParameters()) {
            accepted.addAll(Set.of(each.getParameter().names()));
        }
        return accepted;
    }
}
