package io.zsync.node.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.copy.PathCounters;
import io.zsync.node.fs.FileFailure;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.Limits;
import io.zsync.protocol.PathChoice;
import io.zsync.protocol.Protection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One table of cases against every data path that ends in a socket, at every level that it can serve. */
@Timeout(60)
class DataPathTest {
    private static final int FILE = 7;
    private static final int ATTEMPT = 1;
    private static final long SEED = 20260101;

    @TempDir
    Path directory;

    private final PathCounters counters = new PathCounters();
    private final LongAdder verified = new LongAdder();

    /** Made by {@link #connect}, with which each test begins. */
    @SuppressWarnings("NullAway.Init")
    private StreamPair streams;

    @SuppressWarnings("NullAway.Init")
    private DataWriter writer;

    private TargetFile target;
    private CompletableFuture<Void> reading = new CompletableFuture<>();

    /** How bytes go: what reads them, and what guards them. */
    record Way(Protection level, DataPath path) {
        PathChoice choice() {
            return switch (path) {
                case SENDFILE -> PathChoice.KERNEL_SENDS;
                case BUFFERED -> level == Protection.PRIVATE ? PathChoice.ENCRYPTED : PathChoice.FORCED;
                default -> PathChoice.FORCED;
            };
        }
    }

    private void connect(Protection level) throws Exception {
        streams = StreamPair.open(level);
        writer = new DataWriter(streams.near(), counters, new Pace(0), true);
    }

    @BeforeEach
    void openTarget() throws IOException {
        target = new TargetFile(directory.resolve("target"));
    }

    @AfterEach
    void disconnect() throws IOException {
        streams.close();
        target.close();
    }

    static Stream<Arguments> everyPathAndSize() {
        int chunk = Limits.CHUNK_LENGTH;
        return ways().flatMap(way -> Stream.of(1, (64 << 10) - 1, 64 << 10, (64 << 10) + 1, chunk - 1, chunk, chunk + 1)
                .map(size -> Arguments.of(way, size)));
    }

    static Stream<Way> ways() {
        return Stream.of(
                new Way(Protection.CLEAR, DataPath.SENDFILE),
                new Way(Protection.CLEAR, DataPath.MAPPED),
                new Way(Protection.CLEAR, DataPath.BUFFERED),
                new Way(Protection.SAFE, DataPath.SENDFILE),
                new Way(Protection.SAFE, DataPath.MAPPED),
                new Way(Protection.SAFE, DataPath.BUFFERED),
                new Way(Protection.PRIVATE, DataPath.MAPPED),
                new Way(Protection.PRIVATE, DataPath.BUFFERED));
    }

    @ParameterizedTest
    @MethodSource("everyPathAndSize")
    void everyByteArrives(Way way, int size) throws Exception {
        connect(way.level());
        Path source = randomFile("source", size);
        startReading();

        try (SourceFile file = new SourceFile(source)) {
            for (int offset = 0; offset < size; offset += Limits.CHUNK_LENGTH) {
                int length = Math.min(Limits.CHUNK_LENGTH, size - offset);
                DataWriter.Sent sent = writer.chunk(file, FILE, ATTEMPT, offset, length, way.path());
                assertTrue(sent.whole());
                assertEquals(way.path(), sent.path());
                assertEquals(way.choice(), sent.choice());
            }
        }
        endStream();

        assertEquals(-1, Files.mismatch(source, directory.resolve("target")));
        assertEquals(size, verified.sum());
        assertEquals(size, counters.bytes(way.path()));
        assertEquals(size, counters.total());
    }

    @ParameterizedTest
    @MethodSource("ways")
    void farOffsetsAndHolesArrive(Way way) throws Exception {
        connect(way.level());
        long far = 5L << 30;
        Path source = randomFile("source", 100_000);
        byte[] tail = random(70_000);
        try (FileChannel channel = FileChannel.open(source, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(tail), far);
        }
        startReading();

        try (SourceFile file = new SourceFile(source)) {
            writer.chunk(file, FILE, ATTEMPT, far, tail.length, way.path());
            writer.hole(FILE, ATTEMPT, 100_000, far - 100_000);
            writer.chunk(file, FILE, ATTEMPT, 0, 100_000, way.path());
        }
        endStream();

        assertEquals(List.of("verified", "verified", "verified"), target.told());
        try (FileChannel one = FileChannel.open(source);
                FileChannel other = FileChannel.open(directory.resolve("target"))) {
            assertEquals(one.size(), other.size());
            for (long offset : new long[] {0, 99_000, far - 1_000, far, far + 69_000}) {
                assertEquals(range(one, offset), range(other, offset), "at " + offset);
            }
        }
    }

    /** Cut behind what is sent already, or far ahead, where mapped pages are gone before anybody has looked at them. */
    static Stream<Arguments> everyPathAndCut() {
        return ways().flatMap(way -> Stream.of(10_000, 4 << 20).map(size -> Arguments.of(way, size)));
    }

    @ParameterizedTest
    @MethodSource("everyPathAndCut")
    void aFileThatShrinksWhileItIsSentSpoilsItsChunkAndNotTheStream(Way way, int cut) throws Exception {
        connect(way.level());
        int size = Limits.CHUNK_LENGTH;
        Path source = randomFile("source", size);
        Path other = randomFile("other", 1_000);

        try (SourceFile file = new SourceFile(source);
                SourceFile intact = new SourceFile(other)) {
            CompletableFuture<DataWriter.Sent> sending =
                    Background.start(() -> writer.chunk(file, FILE, ATTEMPT, 0, size, way.path()));
            awaitBlocked(sending);
            try (FileChannel truncating = FileChannel.open(source, StandardOpenOption.WRITE)) {
                truncating.truncate(cut);
            }
            startReading();
            DataWriter.Sent sent = sending.get();
            assertFalse(sent.whole());
            assertNull(sent.failure());
            assertTrue(writer.chunk(intact, FILE + 1, ATTEMPT, 0, 1_000, way.path())
                    .whole());
        }
        endStream();

        assertEquals(List.of("damaged", "verified"), target.told());
        assertEquals(1_000, verified.sum());
        assertTrue(counters.total() < size + 1_000, "zeros that fill up are not counted: " + counters.total());
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aRangeBehindTheEndSpoilsItsChunkAndNotTheStream(Way way) throws Exception {
        connect(way.level());
        startReading();

        try (SourceFile file = new SourceFile(randomFile("source", 100_000))) {
            assertFalse(writer.chunk(file, FILE, ATTEMPT, 50_000, 50_001, way.path())
                    .whole());
            assertFalse(
                    writer.chunk(file, FILE, ATTEMPT, 200_000, 100, way.path()).whole());
            assertTrue(writer.chunk(file, FILE, ATTEMPT, 0, 100_000, way.path()).whole());
        }
        endStream();

        assertEquals(List.of("damaged", "damaged", "verified"), target.told());
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aReceiverThatClosesHalfWayEndsTheSending(Way way) throws Exception {
        connect(way.level());
        int size = Limits.CHUNK_LENGTH;
        try (SourceFile file = new SourceFile(randomFile("source", size))) {
            CompletableFuture<DataWriter.Sent> sending =
                    Background.start(() -> writer.chunk(file, FILE, ATTEMPT, 0, size, way.path()));
            awaitBlocked(sending);
            streams.sockets().far().close();

            assertInstanceOf(
                    IOException.class,
                    assertThrows(ExecutionException.class, () -> sending.get(10, TimeUnit.SECONDS))
                            .getCause());
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void closingTheWriterFreesASenderThatWaits(Way way) throws Exception {
        connect(way.level());
        int size = Limits.CHUNK_LENGTH;
        try (SourceFile file = new SourceFile(randomFile("source", size))) {
            CompletableFuture<DataWriter.Sent> sending =
                    Background.start(() -> writer.chunk(file, FILE, ATTEMPT, 0, size, way.path()));
            awaitBlocked(sending);
            writer.close();

            assertInstanceOf(
                    IOException.class,
                    assertThrows(ExecutionException.class, () -> sending.get(10, TimeUnit.SECONDS))
                            .getCause());
        }
    }

    static Stream<Way> waysThroughAChannel() {
        return ways().filter(way -> way.path() != DataPath.BUFFERED);
    }

    @ParameterizedTest
    @MethodSource("waysThroughAChannel")
    void aRefusedChannelGivesWayToPlainReads(Way way) throws Exception {
        connect(way.level());
        Path source = randomFile("source", 300_000);
        startReading();

        try (SourceFile file = new SourceFile(source).refuseChannel()) {
            DataWriter.Sent sent = writer.chunk(file, FILE, ATTEMPT, 0, 300_000, way.path());
            assertTrue(sent.whole());
            assertEquals(DataPath.BUFFERED, sent.path());
            assertEquals(PathChoice.TRANSFER_REFUSED, sent.choice());
        }
        endStream();

        assertEquals(-1, Files.mismatch(source, directory.resolve("target")));
        assertEquals(300_000, counters.bytes(DataPath.BUFFERED));
        assertEquals(300_000, counters.total());
    }

    @ParameterizedTest
    @MethodSource("ways")
    void anUnreadableSourceSpoilsItsChunkAndNotTheStream(Way way) throws Exception {
        connect(way.level());
        Path source = randomFile("source", 1 << 20);
        startReading();

        try (SourceFile file = new SourceFile(source).failReadsFrom(512 << 10);
                SourceFile intact = new SourceFile(source)) {
            DataWriter.Sent sent = writer.chunk(file, FILE, ATTEMPT, 0, 1 << 20, way.path());
            assertFalse(sent.whole());
            assertInstanceOf(FileFailure.class, sent.failure());
            writer.chunk(intact, FILE, ATTEMPT, 0, 1 << 20, way.path());
        }
        endStream();

        assertEquals(List.of("damaged", "verified"), target.told());
        assertEquals(-1, Files.mismatch(source, directory.resolve("target")));
    }

    static Stream<Way> waysThatMayDamage() {
        return ways().filter(way -> way.level() != Protection.PRIVATE);
    }

    @ParameterizedTest
    @MethodSource("waysThatMayDamage")
    void aRejectedChunkGoesOutAgainOnlyWhileTheSourceHoldsWhatWasSent(Way way) throws Exception {
        connect(way.level());
        Path source = randomFile("source", 1 << 20);
        startReading();

        try (SourceFile file = new SourceFile(source)) {
            DataWriter.Sent sent = writer.chunk(file, FILE, ATTEMPT, 1_000, 600_000, way.path());
            DataWriter.Sent again = writer.resend(file, sent.chunk());
            assertNotNull(again);
            assertEquals(1, again.chunk().header().sequence());
            assertNotNull(writer.resend(file, again.chunk()));
            try (FileChannel changing = FileChannel.open(source, StandardOpenOption.WRITE)) {
                changing.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), 400_000);
                assertNull(writer.resend(file, sent.chunk()));
                changing.truncate(300_000);
                assertNull(writer.resend(file, sent.chunk()));
            }
        }
        endStream();

        assertEquals(List.of("verified", "verified", "verified"), target.told());
    }

    /** TLS has brought it whole or not at all: who rejects it is wrong, or the source never had it. */
    @Test
    void aRejectedChunkNeverGoesOutAgainEncrypted() throws Exception {
        connect(Protection.PRIVATE);
        startReading();

        try (SourceFile file = new SourceFile(randomFile("source", 1_000))) {
            DataWriter.Sent sent = writer.chunk(file, FILE, ATTEMPT, 0, 1_000, DataPath.BUFFERED);
            assertNull(writer.resend(file, sent.chunk()));
        }
        endStream();

        assertEquals(List.of("verified"), target.told());
    }

    @Test
    void theKernelIsNeverAskedToEncrypt() throws Exception {
        connect(Protection.PRIVATE);
        startReading();

        try (SourceFile file = new SourceFile(randomFile("source", 1_000))) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> writer.chunk(file, FILE, ATTEMPT, 0, 1_000, DataPath.SENDFILE));
        }
        endStream();

        assertEquals(List.of(), target.told());
    }

    /** Until the receiver's side is full of payload that nobody takes. */
    private void awaitBlocked(CompletableFuture<?> sending) throws Exception {
        long before = -1;
        long queued = 0;
        while (queued == 0 || queued != before) {
            before = queued;
            TimeUnit.MILLISECONDS.sleep(100); // "Nothing moves any more" has no event to wait for.
            queued = streams.sockets().far().socket().getInputStream().available();
        }
        assertFalse(sending.isDone());
    }

    private void startReading() {
        reading = Background.start(() -> {
            try (DataReader reader =
                    new DataReader(streams.far(), 3, target, new Arrivals(new LongAdder(), verified), true)) {
                reader.run();
            }
            return null;
        });
    }

    private void endStream() throws Exception {
        streams.endNear();
        reading.get(30, TimeUnit.SECONDS);
    }

    private Path randomFile(String name, int size) throws IOException {
        return Files.write(directory.resolve(name), random(size));
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(SEED).nextBytes(bytes);
        return bytes;
    }

    private static ByteBuffer range(FileChannel file, long offset) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(2_000);
        file.read(bytes, offset);
        return bytes.flip();
    }
}
