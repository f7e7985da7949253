package io.zsync.node.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.fs.FileFailure;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.Limits;
import io.zsync.protocol.PathChoice;
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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** One table of cases against every data path that ends in a socket. */
@Timeout(60)
class DataPathTest {
    private static final int FILE = 7;
    private static final int ATTEMPT = 1;
    private static final long SEED = 20260101;

    @TempDir
    Path directory;

    private final PathCounters counters = new PathCounters();
    private final LongAdder verified = new LongAdder();
    private Loopback loopback;
    private DataWriter writer;
    private TargetFile target;
    private CompletableFuture<Void> reading = new CompletableFuture<>();

    @BeforeEach
    void connect() throws IOException {
        loopback = Loopback.open();
        writer = new DataWriter(DataStream.plain(loopback.near()), counters);
        target = new TargetFile(directory.resolve("target"));
    }

    @AfterEach
    void disconnect() throws IOException {
        loopback.close();
        target.close();
    }

    static Stream<Arguments> everyPathAndSize() {
        int chunk = Limits.CHUNK_LENGTH;
        return paths().flatMap(
                        path -> Stream.of(1, (64 << 10) - 1, 64 << 10, (64 << 10) + 1, chunk - 1, chunk, chunk + 1)
                                .map(size -> Arguments.of(path, size)));
    }

    static Stream<DataPath> paths() {
        return Stream.of(DataPath.SENDFILE, DataPath.MAPPED, DataPath.BUFFERED);
    }

    @ParameterizedTest
    @MethodSource("everyPathAndSize")
    void everyByteArrives(DataPath path, int size) throws Exception {
        Path source = randomFile("source", size);
        startReading();

        try (SourceFile file = new SourceFile(source)) {
            for (int offset = 0; offset < size; offset += Limits.CHUNK_LENGTH) {
                int length = Math.min(Limits.CHUNK_LENGTH, size - offset);
                DataWriter.Sent sent = writer.chunk(file, FILE, ATTEMPT, offset, length, path);
                assertTrue(sent.whole());
                assertEquals(path, sent.path());
                assertEquals(path == DataPath.SENDFILE ? PathChoice.KERNEL_SENDS : PathChoice.FORCED, sent.choice());
            }
        }
        endStream();

        assertEquals(-1, Files.mismatch(source, directory.resolve("target")));
        assertEquals(size, verified.sum());
        assertEquals(size, counters.bytes(path));
        assertEquals(size, counters.total());
    }

    @ParameterizedTest
    @MethodSource("paths")
    void farOffsetsAndHolesArrive(DataPath path) throws Exception {
        long far = 5L << 30;
        Path source = randomFile("source", 100_000);
        byte[] tail = random(70_000);
        try (FileChannel channel = FileChannel.open(source, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(tail), far);
        }
        startReading();

        try (SourceFile file = new SourceFile(source)) {
            writer.chunk(file, FILE, ATTEMPT, far, tail.length, path);
            writer.hole(FILE, ATTEMPT, 100_000, far - 100_000);
            writer.chunk(file, FILE, ATTEMPT, 0, 100_000, path);
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
        return paths().flatMap(path -> Stream.of(10_000, 4 << 20).map(size -> Arguments.of(path, size)));
    }

    @ParameterizedTest
    @MethodSource("everyPathAndCut")
    void aFileThatShrinksWhileItIsSentSpoilsItsChunkAndNotTheStream(DataPath path, int cut) throws Exception {
        int size = Limits.CHUNK_LENGTH;
        Path source = randomFile("source", size);
        Path other = randomFile("other", 1_000);

        try (SourceFile file = new SourceFile(source);
                SourceFile intact = new SourceFile(other)) {
            CompletableFuture<DataWriter.Sent> sending =
                    Background.start(() -> writer.chunk(file, FILE, ATTEMPT, 0, size, path));
            awaitBlocked(sending);
            try (FileChannel truncating = FileChannel.open(source, StandardOpenOption.WRITE)) {
                truncating.truncate(cut);
            }
            startReading();
            DataWriter.Sent sent = sending.get();
            assertFalse(sent.whole());
            assertNull(sent.failure());
            assertTrue(writer.chunk(intact, FILE + 1, ATTEMPT, 0, 1_000, path).whole());
        }
        endStream();

        assertEquals(List.of("damaged", "verified"), target.told());
        assertEquals(1_000, verified.sum());
        assertTrue(counters.total() < size + 1_000, "zeros that fill up are not counted: " + counters.total());
    }

    @ParameterizedTest
    @MethodSource("paths")
    void aRangeBehindTheEndSpoilsItsChunkAndNotTheStream(DataPath path) throws Exception {
        startReading();

        try (SourceFile file = new SourceFile(randomFile("source", 100_000))) {
            assertFalse(writer.chunk(file, FILE, ATTEMPT, 50_000, 50_001, path).whole());
            assertFalse(writer.chunk(file, FILE, ATTEMPT, 200_000, 100, path).whole());
            assertTrue(writer.chunk(file, FILE, ATTEMPT, 0, 100_000, path).whole());
        }
        endStream();

        assertEquals(List.of("damaged", "damaged", "verified"), target.told());
    }

    @ParameterizedTest
    @MethodSource("paths")
    void aReceiverThatClosesHalfWayEndsTheSending(DataPath path) throws Exception {
        int size = Limits.CHUNK_LENGTH;
        try (SourceFile file = new SourceFile(randomFile("source", size))) {
            CompletableFuture<DataWriter.Sent> sending =
                    Background.start(() -> writer.chunk(file, FILE, ATTEMPT, 0, size, path));
            awaitBlocked(sending);
            loopback.far().close();

            assertInstanceOf(
                    IOException.class,
                    assertThrows(ExecutionException.class, () -> sending.get(10, TimeUnit.SECONDS))
                            .getCause());
        }
    }

    @ParameterizedTest
    @MethodSource("paths")
    void closingTheWriterFreesASenderThatWaits(DataPath path) throws Exception {
        int size = Limits.CHUNK_LENGTH;
        try (SourceFile file = new SourceFile(randomFile("source", size))) {
            CompletableFuture<DataWriter.Sent> sending =
                    Background.start(() -> writer.chunk(file, FILE, ATTEMPT, 0, size, path));
            awaitBlocked(sending);
            writer.close();

            assertInstanceOf(
                    IOException.class,
                    assertThrows(ExecutionException.class, () -> sending.get(10, TimeUnit.SECONDS))
                            .getCause());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SENDFILE", "MAPPED"})
    void aRefusedChannelGivesWayToPlainReads(DataPath path) throws Exception {
        Path source = randomFile("source", 300_000);
        startReading();

        try (SourceFile file = new SourceFile(source).refuseChannel()) {
            DataWriter.Sent sent = writer.chunk(file, FILE, ATTEMPT, 0, 300_000, path);
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
    @MethodSource("paths")
    void anUnreadableSourceSpoilsItsChunkAndNotTheStream(DataPath path) throws Exception {
        Path source = randomFile("source", 1 << 20);
        startReading();

        try (SourceFile file = new SourceFile(source).failReadsFrom(512 << 10);
                SourceFile intact = new SourceFile(source)) {
            DataWriter.Sent sent = writer.chunk(file, FILE, ATTEMPT, 0, 1 << 20, path);
            assertFalse(sent.whole());
            assertInstanceOf(FileFailure.class, sent.failure());
            writer.chunk(intact, FILE, ATTEMPT, 0, 1 << 20, path);
        }
        endStream();

        assertEquals(List.of("damaged", "verified"), target.told());
        assertEquals(-1, Files.mismatch(source, directory.resolve("target")));
    }

    @ParameterizedTest
    @MethodSource("paths")
    void aRejectedChunkGoesOutAgainOnlyWhileTheSourceHoldsWhatWasSent(DataPath path) throws Exception {
        Path source = randomFile("source", 1 << 20);
        startReading();

        try (SourceFile file = new SourceFile(source)) {
            DataWriter.Sent sent = writer.chunk(file, FILE, ATTEMPT, 1_000, 600_000, path);
            DataWriter.Sent again = writer.resend(file, sent.header(), sent.check());
            assertNotNull(again);
            assertEquals(1, again.header().sequence());
            assertNotNull(writer.resend(file, again.header(), again.check()));
            try (FileChannel changing = FileChannel.open(source, StandardOpenOption.WRITE)) {
                changing.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), 400_000);
                assertNull(writer.resend(file, sent.header(), sent.check()));
                changing.truncate(300_000);
                assertNull(writer.resend(file, sent.header(), sent.check()));
            }
        }
        endStream();

        assertEquals(List.of("verified", "verified", "verified"), target.told());
    }

    /** Until the receiver's side is full of payload that nobody takes. */
    private void awaitBlocked(CompletableFuture<?> sending) throws Exception {
        long before = -1;
        long queued = 0;
        while (queued == 0 || queued != before) {
            before = queued;
            TimeUnit.MILLISECONDS.sleep(100); // "Nothing moves any more" has no event to wait for.
            queued = loopback.far().socket().getInputStream().available();
        }
        assertFalse(sending.isDone());
    }

    private void startReading() {
        reading = Background.start(() -> {
            try (DataReader reader = new DataReader(DataStream.plain(loopback.far()), 3, target, verified)) {
                reader.run();
            }
            return null;
        });
    }

    private void endStream() throws Exception {
        loopback.near().shutdownOutput();
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
