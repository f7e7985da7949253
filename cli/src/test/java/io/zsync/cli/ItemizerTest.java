package io.zsync.cli;

import static io.zsync.cli.Changes.change;
import static io.zsync.protocol.Message.Change.ACL;
import static io.zsync.protocol.Message.Change.ATTRIBUTES;
import static io.zsync.protocol.Message.Change.CONTENT;
import static io.zsync.protocol.Message.Change.GROUP;
import static io.zsync.protocol.Message.Change.MODE;
import static io.zsync.protocol.Message.Change.OWNER;
import static io.zsync.protocol.Message.Change.SIZE;
import static io.zsync.protocol.Message.Change.TIME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zsync.node.api.Event;
import io.zsync.protocol.Message.Change;
import io.zsync.protocol.Message.Change.Action;
import io.zsync.protocol.Message.Change.Kind;
import io.zsync.protocol.RelativePath;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ItemizerTest {
    private static final List<Change> NOTHING = List.of();

    /** The lines of a run that meets these changes, by way of the command line. */
    private static List<String> lines(String command, List<String> options, List<Change> changes) {
        Typed typed = new Typed();
        typed.engine.answer = (request, events) -> {
            changes.forEach(each -> events.accept(new Event.Changed(each)));
            return FakeEngine.report(java.util.Map.of());
        };
        List<String> words = new ArrayList<>(List.of(command, "nas", "local:b"));
        if (command.equals("pull")) {
            words.set(2, "b");
        }
        words.addAll(options);
        assertEquals(0, typed.run(words.toArray(String[]::new)), typed.screen.err());
        assertEquals(true, typed.engine.runs.getFirst().options().reportChanges());
        return typed.screen.out().lines().toList();
    }

    private static String line(Change change, String... options) {
        List<String> all = new ArrayList<>(List.of("-i"));
        all.addAll(List.of(options));
        return lines("push", all, List.of(change)).getFirst();
    }

    /** What both programs do, from the same beginning. */
    private record Case(String name, String setUp, List<String> options, boolean root, List<Change> changes) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case same(String name, String setUp, List<String> options, Change... changes) {
        return new Case(name, setUp, options, false, List.of(changes));
    }

    private static Case asRoot(String name, String setUp, List<String> options, Change... changes) {
        return new Case(name, setUp, options, true, List.of(changes));
    }

    static Stream<Case> cases() {
        String pair = "echo old >s/f; touch -d @7 s/f; cp -p s/f t/f; ";
        String settle = "touch -d @9 s t; ";
        return Stream.of(
                new Case("nothing", pair + settle, List.of("-a"), false, NOTHING),
                same(
                        "all new",
                        "touch s/a; ln -s far s/l; mkfifo s/p; mkdir -p s/d/e; echo >s/d/e/x; touch -d @9 s; touch -d @5 t",
                        List.of("-a"),
                        change("", Kind.DIRECTORY, Action.UPDATE, TIME),
                        change("a", Kind.FILE, Action.CREATE, 0),
                        change("l", Kind.SYMLINK, Action.CREATE, 0, "far"),
                        change("p", Kind.SPECIAL, Action.CREATE, 0),
                        change("d", Kind.DIRECTORY, Action.CREATE, 0),
                        change("d/e", Kind.DIRECTORY, Action.CREATE, 0),
                        change("d/e/x", Kind.FILE, Action.CREATE, 0)),
                same(
                        "content of another size",
                        pair + "echo newer >s/f; touch -d @8 s/f; " + settle,
                        List.of("-a"),
                        change("f", Kind.FILE, Action.REPLACE, CONTENT | SIZE | TIME)),
                same(
                        "content of another time",
                        pair + "echo new >s/f; touch -d @8 s/f; " + settle,
                        List.of("-a"),
                        change("f", Kind.FILE, Action.REPLACE, CONTENT | TIME)),
                same(
                        "content by checksum",
                        pair + "echo new >s/f; touch -d @7 s/f; " + settle,
                        List.of("-ac"),
                        change("f", Kind.FILE, Action.REPLACE, CONTENT)),
                same(
                        "content without times",
                        pair + "echo newer >s/f; " + settle,
                        List.of("-a", "--no-times"),
                        change("f", Kind.FILE, Action.REPLACE, CONTENT | SIZE)),
                same(
                        "a mode",
                        pair + "chmod 600 s/f; chmod 644 t/f; " + settle,
                        List.of("-a"),
                        change("f", Kind.FILE, Action.UPDATE, MODE)),
                same(
                        "a mode without times",
                        pair + "chmod 600 s/f; chmod 644 t/f; touch s/f t/f; cp -p s/f t/f; chmod 644 t/f; " + settle,
                        List.of("-ac", "--no-times"),
                        change("f", Kind.FILE, Action.UPDATE, MODE)),
                same(
                        "a directory's mode and time",
                        "mkdir s/d t/d; chmod 700 s/d; chmod 755 t/d; touch -d @3 s/d; " + settle,
                        List.of("-a"),
                        change("d", Kind.DIRECTORY, Action.UPDATE, TIME | MODE)),
                same(
                        "a link's target",
                        "ln -s new s/l; ln -s old t/l; touch -hd @4 s/l t/l; " + settle,
                        List.of("-a"),
                        change("l", Kind.SYMLINK, Action.REPLACE, CONTENT, "new")),
                same(
                        "a link's target and time",
                        "ln -s newer s/l; ln -s old t/l; touch -hd @4 s/l; touch -hd @5 t/l; " + settle,
                        List.of("-a"),
                        change("l", Kind.SYMLINK, Action.REPLACE, CONTENT | SIZE | TIME, "newer")),
                same(
                        "a link's time",
                        "ln -s to s/l; ln -s to t/l; touch -hd @4 s/l; " + settle,
                        List.of("-a"),
                        change("l", Kind.SYMLINK, Action.UPDATE, TIME, "to")),
                same(
                        "a link's target without times",
                        "ln -s new s/l; ln -s old t/l; " + settle,
                        List.of("-a", "--no-times"),
                        change("l", Kind.SYMLINK, Action.REPLACE, CONTENT, "new")),
                same(
                        "a link in place of a file",
                        "ln -s new s/l; echo >t/l; " + settle,
                        List.of("-a"),
                        change("l", Kind.SYMLINK, Action.REPLACE, 0, "new")),
                same(
                        "a file in place of a link",
                        "echo >s/l; ln -s old t/l; " + settle,
                        List.of("-a"),
                        change("l", Kind.FILE, Action.REPLACE, 0)),
                same(
                        "a directory in place of a file",
                        "mkdir s/l; echo >t/l; " + settle,
                        List.of("-a"),
                        change("l", Kind.DIRECTORY, Action.REPLACE, 0)),
                same(
                        "new names of a new file",
                        "echo >s/a; ln s/a s/b; ln s/a s/c; " + settle,
                        List.of("-aH"),
                        // rsync happens to send the last name.
                        change("c", Kind.FILE, Action.CREATE, 0),
                        change("a", Kind.FILE, Action.LINK, 0, "c"),
                        change("b", Kind.FILE, Action.LINK, 0, "c")),
                same(
                        "a file becomes another name",
                        pair + "ln s/f s/g; cp -p t/f t/g; touch -d @3 t/g; " + settle,
                        List.of("-aH"),
                        change("g", Kind.FILE, Action.RELINK, TIME, "f")),
                same(
                        "an equal file becomes another name",
                        pair + "ln s/f s/g; cp -p t/f t/g; " + settle,
                        List.of("-aH"),
                        change("g", Kind.FILE, Action.RELINK, 0, "f")),
                same(
                        "deletes",
                        "mkdir t/d; echo >t/d/x; echo >t/y; ln -s a t/z; " + settle,
                        List.of("-a", "--delete"),
                        change("z", Kind.SYMLINK, Action.DELETE, 0),
                        change("y", Kind.FILE, Action.DELETE, 0),
                        change("d/x", Kind.FILE, Action.DELETE, 0),
                        change("d", Kind.DIRECTORY, Action.DELETE, 0)),
                asRoot(
                        "owner and group",
                        pair + "chown 7:8 s/f; " + settle,
                        List.of("-a"),
                        change("f", Kind.FILE, Action.UPDATE, OWNER | GROUP)),
                asRoot(
                        "a new device",
                        "mknod s/n c 1 3; " + settle,
                        List.of("-a"),
                        change("n", Kind.DEVICE, Action.CREATE, 0)),
                asRoot(
                        "another device",
                        "mknod s/n c 1 3; mknod t/n c 1 5; touch -d @3 s/n t/n; " + settle,
                        List.of("-a"),
                        change("n", Kind.DEVICE, Action.REPLACE, CONTENT)));
    }

    /** A shell in place of ssh makes the push a real one; deletes come in another order there, and are sorted. */
    @ParameterizedTest
    @MethodSource("cases")
    void printsTheLinesOfRsync(Case both, @TempDir Path folder) throws Exception {
        Rsync.assumeThere();
        assumeTrue(!both.root() || Files.isWritable(Path.of("/proc/self/oom_score_adj")) && isRoot(), "only root may");
        Files.writeString(folder.resolve("sh"), "#!/bin/sh\nshift\nexec \"$@\"\n");
        String options = String.join(" ", both.options());
        List<String> pushed = Rsync.script(
                folder,
                "chmod 700 sh; mkdir s t; " + both.setUp() + "\ncp -a t t2; rsync -i -e ./sh " + options
                        + " s/ nas:\"$PWD/t/\"; echo; rsync -i -e ./sh " + options + " nas:\"$PWD/s/\" t2/");

        List<String> all = new ArrayList<>(both.options());
        all.add("-i");
        List<String> ours = new ArrayList<>(lines("push", all, both.changes()));
        ours.add("");
        ours.addAll(lines("pull", all, both.changes()));
        assertEquals(ours.stream().sorted().toList(), pushed.stream().sorted().toList());
    }

    private static boolean isRoot() {
        return System.getProperty("user.name", "").equals("root");
    }

    @Test
    void aPushPointsAwayAndAPullHere() {
        List<Change> changes = List.of(
                change("f", Kind.FILE, Action.CREATE, 0),
                change(
                        "g",
                        Kind.FILE,
                        Action.REPLACE,
                        CONTENT | SIZE | TIME | MODE | OWNER | GROUP | ACL | ATTRIBUTES));

        assertEquals(List.of("<f+++++++++ f", "<f.stpog.ax g"), lines("push", List.of("-i"), changes));
        assertEquals(List.of(">f+++++++++ f", ">f.stpog.ax g"), lines("pull", List.of("-i"), changes));
        assertEquals(List.of("<f+++++++++ f", "<fcstpog.ax g"), lines("push", List.of("-ic"), changes));
    }

    @Test
    void theRootIsADirectoryAndADirectoryEndsInASlash() {
        assertEquals(".d..t...... ./", line(change("", Kind.DIRECTORY, Action.UPDATE, TIME)));
        assertEquals("cd+++++++++ d/e/", line(change("d/e", Kind.DIRECTORY, Action.CREATE, 0)));
        assertEquals("*deleting   d/e/", line(change("d/e", Kind.DIRECTORY, Action.DELETE, 0)));
    }

    @Test
    void aTimeThatIsNotKeptIsNewWhereverSomethingWasWritten() {
        assertEquals("<f.sT...... f", line(change("f", Kind.FILE, Action.REPLACE, CONTENT | SIZE), "--no-times"));
        assertEquals(".f...p..... f", line(change("f", Kind.FILE, Action.UPDATE, MODE), "--no-times"));
    }

    @Test
    void namesAndTargetsAreEscaped() {
        byte[] name = "a\n\u00ff".getBytes(StandardCharsets.ISO_8859_1);
        Change link = new Change(RelativePath.of(name), Kind.SYMLINK, Action.CREATE, 0, 0, new byte[] {27, (byte) 255});

        assertEquals("cL+++++++++ a\\n\\xff -> \\x1b\\xff", line(link));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-i", "-iv", "-in", "-inv", "--itemize"})
    void theLinesAreTheSameWithAndWithoutADryRun(String options) {
        assertEquals("<f+++++++++ f", line(change("f", Kind.FILE, Action.CREATE, 0), options));
    }

    @Test
    void moreWordsAreLessLetters() {
        List<Change> changes = List.of(
                change("d", Kind.DIRECTORY, Action.CREATE, 0),
                change("l", Kind.SYMLINK, Action.REPLACE, CONTENT, "to"),
                change("x", Kind.DIRECTORY, Action.DELETE, 0));

        assertEquals(List.of("d/", "l", "deleting x/"), lines("push", List.of("-v"), changes));
    }
}
