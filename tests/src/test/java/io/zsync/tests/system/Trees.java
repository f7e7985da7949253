package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;

/**
 * What trees must be like, as find, diff and sort see them: none of our own code judges itself. Names pass as bytes.
 */
final class Trees {
    /** Kind, mode, owner, times and link target of every entry, the root's too; directories have no size worth a look. */
    private static final String LISTING = """
            list() {
                (cd "$1" && LC_ALL=C find . \\( -type p -o -type s \\) -o \\
                    -type f -printf '%P\\t%y %m %U:%G %T@ %s\\0' -o -printf '%P\\t%y %m %U:%G %T@ %l\\0' |
                    LC_ALL=C sort -z)
            }
            """;

    private Trees() {}

    /** The target holds what the source holds, byte for byte; FIFOs and sockets left out. */
    static void assertMirrors(Path source, Path target) {
        assertSameEntries(source, target);
        // What is on one side only was judged above; a FIFO or socket may be.
        Outcome contents = Command.script("""
                        code=0
                        differences=$(LC_ALL=C diff -rq --no-dereference -- "$1" "$2") || code=$?
                        ! LC_ALL=C grep -a -v -e '^Only in ' -e '^$' <<<"$differences" || exit 1
                        [ $code -le 1 ]""", source, target).run();
        assertEquals(0, contents.code(), () -> "contents differ: " + contents);
    }

    /** The same without reading contents, for trees whose files are empty. */
    static void assertSameEntries(Path source, Path target) {
        Outcome listings = Command.script(LISTING + """
                                if ! cmp -s <(list "$1") <(list "$2"); then
                                    LC_ALL=C comm -z -3 <(list "$1") <(list "$2") | head -z -n 20 | tr '\\0' '\\n'
                                    exit 1
                                fi""", source, target).run();
        assertEquals(0, listings.code(), () -> "entries differ (left source, right target): " + listings);
    }

    static long count(Path root, String... tests) {
        return Command.script("root=$1; shift; find \"$root\" -mindepth 1 \"$@\" -printf x | wc -c", words(root, tests))
                .output()
                .strip()
                .transform(Long::parseLong);
    }

    /** Nothing of ours is left below {@code root}. */
    static void assertNothingStaged(Path root) {
        assertEquals("", staged(root), "staged files left");
    }

    /** Waits for a run that holds {@code root}, whose other end is gone. */
    static void awaitUnlocked(Path root) {
        Command.of("flock", "-w", "60", root.toString(), "true").output();
    }

    /** The staged files below {@code root}, one a line. */
    static String staged(Path root) {
        return Command.of("find", root.toString(), "-name", ".zsync-*").output();
    }

    private static Object[] words(Path root, String... tests) {
        Object[] words = new Object[tests.length + 1];
        words[0] = root;
        System.arraycopy(tests, 0, words, 1, tests.length);
        return words;
    }
}
