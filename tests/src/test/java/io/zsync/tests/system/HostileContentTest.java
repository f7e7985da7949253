package io.zsync.tests.system;

import static io.zsync.tests.system.HostilePair.OPTIONS;
import static io.zsync.tests.system.HostilePeerTest.bytes;
import static io.zsync.tests.system.HostilePeerTest.identity;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.protocol.Entry;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.FileIdentity;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Message;
import io.zsync.protocol.Metadata;
import io.zsync.protocol.PackCodec;
import io.zsync.protocol.PackRecord;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.Tally;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Fault A5 as a sender does it: content that nobody wants, of another file, twice, beyond the end, out of turn; words about
 * files that do not fit. The old content stays, and the session ends (CVE-2025-10158, 2026-43618, 2026-43620, 2026-53792).
 */
class HostileContentTest {
    private static final int SIZE = 100_000;
    private static final int SMALL = 100;
    private static final long UNKNOWN = 9;

    /** Entry numbers of the tree that every case begins with. */
    private static final long DIRECTORY = 1;

    private static final long WANTED = 2;
    private static final long KEPT = 3;
    private static final long PACKED = 4;
    private static final int HUGE_SIZE = (int) Limits.RESUMED_LENGTH;
    private static final long HUGE = 5;

    @RegisterExtension
    final Workspace work = new Workspace();

    private interface Script {
        void play(HostilePeer peer, HostileStream stream) throws Exception;
    }

    record Case(Script script, ErrorCode code, String detail) {}

    static Stream<Arguments> cases() {
        return HostilePair.withCallers(
                Stream.of(frames(), packs(), words()).flatMap(some -> some).map(each -> new Object[] {each}));
    }

    private static Stream<Named<Case>> frames() {
        return Stream.of(
                violation(
                        "a range twice",
                        (peer, stream) -> {
                            stream.chunk(WANTED, 1, 0, bytes(1_000));
                            stream.chunk(WANTED, 1, 0, bytes(1_000));
                        },
                        "is not outstanding"),
                violation(
                        "ranges that overlap by a byte",
                        (peer, stream) -> {
                            stream.chunk(WANTED, 1, 0, bytes(1_000));
                            stream.chunk(WANTED, 1, 999, bytes(1_000));
                        },
                        "is not outstanding"),
                violation(
                        "a hole over data",
                        (peer, stream) -> {
                            stream.chunk(WANTED, 1, 0, bytes(1_000));
                            stream.hole(WANTED, 1, 0, SIZE);
                        },
                        "is not outstanding"),
                violation(
                        "beyond the end",
                        (peer, stream) -> stream.chunk(WANTED, 1, SIZE - 1, bytes(2)),
                        "of a file of"),
                violation(
                        "a hole beyond the end",
                        (peer, stream) -> stream.hole(WANTED, 1, 0, SIZE + 1L),
                        "of a file of"),
                violation(
                        "a hole of all bytes there are",
                        (peer, stream) -> stream.hole(WANTED, 1, 1, Limits.FILE_LENGTH - 1),
                        "of a file of"),
                violation(
                        "an attempt to come", (peer, stream) -> stream.chunk(WANTED, 2, 0, bytes(1)), "not asked for"),
                violation(
                        "a file that nobody wants",
                        (peer, stream) -> stream.chunk(KEPT, 1, 0, bytes(1)),
                        "not asked for"),
                violation("a directory", (peer, stream) -> stream.chunk(DIRECTORY, 1, 0, bytes(1)), "not asked for"),
                violation("the root", (peer, stream) -> stream.chunk(0, 1, 0, bytes(1)), "not asked for"),
                violation("no such file", (peer, stream) -> stream.chunk(UNKNOWN, 1, 0, bytes(1)), "not asked for"),
                violation(
                        "file 2^63 - 1",
                        (peer, stream) -> stream.chunk(Long.MAX_VALUE, 1, 0, bytes(1)),
                        "not asked for"),
                violation("a hole in no such file", (peer, stream) -> stream.hole(UNKNOWN, 1, 0, 1), "not asked for"),
                violation(
                        "a frame left out",
                        (peer, stream) -> {
                            stream.skipSequence();
                            stream.chunk(WANTED, 1, 0, bytes(1));
                        },
                        "frame 1 in place of 0"),
                violation(
                        "a frame's number twice",
                        (peer, stream) -> {
                            stream.chunk(WANTED, 1, 0, bytes(1));
                            stream.repeatSequence();
                            stream.chunk(WANTED, 1, 1, bytes(1));
                        },
                        "frame 0 in place of 1"),
                violation(
                        "a compressed frame unasked",
                        (peer, stream) -> stream.frame(header(1, 1, 1, 100, 0, WANTED, 0, 1_000), bytes(100)),
                        "nobody asked for"),
                malformed("flags unknown", header(1, 2, 1, 1, 0, WANTED, 0, 1), "frame flags 2"),
                malformed("all flags", header(1, 255, 1, 1, 0, WANTED, 0, 1), "frame flags ff"),
                malformed("a type unknown", header(9, 0, 1, 1, 0, WANTED, 0, 1), "type 9"),
                malformed("attempt 0", header(1, 0, 0, 1, 0, WANTED, 0, 1), "attempt 0"),
                malformed("attempt 4", header(1, 0, 4, 1, 0, WANTED, 0, 1), "attempt 4"),
                malformed("no bytes", header(1, 0, 1, 0, 0, WANTED, 0, 0), "chunk length 0"),
                malformed(
                        "2^31 - 1 bytes",
                        header(1, 0, 1, Integer.MAX_VALUE, 0, WANTED, 0, Integer.MAX_VALUE),
                        "frame payload of 2147483647"),
                malformed("-1 bytes", header(1, 0, 1, -1, 0, WANTED, 0, -1), "frame payload of 4294967295"),
                malformed("a negative offset", header(1, 0, 1, 1, 0, WANTED, -1, 1), "offset -1"),
                malformed("offset 2^63 - 1", header(1, 0, 1, 1, 0, WANTED, Long.MAX_VALUE, 1), "offset"),
                malformed("a negative file", header(1, 0, 1, 1, 0, -1, 0, 1), "file -1"),
                malformed("a negative sequence", header(1, 0, 1, 1, -1, WANTED, 0, 1), "sequence -1"),
                malformed("a hole of 2^63 bytes", header(3, 0, 1, 0, 0, WANTED, 0, Long.MIN_VALUE), "hole length"),
                malformed("a pack of 2^31 files", header(2, 0, 0, 1, 0, 1L << 31, 0, 1), "pack files"),
                malformed("a pack of no files", header(2, 0, 0, 1, 0, 0, 0, 1), "pack files 0"),
                malformed("a pack with an attempt", header(2, 0, 1, 1, 0, 1, 0, 1), "pack attempt"),
                Named.of(
                        "a header that is damaged",
                        new Case(
                                (peer, stream) -> stream.sendRaw(new byte[44]),
                                ErrorCode.INTEGRITY,
                                "header check does not match")));
    }

    private static Stream<Named<Case>> packs() {
        return Stream.of(
                violation(
                        "a pack of another file's content",
                        (peer, stream) -> stream.pack(KEPT, 1, identity(SMALL), bytes(SMALL)),
                        "not asked for"),
                violation(
                        "a pack of another size",
                        (peer, stream) -> stream.pack(PACKED, 1, identity(SMALL - 1), bytes(SMALL - 1)),
                        "bytes, not " + SMALL),
                violation(
                        "a pack of a larger size",
                        (peer, stream) -> stream.pack(PACKED, 1, identity(SMALL + 1), bytes(SMALL + 1)),
                        "of a file of"),
                violation(
                        "a pack of another time",
                        (peer, stream) -> stream.pack(PACKED, 1, late(SMALL), bytes(SMALL)),
                        "another than the one offered"),
                violation(
                        "a pack of an attempt to come",
                        (peer, stream) -> stream.pack(PACKED, 2, identity(SMALL), bytes(SMALL)),
                        "not asked for"),
                violation(
                        "a pack of a large file",
                        (peer, stream) -> stream.pack(WANTED, 1, identity(SMALL), bytes(SMALL)),
                        "bytes, not " + SIZE),
                violation(
                        "a pack behind a part of the same file",
                        (peer, stream) -> {
                            stream.chunk(PACKED, 1, 0, bytes(1));
                            stream.pack(PACKED, 1, identity(SMALL), bytes(SMALL));
                        },
                        "of which ranges came before"),
                Named.of(
                        "a pack of fewer files than it says",
                        new Case(
                                (peer, stream) -> stream.pack(2, record(PACKED, SMALL, bytes(SMALL))),
                                ErrorCode.MALFORMED,
                                "ends in a record's head")),
                Named.of(
                        "a pack of more files than it says",
                        new Case((peer, stream) -> stream.pack(1, twice(PACKED)), ErrorCode.MALFORMED, "left over")),
                Named.of(
                        "a pack whose content is cut",
                        new Case(
                                (peer, stream) -> stream.pack(1, record(PACKED, SMALL, bytes(SMALL - 1))),
                                ErrorCode.MALFORMED,
                                "left in the pack")));
    }

    private static Stream<Named<Case>> words() {
        return Stream.of(
                word(
                        "confirmed as another size",
                        new Message.FileSent(WANTED, 1, identity(SIZE + 1)),
                        "another than the one"),
                word(
                        "confirmed as of another time",
                        new Message.FileSent(WANTED, 1, late(SIZE)),
                        "another than the one"),
                word(
                        "confirmed in an attempt to come",
                        new Message.FileSent(WANTED, 2, identity(SIZE)),
                        "not asked for"),
                word("confirmed unasked", new Message.FileSent(KEPT, 1, identity(SIZE)), "not asked for"),
                word("a directory confirmed", new Message.FileSent(DIRECTORY, 1, identity(SIZE)), "not asked for"),
                word("confirmed, and no such file", new Message.FileSent(UNKNOWN, 1, identity(SIZE)), "not asked for"),
                word(
                        "opened, and no such file",
                        new Message.FileOpened(UNKNOWN, 1, identity(HUGE_SIZE)),
                        "not asked for"),
                word(
                        "opened as another size",
                        new Message.FileOpened(WANTED, 1, identity(HUGE_SIZE)),
                        "another than the one"),
                word(
                        "opened in an attempt to come",
                        new Message.FileOpened(HUGE, 2, identity(HUGE_SIZE)),
                        "not asked for"),
                violation(
                        "opened twice, as two files",
                        (peer, stream) -> {
                            FileIdentity one = identity(HUGE_SIZE);
                            peer.send(new Message.FileOpened(HUGE, 1, one));
                            peer.send(new Message.FileOpened(
                                    HUGE,
                                    1,
                                    new FileIdentity(
                                            one.size(),
                                            one.mtimeSeconds(),
                                            one.mtimeNanos(),
                                            one.ctimeSeconds(),
                                            one.ctimeNanos(),
                                            one.inode() + 1)));
                        },
                        "another than the one"),
                word("changed, and no such file", new Message.SourceChanged(UNKNOWN, 1, entry(1)), "not asked for"),
                word("changed in an attempt to come", new Message.SourceChanged(WANTED, 2, entry(1)), "not under way"),
                word("changed unasked", new Message.SourceChanged(KEPT, 1, entry(1)), "not asked for"),
                word("lost unasked", new Message.SourceLost(KEPT, 1, ProblemCode.SOURCE_VANISHED), "not asked for"),
                word(
                        "lost in an attempt to come",
                        new Message.SourceLost(WANTED, 2, ProblemCode.SOURCE_VANISHED),
                        "not under way"),
                word("totals that nobody waits for", new Message.PathTotals(1, 1, 1), "nobody waits for"),
                word("a manifest part behind the end", RawManifest.root().end().part(), "after the root's end"),
                word("a receiver's word", new Message.Want(WANTED, 1, 0, 1), "not a sender's to send"),
                word("done", new Message.FileDone(WANTED, true), "not a sender's to send"),
                word("applied", new Message.Applied(HostilePeerTest.NOTHING), "not a sender's to send"),
                word("bye", new Message.Bye(), "Bye before"),
                word("hello again", new Message.Hello(1, 1, 0), "not a sender's to send"));
    }

    private static Named<Case> violation(String name, Script script, String detail) {
        return Named.of(name, new Case(script, ErrorCode.VIOLATION, detail));
    }

    private static Named<Case> word(String name, Message word, String detail) {
        return violation(name, (peer, stream) -> peer.send(word), detail);
    }

    private static Named<Case> malformed(String name, byte[] header, String detail) {
        return Named.of(name, new Case((peer, stream) -> stream.frame(header, bytes(1)), ErrorCode.MALFORMED, detail));
    }

    private static byte[] header(
            int type, int flags, int attempt, int wireLength, long sequence, long file, long offset, long plainLength) {
        return ByteBuffer.allocate(40)
                .put((byte) type)
                .put((byte) flags)
                .putShort((short) attempt)
                .putInt(wireLength)
                .putLong(sequence)
                .putLong(file)
                .putLong(offset)
                .putLong(plainLength)
                .array();
    }

    private static byte[] record(long file, int length, byte[] content) {
        ByteBuffer payload = ByteBuffer.allocate(PackCodec.HEAD_LENGTH + content.length);
        PackCodec.append(new PackRecord(file, 1, identity(length), length), payload);
        return payload.put(content).array();
    }

    private static byte[] twice(long file) {
        byte[] once = record(file, SMALL, bytes(SMALL));
        return ByteBuffer.allocate(2 * once.length).put(once).put(once).array();
    }

    private static FileIdentity late(long size) {
        return new FileIdentity(size, RawManifest.MTIME + 1, 0, RawManifest.MTIME, 0, 1);
    }

    private static Entry.RegularFile entry(long size) {
        return new Entry.RegularFile(new Metadata(0644, 0, 0, RawManifest.MTIME, 0), size, false);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void endsTheSessionAndLeavesTheOldContent(HostilePair.Caller caller, Case hostile) throws Exception {
        try (HostilePair pair = new HostilePair(work.path("pair"))) {
            Outside before = plant(pair);
            try (HostilePeer peer = pair.sends(caller, OPTIONS)) {
                offer(peer);
                long start = System.nanoTime();
                hostile.script().play(peer, peer.stream(0));

                peer.assertRefused(start, hostile.code(), hostile.detail());
                if (hostile.code() != ErrorCode.INTEGRITY) {
                    pair.assertBroken();
                }
            }
            // A directory's own times move when something is staged in it.
            before.assertUntouched();
        }
    }

    /** Old content at every name that is on offer. @return what must stay as it is */
    private static Outside plant(HostilePair pair) throws Exception {
        Path directory = Files.createDirectory(pair.target().resolve("d"));
        for (String name : new String[] {"a", "m", "z"}) {
            Files.writeString(directory.resolve(name), "old");
        }
        Files.setLastModifiedTime(
                Files.write(directory.resolve("k"), bytes(SMALL)),
                java.nio.file.attribute.FileTime.from(RawManifest.MTIME, TimeUnit.SECONDS));
        Files.setAttribute(directory.resolve("k"), "unix:mode", 0644);
        return Outside.of(pair.outside());
    }

    /** A directory, a file that is wanted, one that is there already, a small one and a huge one that are wanted. */
    private static void offer(HostilePeer peer) throws Exception {
        peer.send(RawManifest.root()
                .dir("d")
                .file("a", SIZE)
                .file("k", SMALL)
                .file("m", SMALL)
                .sparse("z", HUGE_SIZE)
                .end()
                .end()
                .part());
        for (long file : new long[] {WANTED, PACKED, HUGE}) {
            assertEquals(file, peer.await(Message.Want.class).file());
        }
        assertTrue(peer.await(Message.ManifestAck.class).complete());
    }

    /** Confirmed first and not sent: nothing is published. Then the content: it is. */
    @ParameterizedTest
    @EnumSource
    void aWordAheadOfTheContentPublishesNothing(HostilePair.Caller caller) throws Exception {
        try (HostilePair pair = new HostilePair(work.path("pair"))) {
            Path file = Files.writeString(pair.target().resolve("f"), "old");
            byte[] content = bytes(SIZE);
            try (HostilePeer peer = pair.sends(caller, OPTIONS)) {
                peer.send(RawManifest.root().file("f", SIZE).end().part());
                peer.await(Message.Want.class);
                peer.send(new Message.FileSent(1, 1, identity(SIZE)));
                peer.stream(0).chunk(1, 1, 0, Arrays.copyOf(content, SIZE - 1));
                // Behind both, and answered: so they were read.
                peer.send(new Message.FileSent(1, 1, identity(SIZE)));
                TimeUnit.MILLISECONDS.sleep(200);
                assertEquals("old", Files.readString(file));

                peer.stream(0).chunk(1, 1, SIZE - 1, new byte[] {content[SIZE - 1]});
                assertEquals(1, peer.await(Message.Applied.class).tally().changed());
                assertArrayEquals(content, Files.readAllBytes(file));
                HostilePeerTest.end(peer, caller);
            }
        }
    }

    /** What is late of an attempt that is void is thrown away, and does not count for the next. */
    @ParameterizedTest
    @EnumSource
    void anOlderAttemptCountsForNothing(HostilePair.Caller caller) throws Exception {
        try (HostilePair pair = new HostilePair(work.path("pair"));
                HostilePeer peer = pair.sends(caller, OPTIONS)) {
            byte[] content = bytes(SIZE);
            peer.send(RawManifest.root().file("f", SIZE).end().part());
            peer.await(Message.Want.class);
            peer.stream(0).chunk(1, 1, 0, new byte[SIZE / 2]);
            peer.send(new Message.SourceChanged(1, 1, entry(SIZE)));
            assertEquals(2, peer.await(Message.Want.class).attempt());
            peer.stream(0).chunk(1, 1, SIZE / 2, new byte[SIZE / 2]);
            peer.send(new Message.FileSent(1, 1, identity(SIZE)));
            peer.stream(0).chunk(1, 2, 0, content);
            assertFalse(Files.exists(pair.target().resolve("f")));

            peer.send(new Message.FileSent(1, 2, identity(SIZE)));

            assertEquals(1, peer.await(Message.Applied.class).tally().created());
            assertArrayEquals(content, Files.readAllBytes(pair.target().resolve("f")));
            HostilePeerTest.end(peer, caller);
        }
    }

    /** Sizes that no disk has: the file is given up by name, and the run goes on. */
    @ParameterizedTest
    @EnumSource
    void filesLargerThanAnyDiskAreGivenUp(HostilePair.Caller caller) throws Exception {
        try (HostilePair pair = new HostilePair(work.path("pair"));
                HostilePeer peer = pair.sends(caller, OPTIONS)) {
            peer.send(RawManifest.root()
                    .file("dense", Limits.FILE_LENGTH)
                    .sparse("sparse", Limits.FILE_LENGTH)
                    .end()
                    .part());
            assertEquals(Limits.FILE_LENGTH, peer.await(Message.Want.class).length());
            peer.stream(0).chunk(1, 1, 0, bytes(1));
            assertEquals(
                    ProblemCode.TARGET_FAILED,
                    peer.await(Message.FileRefused.class).code());
            assertEquals(2, peer.await(Message.Want.class).file());
            peer.stream(0).hole(2, 1, 0, Limits.FILE_LENGTH);
            peer.send(new Message.FileSent(2, 1, identity(Limits.FILE_LENGTH)));

            // A hole of any size is a file on some file systems, and too large on others.
            Tally tally = peer.await(Message.Applied.class).tally();
            assertEquals(2, tally.failed() + tally.created());
            assertTrue(tally.failed() >= 1);
            Trees.assertNothingStaged(pair.target());
            HostilePeerTest.end(peer, caller);
        }
    }

    /** What is told in a dry run is only added up, and no sum becomes negative. */
    @ParameterizedTest
    @EnumSource
    void sizesBeyondAllMeasureAddUp(HostilePair.Caller caller) throws Exception {
        try (HostilePair pair = new HostilePair(work.path("pair"));
                HostilePeer peer = pair.sends(caller, HostilePair.DRY)) {
            peer.send(RawManifest.root()
                    .file("a", Limits.FILE_LENGTH)
                    .file("b", Limits.FILE_LENGTH)
                    .file("c", Limits.FILE_LENGTH)
                    .end()
                    .part());
            Tally tally = peer.await(Message.Applied.class).tally();

            assertEquals(3, tally.created());
            assertEquals(Long.MAX_VALUE, tally.bytes());
            HostilePeerTest.end(peer, caller);
        }
    }

    /** The peer is gone, or says nothing but goodbye, when all is applied and only its figures are missing. */
    @Test
    void aPullIsDoneWhateverTheSenderSaysBehindIt() throws Exception {
        for (boolean says : new boolean[] {false, true}) {
            try (HostilePair pair = new HostilePair(work.path("pair" + says))) {
                HostilePeer peer = pair.sends(HostilePair.Caller.NODE, OPTIONS);
                peer.send(RawManifest.root().file("f", 0).end().part());
                peer.await(Message.Applied.class);
                if (says) {
                    peer.send(new Message.Bye());
                }
                peer.close();

                assertEquals(1, pair.report().tally().created());
                assertTrue(Files.exists(pair.target().resolve("f")));
            }
        }
    }
}
