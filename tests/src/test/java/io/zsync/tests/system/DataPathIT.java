package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The data path that we name is the one that ran: strace is the witness. */
class DataPathIT {
    private static final long MIB = 1 << 20;
    private static final long SIZE = (Machine.LONG ? 1_024 : 64) * MIB;
    private static final Set<String> READS = Set.of("read", "pread64", "readv", "preadv", "preadv2", "copy_file_range");
    private static final Set<String> WRITES = Set.of("write", "writev", "sendto", "sendmsg", "splice");

    @RegisterExtension
    final Workspace work = new Workspace();

    private Path source;
    private Path target;

    @BeforeEach
    void makeOneLargeFile() {
        Machine.needsStrace();
        source = work.path("source");
        target = work.path("target");
        work.make(
                "mkdir source; head -c $1 /dev/urandom >source/large; touch -d 2026-01-02T03:04:05.6 source/large",
                SIZE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"clear", "safe"})
    void byDefaultThePayloadLeavesBySendfileAlone(String level) throws IOException {
        Run run = push("auto", level);

        assertEquals(SIZE, run.sentByKernel());
        assertEquals(0, run.readFromSource());
        assertTrue(run.writtenToSockets() < SIZE / 100, () -> run.writtenToSockets() + " bytes written to sockets");
        run.assertSays("sendfile");
    }

    @ParameterizedTest
    @ValueSource(strings = {"clear", "safe"})
    void bufferedReadsAndWritesEachByteOnce(String level) throws IOException {
        Run run = push("buffered", level);

        assertEquals(0, run.sentByKernel());
        assertEquals(SIZE, run.readFromSource());
        run.assertWrittenOnce();
        run.assertSays("buffered");
    }

    @ParameterizedTest
    @ValueSource(strings = {"clear", "safe"})
    void mappedWritesWithoutReading(String level) throws IOException {
        Run run = push("mapped", level);

        assertEquals(0, run.sentByKernel());
        assertEquals(0, run.readFromSource());
        assertTrue(run.mapsSource(), "the source was mapped");
        run.assertWrittenOnce();
        run.assertSays("mapped");
    }

    private Run push(String dataPath, String level) throws IOException {
        Path trace = work.path("trace");
        Outcome outcome = Command.of(
                        "strace",
                        "-f",
                        "-qq",
                        "-y",
                        "-s",
                        "0",
                        "-o",
                        trace.toString(),
                        "-e",
                        "trace=%desc",
                        Checkout.launcher(),
                        "push",
                        "--explain",
                        "--data-path",
                        dataPath,
                        "--protect",
                        level,
                        source.toString(),
                        "local:" + target)
                .run()
                .exits(0);
        Trees.assertMirrors(source, target);
        assertTrue(outcome.errLines().get(2).contains("; protection " + level + "; "), outcome::err);
        return new Run(outcome, SystemCalls.read(trace), source.resolve("large").toString());
    }

    /** What a push said, and what it did. */
    private record Run(Outcome outcome, SystemCalls calls, String file) {
        long sentByKernel() {
            return calls.bytes(call -> call.name().equals("sendfile") && isSource(call.arguments()));
        }

        long readFromSource() {
            return calls.bytes(call -> READS.contains(call.name()) && isSource(call.first()));
        }

        long writtenToSockets() {
            return calls.bytes(call -> WRITES.contains(call.name()) && call.isOnSocket());
        }

        boolean mapsSource() {
            return calls.all().stream().anyMatch(call -> call.name().equals("mmap") && isSource(call.arguments()));
        }

        private boolean isSource(String text) {
            return text.contains(file);
        }

        /** All of the payload and, beside it, no more than headers and the control connection. */
        void assertWrittenOnce() {
            long written = writtenToSockets();
            assertTrue(written >= SIZE && written < SIZE + SIZE / 100, () -> written + " bytes written to sockets");
        }

        /** The summary, --explain's line of the file and its sum name this path, these bytes, and no other path. */
        void assertSays(String word) {
            String bytes = String.format(Locale.ROOT, "%,d", SIZE);
            assertEquals(2, outcome.outLines().size(), outcome::out);
            for (String line : outcome.outLines()) {
                assertTrue(line.startsWith(word + " ") && line.contains(" " + bytes + " "), outcome::out);
            }
            String expected = "  " + word + " " + (Machine.LONG ? "1.0 GiB" : SIZE / MIB + " MiB") + "; ";
            assertTrue(outcome.errLines().get(2).startsWith(expected), outcome::err);
        }
    }
}
