package io.zsync.node.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.copy.PathCounters;
import io.zsync.node.fs.FileFailure;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.FileIdentity;
import io.zsync.protocol.FrameHeader;
import io.zsync.protocol.Limits;
import io.zsync.protocol.PackCodec;
import io.zsync.protocol.PackRecord;
import io.zsync.protocol.Protection;
import io.zsync.protocol.ProtocolException;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a reader makes of a writer's bytes, whole, damaged, cut off or out of place. */
@Timeout(60)
class DataStreamTest {
    private static final int STREAM = 3;

    @TempDir
    Path directory;

    private final LongAdder verified = new LongAdder();
    private final PathCounters counters = new PathCounters();
    private Protection level = Protection.CLEAR;
    private boolean compress;
    private TargetFile target;

    @BeforeEach
    void openTarget() throws IOException {
        target = new TargetFile(directory.resolve("target"));
    }

    @AfterEach
    void closeTarget() throws IOException {
        target.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"CLEAR", "SAFE"})
    void everyFlippedBitOfAHeaderIsFoundBeforeAnythingIsUsed(Protection chosen) throws Exception {
        level = chosen;
        byte[] frames = record(this::twoChunks);

        for (int bit = 0; bit < headerLength() * Byte.SIZE; bit++) {
            byte[] flipped = flip(frames, bit);
            ProtocolException refused = assertThrows(ProtocolException.class, () -> replay(flipped));
            assertEquals(ErrorCode.INTEGRITY, refused.code());
        }

        assertEquals(List.of(), target.told());
        assertEquals(0, verified.sum());
    }

    @ParameterizedTest
    @EnumSource(names = {"CLEAR", "SAFE"})
    void aFlippedBitOfAPayloadDamagesThatChunkAlone(Protection chosen) throws Exception {
        level = chosen;
        byte[] frames = record(this::twoChunks);

        replay(flip(frames, (headerLength() + 500) * Byte.SIZE));

        assertEquals(List.of("damaged", "verified"), target.told());
        assertEquals(2_000, verified.sum());
    }

    @ParameterizedTest
    @EnumSource(names = {"CLEAR", "SAFE"})
    void aFlippedBitOfAPayloadCheckDamagesThatChunkAlone(Protection chosen) throws Exception {
        level = chosen;
        byte[] frames = record(this::twoChunks);

        for (int i = 0; i < checkLength(); i++) {
            replay(flip(frames, (headerLength() + 1_000 + i) * Byte.SIZE + i % Byte.SIZE));
        }

        assertEquals(
                Collections.nCopies(checkLength(), List.of("damaged", "verified")).stream()
                        .flatMap(List::stream)
                        .toList(),
                target.told());
    }

    /** As in the vectors data-private/chunk and chunk-spoilt. */
    @ParameterizedTest
    @CsvSource({"hello, 68656c6c6f01", "he, 686500000000"})
    void aPrivateFrameIsAHeaderAPayloadAndOneByte(String content, String payload) throws Exception {
        level = Protection.PRIVATE;
        Path path = directory.resolve("far");
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(content.getBytes(StandardCharsets.US_ASCII)), 1L << 33);
        }
        byte[] frame = record(writer -> {
            try (SourceFile file = new SourceFile(path)) {
                writer.chunk(file, 7, 1, 1L << 33, 5, DataPath.BUFFERED);
            }
        });
        assertEquals(
                "0100000100000005" + "0000000000000000" + "0000000000000007" + "0000000200000000" + "0000000000000005"
                        + payload,
                HexFormat.of().formatHex(frame));
    }

    @Test
    void aSenderThatCameUpShortSaysSoInOneByte() throws Exception {
        level = Protection.PRIVATE;
        byte[] frames = record(this::twoChunks);
        int check = headerLength() + 1_000;

        assertEquals(1, frames[check]);
        frames[check] = 0;
        replay(frames);
        frames[check] = 2;
        ProtocolException refused = assertThrows(ProtocolException.class, () -> replay(frames));

        assertEquals(List.of("damaged", "verified", "abandoned"), target.told());
        assertEquals(2_000, verified.sum());
        assertEquals(ErrorCode.VIOLATION, refused.code());
    }

    @ParameterizedTest
    @EnumSource
    void aFrameThatComesTwiceIsRefused(Protection chosen) throws Exception {
        level = chosen;
        byte[] frames = record(this::twoChunks);
        byte[] first = Arrays.copyOf(frames, headerLength() + 1_000 + checkLength());

        ProtocolException refused = assertThrows(ProtocolException.class, () -> replay(join(first, frames)));

        assertEquals(outOfOrder(), refused.code());
        assertEquals(List.of("verified"), target.told());
    }

    @ParameterizedTest
    @EnumSource
    void aFrameThatIsLeftOutIsMissed(Protection chosen) throws Exception {
        level = chosen;
        byte[] frames = record(this::twoChunks);
        int first = headerLength() + 1_000 + checkLength();

        ProtocolException refused =
                assertThrows(ProtocolException.class, () -> replay(Arrays.copyOfRange(frames, first, frames.length)));

        assertEquals(outOfOrder(), refused.code());
        assertEquals(List.of(), target.told());
    }

    @ParameterizedTest
    @EnumSource
    void aStreamThatEndsInsideAFrameIsBroken(Protection chosen) throws Exception {
        level = chosen;
        byte[] frames = record(this::twoChunks);

        int whole = headerLength() + 1_000 + checkLength();
        int head = headerLength();
        for (int length : new int[] {1, head - 1, head, head + 1, head + 999, head + 1_000, whole - 1}) {
            assertThrows(EOFException.class, () -> replay(Arrays.copyOf(frames, length)), "after " + length);
        }
        replay(new byte[0]);
        replay(Arrays.copyOf(frames, whole));

        assertEquals(
                List.of("abandoned", "abandoned", "abandoned", "abandoned", "abandoned", "verified"), target.told());
    }

    @ParameterizedTest
    @EnumSource
    void aClaimThatTheSinkRefusesEndsTheStream(Protection chosen) throws Exception {
        level = chosen;
        byte[] frames = record(this::twoChunks);
        ChunkSink refusing = new ChunkSink() {
            @Override
            public Claim claim(FrameHeader header) {
                throw ProtocolException.violation("not outstanding");
            }

            @Override
            public void packed(PackRecord record, ByteBuffer content) {}

            @Override
            public void packDamaged(int stream, long sequence) {}
        };

        assertThrows(ProtocolException.class, () -> replay(frames, refusing));
    }

    @ParameterizedTest
    @EnumSource
    void packsArriveWithEveryFileAndItsIdentity(Protection chosen) throws Exception {
        level = chosen;
        int[] sizes = {1, 2, 65_535, 4_096, 777};
        List<FileIdentity> identities = new ArrayList<>();

        byte[] frames = record(writer -> {
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < sizes.length; i++) {
                    try (SourceFile file = file("f" + i, sizes[i])) {
                        FileIdentity identity = file.stat().identity();
                        assertTrue(writer.pack().add(file, 10 + i, 1, identity));
                        identities.add(identity);
                    }
                }
                assertEquals(sizes.length, writer.pack().files());
                assertEquals(round, StreamPair.sendPack(writer).sequence());
                assertTrue(writer.pack().isEmpty());
            }
        });
        replay(frames);

        List<PackRecord> records = List.copyOf(target.packedFiles().keySet());
        assertEquals(sizes.length * 2, target.told().size());
        for (int i = 0; i < sizes.length; i++) {
            PackRecord record = records.get(i);
            assertEquals(new PackRecord(10 + i, 1, identities.get(i), sizes[i]), record);
            assertArrayEquals(random(sizes[i]), target.packedFiles().get(record));
        }
        assertEquals(2L * Arrays.stream(sizes).sum(), counters.bytes(DataPath.BUFFERED));
    }

    @ParameterizedTest
    @EnumSource
    void aDamagedPackGivesNothingAndTheNextOneAll(Protection chosen) throws Exception {
        level = chosen;
        byte[] frames = record(writer -> {
            for (int i = 0; i < 2; i++) {
                try (SourceFile file = file("f" + i, 100)) {
                    assertTrue(writer.pack().add(file, i, 1, file.stat().identity()));
                    StreamPair.sendPack(writer);
                }
            }
        });

        // In its content, or where its sender says that it is whole.
        int spot = level == Protection.PRIVATE ? frames.length / 2 - 1 : headerLength() + 3;
        replay(flip(frames, spot * Byte.SIZE));

        assertEquals(List.of("packDamaged 3 0", "packed"), target.told());
    }

    @ParameterizedTest
    @EnumSource
    void aFileThatIsNotWhatItWasIsLeftOutOfThePack(Protection chosen) throws Exception {
        level = chosen;
        byte[] frames = record(writer -> {
            try (SourceFile file = file("changed", 100);
                    SourceFile unreadable = file("unreadable", 200).failReadsFrom(0);
                    SourceFile intact = file("intact", 300)) {
                FileIdentity before = file.stat().identity();
                Files.setLastModifiedTime(directory.resolve("changed"), FileTime.fromMillis(1_000));
                assertFalse(writer.pack().add(file, 1, 1, before));
                FileIdentity touched = file.stat().identity();
                Files.write(directory.resolve("changed"), random(90));
                assertFalse(writer.pack().add(file, 1, 1, touched));
                FileIdentity identity = unreadable.stat().identity();
                assertThrows(FileFailure.class, () -> writer.pack().add(unreadable, 2, 1, identity));
                assertTrue(writer.pack().add(intact, 3, 1, intact.stat().identity()));
                StreamPair.sendPack(writer);
            }
        });
        replay(frames);

        assertEquals(List.of("packed"), target.told());
        assertEquals(3, target.packedFiles().keySet().iterator().next().file());
    }

    @ParameterizedTest
    @EnumSource
    void aPackIsFullByBytesOrByFiles(Protection chosen) throws Exception {
        level = chosen;
        byte[] frames = record(writer -> {
            try (SourceFile big = file("big", 65_535);
                    SourceFile small = file("small", 1)) {
                int files = 0;
                while (writer.pack().hasRoomFor(65_535)) {
                    assertTrue(writer.pack().add(big, files++, 1, big.stat().identity()));
                }
                assertEquals(Limits.PACK_LENGTH / (PackCodec.HEAD_LENGTH + 65_535), files);
                FileIdentity identity = big.stat().identity();
                assertThrows(IllegalStateException.class, () -> writer.pack().add(big, 99, 1, identity));
                StreamPair.sendPack(writer);
                while (writer.pack().hasRoomFor(1)) {
                    assertTrue(writer.pack().add(small, files++, 1, small.stat().identity()));
                }
                assertEquals(Limits.PACK_FILES, writer.pack().files());
                StreamPair.sendPack(writer);
                assertThrows(IllegalStateException.class, () -> StreamPair.sendPack(writer));
            }
        });
        replay(frames);

        assertEquals(15 + Limits.PACK_FILES, target.told().size());
    }

    private interface Writing {
        void to(DataWriter writer) throws Exception;
    }

    private void twoChunks(DataWriter writer) throws IOException {
        try (SourceFile file = file("source", 3_000)) {
            writer.chunk(file, 1, 1, 0, 1_000, path());
            writer.chunk(file, 1, 1, 1_000, 2_000, path());
        }
    }

    /** The frames that a writer makes, before they are encrypted. */
    private byte[] record(Writing writing) throws Exception {
        try (StreamPair streams = StreamPair.open(level)) {
            CompletableFuture<byte[]> bytes = Background.start(() -> readAll(streams.far()));
            writing.to(new DataWriter(streams.near(), counters, new Pace(0), compress));
            streams.endNear();
            return bytes.get(30, TimeUnit.SECONDS);
        }
    }

    private DataPath path() {
        return level == Protection.PRIVATE ? DataPath.BUFFERED : DataPath.SENDFILE;
    }

    private int headerLength() {
        return StreamPair.headerLength(level);
    }

    private int checkLength() {
        return StreamPair.checkLength(level);
    }

    /** At level safe it is no frame of that place at all. */
    private ErrorCode outOfOrder() {
        return level == Protection.SAFE ? ErrorCode.INTEGRITY : ErrorCode.VIOLATION;
    }

    private static byte[] readAll(DataStream stream) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(100_000);
        while (stream.read(buffer) >= 0) {
            all.write(buffer.array(), 0, buffer.position());
            buffer.clear();
        }
        return all.toByteArray();
    }

    private void replay(byte[] frames) throws Exception {
        replay(frames, target);
    }

    private void replay(byte[] frames, ChunkSink sink) throws Exception {
        try (StreamPair streams = StreamPair.open(level)) {
            CompletableFuture<Void> reading = Background.start(() -> {
                try (DataReader reader = new DataReader(
                        streams.far(), STREAM, sink, new Arrivals(new LongAdder(), verified), compress)) {
                    reader.run();
                }
                return null;
            });
            writeUnlessClosed(streams, frames);
            reading.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    /** A reader that has seen enough hangs up; what it has seen is the test's affair. */
    private static void writeUnlessClosed(StreamPair streams, byte[] bytes) {
        try {
            streams.near().write(ByteBuffer.wrap(bytes));
            streams.endNear();
        } catch (IOException e) {
            return;
        }
    }

    private SourceFile file(String name, int size) throws IOException {
        return new SourceFile(Files.write(directory.resolve(name), random(size)));
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private static byte[] flip(byte[] bytes, int bit) {
        byte[] flipped = bytes.clone();
        flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
        return flipped;
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
