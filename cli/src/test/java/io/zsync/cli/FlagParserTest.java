package io.zsync.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each of JCommander's habits that would bite a user, and each promise about how options are typed. */
class FlagParserTest {
    private static TransferFlags parse(String... words) throws UsageError {
        TransferFlags flags = new TransferFlags();
        new FlagParser("push", flags)
                .refusing(RunFlags.NOT_YET, "not available yet")
                .parse(Stream.of(words).map(Argument::of).toList());
        return flags;
    }

    private static String refusal(String... words) {
        return String.valueOf(assertThrows(UsageError.class, () -> parse(words)).getMessage());
    }

    private static List<Argument> words(String... words) {
        return Stream.of(words).map(Argument::of).toList();
    }

    @Test
    void aValueMayFollowAnEqualsSignOrABlank() throws UsageError {
        assertEquals(Argument.of("7"), parse("--streams=7", "a").streams);
        assertEquals(Argument.of("7"), parse("--streams", "7", "a").streams);
        assertEquals(words("a"), parse("--streams=7", "a").words);
        assertEquals(words("a"), parse("--streams", "7", "a").words);
        assertEquals(Argument.of("a=b"), parse("--streams=a=b").streams);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--bogus", "--bogus=1", "--no-flag", "-y", "-h", "-ny"})
    void anUnknownOptionIsNotTakenForAPath(String option) {
        String named = option.equals("-ny") ? "-y" : option.replace("=1", "");
        assertEquals("push " + named + ": no such option", refusal("a", option, "b"));
    }

    @Test
    void anOptionPromisedForLaterSaysSo() {
        assertEquals("push --delete: not available yet", refusal("--delete", "a", "b"));
        assertEquals("push --exclude: not available yet", refusal("--exclude=*.o", "a", "b"));
        assertEquals("push -z: not available yet", refusal("-avz", "a", "b"));
    }

    @ParameterizedTest
    @ValueSource(strings = {" c ", "\"dq\"", "\"", "\t", " ", "a,b", "", "#0", "-", "a=b", "@x"})
    void aPathIsNeitherTrimmedNorUnquotedNorSplitNorExpanded(String path) throws UsageError {
        assertEquals(words(path, "z"), parse(path, "z").words);
    }

    @Test
    void onlyPathsFollowATwoDashes() throws UsageError {
        TransferFlags flags = parse("-n", "--", "-v", "--bogus", "--", "x");

        assertEquals(words("-v", "--bogus", "--", "x"), flags.words);
        assertTrue(flags.dryRun);
        assertFalse(flags.verbose);
    }

    @Test
    void optionsMayFollowPaths() throws UsageError {
        TransferFlags flags = parse("a", "-n", "b");

        assertEquals(words("a", "b"), flags.words);
        assertTrue(flags.dryRun);
    }

    @Test
    void singleLettersBundle() throws UsageError {
        TransferFlags flags = parse("-avn", "a", "b");

        assertTrue(flags.verbose && flags.dryRun && flags.alwaysOn);
        assertFalse(flags.veryVerbose);
        assertTrue(parse("-rlptgoD").alwaysOn);
    }

    @Test
    void moreOfVIsMoreVerbose() throws UsageError {
        assertTrue(parse("-vv").veryVerbose);
        assertTrue(parse("-v", "-v").veryVerbose);
        assertTrue(parse("-vnv").verbose);
        assertTrue(parse("-vvvv", "-v").veryVerbose);
    }

    @Test
    void aRepeatedFlagStaysOn() throws UsageError {
        assertTrue(parse("-n", "--dry-run", "-n", "-nn").dryRun);
        assertTrue(parse("--explain", "--explain").explain);
    }

    @Test
    void aRepeatedValueIsRefused() {
        assertEquals("push --streams: given more than once", refusal("--streams", "1", "--streams=2"));
    }

    @Test
    void aMissingValueIsRefused() {
        assertEquals("push --streams: a value is missing", refusal("a", "--streams"));
        assertEquals("push --streams: a value is missing", refusal("--streams=", "a"));
    }

    @Test
    void aFlagTakesNoValue() {
        assertEquals("push --explain: takes no value", refusal("--explain=yes"));
    }

    @Test
    void aValueMayLookLikeAnOption() throws UsageError {
        assertEquals(Argument.of("--"), parse("--timeout", "--", "a").timeout);
        assertEquals(Argument.of("-n"), parse("--timeout", "-n", "a").timeout);
        assertFalse(parse("--timeout", "-n", "a").dryRun);
    }

    @Test
    void anOptionThatIsAListMayBeRepeatedAndKeepsEveryByte() throws UsageError {
        ServeFlags flags = new ServeFlags();

        new FlagParser("serve", flags)
                .parse(words("--share", "a=/x,y", "-q", "--share=b= \"z\" ", "--share", "--listen"));

        assertEquals(words("a=/x,y", "b= \"z\" ", "--listen"), flags.shares);
        assertTrue(flags.quiet);
        assertNull(flags.listen);
    }

    @Test
    void longNamesAreNotAbbreviated() {
        assertEquals("push --dry: no such option", refusal("--dry"));
    }
}
