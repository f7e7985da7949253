package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths as deep and as long as they may be, and beyond; roots that are reached through symlinks. */
class PathsIT {
    private static final int DEEPEST = 256;
    private static final int LONGEST = 4096;

    @RegisterExtension
    final Workspace work = new Workspace();

    private Path source;
    private Path target;

    @BeforeEach
    void makeASource() {
        source = work.path("source");
        target = work.path("target");
        work.make("mkdir source; echo x >source/x");
    }

    /** So many components, the last of them a file. */
    private void makeDepth(int depth) {
        work.make("cd source; for ((d = 1; d < $1; d++)); do mkdir -p d; cd d; done; echo deep >file", depth);
    }

    /** A path of so many bytes, the last component a file. */
    private void makeLength(int length) {
        work.make("""
                cd source; left=$1
                while ((left > 255)); do
                    # At least a byte has to remain for the file.
                    size=$((left > 256 ? 255 : 100)); name=$(printf "%0${size}d" 7)
                    mkdir -p $name; cd $name; ((left -= size + 1))
                done
                echo long >$(printf "%0${left}d" 8)""", length);
    }

    @Test
    void theDeepestPathReplicates() {
        makeDepth(DEEPEST);

        Checkout.push(source, target).run().exits(0);

        assertSame();
        assertEquals("", Checkout.push(source, target, "-v").run().exits(0).out());
    }

    @Test
    void theLongestPathReplicatesAndGoes() {
        makeLength(LONGEST);
        assertEquals(LONGEST, longest(source));

        Checkout.push(source, target).run().exits(0);

        assertSame();
        assertEquals(LONGEST, longest(target));
        work.make("mv source away; mkdir source; echo x >source/x");
        Checkout.push(source, target, "--delete", "--max-delete", "100%").run().exits(0);
        assertEquals(1, Trees.count(target));
    }

    @Test
    void whatIsDeeperIsNamedAndTheRestIsDone() {
        makeDepth(DEEPEST + 3);

        Outcome outcome = Checkout.push(source, target).run().exits(23);

        assertNamed(outcome, "d/".repeat(DEEPEST - 1) + "d");
        assertEquals("x\n", Command.of("cat", target.resolve("x").toString()).output());
        assertEquals(DEEPEST + 1, Trees.count(target), "all that may be");
        Trees.assertNothingStaged(target);
    }

    @ParameterizedTest
    @ValueSource(ints = {LONGEST + 1, LONGEST + 300})
    void whatIsLongerIsNamedAndTheRestIsDone(int length) {
        makeLength(length);

        Outcome outcome = Checkout.push(source, target).run().exits(23);

        assertNamed(outcome, "0".repeat(254) + "7/");
        assertEquals("x\n", Command.of("cat", target.resolve("x").toString()).output());
        assertTrue(longest(target) <= LONGEST);
        Trees.assertNothingStaged(target);
    }

    /** What has no counterpart because its path may not be told does not keep what is extra elsewhere. */
    @Test
    void nothingIsDeletedBelowWhatIsTooDeep() {
        makeDepth(DEEPEST + 3);
        work.make(
                "cp -a source target; echo extra >target/extra; cd target; "
                        + "for ((d = 0; d < $1; d++)); do cd d; done; echo extra >extra",
                DEEPEST + 1);
        long before = Trees.count(target);

        Checkout.push(source, target, "--delete").run().exits(23);

        assertEquals(before - 1, Trees.count(target), "the extra one on top went");
    }

    private static void assertNamed(Outcome outcome, String path) {
        List<String> named = outcome.errLines().stream()
                .filter(line -> line.startsWith("zsync: ") && line.contains("(" + path))
                .toList();
        assertEquals(1, named.size(), outcome::err);
    }

    private void assertSame() {
        Trees.assertSameEntries(source, target);
        Command.script("""
                        sums() { cd "$1"; find . -type f -execdir sha256sum {} + | sort; }
                        diff <(sums "$1") <(sums "$2")""", source, target).output();
    }

    private static long longest(Path root) {
        return Command.script("cd \"$1\"; find . -printf '%P\\n' | wc -L", root)
                .output()
                .strip()
                .transform(Long::parseLong);
    }

    @ParameterizedTest
    @ValueSource(strings = {"push", "pull"})
    void rootsMayBeSymlinksAndStayThem(String command) {
        work.make(
                "mkdir real; echo extra >real/extra; ln -s real target; ln -s source way; mkdir via; ln -s ../target via/link");

        for (String to : List.of("target", "via/link")) {
            work.make("echo extra >real/extra; echo \"$1\" >source/x", to);
            (command.equals("push")
                            ? Checkout.push(work.path("way"), work.path(to), "--delete")
                            : Checkout.zsync("pull", "--delete", "local:" + work.path("way"), work.path(to)))
                    .run()
                    .exits(0);

            Trees.assertMirrors(source, work.path("real"));
            assertTrue(Files.isSymbolicLink(target), "the link is still one");
            assertTrue(Files.isSymbolicLink(work.path("via/link")), "the link is still one");
        }
    }

    @Test
    void aTargetThatIsADanglingSymlinkIsRefused() {
        work.make("ln -s nowhere target");

        Checkout.push(source, target).run().exits(11);

        assertTrue(Files.isSymbolicLink(target));
        assertTrue(!Files.exists(work.path("nowhere")));
    }
}
