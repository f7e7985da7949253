package io.zsync.tests.system;

import static io.zsync.tests.system.HostilePair.OPTIONS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Message;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Faults A3 and A7: a peer that sends describes what no tree can be, or what would lead out of the target, or more than may be
 * kept. Whether it was asked or came by itself, it is refused and nothing outside is touched (CVE-2024-12087, 2025-10158,
 * 2026-53785, 2026-53788).
 */
class HostileManifestTest {
    @RegisterExtension
    final Workspace work = new Workspace();

    record Bad(RawManifest manifest, ErrorCode code, String detail) {}

    static Stream<Arguments> bad() {
        return HostilePair.withCallers(Stream.of(
                        bad("dot dot", RawManifest.root().file("..", 1), "component . or .."),
                        bad("a directory dot dot", RawManifest.root().dir("..").file("f", 1), "component . or .."),
                        bad("a dot", RawManifest.root().file(".", 1), "component . or .."),
                        bad("an absolute path", RawManifest.root().file("/etc/f", 1), "slash in a component"),
                        bad("a path for a name", RawManifest.root().file("a/../../f", 1), "slash in a component"),
                        bad("a NUL", RawManifest.root().file("a\0b", 1), "NUL in a component"),
                        bad("no name", RawManifest.root().file("", 1), "empty component"),
                        bad("a second root", RawManifest.root().dir(""), "without a name below the root"),
                        bad("our own name", RawManifest.root().file(".zsync-0123456789abcdef", 1), "reserved name"),
                        bad(
                                "a directory of our own name",
                                RawManifest.root().dir(".zsync-0123456789abcdef"),
                                "reserved name"),
                        bad(
                                "twice the same file",
                                RawManifest.root().file("a", 0).file("a", 0),
                                "after its sibling"),
                        bad(
                                "a file, then a directory",
                                RawManifest.root().file("a", 0).dir("a"),
                                "after its sibling"),
                        bad(
                                "a directory, then a file",
                                RawManifest.root().dir("a").end().file("a", 0),
                                "after its sibling"),
                        bad(
                                "a link, then a directory through it",
                                RawManifest.root()
                                        .symlink("d", "../outside")
                                        .dir("d")
                                        .file("f", 1),
                                "after its sibling"),
                        bad(
                                "a link, then a file through it",
                                RawManifest.root().symlink("d", "../outside").file("d/f", 1),
                                "slash in a component"),
                        bad("descending names", RawManifest.root().file("b", 0).file("a", 0), "after its sibling"),
                        bad(
                                "names that descend as unsigned bytes",
                                RawManifest.root().file("\u00ff", 0).file("a", 0),
                                "after its sibling"),
                        bad("too deep", deep(Limits.PATH_DEPTH).file("f", 1), "deeper than 256"),
                        bad("too long", tooLong(), "at most 4096"),
                        bad("a link of nothing", RawManifest.root().symlink("l", ""), "link target of 0 bytes"),
                        bad("a link with a NUL", RawManifest.root().symlink("l", "a\0b"), "NUL in a link target"),
                        bad("a name of itself", RawManifest.root().hardLink("h", 1), "which has not come"),
                        bad("a name of an entry to come", RawManifest.root().hardLink("h", 7), "which has not come"),
                        bad("a name of the root", RawManifest.root().hardLink("h", 0), "hard link to entry 0"),
                        bad("2^31 names", RawManifest.root().file("f", 1, 1L << 31), "links"),
                        bad("2^63 bytes", RawManifest.root().file("f", Long.MAX_VALUE), "file size"),
                        bad("-1 bytes", RawManifest.root().file("f", -1), "file size"),
                        bad("a negative entry", RawManifest.root().hardLink("h", -1), "first entry"),
                        bad(
                                "the end of what is not open",
                                RawManifest.root().end().end(),
                                ""),
                        violation(
                                "a name of a file that has no other",
                                RawManifest.root().file("a", 0).hardLink("b", 1),
                                "has none to come"),
                        violation(
                                "a name of a directory",
                                RawManifest.root().dir("d").end().hardLink("e", 1),
                                "has none to come"),
                        violation(
                                "more names than were told",
                                RawManifest.root()
                                        .file("a", 0, 2)
                                        .hardLink("b", 1)
                                        .hardLink("c", 1),
                                "has none to come"))
                .map(each -> new Object[] {each}));
    }

    private static Named<Bad> bad(String name, RawManifest manifest, String detail) {
        return Named.of(name, new Bad(manifest, ErrorCode.MALFORMED, detail));
    }

    private static Named<Bad> violation(String name, RawManifest manifest, String detail) {
        return Named.of(name, new Bad(manifest, ErrorCode.VIOLATION, detail));
    }

    private static RawManifest deep(int depth) {
        RawManifest manifest = RawManifest.root();
        for (int i = 0; i < depth; i++) {
            manifest.dir("d");
        }
        return manifest;
    }

    private static RawManifest tooLong() {
        RawManifest manifest = RawManifest.root();
        for (int i = 0; i < Limits.PATH_LENGTH / 256; i++) {
            manifest.dir("n".repeat(255));
        }
        return manifest.file("f", 1);
    }

    @ParameterizedTest
    @MethodSource("bad")
    void isRefusedAndNothingOutsideIsTouched(HostilePair.Caller caller, Bad bad) throws Exception {
        try (HostilePair pair = new HostilePair(work.path("pair"))) {
            Files.writeString(pair.outside().resolve("f"), "precious");
            Files.createDirectory(pair.outside().resolve("d"));
            Outside outside = Outside.of(pair.outside());
            Outside beside = Outside.of(pair.source());
            try (HostilePeer peer = pair.sends(caller, OPTIONS)) {
                long start = System.nanoTime();
                peer.send(bad.manifest().part());

                peer.assertRefused(start, bad.code(), bad.detail());
                pair.assertBroken();
            }
            outside.assertUntouched();
            beside.assertUntouched();
            Trees.assertNothingStaged(pair.target());
        }
    }

    /** What links lead to is data: they may lead anywhere, and nobody goes there. */
    @ParameterizedTest
    @EnumSource
    void aLinkThatLeadsOutIsMadeAndNeverFollowed(HostilePair.Caller caller) throws Exception {
        try (HostilePair pair = new HostilePair(work.path("pair"))) {
            Path out = pair.outside();
            Files.writeString(out.resolve("f"), "precious");
            // Planted by an earlier run: what is a directory now was a link that leads out.
            Files.createSymbolicLink(pair.target().resolve("a"), out);
            Files.createSymbolicLink(pair.target().resolve("f"), out.resolve("f"));
            Outside outside = Outside.of(out);
            try (HostilePeer peer = pair.sends(caller, OPTIONS)) {
                peer.send(RawManifest.root()
                        .dir("a")
                        .file("f", 3)
                        .end()
                        .file("f", 3)
                        .symlink("l", out.toString())
                        .end()
                        .part());
                peer.await(Message.Want.class);
                peer.await(Message.Want.class);
                peer.stream(0).pack(2, 1, HostilePeerTest.identity(3), new byte[3]);
                peer.stream(0).pack(3, 1, HostilePeerTest.identity(3), new byte[3]);
                peer.await(Message.Applied.class);
                HostilePeerTest.end(peer, caller);
            }
            outside.assertUntouched();
            for (String name : List.of("a", "a/f", "f")) {
                assertTrue(!Files.isSymbolicLink(pair.target().resolve(name)), name);
            }
            assertEquals(out, Files.readSymbolicLink(pair.target().resolve("l")));
        }
    }

    @ParameterizedTest
    @EnumSource
    void moreEntriesThanADirectoryMayHaveAreRefused(HostilePair.Caller caller) throws Exception {
        assumeTrue(Machine.LONG, "in the full size only");
        RawManifest manifest = RawManifest.root();
        for (int i = 0; i <= Limits.DIRECTORY_ENTRIES; i++) {
            manifest.symlink(String.format("%07d", i), "x");
        }
        assertBombRefused(caller, manifest, ErrorCode.MALFORMED, "of 2000000 entries already");
    }

    /** Each object's path is kept until the last of its names has come, so their number is not all that counts. */
    @Test
    void moreObjectsWithNamesToComeThanMayBeKeptAreRefused() throws Exception {
        assumeTrue(Machine.LONG, "in the full size only");
        RawManifest manifest = RawManifest.root();
        for (int i = 0; i <= Limits.LINK_GROUPS; i++) {
            manifest.symlink(String.format("%07d", i), "x", 2);
        }
        assertBombRefused(HostilePair.Caller.PEER, manifest, ErrorCode.VIOLATION, "more than 1000000 objects");
    }

    /** Nothing of it is made, so that it is the manifest alone that costs. */
    private void assertBombRefused(HostilePair.Caller caller, RawManifest manifest, ErrorCode code, String detail)
            throws Exception {
        try (HostilePair pair = new HostilePair(work.path("pair"));
                HostilePeer peer = pair.sends(caller, HostilePair.DRY)) {
            List<Message> parts = manifest.parts();
            int acknowledged = 0;
            long last = 0;
            try {
                for (int i = 0; i < parts.size(); i++) {
                    last = System.nanoTime();
                    peer.send(parts.get(i));
                    if (i - acknowledged == Limits.CREDIT_PARTS - 1) {
                        peer.await(Message.ManifestAck.class);
                        acknowledged++;
                    }
                }
            } catch (IOException refusedBefore) {
                assertTrue(refusedBefore instanceof SocketException, refusedBefore::toString);
            }
            peer.assertRefused(last, code, detail);
            pair.assertBroken();
            assertEquals(0, Trees.count(pair.target()));
        }
    }
}
