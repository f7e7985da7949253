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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each of JCommander's habits that would bite a user, and each promise about how options are typed. */
class FlagParserTest {
    private static RunFlags parse(String... words) throws UsageError {
        RunFlags flags = new RunFlags();
        new FlagParser("push", flags)
                .refusing(List.of("--explain", "-c"), "has no meaning here")
                .pointing(RsyncOptions::wayOut)
                .parse(words(words));
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
        assertEquals(Argument.of("7"), parse("--streams=7", "a").moving.streams);
        assertEquals(Argument.of("7"), parse("--streams", "7", "a").moving.streams);
        assertEquals(words("a"), parse("--streams=7", "a").words);
        assertEquals(words("a"), parse("--streams", "7", "a").words);
        assertEquals(Argument.of("a=b"), parse("--streams=a=b").moving.streams);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--bogus", "--bogus=1", "--no-flag", "-Z", "-nZ", "---", "--=x"})
    void anUnknownOptionIsNotTakenForAPath(String option) {
        String named = option.equals("-nZ") ? "-Z" : option.replaceAll("=.*", "");
        assertEquals("push " + named + ": no such option", refusal("a", option, "b"));
    }

    @Test
    void anOptionWithoutMeaningHereSaysSo() {
        assertEquals("push --explain: has no meaning here", refusal("--explain", "a", "b"));
        assertEquals("push --explain: has no meaning here", refusal("--explain=1", "a", "b"));
        assertEquals("push -c: has no meaning here", refusal("-avc", "a", "b"));
    }

    @ParameterizedTest
    @CsvSource({
        "--exlude,Is it --exclude?",
        "--dry,Is it --dry-run?",
        "--max-deletes=5,Is it --max-delete?",
        "--colour,",
        "--no-,",
        "-y2,",
    })
    void aMistypedOptionIsToldTheNearestName(String typed, String hint) {
        UsageError error = assertThrows(UsageError.class, () -> parse(typed));

        String help = "zsync push --help lists the options.";
        assertEquals(
                typed.equals("-y2") ? RsyncOptions.wayOut("-y") : (hint == null ? "" : hint + " ") + help,
                error.wayOut());
    }

    @Test
    void anOptionOfRsyncAloneSaysSo() {
        assertEquals("push --inplace: an option of rsync alone", refusal("a", "b", "--inplace"));
        assertEquals("push --rsh: an option of rsync alone", refusal("--rsh=ssh -p 22", "a", "b"));
        assertEquals("push -e: an option of rsync alone", refusal("-ave", "ssh", "a", "b"));
    }

    @ParameterizedTest
    @ValueSource(strings = {" c ", "\"dq\"", "\"", "\t", " ", "a,b", "", "#0", "-", "a=b", "@x"})
    void aPathIsNeitherTrimmedNorUnquotedNorSplitNorExpanded(String path) throws UsageError {
        assertEquals(words(path, "z"), parse(path, "z").words);
    }

    @Test
    void onlyPathsFollowATwoDashes() throws UsageError {
        RunFlags flags = parse("-n", "--", "-v", "--bogus", "--", "x");

        assertEquals(words("-v", "--bogus", "--", "x"), flags.words);
        assertTrue(flags.telling.dryRun);
        assertFalse(flags.verbose);
    }

    @Test
    void optionsMayFollowPaths() throws UsageError {
        RunFlags flags = parse("a", "-n", "b");

        assertEquals(words("a", "b"), flags.words);
        assertTrue(flags.telling.dryRun);
    }

    @Test
    void singleLettersBundle() throws UsageError {
        RunFlags flags = parse("-avn", "a", "b");

        assertTrue(flags.verbose && flags.telling.dryRun && flags.alwaysOn.typed);
        assertFalse(flags.veryVerbose);
        assertTrue(parse("-rlptgoD").alwaysOn.typed);
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
        assertTrue(parse("-n", "--dry-run", "-n", "-nn").telling.dryRun);
        assertTrue(parse("--delete", "--delete").deleting.delete);
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
        assertEquals("push --delete: takes no value", refusal("--delete=yes"));
    }

    @Test
    void aValueMayLookLikeAnOption() throws UsageError {
        assertEquals(Argument.of("--"), parse("--timeout", "--", "a").moving.timeout);
        assertEquals(Argument.of("-n"), parse("--timeout", "-n", "a").moving.timeout);
        assertFalse(parse("--timeout", "-n", "a").telling.dryRun);
        assertEquals(Argument.of("-1"), parse("--max-delete", "-1").deleting.maxDelete);
        assertEquals(Argument.of("-1"), parse("--max-delete=-1").deleting.maxDelete);
    }

    @Test
    void valuesAreNeitherTrimmedNorUnquotedNorSplitNorExpanded() throws UsageError {
        for (String value : List.of(" c ", "\"dq\"", "a,b", ",", "@x", "=", "#0", "'", "a\nb", "--")) {
            assertEquals(words(value), values(parse("--exclude", value)));
            assertEquals(words(value), values(parse("--exclude=" + value)));
        }
    }

    /** JCommander knows them as one list, and would lose which was which. */
    @Test
    void optionsThatMakeOneListKeepTheirNamesAndTheirOrder() throws UsageError {
        RunFlags flags =
                parse("--include", "a", "x", "--exclude=b", "-n", "--exclude-from", "c", "--exclude", "d", "y");

        assertEquals(
                List.of(
                        new Option("--include", Argument.of("a")),
                        new Option("--exclude", Argument.of("b")),
                        new Option("--exclude-from", Argument.of("c")),
                        new Option("--exclude", Argument.of("d"))),
                flags.choosing.rules);
        assertEquals(words("x", "y"), flags.words);
    }

    private static List<Argument> values(RunFlags flags) {
        return flags.choosing.rules.stream().map(Option::value).toList();
    }

    @Test
    void everyLetterOfAnRsyncUsersHandBundles() throws UsageError {
        RunFlags flags = parse("-aHAXvzniuxLP", "--delete", "a", "b");

        assertTrue(flags.metadata.hardLinks && flags.metadata.acls && flags.metadata.attributes);
        assertTrue(flags.verbose && flags.moving.compressed && flags.telling.dryRun && flags.telling.itemize);
        assertTrue(flags.choosing.update && flags.choosing.oneFileSystem && flags.choosing.copyLinks);
        assertTrue(flags.telling.alwaysProgress && flags.deleting.delete);
        assertEquals(words("a", "b"), flags.words);
    }

    @Test
    void namesWithLeadingDashesFollowTwoDashes() throws UsageError {
        assertEquals(words("-rf", "--delete", "-", "--"), parse("--", "-rf", "--delete", "-", "--").words);
        assertFalse(parse("--", "--delete").deleting.delete);
    }

    @Test
    void noWordIsExpandedBehindACommandEither() throws UsageError {
        assertEquals(words("@nowhere"), parse("@nowhere").words);
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
