package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is not root owns directories that he may not write; he may change that, and so does a run for its time. */
class ReadOnlyTargetIT {
    @RegisterExtension
    final Workspace work = new Workspace();

    private Path source;
    private Path target;

    @BeforeEach
    void makeASource() {
        Machine.needsNobody(Checkout.JAR);
        source = work.path("source");
        target = work.path("target");
        work.make("""
                mkdir -p source/closed/below source/other
                echo new >source/closed/new; echo changed >source/closed/changed; echo deep >source/closed/below/deep
                ln -s new source/closed/link; echo kept >source/closed/kept; touch -d 2026-01-01 source/closed/kept
                echo other >source/other/file""");
    }

    private Outcome push(String... options) {
        List<String> words = new ArrayList<>(List.of(Checkout.launcher(), "push"));
        words.addAll(List.of(options));
        words.addAll(List.of(source.toString(), "local:" + target));
        return Machine.nobody(words.toArray(String[]::new)).run();
    }

    private void giveAway(String script, Object... words) {
        work.make("chown -Rh 65534:65534 source; mkdir -p target; " + script + "\nchown -Rh 65534:65534 target", words);
    }

    /** What lies above both roots may be passed through, and not read. */
    @Test
    void rootsBelowADirectoryThatMayOnlyBeSearchedAreUsed() {
        work.make("mkdir -m 0711 above; mv source above/source");
        source = work.path("above/source");
        target = work.path("above/target");
        work.make("mkdir above/target; chown -Rh 65534:65534 above/source above/target");

        push().exits(0);

        Trees.assertMirrors(source, target);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0555", "0000", "0111", "0300", "0444"})
    void directoriesThatMayNotBeWrittenAreFilled(String mode) {
        giveAway("""
                mkdir -p target/closed/below target/closed/gone; echo old >target/closed/changed
                cp -a source/closed/kept target/closed; echo x >target/closed/extra; echo x >target/closed/gone/x
                chmod 0555 target/closed/gone; chmod $1 target/closed/below target/closed; chmod 0555 target""", mode);

        push("--delete").exits(0);

        Trees.assertMirrors(source, target);
        Trees.assertNothingStaged(target);
        assertEquals("", push("-v", "--delete").exits(0).out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0555", "0500"})
    void directoriesThatMayNotBeWrittenAreMadeAndUpdated(String mode) {
        giveAway("chmod $1 source/closed/below source/closed source", mode);

        push().exits(0);
        Trees.assertMirrors(source, target);
        assertEquals("", push("-v").exits(0).out());

        work.make("""
                mode() { chmod $1 source/closed/below source/closed source; }
                mode 755; echo newer >source/closed/below/newer; rm source/closed/new; mode $1
                chown -R 65534:65534 source""", mode);
        push("--delete").exits(0);
        Trees.assertMirrors(source, target);
    }

    /** Reading such a file needs no leave to write it; replacing it needs only that of its directory. */
    @Test
    void filesThatMayNotBeWrittenAreReplaced() {
        giveAway("""
                mkdir target/closed; echo old >target/closed/changed; chmod 0 target/closed/changed
                chmod 0444 source/closed/changed source/closed/new""");

        push().exits(0);

        Trees.assertMirrors(source, target);
    }

    /** What it holds is unknown, so it stays, as with rsync. */
    @Test
    void directoriesThatMayNotBeReadAreNotDeletedUnseen() {
        giveAway("mkdir -p target/gone; echo x >target/gone/x; echo x >target/extra; chmod 0000 target/gone");

        Outcome outcome = push("--delete").exits(23);

        assertTrue(outcome.err().contains("(gone)"), outcome::err);
        assertEquals("x\n", Command.of("cat", target + "/gone/x").output());
        assertEquals(0, Trees.count(target, "-name", "extra"));
        assertEquals("other\n", Command.of("cat", target + "/other/file").output());
    }

    /** Nothing is to be done in there, so nobody needs to enter. */
    @Test
    void directoriesOfSomebodyElseFailByNameAndTheRestIsDone() {
        giveAway("mkdir target/closed; echo old >target/closed/changed");
        work.make("chown 0:0 target/closed; chmod 755 target/closed");

        Outcome outcome = push().exits(23);

        assertTrue(outcome.err().contains("(closed/changed)"), outcome::err);
        assertEquals("old\n", Command.of("cat", target + "/closed/changed").output());
        assertEquals("other\n", Command.of("cat", target + "/other/file").output());
        Trees.assertNothingStaged(target);
    }

    @Test
    void aTargetOfSomebodyElseIsExit11() {
        giveAway("true");
        work.make("chown 0:0 target; chmod 755 target");

        Outcome outcome = push();

        assertTrue(outcome.code() == 11 || outcome.code() == 23, outcome::toString);
        assertEquals(0, Trees.count(target));
        assertTrue(outcome.errLines().getFirst().startsWith("zsync: "), outcome::err);
    }
}
