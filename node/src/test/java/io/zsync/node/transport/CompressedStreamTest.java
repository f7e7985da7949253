package io.zsync.node.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.copy.PathCounters;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.FrameHeader;
import io.zsync.protocol.FrameHeaderCodec;
import io.zsync.protocol.Limits;
import io.zsync.protocol.PathChoice;
import io.zsync.protocol.Protection;
import io.zsync.protocol.ProtocolException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Payload that is compressed on its way: what arrives, what is refused, and when it goes as it is. */
@Timeout(60)
class CompressedStreamTest {
    private static final int MOST = Limits.COMPRESSED_CHUNK_LENGTH;

    @TempDir
    Path directory;

    private final LongAdder read = new LongAdder();
    private final LongAdder verified = new LongAdder();
    private final PathCounters counters = new PathCounters();
    private Protection level = Protection.CLEAR;
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
    @EnumSource
    void aChunkArrivesInAFractionOfItsBytes(Protection each) throws Exception {
        level = each;
        byte[] text = text(MOST + 1_000);
        byte[] frames = record(writer -> {
            try (SourceFile file = file("source", text)) {
                DataWriter.Sent first = writer.compressed(file, 1, 1, 0, MOST);
                assertTrue(first.whole() && first.chunk().header().isCompressed());
                assertEquals(DataPath.BUFFERED, first.path());
                assertEquals(PathChoice.COMPRESSED, first.choice());
                writer.compressed(file, 1, 1, MOST, 1_000);
            }
        });
        replay(frames, true);

        assertTrue(frames.length < text.length / 3, frames.length + " bytes");
        assertArrayEquals(text, Files.readAllBytes(directory.resolve("target")));
        assertEquals(List.of("verified", "verified"), target.told());
        assertEquals(text.length, verified.sum(), "bytes of files");
        assertEquals(text.length, counters.bytes(DataPath.BUFFERED), "bytes of files");
        assertEquals(frames.length, read.sum());
    }

    @Test
    void aChunkThatDoesNotShrinkGoesAsItIs() throws Exception {
        byte[] noise = noise(MOST);
        byte[] frames = record(writer -> {
            try (SourceFile file = file("source", noise)) {
                assertFalse(
                        writer.compressed(file, 1, 1, 0, MOST).chunk().header().isCompressed());
                assertFalse(
                        writer.compressed(file, 1, 1, 0, 1).chunk().header().isCompressed(), "nothing is below a byte");
            }
        });
        replay(frames, true);

        assertArrayEquals(noise, Files.readAllBytes(directory.resolve("target")));
    }

    @Test
    void aSampleTellsTextFromNoise() throws Exception {
        byte[] mixed = text(PayloadCompressor.SAMPLE_LENGTH + 100_000);
        System.arraycopy(noise(100_000), 0, mixed, PayloadCompressor.SAMPLE_LENGTH, 100_000);
        record(writer -> {
            try (SourceFile file = file("source", mixed)) {
                assertTrue(writer.shrinks(file, 0, mixed.length), "the beginning decides");
                assertFalse(writer.shrinks(file, PayloadCompressor.SAMPLE_LENGTH, 100_000));
                assertFalse(writer.shrinks(file, mixed.length + 1L, 1_000), "nothing is there");
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void packsShrinkOrGoAsTheyAre(Protection each) throws Exception {
        level = each;
        byte[] text = text(60_000);
        byte[] noise = noise(60_000);
        byte[] frames = record(writer -> {
            try (SourceFile texts = file("texts", text);
                    SourceFile noises = file("noises", noise)) {
                assertTrue(writer.pack().add(texts, 1, 1, texts.stat().identity()));
                assertTrue(writer.pack().add(texts, 2, 1, texts.stat().identity()));
                FrameHeader header = StreamPair.sendPack(writer);
                assertTrue(header.isCompressed() && header.wireLength() < header.plainLength() / 3);
                assertTrue(writer.pack().add(noises, 3, 1, noises.stat().identity()));
                assertFalse(StreamPair.sendPack(writer).isCompressed());
                assertTrue(writer.pack().add(texts, 4, 1, texts.stat().identity()));
                assertTrue(StreamPair.sendPack(writer).isCompressed(), "a buffer that is used again");
            }
        });
        replay(frames, true);

        List<byte[]> packed = List.copyOf(target.packedFiles().values());
        assertEquals(4, packed.size());
        assertArrayEquals(text, packed.get(1));
        assertArrayEquals(noise, packed.get(2));
        assertArrayEquals(text, packed.get(3));
        assertEquals(240_000, counters.bytes(DataPath.BUFFERED), "bytes of files");
    }

    @Test
    void whatWasNotAskedForIsRefused() throws Exception {
        byte[] chunk = record(this::oneChunk);
        byte[] pack = record(writer -> {
            try (SourceFile file = file("small", text(5_000))) {
                assertTrue(writer.pack().add(file, 1, 1, file.stat().identity()));
                StreamPair.sendPack(writer);
            }
        });

        for (byte[] frame : List.of(chunk, pack)) {
            ProtocolException refused = assertThrows(ProtocolException.class, () -> replay(frame, false));
            assertEquals(ErrorCode.VIOLATION, refused.code());
        }
        assertEquals(List.of(), target.told());
    }

    @ParameterizedTest
    @EnumSource(names = {"CLEAR", "SAFE"})
    void aDamagedBlockIsNeverExpanded(Protection each) throws Exception {
        level = each;
        byte[] frames = record(this::oneChunk);
        for (int at = StreamPair.headerLength(level); at < frames.length; at += 97) {
            byte[] damaged = frames.clone();
            damaged[at] ^= 4;
            replay(damaged, true);
        }

        assertEquals(List.of("damaged"), target.told().stream().distinct().toList());
        assertEquals(0, Files.size(directory.resolve("target")), "nothing of it was written");
    }

    /** Its check matches: it is not the wire's doing. */
    @Test
    void aBlockThatIsNoneEndsTheSession() throws Exception {
        byte[] frames = record(this::oneChunk);
        int end = frames.length - FrameHeaderCodec.CLEAR_CHECK_LENGTH;
        int refused = 0;
        for (int at = FrameHeaderCodec.CLEAR_LENGTH; at < end; at += 97) {
            byte[] forged = frames.clone();
            forged[at] ^= (byte) 0xF0;
            CRC32C sum = new CRC32C();
            FrameHeaderCodec.beginPayloadCheck(sum, ByteBuffer.wrap(forged));
            sum.update(forged, FrameHeaderCodec.CLEAR_LENGTH, end - FrameHeaderCodec.CLEAR_LENGTH);
            ByteBuffer.wrap(forged).putInt(end, (int) sum.getValue());
            try {
                replay(forged, true);
            } catch (ProtocolException e) {
                assertEquals(ErrorCode.MALFORMED, e.code());
                refused++;
            }
        }

        assertTrue(refused > 10, refused + " refused");
        assertEquals(refused, target.told().stream().filter("abandoned"::equals).count());
    }

    @ParameterizedTest
    @EnumSource
    void aSourceThatCameUpShortIsRejected(Protection each) throws Exception {
        level = each;
        byte[] frames = record(writer -> {
            try (SourceFile file = file("source", text(50_000))) {
                DataWriter.Sent sent = writer.compressed(file, 1, 1, 0, 60_000);
                assertFalse(sent.whole());
                assertNull(sent.failure());
            }
            try (SourceFile file = file("source", text(50_000)).failReadsFrom(1_000)) {
                DataWriter.Sent sent = writer.compressed(file, 1, 1, 0, 50_000);
                assertFalse(sent.whole());
                assertNotNull(sent.failure());
            }
        });
        replay(frames, true);

        assertEquals(List.of("damaged", "damaged"), target.told());
    }

    @ParameterizedTest
    @EnumSource(names = {"CLEAR", "SAFE"})
    void aRejectedChunkIsMadeAnewIfTheSourceStillHoldsIt(Protection each) throws Exception {
        level = each;
        byte[] text = text(500_000);
        byte[] frames = record(writer -> {
            Path path = Files.write(directory.resolve("source"), text);
            try (SourceFile file = new SourceFile(path)) {
                DataWriter.Sent first = writer.compressed(file, 1, 1, 0, text.length);
                DataWriter.Sent again = writer.resend(file, first.chunk());
                assertNotNull(again);
                assertTrue(again.chunk().header().isCompressed());
                assertEquals(PathChoice.SENT_AGAIN, again.choice());
                assertNotNull(writer.resend(file, again.chunk()), "once more");
                byte[] changed = text.clone();
                changed[250_000] ^= 1;
                Files.write(path, changed);
                assertNull(writer.resend(file, first.chunk()));
            }
        });
        replay(frames, true);

        assertEquals(List.of("verified", "verified", "verified"), target.told());
        assertArrayEquals(text, Files.readAllBytes(directory.resolve("target")));
    }

    @Test
    void aWriterThatWasNotAskedCompressesNothing() throws Exception {
        try (StreamPair streams = StreamPair.open(level);
                SourceFile file = file("source", text(1_000))) {
            DataWriter writer = new DataWriter(streams.near(), counters, new Pace(0), false);
            assertFalse(writer.shrinks(file, 0, 1_000));
            assertThrows(IllegalStateException.class, () -> writer.compressed(file, 1, 1, 0, 1_000));
        }
    }

    private interface Writing {
        void to(DataWriter writer) throws Exception;
    }

    private void oneChunk(DataWriter writer) throws IOException {
        try (SourceFile file = file("source", text(30_000))) {
            writer.compressed(file, 1, 1, 0, 30_000);
        }
    }

    private byte[] record(Writing writing) throws Exception {
        try (StreamPair streams = StreamPair.open(level)) {
            CompletableFuture<byte[]> bytes = Background.start(() -> readAll(streams.far()));
            writing.to(new DataWriter(streams.near(), counters, new Pace(0), true));
            streams.endNear();
            return bytes.get(30, TimeUnit.SECONDS);
        }
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

    private void replay(byte[] frames, boolean compressed) throws Exception {
        try (StreamPair streams = StreamPair.open(level)) {
            CompletableFuture<Void> reading = Background.start(() -> {
                try (DataReader reader =
                        new DataReader(streams.far(), 3, target, new Arrivals(read, verified), compressed)) {
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

    private static void writeUnlessClosed(StreamPair streams, byte[] bytes) {
        try {
            streams.near().write(ByteBuffer.wrap(bytes));
            streams.endNear();
        } catch (IOException e) {
            return;
        }
    }

    private SourceFile file(String name, byte[] content) throws IOException {
        return new SourceFile(Files.write(directory.resolve(name), content));
    }

    private static byte[] text(int length) {
        StringBuilder text = new StringBuilder();
        Random random = new Random(7);
        while (text.length() < length) {
            text.append("the line with number ").append(random.nextInt(1_000)).append('\n');
        }
        return Arrays.copyOf(text.toString().getBytes(US_ASCII), length);
    }

    private static byte[] noise(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
