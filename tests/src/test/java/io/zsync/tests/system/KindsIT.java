package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A path whose kind changes: to every other kind, with and without leave to delete. */
@Tag("long")
class KindsIT {
    private static final List<String> KINDS =
            List.of("file", "empty-directory", "directory", "link", "dangling-link", "fifo");

    /** Makes an object of a kind at a path, and touches it. */
    private static final String MAKE = """
            make() {
                case $1 in
                file) echo "content of $2" >"$2" ;;
                empty-directory) mkdir "$2" ;;
                directory) mkdir -p "$2/below"; echo x >"$2/below/x"; ln -s x "$2/link" ;;
                link) ln -s elsewhere "$2" ;;
                dangling-link) ln -s nowhere "$2" ;;
                fifo) mkfifo "$2" ;;
                esac
                find "$2" -exec touch -h -d "2026-01-0$3" {} +
            }
            """;

    @RegisterExtension
    final Workspace work = new Workspace();

    private Path source;
    private Path target;

    @BeforeEach
    void nameTheTrees() {
        source = work.path("source");
        target = work.path("target");
        Machine.needs("getfattr");
        work.make(
                "mkdir source target outside; echo outside >outside/x; ln -s ../outside target/elsewhere; cp -a target/. source");
    }

    static Stream<Arguments> pairs() {
        List<Arguments> pairs = new ArrayList<>();
        for (String options : List.of("", "--delete")) {
            KINDS.forEach(from -> pairs.add(Arguments.of(from, options)));
        }
        return pairs.stream();
    }

    private Outcome push(String options) {
        return options.isEmpty()
                ? Checkout.push(source, target).run()
                : Checkout.push(source, target, options, "--max-delete", "100%").run();
    }

    /** One path for each kind that it may become, and then all the way back. */
    @ParameterizedTest
    @MethodSource("pairs")
    void becomesAnyOtherKindAndBack(String from, String options) {
        work.make(
                MAKE + "shift; from=$1; shift; for to; do make $to source/$to 1; make $from target/$to 2; done; "
                        + "cp -a target before; touch -r source target",
                words(from));
        boolean stays = from.equals("directory") && options.isEmpty();

        Outcome there = push(options).exits(stays ? 23 : 0);

        if (stays) {
            for (String to : KINDS) {
                if (!to.endsWith("directory")) {
                    assertTrue(there.err().contains("zsync: a directory is in the way"), there::err);
                    assertTrue(there.errLines().stream().anyMatch(line -> line.endsWith("(" + to + ")")), there::err);
                    assertSame(to, work.path("before"));
                }
            }
        } else {
            assertReplaced(options, from);
            work.make("rm -rf source; cp -a before source");

            // Without leave to delete, the full directory that one of them became is in the way in its turn.
            push(options).exits(options.isEmpty() && !from.endsWith("directory") ? 23 : 0);
            if (!options.isEmpty()) {
                assertReplaced(options, from);
            }
        }
        assertEquals(
                "outside\n",
                Command.of("cat", work.path("outside/x").toString()).output());
        assertEquals(1, Trees.count(work.path("outside")));
        Trees.assertNothingStaged(target);
    }

    private static Object[] words(String from) {
        List<Object> words = new ArrayList<>(List.of("", from));
        words.addAll(KINDS);
        return words.toArray();
    }

    /** Without leave to delete, what a directory held that is a directory again stays. */
    private void assertReplaced(String options, String from) {
        if (!options.isEmpty()) {
            Listing.assertSame(source, target);
            return;
        }
        for (String kind : KINDS) {
            if (!kind.endsWith("directory") || !from.endsWith("directory")) {
                assertSame(kind, source);
            }
        }
    }

    /** The path is at the target what it is in {@code tree}. */
    private void assertSame(String path, Path tree) {
        work.make("rm -rf one two; mkdir one two; cp -a $2/$1 one; cp -a target/$1 two; touch -r one two", path, tree);
        Listing.assertSame(work.path("one"), work.path("two"));
    }

    @Test
    void aFullDirectoryThatBecomesAFileCountsAsDeleted() {
        work.make("echo file >source/path; mkdir -p target/path/below; echo x >target/path/below/x");

        Checkout.push(source, target, "--delete", "--max-delete", "1").run().exits(25);
        assertEquals(1, Trees.count(target.resolve("path/below")), "nothing was deleted");

        Outcome outcome =
                Checkout.push(source, target, "--delete", "--max-delete", "2").run();
        assertTrue(outcome.code() == 0 || outcome.code() == 25, outcome::toString);
        Checkout.push(source, target, "--delete", "--max-delete", "3").run().exits(0);
        Trees.assertMirrors(source, target);
    }
}
