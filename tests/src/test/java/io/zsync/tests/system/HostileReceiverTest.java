package io.zsync.tests.system;

import static io.zsync.tests.system.HostilePair.OPTIONS;
import static io.zsync.tests.system.HostilePeerTest.NOTHING;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.protocol.Credits;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.FileIdentity;
import io.zsync.protocol.FrameHeader;
import io.zsync.protocol.Limits;
import io.zsync.protocol.ManifestDecoder;
import io.zsync.protocol.Message;
import io.zsync.protocol.PathPolicy;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.RunOptions;
import io.zsync.protocol.Transfer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Fault A5 as a receiver does it: it asks for what was not offered, for more than its credit, and speaks of what was never
 * sent. The sender's node sends nothing of it and ends the session (CVE-2024-12086, 2025-10158, 2026-43620).
 */
class HostileReceiverTest {
    private static final String SECRET = "the secret beside the source";
    private static final int LARGE = 200_000;
    private static final long HUGE = Limits.CREDIT_BYTES / 2 + 1;
    /** More than a connection takes from who does not read; a hole would be on its way at once. */
    private static final int DENSE_LENGTH = 32 << 20;

    /** Between data with holes, whatever the file system's blocks. */
    private static final int EXTENT_DISTANCE = 128 << 10;

    /** Entry numbers of the source of every case, in its order of names: d, d/f, e, g, h, i, l, z. */
    private static final long DIRECTORY = 1;

    private static final long SMALL = 2;
    private static final long EMPTY = 3;
    private static final long LARGE_FILE = 4;
    private static final long HUGE_ONE = 5;
    private static final long HUGE_TWO = 6;
    private static final long LINK = 7;
    private static final long DENSE = 9;
    private static final long UNKNOWN = 99;

    @RegisterExtension
    final Workspace work = new Workspace();

    static Stream<Arguments> cases() {
        return HostilePair.withCallers(Stream.of(
                asks("what was not offered", want(UNKNOWN, 0, 1), "is not on offer"),
                asks("file 2^63 - 1", want(Long.MAX_VALUE, 0, 1), "is not on offer"),
                asks("the root", want(0, 0, 1), "is not on offer"),
                asks("a directory", want(DIRECTORY, 0, 1), "is not on offer"),
                asks("a symlink", want(LINK, 0, 1), "is not on offer"),
                asks("a file of no bytes", want(EMPTY, 0, 1), "is not on offer"),
                asks("a byte beyond the end", want(LARGE_FILE, 0, LARGE + 1), "no range"),
                asks("beyond the end", want(LARGE_FILE, LARGE, 1), "no range"),
                asks("2^62 bytes", want(LARGE_FILE, 0, 1L << 62), "no range"),
                asks("all that a file can have", want(SMALL, 0, Limits.FILE_LENGTH), "no range"),
                asks("an attempt to come", new Message.Want(LARGE_FILE, 2, 0, 1), "no range"),
                asks("to go on with no such file", resume(UNKNOWN, HUGE, 0, 1), "is not on offer"),
                asks(
                        "to go on with what it wanted before",
                        List.of(want(HUGE_ONE, 0, 1), resume(HUGE_ONE, HUGE, 0, 1)),
                        "was wanted before"),
                asks(
                        "more bytes than its credit",
                        List.of(want(HUGE_ONE, 0, 1), want(HUGE_TWO, 0, 1)),
                        "beyond the credit"),
                asks("word that no file is done", new Message.FileDone(UNKNOWN, true), "was not outstanding"),
                asks("word that an offered file is done", new Message.FileDone(SMALL, true), "was not outstanding"),
                asks(
                        "word that a file is done before it is sent",
                        List.of(want(DENSE, 0, DENSE_LENGTH), new Message.FileDone(DENSE, true)),
                        "was not sent"),
                asks("an end without the manifest", new Message.Applied(NOTHING), "before the manifest was taken"),
                asks("a sender's word", new Message.FileSent(SMALL, 1, identity(5)), "not a receiver's to send"),
                asks("a manifest", RawManifest.root().end().part(), "not a receiver's to send"),
                asks("totals", new Message.PathTotals(0, 0, 0), "not a receiver's to send"),
                asks("bye", new Message.Bye(), "Bye before"),
                asks("an opening", new Message.Welcome(1, 0, Credits.DEFAULT), "not a receiver's to send")));
    }

    private static Object[] asks(String name, Message word, String detail) {
        return asks(name, List.of(word), detail);
    }

    private static Object[] asks(String name, List<Message> words, String detail) {
        return new Object[] {Named.of(name, words), detail};
    }

    private static Message want(long file, long offset, long length) {
        return new Message.Want(file, 1, offset, length);
    }

    private static Message resume(long file, long size, long offset, long length) {
        return new Message.Resume(file, identity(size), List.of(new Message.Range(offset, length)));
    }

    private static FileIdentity identity(long size) {
        return new FileIdentity(size, 1, 0, 1, 0, 1);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void endsTheSession(HostilePair.Caller caller, List<Message> words, String detail) throws Exception {
        try (HostilePair pair = new HostilePair(work.path("pair"))) {
            plant(pair);
            try (HostilePeer peer = pair.receives(caller, OPTIONS)) {
                HostilePeerTest.readManifest(peer, new TreeMap<>(), new TreeMap<>());
                long start = System.nanoTime();
                peer.send(words.toArray(Message[]::new));

                peer.assertRefused(start, ErrorCode.VIOLATION, detail);
                pair.assertBroken();
                String sent = new String(peer.stream(0).readAll(), StandardCharsets.ISO_8859_1);
                assertFalse(sent.contains(SECRET));
            }
        }
    }

    /** Beside the source lies what its link leads to. */
    private void plant(HostilePair pair) throws Exception {
        Path source = pair.source();
        Path secret = Files.writeString(pair.outside().resolve("secret"), SECRET);
        Files.createDirectory(source.resolve("d"));
        Files.writeString(source.resolve("d/f"), "small");
        Files.createFile(source.resolve("e"));
        Files.write(source.resolve("g"), new byte[LARGE]);
        for (String name : List.of("h", "i")) {
            try (var file = new java.io.RandomAccessFile(source.resolve(name).toFile(), "rw")) {
                file.setLength(HUGE);
            }
        }
        Files.createSymbolicLink(source.resolve("l"), secret);
        Files.writeString(source.resolve("z"), "small");
        Files.write(source.resolve("zz"), new byte[DENSE_LENGTH]);
    }

    /** Lies about what was taken: of more, of less, as the end, as none, once more. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void anAcknowledgementOfWhatIsNotDueEndsTheSession(int lie) throws Exception {
        try (HostilePair pair = new HostilePair(work.path("pair"))) {
            plant(pair);
            try (HostilePeer peer = pair.receives(HostilePair.Caller.NODE, OPTIONS)) {
                Message[] good = HostilePeerTest.readManifest(peer, new TreeMap<>(), new TreeMap<>());
                Message.ManifestAck last = (Message.ManifestAck) good[good.length - 1];
                long through = last.throughEntry();
                Message hostile = switch (lie) {
                    case 0 -> new Message.ManifestAck(through + 1, 0, 0, true);
                    case 1 -> new Message.ManifestAck(through - 1, 0, 0, true);
                    case 2 -> new Message.ManifestAck(through, 0, 0, false);
                    case 3 -> new Message.ManifestAck(Long.MAX_VALUE, 0, 0, true);
                    default -> last;
                };
                if (lie == 4) {
                    peer.send(good);
                } else {
                    peer.send(Arrays.copyOf(good, good.length - 1));
                }
                peer.send(hostile);

                peer.assertRefused(System.nanoTime(), ErrorCode.VIOLATION, "manifest acknowledged");
                pair.assertBroken();
            }
        }
    }

    /** The end of the manifest is told before it has come: the sender has more to say. */
    @Test
    void anEndBeforeTheEndOfTheManifestEndsTheSession() throws Exception {
        try (HostilePair pair = new HostilePair(work.path("pair"))) {
            // More than one part.
            for (int i = 0; i < 4_000; i++) {
                Files.createFile(pair.source().resolve("f" + "0".repeat(100) + i));
            }
            try (HostilePeer peer = pair.receives(HostilePair.Caller.PEER, OPTIONS)) {
                ManifestDecoder decoder = new ManifestDecoder();
                decoder.accept(peer.await(Message.ManifestPart.class));
                while (decoder.next() != null) {
                    assertFalse(decoder.isComplete());
                }
                peer.send(new Message.ManifestAck(decoder.lastEntry(), 0, 0, true), new Message.Applied(NOTHING));

                peer.assertRefused(System.nanoTime(), ErrorCode.VIOLATION, "acknowledged as complete");
            }
        }
    }

    /** More files than its credit, which is the smaller of both ends'. */
    @ParameterizedTest
    @EnumSource
    void moreFilesThanTheCreditEndTheSession(HostilePair.Caller caller) throws Exception {
        try (HostilePair pair = new HostilePair(work.path("pair"))) {
            for (int i = 0; i <= Limits.CREDIT_FILES; i++) {
                Files.writeString(pair.source().resolve("f" + i), "x");
            }
            try (HostilePeer peer = pair.receives(caller, OPTIONS)) {
                HostilePeerTest.readManifest(peer, new TreeMap<>(), new TreeMap<>());
                peer.send(IntStream.rangeClosed(1, Limits.CREDIT_FILES + 1)
                        .mapToObj(file -> want(file, 0, 1))
                        .toArray(Message[]::new));

                peer.assertRefused(System.nanoTime(), ErrorCode.VIOLATION, "beyond the credit of 8192 files");
                pair.assertBroken();
            }
        }
    }

    /** Rejections of what was never sent, or of another attempt or length, are nobody's; what is due goes on. */
    @ParameterizedTest
    @EnumSource
    void rejectionsOfWhatWasNeverSentChangeNothing(HostilePair.Caller caller) throws Exception {
        try (HostilePair pair = new HostilePair(work.path("pair"))) {
            plant(pair);
            try (HostilePeer peer = pair.receives(caller, OPTIONS)) {
                Message[] acknowledgements = HostilePeerTest.readManifest(peer, new TreeMap<>(), new TreeMap<>());
                peer.send(
                        new Message.ChunkRejected(UNKNOWN, 1, 0, 1),
                        new Message.ChunkRejected(LARGE_FILE, 1, 0, LARGE),
                        new Message.PackRejected(0, 0),
                        new Message.PackRejected(15, Long.MAX_VALUE),
                        new Message.FileRefused(UNKNOWN, ProblemCode.TARGET_FAILED),
                        want(LARGE_FILE, 0, LARGE));
                peer.send(acknowledgements);
                HostileStream.Frame frame = peer.stream(0).read();
                peer.send(
                        new Message.ChunkRejected(LARGE_FILE, 2, 0, LARGE),
                        new Message.ChunkRejected(LARGE_FILE, 1, 0, LARGE - 1),
                        new Message.ChunkRejected(LARGE_FILE, 1, 1, LARGE),
                        new Message.ChunkRejected(LARGE_FILE, 1, 1L << 60, 1),
                        new Message.PackRejected(0, 0));
                peer.await(Message.FileSent.class);
                peer.send(new Message.FileDone(LARGE_FILE, false), new Message.Applied(NOTHING));

                assertEquals(LARGE, frame.payload().length);
                if (caller == HostilePair.Caller.PEER) {
                    assertEquals(LARGE, peer.await(Message.PathTotals.class).sendfileBytes());
                    peer.send(new Message.Bye());
                } else {
                    assertTrue(pair.report().problems().isEmpty());
                }
            }
        }
    }

    /** Who rejects the same range for ever gets it four times, and then word that the file is lost. */
    @ParameterizedTest
    @EnumSource
    void aRangeIsNotSentForEver(HostilePair.Caller caller) throws Exception {
        try (HostilePair pair = new HostilePair(work.path("pair"))) {
            plant(pair);
            try (HostilePeer peer = pair.receives(caller, OPTIONS)) {
                HostilePeerTest.readManifest(peer, new TreeMap<>(), new TreeMap<>());
                peer.send(want(LARGE_FILE, 0, LARGE));
                for (int i = 0; i <= Limits.RANGE_RETRIES; i++) {
                    assertEquals(
                            FrameHeader.Type.CHUNK,
                            peer.stream(0).read().header().type());
                    peer.send(new Message.ChunkRejected(LARGE_FILE, 1, 0, LARGE));
                }

                assertEquals(
                        ProblemCode.INTEGRITY,
                        peer.await(Message.SourceLost.class).code());
            }
        }
    }

    /** A sender remembers the newest chunks of a file; whether its source still is what an older one held, it cannot tell. */
    @Test
    void aRejectionOfWhatWentOutTooLongAgoVoidsTheAttempt() throws Exception {
        int extents = 65_537;
        try (HostilePair pair = new HostilePair(work.path("pair"))) {
            try (FileChannel file = FileChannel.open(
                    pair.source().resolve("f"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                for (int i = 0; i < extents; i++) {
                    file.write(ByteBuffer.wrap(new byte[] {1}), (long) i * EXTENT_DISTANCE);
                }
            }
            try (HostilePeer peer = pair.receives(HostilePair.Caller.PEER, OPTIONS)) {
                HostilePeerTest.readManifest(peer, new TreeMap<>(), new TreeMap<>());
                peer.send(want(1, 0, (long) (extents - 1) * EXTENT_DISTANCE + 1));
                int oldest = 0;
                for (int chunks = 0; chunks < extents; ) {
                    FrameHeader header = peer.stream(0).read().header();
                    if (header.type() == FrameHeader.Type.CHUNK) {
                        oldest = chunks == 0 ? (int) header.plainLength() : oldest;
                        chunks++;
                    }
                }
                peer.await(Message.FileSent.class);
                peer.send(new Message.ChunkRejected(1, 1, 0, oldest));

                assertEquals(1, peer.await(Message.SourceChanged.class).attempt());
            }
        }
    }

    /** What it rejects and does not take is held for it, and others have rejections too. */
    @Test
    void aPeerThatRejectsAndDoesNotReadLeavesOthersTheirs() throws Exception {
        int streams = 8;
        // A connection takes one chunk from who does not read, and not two.
        int files = 2 * streams;
        RunOptions manyStreams =
                HostilePair.options(false, new Transfer(PathPolicy.AUTO, streams, false, 0), Deletion.NONE);
        try (HostilePair pair = new HostilePair(work.path("pair"))) {
            for (int i = 0; i < files; i++) {
                Files.write(pair.source().resolve("f" + i), new byte[Limits.CHUNK_LENGTH]);
            }
            try (HostilePeer hostile = pair.receives(HostilePair.Caller.PEER, manyStreams);
                    HostilePeer other = pair.receives(HostilePair.Caller.PEER, OPTIONS)) {
                HostilePeerTest.readManifest(hostile, new TreeMap<>(), new TreeMap<>());
                hostile.send(IntStream.rangeClosed(1, files)
                        .mapToObj(file -> want(file, 0, Limits.CHUNK_LENGTH))
                        .toArray(Message[]::new));
                int frames = 0;
                for (int i = 0; frames < files; i++) {
                    HostileStream stream = hostile.stream(i % streams);
                    if (stream.hasMore()) {
                        stream.read();
                        frames++;
                    }
                }
                hostile.send(IntStream.rangeClosed(1, files)
                        .mapToObj(file -> new Message.ChunkRejected(file, 1, 0, Limits.CHUNK_LENGTH))
                        .toArray(Message[]::new));
                // Nothing tells that its threads wait for it.
                Thread.sleep(1_000);

                HostilePeerTest.readManifest(other, new TreeMap<>(), new TreeMap<>());
                other.send(want(1, 0, LARGE));
                HostileStream.Frame first = other.stream(0).read();
                other.send(new Message.ChunkRejected(1, 1, 0, LARGE));
                HostileStream.Frame again = other.stream(0).read();

                assertArrayEquals(first.payload(), again.payload());
                assertEquals(1, again.header().attempt());
            }
        }
    }

    /** Its last chunk is under way when it is refused, and then the stream goes: so does the descriptor. */
    @Test
    void aFileGivenUpUnderAStreamThatBreaksIsClosed() throws Exception {
        RunOptions twoStreams = HostilePair.options(false, new Transfer(PathPolicy.AUTO, 2, false, 0), Deletion.NONE);
        try (HostilePair pair = new HostilePair(work.path("pair"))) {
            plant(pair);
            try (HostilePeer peer = pair.receives(HostilePair.Caller.PEER, twoStreams)) {
                HostilePeerTest.readManifest(peer, new TreeMap<>(), new TreeMap<>());
                peer.send(want(DENSE, 0, Limits.CHUNK_LENGTH));
                await().until(() -> isOpen(pair.source().resolve("zz")));
                // Nothing tells when the other thread has found nothing left of it, nor when the word has come.
                Thread.sleep(200);
                peer.send(new Message.FileRefused(DENSE, ProblemCode.TARGET_FAILED));
                Thread.sleep(200);
                assertTrue(isOpen(pair.source().resolve("zz")), "it is under way");
            }
            await().until(() -> !isOpen(pair.source().resolve("zz")));
        }
    }

    private static boolean isOpen(Path file) throws IOException {
        Path real = file.toRealPath();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.anyMatch(descriptor -> {
                try {
                    return Files.readSymbolicLink(descriptor).equals(real);
                } catch (IOException closedMeanwhile) {
                    return false;
                }
            });
        }
    }

    /** Of a file that this end no longer has, or never had: all of it starts over, and nothing of it goes out as asked. */
    @ParameterizedTest
    @EnumSource
    void aFileToGoOnWithThatIsAnotherStartsOver(HostilePair.Caller caller) throws Exception {
        try (HostilePair pair = new HostilePair(work.path("pair"))) {
            plant(pair);
            try (HostilePeer peer = pair.receives(caller, OPTIONS)) {
                HostilePeerTest.readManifest(peer, new TreeMap<>(), new TreeMap<>());
                peer.send(resume(HUGE_ONE, HUGE, 7, 1));

                Message.SourceChanged changed = peer.await(Message.SourceChanged.class);

                assertEquals(HUGE_ONE, changed.file());
                assertEquals(HUGE, changed.fresh().size());
                peer.send(new Message.Want(HUGE_ONE, 2, 0, LARGE));
                FrameHeader header = peer.stream(0).read().header();
                assertEquals(FrameHeader.Type.HOLE, header.type());
                assertEquals(
                        List.of(2L, 0L, (long) LARGE),
                        List.of((long) header.attempt(), header.offset(), header.plainLength()));
            }
        }
    }
}
