package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

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
    private Outcome outcome;
    private SystemCalls calls;

    @BeforeEach
    void makeOneLargeFile() {
        Machine.needsStrace();
        source = work.path("source");
        target = work.path("target");
        Command.script(
                        "mkdir \"$1\"; head -c $2 /dev/urandom >\"$1/large\"; touch -d 2026-01-02T03:04:05.6 \"$1\"/*",
                        source,
                        SIZE)
                .output();
    }

    @Test
    void byDefaultThePayloadLeavesBySendfileAlone() throws IOException {
        push("auto");

        assertEquals(SIZE, sentByKernel());
        assertEquals(0, readFromSource());
        assertTrue(writtenToSockets() < SIZE / 100, () -> writtenToSockets() + " bytes written to sockets");
        assertSays("sendfile");
    }

    @Test
    void bufferedReadsAndWritesEachByteOnce() throws IOException {
        push("buffered");

        assertEquals(0, sentByKernel());
        assertEquals(SIZE, readFromSource());
        assertWrittenOnce();
        assertSays("buffered");
    }

    @Test
    void mappedWritesWithoutReading() throws IOException {
        push("mapped");

        assertEquals(0, sentByKernel());
        assertEquals(0, readFromSource());
        assertWrittenOnce();
        assertTrue(
                calls.all().stream().anyMatch(call -> call.name().equals("mmap") && isSource(call.arguments())),
                "the source was mapped");
        assertSays("mapped");
    }

    private void push(String dataPath) throws IOException {
        Path trace = work.path("trace");
        outcome = Command.of(
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
                        source.toString(),
                        "local:" + target)
                .run()
                .exits(0);
        calls = SystemCalls.read(trace);
        Files.delete(trace);
        Trees.assertMirrors(source, target);
    }

    private long sentByKernel() {
        return calls.bytes(call -> call.name().equals("sendfile") && isSource(call.arguments()));
    }

    private long readFromSource() {
        return calls.bytes(call -> READS.contains(call.name()) && isSource(call.first()));
    }

    private long writtenToSockets() {
        return calls.bytes(call -> WRITES.contains(call.name()) && call.isOnSocket());
    }

    private boolean isSource(String text) {
        return text.contains(source.resolve("large").toString());
    }

    /** All of the payload and, beside it, no more than headers and the control connection. */
    private void assertWrittenOnce() {
        long written = writtenToSockets();
        assertTrue(written >= SIZE && written < SIZE + SIZE / 100, () -> written + " bytes written to sockets");
    }

    /** The summary, --explain's line of the file and its sum name this path and this many bytes, and no other path. */
    private void assertSays(String word) {
        String bytes = String.format(Locale.ROOT, "%,d", SIZE);
        assertEquals(2, outcome.outLines().size(), outcome::out);
        for (String line : outcome.outLines()) {
            assertTrue(line.startsWith(word + " ") && line.contains(" " + bytes + " "), outcome::out);
        }
        String expected = "  " + word + " " + (Machine.LONG ? "1.0 GiB" : SIZE / MIB + " MiB") + "; ";
        assertTrue(outcome.errLines().get(2).startsWith(expected), outcome::err);
        assertFalse(Trees.count(target, "-name", "large") != 1, "the file arrived under its name");
    }
}
