package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.Node;
import io.zsync.node.api.CopyRequest;
import io.zsync.node.api.PeerTree;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.node.api.RunRequest;
import io.zsync.protocol.Comparison;
import io.zsync.protocol.Credits;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Message;
import io.zsync.protocol.Mode;
import io.zsync.protocol.PathPolicy;
import io.zsync.protocol.Preservation;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.RunOptions;
import io.zsync.protocol.Selection;
import io.zsync.protocol.Transfer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Fault A4: while a run works, something of its tree changes places with a symlink that leads out, thousands of times, and the
 * run touches nothing there and sends nothing of it (CVE-2024-12747, 2026-29518, 2026-43619, 2026-53797, 2026-53799, 2026-53800,
 * 2026-53801). What becomes of the run itself is not asked: who fights for a name may lose it.
 */
class SwappedLinkTest {
    private static final long SWAPS = Machine.LONG ? 50_000 : 2_000;
    private static final int RUNS = Machine.LONG ? 60 : 4;
    private static final Duration LONGEST = Duration.ofMinutes(2);
    private static final int QUIET_MILLIS = 60;
    private static final String SECRET = "secret!!";

    @RegisterExtension
    final Workspace work = new Workspace();

    /** What a run does below the name that is swapped: it goes to and fro between two trees. */
    enum Calls {
        CREATE_AND_UNLINK("d", "for i in {1..40}; do echo a >a/d/$i; done"),
        WRITE_AND_RENAME("d", "for i in {1..40}; do echo a >a/d/$i; echo bb >b/d/$i; done"),
        RENAME_OVER_THE_SWAPPED_FILE("d/1", "echo a >a/d/1; echo bb >b/d/1"),
        MKDIR_AND_RMDIR("d", "mkdir a/d/{1..20} a/d/{1..20}/x"),
        SYMLINK("d", "for i in {1..40}; do ln -s a a/d/$i; ln -s b b/d/$i; done"),
        LINK("d", "echo x >a/d/0; for i in {1..40}; do ln a/d/0 a/d/$i; echo y >b/d/$i; done"),
        CHMOD("d", "touch -d @1 a/d/{1..40}; cp -a a/d b; chmod 600 a/d/*; chmod 666 b/d/*"),
        CHMOD_OF_THE_SWAPPED_FILE("d/1", "touch -d @1 a/d/1; cp -a a/d b; chmod 600 a/d/*; chmod 666 b/d/*"),
        CHOWN_OF_THE_SWAPPED_FILE("d/1", "touch -d @1 a/d/1; cp -a a/d b; chown 1:1 a/d/*; chown 2:2 b/d/*"),
        SETXATTR(
                "d",
                "touch -d @1 a/d/{1..40}; cp -a a/d b; setfattr -n user.a -v a a/d/*; setfattr -n user.a -v b b/d/*"),
        SETXATTR_OF_THE_SWAPPED_FILE(
                "d/1", "touch -d @1 a/d/1; cp -a a/d b; setfattr -n user.a -v a a/d/*; setfattr -n user.a -v b b/d/*"),
        MKNOD("d", "for i in {1..40}; do mkfifo a/d/$i; done"),
        BACKUP("keep", "for i in {1..40}; do echo a >a/d/$i; echo bb >b/d/$i; done; mkdir -p target/keep");

        private final String swapped;
        private final String trees;

        Calls(String swapped, String trees) {
            this.swapped = swapped;
            this.trees = trees;
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingOutsideIsTouchedByWhoReceives(Calls calls) throws Exception {
        if (calls == Calls.CHOWN_OF_THE_SWAPPED_FILE) {
            Machine.needsRoot("to give files away");
        }
        boolean file = calls.swapped.contains("/");
        work.make("""
                mkdir -p a/d b/d target outside
                eval "$1"
                cp -a a/. target/
                # There is something of every name, and none of it is what a run would leave.
                mkdir -p outside/d; for i in {0..40}; do echo precious >outside/$i; echo precious >outside/d/$i; done
                setfattr -n user.a -v precious outside/1 2>/dev/null || true
                chmod 640 outside/* || true""", calls.trees);
        Path swapped = work.path("target").resolve(calls.swapped);
        Path link = work.path("link");
        Path out = file ? work.path("outside/1") : work.path("outside");
        Outside outside = Outside.of(work.path("outside"));
        RunOptions options = options(calls == Calls.BACKUP ? RelativePath.of("keep") : RelativePath.ROOT);
        long swaps = 0;
        int runs = 0;
        int disturbed = 0;
        long end = System.nanoTime() + LONGEST.toNanos();
        try (Node node = new Node();
                LinkFlipper flipper = new LinkFlipper(swapped, link)) {
            while ((swaps < SWAPS || runs < RUNS) && System.nanoTime() < end) {
                restore(flipper, swapped, link, out);
                flipper.go();
                disturbed += run(node, work.path(runs % 4 < 2 ? "b" : "a"), runs % 2 == 0, options) ? 0 : 1;
                swaps = flipper.pause();
                runs++;
                outside.assertUntouched();
            }
        }
        System.out.printf(
                "SwappedLink: %s: swapped %d times in %d runs, %d of them noticed%n", calls, swaps, runs, disturbed);
        assertTrue(swaps >= SWAPS && runs >= RUNS, () -> "too few swaps for a test");
    }

    /** The real thing is in the tree, and the link is out of it, whatever the run has made of them. */
    private static void restore(LinkFlipper flipper, Path swapped, Path link, Path out) throws IOException {
        if (Files.isSymbolicLink(swapped)) {
            if (Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
                flipper.swap();
            } else {
                Files.delete(swapped);
            }
        }
        if (!Files.isSymbolicLink(link)) {
            Command.of("rm", "-rf", "--", link.toString()).output();
            Files.createSymbolicLink(link, out);
        }
    }

    /** @return true if it did all it was to do */
    private boolean run(Node node, Path source, boolean copy, RunOptions options) {
        try {
            RunReport report = copy
                    ? node.copy(new CopyRequest(source, work.path("target"), null, options), event -> {})
                    : node.run(
                            new RunRequest(
                                    Mode.PUSH,
                                    source,
                                    new PeerTree.Local(work.path("target")),
                                    options,
                                    Protection.CLEAR,
                                    Duration.ofSeconds(30),
                                    0,
                                    Credits.DEFAULT),
                            event -> {});
            return report.problems().isEmpty();
        } catch (RunFailure disturbed) {
            return false;
        }
    }

    private static RunOptions options(RelativePath backup) {
        return new RunOptions(
                false,
                false,
                false,
                Durability.NONE,
                new Transfer(PathPolicy.AUTO, 2, false, 0),
                Comparison.BY_TIME,
                Selection.ALL,
                new Preservation(
                        true, true, true, true, true, false, Preservation.AS_SOURCE, Preservation.AS_SOURCE, List.of()),
                new Deletion(true, new Deletion.Limit(Deletion.Unit.PERCENT, 100), backup));
    }

    /** The secret has the same names, sizes and times: what is sent is looked at. */
    private void makeSource() {
        work.make("""
                mkdir -p pair/source/d secret
                for i in {1..40}; do printf 'public!!%.0s' {1..900} >pair/source/d/$i; done
                for i in 41 42; do head -c 300000 /dev/zero >pair/source/d/$i; done
                for i in {1..40}; do printf 'secret!!%.0s' {1..900} >secret/$i; done
                for i in 41 42; do yes 'secret!' | tr '\\n' '!' | head -c 300000 >secret/$i; done
                touch -d @1 pair/source/d/* secret/*""");
    }

    @ParameterizedTest
    @ValueSource(strings = {"d", "d/1", "d/41"})
    void nothingOutsideIsSentByWhoSends(String name) throws Exception {
        makeSource();
        long swaps = 0;
        int runs = 0;
        int honest = 0;
        long end = System.nanoTime() + LONGEST.toNanos();
        try (HostilePair pair = new HostilePair(work.path("pair"))) {
            Path swapped = pair.source().resolve(name);
            Path link = work.path("link");
            Path out = work.path("secret" + name.substring(1));
            try (LinkFlipper flipper = new LinkFlipper(swapped, link)) {
                while (swaps < SWAPS || runs < 2 * RUNS || (honest == 0 && System.nanoTime() < end)) {
                    restore(flipper, swapped, link, out);
                    flipper.go();
                    String sent = pull(pair);
                    swaps = flipper.pause();
                    runs++;
                    assertFalse(sent.contains(SECRET), () -> "sent what lies outside, with " + name + " swapped");
                    honest += sent.contains("public!!") ? 1 : 0;
                }
            }
        }
        System.out.printf(
                "SwappedLink: source %s: swapped %d times in %d pulls, %d with content%n", name, swaps, runs, honest);
        assertTrue(honest > 0, "never sent anything");
    }

    /** Wants everything that is offered. @return all that came on the stream in a while */
    private static String pull(HostilePair pair) throws Exception {
        try (HostilePeer peer = pair.receives(HostilePair.Caller.PEER, HostilePair.OPTIONS)) {
            CompletableFuture<byte[]> sent = CompletableFuture.supplyAsync(() -> {
                try {
                    return peer.stream(0).readAll();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            Map<Long, Long> sizes = new TreeMap<>();
            Message[] acknowledgements = HostilePeerTest.readManifest(peer, new TreeMap<>(), sizes);
            peer.send(sizes.entrySet().stream()
                    .map(file -> new Message.Want(file.getKey(), 1, 0, file.getValue()))
                    .toArray(Message[]::new));
            peer.send(acknowledgements);
            Message word = peer.readWithin(QUIET_MILLIS);
            while (word != null) {
                if (word instanceof Message.SourceChanged changed
                        && changed.fresh().size() > 0) {
                    // As an honest receiver would: what it is now, whatever that may be.
                    peer.send(new Message.Want(
                            changed.file(),
                            changed.attempt() + 1,
                            0,
                            changed.fresh().size()));
                }
                word = peer.readWithin(QUIET_MILLIS);
            }
            // Ends the session, and so the stream.
            peer.send(new Message.Bye());
            return new String(sent.get(10, TimeUnit.SECONDS), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void nothingOutsideIsCopied() throws Exception {
        makeSource();
        Path target = work.path("target");
        Path swapped = work.path("pair/source/d");
        Path link = work.path("link");
        long swaps = 0;
        int runs = 0;
        int content = 0;
        long end = System.nanoTime() + LONGEST.toNanos();
        RunOptions options = options(RelativePath.ROOT);
        try (Node node = new Node();
                LinkFlipper flipper = new LinkFlipper(swapped, link)) {
            while (swaps < SWAPS || runs < 2 * RUNS || (content == 0 && System.nanoTime() < end)) {
                restore(flipper, swapped, link, work.path("secret"));
                Command.of("rm", "-rf", "--", target.toString()).output();
                flipper.go();
                run(node, work.path("pair/source"), true, options);
                swaps = flipper.pause();
                runs++;
                content += contentWithoutSecret(target);
            }
        }
        System.out.printf("SwappedLink: copy: swapped %d times in %d runs, %d files%n", swaps, runs, content);
        assertTrue(content > 0, "never copied anything");
    }

    private static int contentWithoutSecret(Path target) throws IOException {
        int files = 0;
        try (Stream<Path> paths = Files.walk(target)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    assertFalse(
                            Files.readString(path, StandardCharsets.ISO_8859_1).contains(SECRET), path::toString);
                    files++;
                }
            }
        }
        return files;
    }
}
