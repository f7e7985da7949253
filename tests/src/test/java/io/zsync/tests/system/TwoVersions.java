package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.Node;
import io.zsync.node.api.PeerTree;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.node.api.RunRequest;
import io.zsync.protocol.Credits;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Mode;
import io.zsync.protocol.PathPolicy;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RunOptions;
import io.zsync.protocol.Transfer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A tree before and after a run that creates, replaces, changes kinds, makes hard links and, if asked to, moves and
 * deletes; and what such a run may leave wherever it ends: under each path the complete old or the complete new content,
 * and no content nowhere that both versions have. {@code find} and {@code sha256sum} look.
 */
final class TwoVersions {
    private static final String MAKE = """
            fill() { head -c "$1" /dev/urandom; }
            mkdir -p source/{kept,fresh/deep,grown,kinds,links} template/{kept,grown,kinds,links,closed}
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
            # Hard links: a new object, two that become one, one that becomes two.
            fill 6000 >source/links/new1; ln source/links/new1 source/links/new2; ln source/links/new1 source/kept/new3
            fill 2500 >template/links/new2
            fill 3500 >source/links/joined1; ln source/links/joined1 source/links/joined2
            fill 100 >template/links/joined1; fill 200 >template/links/joined2
            fill 900 >template/links/parted1; ln template/links/parted1 template/links/parted2
            fill 1100 >source/links/parted1; fill 1200 >source/links/parted2
            # Only the metadata differs.
            fill 100 >source/kept/mode; cp -a source/kept/mode template/kept/mode; chmod 600 source/kept/mode
            if [ "$1" = deleting ]; then
                # Moved: files small and large, a folder, onto the place of another file.
                mkdir -p source/moved/{new,folder-new/in} template/moved/{old,folder-old/in}
                for f in 1 2 3 4 5 6; do
                    fill $((f * 900)) >source/moved/new/$f; cp source/moved/new/$f template/moved/old/$f
                    fill $((f * 20)) >source/moved/folder-new/in/$f
                done
                cp source/moved/folder-new/in/* template/moved/folder-old/in
                fill 300000 >source/moved/new/large; cp source/moved/new/large template/moved/large
                fill 4000 >source/moved/onto; cp source/moved/onto template/moved/away; fill 3000 >template/moved/onto
                # Deleted; directories that hold something become other kinds.
                mkdir -p template/gone/{deep,empty} template/kinds/filled-to-{file,link}/deep
                for f in 1 2 3; do fill 700 >template/gone/$f; fill 70 >template/gone/deep/$f; done
                ln -s 1 template/gone/link
                for d in template/kinds/filled-to-{file,link}; do fill 50 >$d/1; fill 60 >$d/deep/2; done
                fill 7000 >source/kinds/filled-to-file; ln -s new source/kinds/filled-to-link
            else
                fill 100 >template/extra
            fi
            rmdir template/closed
            find template -exec touch -h -d 2026-01-01 {} +
            find source/kept template/kept -type f -exec touch -d 2026-01-02 {} +
            find source -name new -o -newermt 2026-01-03 -exec touch -h -d 2026-01-04 {} +""";

    private final Path source;
    private final Path template;
    private final boolean deleting;
    private final State before;
    private final State after;

    /** By path, of what is not staged: a file's checksum or what else it is; and, of all but directories, its metadata. */
    record State(Map<String, String> contents, Map<String, String> metadata) {
        static State of(Path root) {
            String listing = Command.script("""
                            cd "$1"
                            find . -mindepth 1 -name '.zsync-*' -prune -o -type f -print0 | xargs -0 -r sha256sum
                            find . -mindepth 1 -name '.zsync-*' -prune -o ! -type f -printf '%y %l  %p\\n'
                            echo
                            find . -mindepth 1 -name '.zsync-*' -prune -o ! -type d -printf '%y %m %U:%G %T@  %p\\n'""", root).output();
            String[] parts = listing.split("\n\n", 2);
            return new State(byPath(parts[0]), byPath(parts[1]));
        }

        private static Map<String, String> byPath(String lines) {
            Map<String, String> values = new TreeMap<>();
            lines.lines().forEach(line -> {
                int gap = line.indexOf("  ./");
                values.put(line.substring(gap + 4), line.substring(0, gap));
            });
            return values;
        }

        private String contentAt(String path) {
            return contents.getOrDefault(path, "absent");
        }

        /** Checksums of its files. */
        private Set<String> files() {
            return contents.values().stream()
                    .filter(content -> content.length() == 64)
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    /** How far a run got, as what it left shows. */
    enum Progress {
        UNTOUCHED,
        IN_THE_MIDDLE,
        DONE
    }

    private TwoVersions(Path folder, boolean deleting) {
        this.source = folder.resolve("source");
        this.template = folder.resolve("template");
        this.deleting = deleting;
        Command.script(MAKE, deleting ? "deleting" : "keeping").in(folder).output();
        this.before = State.of(template);
        this.after = State.of(source);
    }

    /** In {@code folder}; for runs with {@code -H --delete}. */
    static TwoVersions deleting(Path folder) {
        return new TwoVersions(folder, true);
    }

    /** For runs with {@code -H} alone. */
    static TwoVersions keeping(Path folder) {
        return new TwoVersions(folder, false);
    }

    Path source() {
        return source;
    }

    /** What a run needs to be told for these. */
    List<String> options() {
        return deleting ? List.of("-q", "-H", "--delete") : List.of("-q", "-H");
    }

    /** Makes {@code target} the tree before the run. */
    void restore(Path target) {
        Command.script("rm -rf \"$2\"; cp -a \"$1\" \"$2\"", template, target).output();
    }

    /** Judges what a run has left that was ended {@code when}. */
    Progress assertOldOrNew(Path target, String when) {
        State now = assertContentsOldOrNew(target, when);
        assertEquals(Set.of(), nowhere(now), () -> when + ", contents of both versions are nowhere");
        now.contents.forEach((path, found) -> {
            if (found.equals(after.contentAt(path)) && !found.equals(before.contentAt(path))) {
                assertEquals(
                        after.metadata.get(path),
                        now.metadata.get(path),
                        () -> when + ", " + path + " has its new content without its metadata");
            }
        });
        if (now.contents.equals(before.contents)) {
            return Progress.UNTOUCHED;
        }
        return now.contents.equals(expected()) ? Progress.DONE : Progress.IN_THE_MIDDLE;
    }

    /** The same of contents alone: metadata may have been lost, and told. @return what is there */
    State assertContentsOldOrNew(Path target, String when) {
        State now = State.of(target);
        TreeSet<String> paths = new TreeSet<>(before.contents.keySet());
        paths.addAll(after.contents.keySet());
        paths.addAll(now.contents.keySet());
        for (String path : paths) {
            String found = now.contentAt(path);
            String old = before.contentAt(path);
            String fresh = after.contentAt(path);
            assertTrue(
                    found.equals(old) || (found.equals(fresh) && (deleting || !fresh.equals("absent"))),
                    () -> when + ", " + path + " is torn: " + found + ", neither " + old + " nor " + fresh);
        }
        return now;
    }

    /** Paths of the new version whose content the old one has somewhere, and {@code now} nowhere. */
    Set<String> nowhere(State now) {
        Set<String> lost = before.files();
        lost.retainAll(after.files());
        lost.removeAll(now.files());
        return after.contents.entrySet().stream()
                .filter(entry -> lost.contains(entry.getValue()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Map<String, String> expected() {
        Map<String, String> expected = new TreeMap<>(after.contents);
        if (!deleting) {
            expected.put("extra", before.contentAt("extra"));
        }
        return expected;
    }

    /** Runs in this process, whose code is warm: what is judged is what that run finds. */
    void assertNextRunConverges(Path target, String when) throws RunFailure {
        try (Node node = new Node()) {
            assertNextRunConverges(node, Mode.PUSH, source, new PeerTree.Local(target), target, when);
        }
    }

    /** The same between {@code node} and a peer. */
    void assertNextRunConverges(Node node, Mode mode, Path directory, PeerTree peer, Path target, String when)
            throws RunFailure {
        RunOptions options = Requests.options(
                false,
                Durability.BATCH,
                new Transfer(PathPolicy.AUTO, 1, false, 0),
                Requests.preservation(true),
                deleting ? new Deletion(true, Deletion.NONE.limit(), Deletion.NONE.backup()) : Deletion.NONE);
        RunReport report = node.run(
                new RunRequest(
                        mode, directory, peer, options, Protection.CLEAR, Duration.ofSeconds(30), 0, Credits.DEFAULT),
                event -> {});
        assertEquals(0, report.tally().failed(), () -> when + ": " + report);
        assertDone(target, when);
    }

    /** The target is what the source is. */
    void assertDone(Path target, String when) {
        assertEquals(expected(), State.of(target).contents, () -> when);
        Trees.assertNothingStaged(target);
        assertEquals(metadata(source), metadata(target), () -> when);
    }

    /** The source is what it was. */
    void assertSourceUntouched() {
        assertEquals(after, State.of(source));
    }

    /** With the number of names of all but directories. */
    private static String metadata(Path root) {
        return Command.script("""
                        cd "$1"
                        find . -path ./extra -o -type d -printf '%P %m %U %G %T@\\n' -o -printf '%P %m %U %G %T@ %n\\n' |
                            sort""", root).output();
    }
}
