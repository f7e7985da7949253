package io.zsync.node.transport;

import static io.zsync.node.transport.Background.failure;
import static io.zsync.node.transport.Background.message;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.copy.PathCounters;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.Protection;
import java.io.EOFException;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLEngine;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What TLS adds to a data stream: nobody on the path changes it, cuts it off unnoticed, or reads it. */
@Timeout(60)
class TlsStreamTest {
    private static final int CONTENT = 100_000;

    /** Record header, message, content type, JSSE's padding, tag. */
    private static final int KEY_UPDATE_LENGTH = 5 + 5 + 1 + 16 + 16;

    @TempDir
    Path directory;

    private final LongAdder verified = new LongAdder();

    @Test
    void aHundredMebibytesEachWayAtOnceArriveIntact() throws Exception {
        long seed = System.nanoTime();
        System.out.println("content of seed " + seed);
        try (StreamPair streams = StreamPair.open(Protection.PRIVATE)) {
            TlsChannel near = ((TlsStream) streams.near()).tls();
            TlsChannel far = ((TlsStream) streams.far()).tls();

            CompletableFuture<byte[]> sentThere = Background.start(() -> send(near, new Random(seed)));
            CompletableFuture<byte[]> sentBack = Background.start(() -> send(far, new Random(seed + 1)));
            CompletableFuture<byte[]> gotBack = Background.start(() -> receive(near));

            assertArrayEquals(receive(far), sentThere.get(50, TimeUnit.SECONDS));
            assertArrayEquals(gotBack.get(50, TimeUnit.SECONDS), sentBack.get(50, TimeUnit.SECONDS));
        }
    }

    /** In pieces of any length, several at a time. @return SHA-256 of all of it */
    private static byte[] send(TlsChannel target, Random random) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        byte[] bytes = new byte[300_000];
        for (long left = 100 << 20; left > 0; ) {
            int length = (int) Math.min(left, 1 + random.nextInt(bytes.length));
            random.nextBytes(bytes);
            digest.update(bytes, 0, length);
            int cut = random.nextInt(length + 1);
            target.write(ByteBuffer.wrap(bytes, 0, cut), ByteBuffer.wrap(bytes, cut, length - cut));
            left -= length;
        }
        return digest.digest();
    }

    private static byte[] receive(TlsChannel source) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        Random random = new Random(1);
        ByteBuffer buffer = ByteBuffer.allocateDirect(400_000);
        for (long left = 100 << 20; left > 0; ) {
            buffer.clear().limit((int) Math.min(left, 1 + random.nextInt(buffer.capacity())));
            left -= source.read(buffer);
            digest.update(buffer.flip());
        }
        return digest.digest();
    }

    @Test
    void contentIsNotOnTheWire() throws Exception {
        byte[] content = "this content must not be seen by anybody".repeat(100).getBytes(US_ASCII);
        AtomicInteger seen = new AtomicInteger();
        push(content, record -> {
            if (new String(record, ISO_8859_1).contains("must not be seen")) {
                seen.incrementAndGet();
            }
            return record;
        });
        assertEquals(content.length, verified.sum());
        assertEquals(0, seen.get());
    }

    @Test
    void aFlippedBitOfAnyRecordBreaksTheStreamAndNothingIsVerified() throws Exception {
        byte[] content = new byte[CONTENT];
        new Random(7).nextBytes(content);
        AtomicInteger all = new AtomicInteger();
        push(content, record -> {
            all.incrementAndGet();
            return record;
        });
        assertEquals(CONTENT, verified.sum());
        // The last is the goodbye.
        int records = all.get() - 1;
        assertTrue(records >= CONTENT / 16_384, records + " records");
        verified.reset();

        for (int victim = 0; victim < records; victim++) {
            AtomicInteger index = new AtomicInteger(victim);
            IOException broken = assertThrows(
                    IOException.class,
                    () -> push(content, record -> {
                        if (index.getAndDecrement() == 0) {
                            record[record.length / 2] ^= 0x10;
                        }
                        return record;
                    }));
            assertFalse(broken instanceof EOFException, broken.toString());
            assertEquals(0, verified.sum(), "record " + victim);
        }
    }

    /** Cut behind any record: inside a frame and between frames alike. */
    @Test
    void aStreamThatIsCutOffIsToldFromOneThatEnded() throws Exception {
        byte[] content = new byte[CONTENT];
        AtomicInteger all = new AtomicInteger();
        push(content, record -> {
            all.incrementAndGet();
            return record;
        });
        verified.reset();
        for (int whole = 0; whole < all.get(); whole++) {
            AtomicInteger left = new AtomicInteger(whole);
            assertThrows(
                    EOFException.class,
                    () -> push(content, record -> left.getAndDecrement() > 0 ? record : new byte[0]));
        }
        // Only the last of them came as far as the goodbye.
        assertEquals(CONTENT, verified.sum());
    }

    private void push(byte[] content, UnaryOperator<byte[]> onPath) throws Exception {
        Path file = Files.write(directory.resolve("source"), content);
        try (RecordProxy proxy = new RecordProxy();
                Deadlines deadlines = new Deadlines();
                TargetFile target = new TargetFile(directory.resolve("target"));
                SourceFile source = new SourceFile(file)) {
            CompletableFuture<TlsChannel> far = Background.start(() -> StreamPair.accept(proxy.far(), deadlines));
            TlsChannel near = StreamPair.connect(proxy.near(), deadlines);
            DataReader reader = new DataReader(
                    new TlsStream(far.get(10, TimeUnit.SECONDS)),
                    0,
                    target,
                    new Arrivals(new LongAdder(), verified),
                    false);
            proxy.change(onPath);
            CompletableFuture<Void> sending = Background.start(() -> {
                new DataWriter(new TlsStream(near), new PathCounters(), new Pace(0), false)
                        .chunk(source, 1, 1, 0, content.length, DataPath.BUFFERED);
                near.close();
                return null;
            });
            try (reader) {
                reader.run();
            }
            sending.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void closingFreesAWriterThatIsStuckWithinTwoSeconds() throws Exception {
        try (StreamPair streams = StreamPair.open(Protection.PRIVATE)) {
            AtomicLong written = new AtomicLong();
            CompletableFuture<Void> writing = Background.start(() -> {
                while (true) {
                    streams.near().write(ByteBuffer.allocate(CONTENT));
                    written.incrementAndGet();
                }
            });
            CompletableFuture<Integer> reading =
                    Background.start(() -> ((TlsStream) streams.near()).tls().read(ByteBuffer.allocate(1)));
            awaitStuck(written);

            assertTimeoutPreemptively(Duration.ofSeconds(2), streams.near()::close);

            assertInstanceOf(IOException.class, failure(writing));
            assertInstanceOf(IOException.class, failure(reading));
            assertThrows(IOException.class, () -> streams.near().write(ByteBuffer.allocate(1)));
            assertThrows(IOException.class, () -> streams.near().read(ByteBuffer.allocate(1)));
        }
    }

    /** The goodbye itself finds no room. */
    @Test
    void closingDoesNotWaitForAPeerThatReadsNothing() throws Exception {
        try (StreamPair streams = StreamPair.open(Protection.PRIVATE)) {
            fill(streams);
            assertTimeoutPreemptively(Duration.ofSeconds(2), streams.near()::close);
        }
    }

    /** Bare bytes, so that no writer is inside TLS. */
    private static void fill(StreamPair streams) throws Exception {
        AtomicLong written = new AtomicLong();
        CompletableFuture<Void> filling = Background.start(() -> {
            while (true) {
                written.addAndGet(streams.sockets().near().write(ByteBuffer.allocate(1)));
            }
        });
        awaitStuck(written);
        assertFalse(filling.isDone());
    }

    @Test
    void recordsWithoutContentAreEnduredForAWhileOnly() throws Exception {
        try (StreamPair streams = StreamPair.open(Protection.PRIVATE)) {
            CompletableFuture<Integer> reading =
                    Background.start(() -> streams.far().read(ByteBuffer.allocate(1)));
            for (int i = 0; i < 20; i++) {
                changeKeys(streams);
            }
            streams.near().write(ByteBuffer.wrap(new byte[] {1}));
            assertEquals(1, reading.get(10, TimeUnit.SECONDS));
            assertTrue(
                    streams.sockets().near().socket().getInputStream().available() >= KEY_UPDATE_LENGTH,
                    "answered, by an end that never writes");
            // The last of them may still be on their way when the first write looks.
            AtomicInteger written = new AtomicInteger();
            Awaitility.await().until(() -> {
                streams.near().write(ByteBuffer.wrap(new byte[] {1}));
                written.incrementAndGet();
                return streams.sockets().near().socket().getInputStream().available() == 0;
            });
            StreamBinding.read(streams.far(), ByteBuffer.allocate(written.get()));
            CompletableFuture<Integer> tired =
                    Background.start(() -> streams.far().read(ByteBuffer.allocate(1)));
            for (int i = 0; i < 40; i++) {
                changeKeys(streams);
            }
            String said = message(failure(tired));
            assertTrue(said.contains("without content"), said);
        }
    }

    /** New keys, in a record without content, and a wish for an answer. */
    private static void changeKeys(StreamPair streams) throws Exception {
        Field field = TlsChannel.class.getDeclaredField("engine");
        field.setAccessible(true);
        SSLEngine engine = (SSLEngine) field.get(((TlsStream) streams.near()).tls());
        ByteBuffer record = ByteBuffer.allocate(20_000);
        engine.beginHandshake();
        engine.wrap(ByteBuffer.allocate(0), record);
        assertEquals(KEY_UPDATE_LENGTH, record.position());
        streams.sockets().near().write(record.flip());
    }

    @Test
    void aReceiverThatSendsContentBreaksTheStream() throws Exception {
        try (StreamPair streams = StreamPair.open(Protection.PRIVATE)) {
            streams.far().write(ByteBuffer.wrap(new byte[] {1}));
            Awaitility.await()
                    .until(() ->
                            streams.sockets().near().socket().getInputStream().available() > 0);

            IOException refused =
                    assertThrows(IOException.class, () -> streams.near().write(ByteBuffer.allocate(1)));

            assertTrue(message(refused).contains("only receives"), message(refused));
        }
    }

    private static void awaitStuck(AtomicLong written) {
        AtomicLong before = new AtomicLong(-1);
        Awaitility.await().pollInterval(Duration.ofMillis(200)).until(() -> {
            long now = written.get();
            return now > 0 && before.getAndSet(now) == now;
        });
    }
}
