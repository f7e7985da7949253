package io.zsync.node.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.copy.PathCounters;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.FrameTags;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Protection;
import io.zsync.protocol.ProtocolException;
import io.zsync.protocol.TagKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whoever is on the way at level safe reads everything, has every frame of every stream, and still alters nothing. */
@Timeout(60)
class SafeStreamTest {
    private static final int LENGTH = 1_000;
    private static final int FRAME = FrameTags.HEADER_LENGTH + LENGTH + FrameTags.LENGTH;

    @TempDir
    Path directory;

    private final byte[] secret = new byte[TagKey.LENGTH];
    private long frames = Limits.SAFE_FRAMES;
    private TargetFile target;

    @BeforeEach
    void openTarget() throws IOException {
        target = new TargetFile(directory.resolve("target"));
    }

    @AfterEach
    void closeTarget() throws IOException {
        target.close();
    }

    @Test
    void thePayloadIsInTheClear() throws Exception {
        byte[] wire = record(4);

        assertArrayEquals(content(4), payloads(wire));
    }

    /** The same file, offset and sequence in another stream, whatever tells the two apart: the key. */
    @Test
    void framesOfAnotherStreamAreRefused() throws Exception {
        byte[] ours = record(2);
        secret[31] ^= 1;
        byte[] theirs = record(2);
        assertArrayEquals(payloads(ours), payloads(theirs));
        secret[31] ^= 1;

        assertRefused(theirs);
        assertRefused(join(frame(ours, 0), frame(theirs, 1)));

        assertEquals(List.of("verified"), target.told());
    }

    @Test
    void framesInAnotherOrderAreRefused() throws Exception {
        byte[] wire = record(3);

        assertRefused(join(frame(wire, 1), frame(wire, 0), frame(wire, 2)));
        assertRefused(join(frame(wire, 0), frame(wire, 2), frame(wire, 1)));
        assertRefused(join(frame(wire, 0), frame(wire, 1), frame(wire, 1)));

        assertEquals(List.of("verified", "verified", "verified"), target.told());
    }

    /** With its own tag, which was good a frame ago. */
    @Test
    void aPayloadBehindAnotherHeaderIsNotBelieved() throws Exception {
        byte[] wire = record(2);
        byte[] spliced = wire.clone();
        System.arraycopy(
                wire,
                FrameTags.HEADER_LENGTH,
                spliced,
                FRAME + FrameTags.HEADER_LENGTH,
                FRAME - FrameTags.HEADER_LENGTH);

        replay(spliced);

        assertEquals(List.of("verified", "damaged"), target.told());
    }

    @Test
    void aHeadersTagBehindAPayloadIsNotBelieved() throws Exception {
        byte[] wire = record(1);
        System.arraycopy(
                wire, FrameTags.HEADER_LENGTH - FrameTags.LENGTH, wire, FRAME - FrameTags.LENGTH, FrameTags.LENGTH);

        replay(wire);

        assertEquals(List.of("damaged"), target.told());
    }

    /** Random bits, any number of them, anywhere: never a byte that was not sent. */
    @Test
    void whatIsVerifiedIsWhatWasSent() throws Exception {
        long seed = System.nanoTime();
        System.out.println("flips with seed " + seed);
        Random random = new Random(seed);
        byte[] wire = record(8);
        byte[] sent = content(8);
        for (int round = 0; round < 300; round++) {
            byte[] flipped = wire.clone();
            for (int i = random.nextInt(1, 4); i > 0; i--) {
                flipped[random.nextInt(wire.length)] ^= (byte) (1 << random.nextInt(8));
            }
            int before = target.told().size();
            try {
                replay(flipped);
            } catch (ProtocolException e) {
                assertEquals(ErrorCode.INTEGRITY, e.code());
            }
            byte[] written = Files.readAllBytes(directory.resolve("target"));
            List<String> told = target.told().subList(before, target.told().size());
            for (int chunk = 0; chunk < told.size(); chunk++) {
                if (told.get(chunk).equals("verified")) {
                    int at = chunk * LENGTH;
                    assertEquals(-1, Arrays.mismatch(sent, at, at + LENGTH, written, at, at + LENGTH));
                }
            }
            assertTrue(
                    Arrays.equals(flipped, wire) || !told.equals(Collections.nCopies(8, "verified")), "round " + round);
        }
    }

    /** Zeros in the place of what was short are nobody's content: their tag must not be told, not even in disguise. */
    @ParameterizedTest
    @CsvSource({"SENDFILE", "MAPPED", "BUFFERED"})
    void aSpoiltChunkGivesItsTagToNobody(DataPath path) throws Exception {
        byte[] wire = record(writer -> {
            try (SourceFile file = source(LENGTH / 2)) {
                assertFalse(writer.chunk(file, 1, 1, 0, LENGTH, path).whole());
                assertFalse(writer.compressed(file, 1, 1, 0, LENGTH).whole());
            }
        });

        byte[] tag = Arrays.copyOfRange(wire, FRAME - FrameTags.LENGTH, FRAME);
        assertArrayEquals(new byte[FrameTags.LENGTH], tag);
        byte[] second = Arrays.copyOfRange(wire, wire.length - FrameTags.LENGTH, wire.length);
        assertArrayEquals(new byte[FrameTags.LENGTH], second);
        replay(Arrays.copyOf(wire, FRAME));
        assertEquals(List.of("damaged"), target.told());
    }

    /** It would be the second tag with that nonce. */
    @Test
    void aChunkThatIsSentAgainIsANewFrame() throws Exception {
        byte[] wire = record(writer -> {
            try (SourceFile file = source(LENGTH)) {
                DataWriter.Sent sent = writer.chunk(file, 1, 1, 0, LENGTH, DataPath.SENDFILE);
                DataWriter.Sent again = writer.resend(file, sent.chunk());
                assertTrue(again != null && again.chunk().header().sequence() == 1);
            }
        });

        assertEquals(2 * FRAME, wire.length);
        assertFalse(Arrays.equals(tag(wire, 0), tag(wire, 1)), "the same payload");
        replay(wire);
        assertEquals(List.of("verified", "verified"), target.told());
    }

    /** Any stream may be the one that is free when a rejection comes. */
    @Test
    void whatOneStreamSentAnotherOneSendsAgain() throws Exception {
        AtomicReference<DataWriter.SentChunk> rejected = new AtomicReference<>();
        try (SourceFile file = source(LENGTH)) {
            record(writer -> rejected.set(
                    writer.chunk(file, 1, 1, 0, LENGTH, DataPath.SENDFILE).chunk()));
            secret[31] ^= 1;
            byte[] wire = record(writer -> assertNotNull(writer.resend(file, Objects.requireNonNull(rejected.get()))));

            replay(wire);
        }

        assertEquals(List.of("verified"), target.told());
    }

    @Test
    void aWriterThatHasUsedItsKeyUpBreaksTheStream() throws Exception {
        frames = 2;
        byte[] wire = record(writer -> {
            try (SourceFile file = source(3 * LENGTH)) {
                writer.chunk(file, 1, 1, 0, LENGTH, DataPath.SENDFILE);
                writer.hole(1, 1, LENGTH, LENGTH);
                assertThrows(IOException.class, () -> writer.chunk(file, 1, 1, 0, LENGTH, DataPath.SENDFILE));
                assertThrows(IOException.class, () -> writer.hole(1, 1, 0, LENGTH));
                assertThrows(IOException.class, () -> writer.compressed(file, 1, 1, 0, LENGTH));
                assertTrue(writer.pack().add(file, 1, 1, file.stat().identity()));
                assertThrows(IOException.class, () -> StreamPair.sendPack(writer));
            }
        });

        assertEquals(FRAME + FrameTags.HEADER_LENGTH, wire.length, "nothing else went out");
    }

    @Test
    void aReaderTakesNoFrameBeyondItsKeys() throws Exception {
        byte[] wire = record(3);
        frames = 2;

        ProtocolException refused = assertThrows(ProtocolException.class, () -> replay(wire));

        assertEquals(ErrorCode.VIOLATION, refused.code());
        assertEquals(List.of("verified", "verified"), target.told());
    }

    /** Two writers would both begin with the first nonce. */
    @Test
    void aStreamHasOneWriter() throws Exception {
        try (StreamPair streams = StreamPair.open(Protection.SAFE)) {
            new DataWriter(streams.near(), new PathCounters(), new Pace(0), false);
            assertThrows(
                    IllegalStateException.class,
                    () -> new DataWriter(streams.near(), new PathCounters(), new Pace(0), false));
        }
    }

    /** An end that runs another level than the other finds nothing but damage. */
    @ParameterizedTest
    @CsvSource({"SAFE, CLEAR", "CLEAR, SAFE"})
    void framesOfAnotherLevelAreRefused(Protection sender, Protection receiver) throws Exception {
        byte[] wire = record(sender, this::fourChunks);

        ProtocolException refused = assertThrows(ProtocolException.class, () -> replay(receiver, wire));

        assertEquals(ErrorCode.INTEGRITY, refused.code());
        assertEquals(List.of(), target.told());
    }

    private interface Writing {
        void to(DataWriter writer) throws Exception;
    }

    private void fourChunks(DataWriter writer) throws IOException {
        chunks(writer, 4);
    }

    private void chunks(DataWriter writer, int count) throws IOException {
        try (SourceFile file = source(count * LENGTH)) {
            for (int i = 0; i < count; i++) {
                writer.chunk(file, 1, 1, (long) i * LENGTH, LENGTH, DataPath.SENDFILE);
            }
        }
    }

    private byte[] record(int chunks) throws Exception {
        return record(writer -> chunks(writer, chunks));
    }

    private byte[] record(Writing writing) throws Exception {
        return record(Protection.SAFE, writing);
    }

    private byte[] record(Protection level, Writing writing) throws Exception {
        try (StreamPair streams = StreamPair.open(level, secret, frames)) {
            CompletableFuture<byte[]> bytes = Background.start(() -> readAll(streams.far()));
            writing.to(new DataWriter(streams.near(), new PathCounters(), new Pace(0), true));
            streams.endNear();
            return bytes.get(30, TimeUnit.SECONDS);
        }
    }

    private void replay(byte[] wire) throws Exception {
        replay(Protection.SAFE, wire);
    }

    private void replay(Protection level, byte[] wire) throws Exception {
        try (StreamPair streams = StreamPair.open(level, secret, frames)) {
            CompletableFuture<Void> reading = Background.start(() -> {
                try (DataReader reader = new DataReader(streams.far(), 3, target, new Arrivals(), true)) {
                    reader.run();
                }
                return null;
            });
            streams.near().write(ByteBuffer.wrap(wire));
            streams.endNear();
            reading.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private void assertRefused(byte[] wire) {
        ProtocolException refused = assertThrows(ProtocolException.class, () -> replay(wire));
        assertEquals(ErrorCode.INTEGRITY, refused.code());
    }

    private SourceFile source(int length) throws IOException {
        return new SourceFile(Files.write(directory.resolve("source"), content(length / LENGTH + 1, length)));
    }

    private static byte[] content(int chunks) {
        return content(chunks, chunks * LENGTH);
    }

    private static byte[] content(int chunks, int length) {
        byte[] bytes = new byte[chunks * LENGTH];
        new Random(5).nextBytes(bytes);
        return Arrays.copyOf(bytes, length);
    }

    private static byte[] frame(byte[] wire, int index) {
        return Arrays.copyOfRange(wire, index * FRAME, (index + 1) * FRAME);
    }

    private static byte[] tag(byte[] wire, int index) {
        byte[] frame = frame(wire, index);
        return Arrays.copyOfRange(frame, FRAME - FrameTags.LENGTH, FRAME);
    }

    private static byte[] payloads(byte[] wire) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int at = 0; at < wire.length; at += FRAME) {
            all.write(wire, at + FrameTags.HEADER_LENGTH, LENGTH);
        }
        return all.toByteArray();
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
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
}
