package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is removed, how much of it at most, and what never is. */
class DeleteIT {
    @RegisterExtension
    final Workspace work = new Workspace();

    private Path source;
    private Path target;

    @BeforeEach
    void nameTheTrees() {
        source = work.path("source");
        target = work.path("target");
        work.make("mkdir source target");
    }

    private Outcome push(String options) {
        List<String> words = new ArrayList<>();
        Pattern.compile(" ")
                .splitAsStream(options)
                .filter(word -> !word.isEmpty())
                .forEach(words::add);
        return Checkout.push(source, target, words.toArray(String[]::new)).run();
    }

    @Test
    void nothingIsDeletedUnasked() {
        work.make("echo x >source/x; mkdir target/d; echo y >target/d/y");

        Outcome outcome = push("").exits(0);

        assertTrue(Files.exists(target.resolve("d/y")), outcome::err);
    }

    @Test
    void whatTheSourceDoesNotHaveGoesAndIsCounted() {
        work.make("""
                mkdir -p source/d target/d target/gone/below; echo x >source/d/x
                echo y >target/d/y; echo z >target/gone/below/z; ln -s / target/link; mkfifo target/gone/fifo""");

        Outcome outcome = push("-v --delete").exits(0);

        Trees.assertMirrors(source, target);
        assertEquals(1, Trees.count(target, "-type", "f"));
        assertTrue(outcome.err().contains(", 6 deleted, "), outcome::err);
        for (String path : List.of("d/y", "gone/", "gone/below/", "gone/below/z", "gone/fifo", "link")) {
            assertTrue(outcome.outLines().stream().anyMatch(line -> line.endsWith(path)), () -> path + ": " + outcome);
        }
        assertEquals("", push("-v --delete").exits(0).out());
    }

    /** What the run itself did to an object under one name is nobody else's change of it under another. */
    @Test
    void aFurtherNameOfWhatTheRunChangedGoes() {
        work.make("""
                mkfifo target/a; ln target/a target/b; echo x >target/c; ln target/c target/d
                ln -s x target/e; ln target/e target/f; cp -a target/. source
                rm source/b source/d source/f; touch -h -d 2020-01-01 source/a source/e; chmod 600 source/c""");

        push("-H --delete").exits(0);

        assertEquals(3, Trees.count(target));
        assertEquals("", push("-v -H --delete").exits(0).out());
    }

    /**
     * Of {@code kept + extra} entries at the target, {@code extra} would go. Within the limit all of them do; beyond it
     * none does, and all else is done.
     */
    @ParameterizedTest
    @CsvSource({
        "10, 1000, '', 0",
        "10, 1001, '', 25",
        "1100, 1100, '', 0",
        "1100, 1101, '', 25",
        "10, 1500, --max-delete 1500, 0",
        "10, 1500, --max-delete 1499, 25",
        "10, 5, --max-delete=5, 0",
        "10, 6, --max-delete=5, 25",
        "10, 0, --max-delete 0, 0",
        "10, 1, --max-delete 0, 25",
        "90, 10, --max-delete 10%, 0",
        "89, 11, --max-delete 10%, 25",
        "10, 2000, --max-delete 100%, 0",
    })
    void theLimitIsExactAndBeyondItNothingGoes(int kept, int extra, String option, int code) {
        work.make("""
                (cd target; seq -f kept%g $1 | xargs -r touch -d 2026-01-01); cp -a target/. source
                (cd target; seq -f extra%g $2 | xargs -r touch)
                touch -r source target
                echo fresh >source/fresh; echo changed >source/kept1""", kept, extra);

        String options = "-v --delete " + option;
        Outcome dry = push("-n " + options);
        assertEquals(kept + extra, Trees.count(target), "a dry run");
        Outcome real = push(options).exits(code);

        assertEquals(code, dry.code(), dry::toString);
        assertEquals(real.out(), dry.out());
        assertEquals(kept + 1 + (code == 0 ? 0 : extra), Trees.count(target));
        assertEquals("changed\n", Command.of("cat", target + "/kept1").output());
        assertEquals("fresh\n", Command.of("cat", target + "/fresh").output());
        assertTrue(real.err().contains(", " + deleted(code == 0 ? extra : 0) + " deleted, "), real::err);
        if (code != 0) {
            String told = "zsync: delete: " + deleted(extra) + (extra == 1 ? " path " : " paths ") + "to remove, ";
            assertTrue(real.err().contains(told), real::err);
            assertTrue(
                    real.err().endsWith("--max-delete " + extra + " allows it.\n"), () -> "the way out: " + real.err());
            assertFalse(real.out().contains("extra"), "what was not deleted is not told as deleted");
        }
    }

    private static String deleted(int count) {
        return count < 1000 ? Integer.toString(count) : count / 1000 + "," + String.format("%03d", count % 1000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--delete", "--delete -n"})
    void anEmptySourceHalts(String options) {
        work.make("mkdir target/d; echo x >target/d/x; touch -d 2026-01-01 target/d target");
        String before = listing();

        Outcome outcome = push(options).exits(41);

        assertEquals(before, listing());
        assertTrue(outcome.errLines().getFirst().startsWith("zsync: "), outcome::err);
        assertTrue(outcome.errLines().size() <= 2, outcome::err);
        assertTrue(outcome.err().contains("--max-delete"), () -> "the way out: " + outcome.err());
    }

    @Test
    void anEmptySourceIsNothingToHaltForWithoutDeleteOrWithoutATarget() {
        push("--delete").exits(0);
        work.make("echo x >target/x");
        push("").exits(0);
        assertTrue(Files.exists(target.resolve("x")));
    }

    @Test
    void whoSaysHowMuchMayEmptyATarget() {
        work.make("mkdir target/d; echo x >target/d/x");

        push("--delete --max-delete 1").exits(25);
        assertEquals(2, Trees.count(target));
        push("--delete --max-delete 100%").exits(0);

        assertEquals(0, Trees.count(target));
    }

    @Test
    void nothingGoesBelowASourceDirectoryThatCannotBeRead() {
        Machine.needsNobody(Checkout.JAR);
        work.make("""
                mkdir -p source/closed/below source/open target/closed/below target/open
                echo kept >target/closed/kept; echo kept >target/closed/below/kept
                echo extra >target/extra; echo extra >target/open/extra; echo x >source/open/x
                chown -R 65534:65534 source target; chown 0:0 source/closed; chmod 700 source/closed""");

        Outcome outcome = Machine.nobody(Checkout.launcher(), "push", "--delete", source.toString(), "local:" + target)
                .run()
                .exits(23);

        assertTrue(Files.exists(target.resolve("closed/kept")), outcome::err);
        assertTrue(Files.exists(target.resolve("closed/below/kept")), outcome::err);
        assertFalse(Files.exists(target.resolve("extra")), outcome::err);
        assertFalse(Files.exists(target.resolve("open/extra")), outcome::err);
        assertTrue(outcome.err().contains("(closed)"), outcome::err);
    }

    /** What cannot be removed is named; what lies elsewhere goes. */
    @Test
    void whatCannotBeDeletedIsNamed() {
        Machine.needsNobody(Checkout.JAR);
        work.make("""
                mkdir -p source/open target/foreign target/open; echo x >source/open/x
                echo x >target/foreign/x; echo x >target/open/extra
                chown -R 65534:65534 source target; chown 0:0 target/foreign""");

        Outcome outcome = Machine.nobody(Checkout.launcher(), "push", "--delete", source.toString(), "local:" + target)
                .run()
                .exits(23);

        assertTrue(Files.exists(target.resolve("foreign/x")), outcome::err);
        assertFalse(Files.exists(target.resolve("open/extra")), outcome::err);
        assertTrue(outcome.err().contains("(foreign/x)"), outcome::err);
        assertTrue(outcome.err().contains(", 1 deleted, "), outcome::err);
    }

    @Test
    void backupsKeepWhatIsReplacedOrRemoved() {
        work.make("""
                mkdir -p source/d target/d target/gone/below
                echo new >source/changed; echo old >target/changed; ln -s new source/link; ln -s old target/link
                echo new >source/d/x; echo longer >target/d/x; echo z >target/gone/below/z; echo y >target/y
                mkdir source/becomes-directory; echo file >target/becomes-directory
                echo file >source/becomes-file; mkdir target/becomes-file; echo x >target/becomes-file/x
                echo same >source/same
                find target -exec touch -h -d 2026-01-01 {} +; chmod 640 target/changed; cp -a source/same target""");

        Outcome outcome = push("--delete --backup-dir .old/yesterday").exits(0);

        Path backups = target.resolve(".old/yesterday");
        assertEquals(
                List.of(
                        "becomes-directory f 2026-01-01 file",
                        "becomes-file d",
                        "becomes-file/x f 2026-01-01 x",
                        "changed f 2026-01-01 old",
                        "d d",
                        "d/x f 2026-01-01 longer",
                        "gone d",
                        "gone/below d",
                        "gone/below/z f 2026-01-01 z",
                        "link l",
                        "y f 2026-01-01 y"),
                contents(backups),
                outcome::err);
        assertEquals(
                "640",
                Command.of("stat", "-c", "%a", backups + "/changed").output().strip());
        assertEquals("old", Command.of("readlink", backups + "/link").output().strip());
        assertMirrorsBesides(".old");

        // They are no part of the tree: not deleted, not replaced by nothing.
        assertEquals(
                "", push("-v --delete --backup-dir .old/yesterday").exits(0).out());
        assertEquals(11, contents(backups).size());
        // The next version of the same file takes the place of the one before.
        work.make("echo newest >source/changed");
        push("--delete --backup-dir .old/yesterday").exits(0);
        assertTrue(contents(backups).stream().anyMatch(line -> line.startsWith("changed f") && line.endsWith(" new")));
        assertMirrorsBesides(".old");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../old", "/old", "a/../b", ".", "", "a//b", ".zsync-0123456789abcdef"})
    void backupsStayBelowTheTarget(String folder) {
        work.make("echo x >source/x; echo yy >target/x");
        String before = listing();

        Outcome outcome =
                Checkout.push(source, target, "--backup-dir", folder).run().exits(1);

        assertTrue(outcome.errLines().getFirst().startsWith("zsync: push --backup-dir"), outcome::err);
        assertEquals(before, listing());
    }

    private void assertMirrorsBesides(String name) {
        work.make(
                "rm -rf compared; mkdir compared; cp -a target/. compared; rm -r compared/$1; touch -r target compared",
                name);
        Trees.assertMirrors(source, work.path("compared"));
    }

    private static List<String> contents(Path folder) {
        return Command.script("""
                        cd "$1"
                        find . -mindepth 1 \\( -type f -printf '%P %y %TY-%Tm-%Td ' -exec cat {} \\; \\) \\
                            -o -printf '%P %y\\n' | LC_ALL=C sort""", folder).output().lines().toList();
    }

    private String listing() {
        return Command.script("cd \"$1\"; find . -printf '%p %y %s %m %T@\\n' | sort", work.path(""))
                .output();
    }
}
