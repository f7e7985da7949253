package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A tree in two versions, between which small and large files are new, replaced and the same, every kind becomes another,
 * and one file is in the old one only; and a target that holds the old one until a run that goes wrong brings the new.
 */
final class TwoStates {
    private static final String EXTRA = "extra";

    private final Workspace work;
    private final Map<String, String> before;
    private final Map<String, String> after;

    private TwoStates(Workspace work) {
        this.work = work;
        this.before = entries(work.path("template"));
        this.after = entries(source());
    }

    static TwoStates make(Workspace work) {
        work.make("""
                fill() { head -c "$1" /dev/urandom; }
                mkdir -p source/{kept,fresh/deep,grown,kinds} template/{kept,grown,kinds,closed}
                # The same on both sides.
                for f in 1 2 3; do fill 1000 >source/kept/$f; done
                cp -a source/kept/. template/kept
                # New, replaced: small ones that travel packed, larger ones, one that is allocated; empty ones, links.
                for f in 1 2 3 4 5 6; do
                    fill $((f * 500)) >source/fresh/small$f
                    fill $((f * 700)) >source/grown/small$f
                    fill $((f * 300)) >template/grown/small$f
                done
                for f in 1 2; do
                    fill 300000 >source/fresh/deep/large$f
                    fill 200000 >source/grown/large$f
                    fill 200000 >template/grown/large$f
                done
                fill 3000000 >source/grown/allocated
                fill 2000000 >template/grown/allocated
                : >source/fresh/empty
                : >source/grown/emptied
                fill 100 >template/grown/emptied
                ln -s ../kept/1 source/fresh/link
                ln -s new source/grown/link
                ln -s old template/grown/link
                # Each kind becomes another.
                fill 5000 >source/kinds/link-to-file; ln -s gone template/kinds/link-to-file
                ln -s new source/kinds/file-to-link; fill 5000 >template/kinds/file-to-link
                mkdir source/kinds/{file,link}-to-directory
                fill 2000 >source/kinds/file-to-directory/inside; fill 2000 >template/kinds/file-to-directory
                fill 2000 >source/kinds/link-to-directory/inside; ln -s gone template/kinds/link-to-directory
                fill 80000 >source/kinds/directory-to-file; mkdir template/kinds/directory-to-file
                ln -s new source/kinds/directory-to-link; mkdir template/kinds/directory-to-link
                # Only the metadata differs.
                fill 100 >source/kept/mode; cp -a source/kept/mode template/kept/mode; chmod 600 source/kept/mode
                # Names of the same object: two of one that is new, three of one that is replaced.
                mkdir source/links template/links
                fill 4000 >source/links/a; ln source/links/a source/links/b
                fill 4000 >source/links/c; ln source/links/c source/links/d; ln source/links/c source/links/e
                fill 3000 >template/links/c; fill 3000 >template/links/d
                # Only in the target: nobody asked to delete it.
                fill 100 >template/extra
                rmdir template/closed
                find template -exec touch -h -d 2026-01-01 {} +
                find source/kept template/kept -type f -exec touch -d 2026-01-02 {} +
                find source -name new -o -newermt 2026-01-03 -exec touch -h -d 2026-01-04 {} +""");
        return new TwoStates(work);
    }

    Path source() {
        return work.path("source");
    }

    Path target() {
        return work.path("target");
    }

    /** The target is the old version again. */
    void restoreTarget() {
        work.make("rm -rf target; cp -a template target");
    }

    boolean isOnTarget(SystemCalls.Call call) {
        return call.arguments().contains(target().toString());
    }

    boolean isOnSource(SystemCalls.Call call) {
        return call.arguments().contains(source().toString());
    }

    Map<String, String> targetEntries() {
        return entries(target());
    }

    boolean isOld(Map<String, String> entries) {
        return entries.equals(before);
    }

    /** Each path is complete: as it was, or as it is to be. */
    void assertOldOrNew(String what, Map<String, String> entries) {
        TreeSet<String> paths = new TreeSet<>(before.keySet());
        paths.addAll(after.keySet());
        paths.addAll(entries.keySet());
        for (String path : paths) {
            String now = entries.getOrDefault(path, "absent");
            String old = before.getOrDefault(path, "absent");
            String fresh = after.getOrDefault(path, "absent");
            assertTrue(
                    now.equals(old) || now.equals(fresh),
                    () -> what + ", " + path + " is torn: " + now + ", neither " + old + " nor " + fresh);
        }
    }

    /** @param keepsExtra true if nobody asked to delete */
    void assertConverged(String what, boolean keepsExtra) {
        Map<String, String> expected = new TreeMap<>(after);
        if (keepsExtra) {
            expected.put(EXTRA, before.get(EXTRA));
        }
        assertEquals(expected, targetEntries(), what);
        Trees.assertNothingStaged(target());
        assertEquals(modesAndTimes(source()), modesAndTimes(target()), what);
    }

    void assertSourceUntouched() {
        assertEquals(after, entries(source()), "the source is as it was");
    }

    /** Kind and content of each path that is not staged: a file's by its checksum, a link's target. */
    private static Map<String, String> entries(Path root) {
        Map<String, String> entries = new TreeMap<>();
        String listing = Command.script("""
                        cd "$1"
                        find . -mindepth 1 -name '.zsync-*' -prune -o -type f -print0 | xargs -0 -r sha256sum
                        find . -mindepth 1 -name '.zsync-*' -prune -o ! -type f -printf '%y %l  %p\\n'""", root).output();
        listing.lines().forEach(line -> {
            int gap = line.indexOf("  ./");
            entries.put(line.substring(gap + 4), line.substring(0, gap));
        });
        return entries;
    }

    private static String modesAndTimes(Path root) {
        return Command.script("cd \"$1\"; find . ! -path ./extra -printf '%P %m %U %G %T@\\n' | sort", root)
                .output();
    }
}
