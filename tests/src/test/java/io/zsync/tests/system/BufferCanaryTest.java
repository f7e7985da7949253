package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.protocol.Deletion;
import io.zsync.protocol.FrameHeader;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Message;
import io.zsync.protocol.PathPolicy;
import io.zsync.protocol.Transfer;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Fault A6: what a session has sent fills its buffers; what it sends afterwards, of files that are short or get shorter under
 * way, holds nothing of it (CVE-2024-12085, 2026-43618). The peer records each byte at level {@code clear}.
 */
class BufferCanaryTest {
    private static final String CANARY = "CaNaRy!?";
    private static final int LARGE = 2 << 20;

    /** One chunk of what does not compress, and more than the kernel keeps for a reader that does not read. */
    private static final int SHRINKING = Limits.CHUNK_LENGTH;

    private static final int LEFT = 1000;

    @RegisterExtension
    final Workspace work = new Workspace();

    @ParameterizedTest
    @CsvSource({"AUTO, false", "SENDFILE, false", "MAPPED, false", "BUFFERED, false", "AUTO, true"})
    void nothingThatWasSentBeforeIsSentAgain(PathPolicy path, boolean compress) throws Exception {
        try (HostilePair pair = new HostilePair(work.path("pair"))) {
            Path source = pair.source();
            write(source.resolve("a"), CANARY, LARGE);
            write(source.resolve("b"), CANARY, Limits.SMALL_FILE_LENGTH - 1);
            byte[] shrinking = HostilePeerTest.bytes(SHRINKING);
            Files.write(source.resolve("s"), shrinking);
            write(source.resolve("t"), "public..", 20);
            write(source.resolve("u"), "public..", LARGE / 4 + 3);
            try (HostilePeer peer = pair.receives(
                    HostilePair.Caller.PEER,
                    HostilePair.options(false, new Transfer(path, 1, compress, 0), Deletion.NONE))) {
                Map<Long, Long> sizes = new TreeMap<>();
                Map<Long, String> names = new TreeMap<>();
                HostilePeerTest.readManifest(peer, names, sizes);
                Map<String, Long> files =
                        names.entrySet().stream().collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));
                HostileStream stream = peer.stream(0);
                want(peer, number(files, "a"), LARGE);
                want(peer, number(files, "b"), Limits.SMALL_FILE_LENGTH - 1);
                long told = drain(stream, LARGE + Limits.SMALL_FILE_LENGTH - 1, !compress);
                peer.send(new Message.Want(number(files, "s"), 1, 0, SHRINKING));
                // It is on its way, and the reader lets it wait.
                TimeUnit.MILLISECONDS.sleep(200);
                try (RandomAccessFile file =
                        new RandomAccessFile(source.resolve("s").toFile(), "rw")) {
                    file.setLength(LEFT);
                }
                assertTrue(spoilt(stream, shrinking), "it shrank behind the chunk");
                assertEquals(
                        LEFT, peer.await(Message.SourceChanged.class).fresh().size());
                peer.send(new Message.Want(number(files, "s"), 2, 0, LEFT));
                want(peer, number(files, "t"), 20);
                want(peer, number(files, "u"), LARGE / 4 + 3);
                drain(stream, LEFT + 20 + LARGE / 4 + 3, false);
                peer.send(new Message.Bye());
                assertClean(stream.readAll());
                System.out.println("BufferCanary: " + path + (compress ? ", compressed" : "") + ": the buffers held "
                        + told + " bytes of the canary");
            }
        }
    }

    private static void write(Path file, String text, int length) throws IOException {
        Files.writeString(
                file, text.repeat(length / text.length() + 1).substring(0, length), StandardCharsets.ISO_8859_1);
    }

    private static void want(HostilePeer peer, long file, long length) throws IOException {
        peer.send(new Message.Want(file, 1, 0, length));
    }

    /** Reads so much content. @return its length, on the wire where it was compressed */
    private static long drain(HostileStream stream, long length, boolean canary) throws IOException {
        long left = length;
        long wire = 0;
        while (left > 0) {
            HostileStream.Frame frame = stream.read();
            left -= frame.header().type() == FrameHeader.Type.PACK
                    ? frame.header().plainLength() - 54 * frame.header().file()
                    : frame.header().plainLength();
            wire += frame.payload().length;
            if (canary) {
                assertTrue(text(frame.payload()).contains(CANARY), "the test sees what there is to see");
            } else if (length < LARGE) {
                assertClean(frame.payload());
            }
        }
        return wire;
    }

    /**
     * Reads a file that shrinks; where there is nothing left of it there are zeros.
     *
     * @return whether one of its chunks is said to be spoilt
     */
    private static boolean spoilt(HostileStream stream, byte[] original) throws IOException {
        long left = original.length;
        boolean spoilt = false;
        while (left > 0) {
            HostileStream.Frame frame = stream.read();
            left -= frame.header().plainLength();
            spoilt |= !frame.whole();
            byte[] payload = frame.payload();
            int offset = (int) frame.header().offset();
            assertTrue(
                    IntStream.range(0, payload.length)
                            .allMatch(i -> payload[i] == 0 || payload[i] == original[offset + i]),
                    "bytes that are neither the file's nor zeros");
        }
        return spoilt;
    }

    private static void assertClean(byte[] bytes) {
        assertFalse(text(bytes).contains(CANARY), "bytes of a file that was sent before");
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static long number(Map<String, Long> files, String name) {
        return Objects.requireNonNull(files.get(name));
    }
}
