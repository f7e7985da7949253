package io.zsync.node.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.copy.PathCounters;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.Limits;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Without a check the same bytes arrive, and no path brings them to the check any more. */
@Timeout(60)
class UncheckedStreamTest {
    private static final int LENGTH = Limits.CHUNK_LENGTH - 5;

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(names = {"SENDFILE", "MAPPED", "BUFFERED"})
    void everyByteArrives(DataPath path) throws Exception {
        byte[] content = new byte[LENGTH];
        new Random(20261125).nextBytes(content);
        Path source = Files.write(directory.resolve("source"), content);
        PathCounters counters = new PathCounters();
        try (Loopback sockets = Loopback.open();
                TargetFile target = new TargetFile(directory.resolve("target"));
                SourceFile file = new SourceFile(source)) {
            DataReader reader = UncheckedStream.reader(sockets.far(), target);
            CompletableFuture<Void> reading = Background.start(() -> {
                reader.run();
                return null;
            });
            try (DataWriter writer = UncheckedStream.writer(sockets.near(), counters)) {
                writer.chunk(file, 1, 1, 0, LENGTH / 2, path);
                writer.chunk(file, 1, 1, LENGTH / 2, LENGTH - LENGTH / 2, path);
            }
            reading.get(30, TimeUnit.SECONDS);
        }

        assertArrayEquals(content, Files.readAllBytes(directory.resolve("target")));
        assertEquals(LENGTH, counters.bytes(path));
    }

    /** A file that lets the kernel read it, and nobody map it. */
    private static final class KernelOnly extends SourceFile {
        private final FileChannel real;

        KernelOnly(Path path) throws IOException {
            super(path);
            real = FileChannel.open(path);
        }

        @Override
        public FileChannel channel() {
            return new TransferOnlyChannel(real);
        }

        @Override
        public void close() throws IOException {
            real.close();
            super.close();
        }
    }

    /** The pass over the data that a check takes is what is to be saved; with the check it is tried. */
    @Test
    void sendfileWithoutACheckLooksAtNothing() throws Exception {
        // Little enough for the socket's buffers: nobody reads it.
        int length = 16 << 10;
        Path source = Files.write(directory.resolve("source"), new byte[length]);
        try (Loopback sockets = Loopback.open();
                SourceFile file = new KernelOnly(source)) {
            DataWriter unchecked = UncheckedStream.writer(sockets.near(), new PathCounters());
            DataWriter checked =
                    new DataWriter(DataStream.plain(sockets.near()), new PathCounters(), new Pace(0), false);

            assertTrue(unchecked.chunk(file, 1, 1, 0, length, DataPath.SENDFILE).whole());
            assertThrows(
                    UnsupportedOperationException.class, () -> checked.chunk(file, 1, 1, 0, length, DataPath.SENDFILE));
        }
    }

    @Test
    void noLevelOfAStreamComesWithoutACheck() throws Exception {
        try (Loopback sockets = Loopback.open()) {
            assertInstanceOf(ClearCheck.class, FrameCheck.of(DataStream.plain(sockets.near())));
        }
    }
}
