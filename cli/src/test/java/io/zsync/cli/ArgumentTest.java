package io.zsync.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArgumentTest {
    @TempDir
    Path folder;

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static List<Argument> words(String... words) {
        return Stream.of(words).map(Argument::of).toList();
    }

    @Test
    void aPathKeepsEveryByte() throws Exception {
        String all = "a %41+?#&;:\"'\\\n\t\u0001\u007f\u00ff\u0080~*[]{}|^`";
        Path path = Argument.of(latin(folder + "/" + all)).path();

        Files.createDirectory(path);

        try (Stream<Path> children = Files.list(folder)) {
            assertEquals(List.of(path), children.toList());
        }
        assertTrue(
                path.toUri().toString().endsWith("%FF%80~*%5B%5D%7B%7D%7C%5E%60/"),
                path.toUri().toString());
    }

    @Test
    void aRelativePathStaysRelative() throws UsageError {
        assertEquals(Path.of("a/b"), Argument.of("a//b/").path());
        assertEquals(Path.of("../a"), Argument.of("../a").path());
        assertEquals(Path.of("."), Argument.of("./").path());
        assertEquals(Path.of("/"), Argument.of("//").path());
    }

    @Test
    void noPathIsMadeOfNothingOrNul() {
        assertEquals(
                "a path is empty",
                assertThrows(UsageError.class, () -> Argument.of("").path()).getMessage());
        assertEquals(
                "a path holds a NUL byte (a\\x00b)",
                assertThrows(UsageError.class, () -> Argument.of("a\0b").path()).getMessage());
    }

    @Test
    void theKernelsBytesWinWhereTheLocaleLostThem() {
        byte[] kernel = latin("java\0-jar\0z.jar\0push\0\0x\u00ff\0");

        assertEquals(
                List.of(Argument.of("push"), Argument.of(""), Argument.of(latin("x\u00ff"))),
                Arguments.matching(kernel, new String[] {"push", "", "x?"}));
    }

    @Test
    void wordsThatAreNotTheJvmsAreNotBelieved() {
        byte[] kernel = latin("java\0push\0other\0");

        assertEquals(words("push", "mine"), Arguments.matching(kernel, new String[] {"push", "mine"}));
        assertEquals(words("a", "b", "c"), Arguments.matching(kernel, new String[] {"a", "b", "c"}));
    }

    @Test
    void aFileGivesArgumentsOneALine() throws Exception {
        Path file = folder.resolve("list");
        Files.write(file, latin("-n\n\n with blanks \n\"quoted\"\n#no comment\na,b\n\u00ff"));

        List<Argument> expanded = Arguments.expand(words("push", "@" + file, "last"));

        assertEquals(words("push", "-n", " with blanks ", "\"quoted\"", "#no comment", "a,b"), expanded.subList(0, 6));
        assertEquals(List.of(Argument.of(latin("\u00ff")), Argument.of("last")), expanded.subList(6, 8));
    }

    @Test
    void aPathThatStartsWithAnAtSignCanBeTyped() throws UsageError {
        assertEquals(words("./@x", "--", "@x"), Arguments.expand(words("./@x", "--", "@x")));
    }

    @Test
    void twoDashesInAFileHoldForWhatFollowsIt() throws Exception {
        Path file = Files.writeString(folder.resolve("list"), "a\n--\n@b\n");

        assertEquals(words("a", "--", "@b", "@c"), Arguments.expand(words("@" + file, "@c")));
    }

    @Test
    void filesMayNameFilesButNotForEver() throws Exception {
        Path inner = Files.writeString(folder.resolve("inner"), "x\n");
        Path outer = Files.writeString(folder.resolve("outer"), "@" + inner + "\ny\n");
        Path endless = folder.resolve("endless");
        Files.writeString(endless, "@" + endless);

        assertEquals(words("x", "y"), Arguments.expand(words("@" + outer)));
        UsageError refusal = assertThrows(UsageError.class, () -> Arguments.expand(words("@" + endless)));
        assertEquals("argument files name each other more than 8 deep (@" + endless + ")", refusal.getMessage());
    }

    @Test
    void aMissingFileIsNamedWithTheWayOut() {
        UsageError refusal = assertThrows(UsageError.class, () -> Arguments.expand(words("@nowhere")));

        assertEquals("argument file: no such file (nowhere)", refusal.getMessage());
        assertEquals("A path that starts with @ is typed as ./@nowhere.", refusal.wayOut());
        assertFalse(String.valueOf(refusal.getMessage()).contains("\n"));
    }
}
