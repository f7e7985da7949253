package io.zsync.node;

import static io.zsync.node.TreeAssert.assertThat;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.api.Event;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.LinkPolicy;
import io.zsync.protocol.Mode;
import io.zsync.protocol.PathPolicy;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RuleText;
import io.zsync.protocol.Selection;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs that compress, and runs that are held to a rate. */
class NodeFlowTest extends PushFixture {
    @ParameterizedTest
    @CsvSource({"PUSH, CLEAR", "PUSH, SAFE", "PUSH, PRIVATE", "PULL, CLEAR", "PULL, SAFE", "PULL, PRIVATE"})
    void compressesWhatShrinks(Mode direction, Protection level) throws IOException {
        mode = direction;
        protection = level;
        compress = true;
        Files.write(source.resolve("text"), text(5_000_000));
        file("noise", 3_000_000);
        byte[] mixed = text(4_000_000);
        new Random(4).nextBytes(mixed);
        System.arraycopy(text(1_500_000), 0, mixed, 0, 1_500_000);
        Files.write(source.resolve("mixed"), mixed);
        Files.write(source.resolve("small"), text(20_000));
        Files.write(source.resolve("empty"), new byte[0]);
        sparse("sparse");
        for (int i = 0; i < 50; i++) {
            Files.write(source.resolve("tiny" + i), text(100 + i));
        }

        RunReport report = push();

        assertThat(target).mirrors(source);
        TreeMap<String, String> choices = new TreeMap<>();
        synchronized (events) {
            for (Event event : events) {
                if (event instanceof Event.Moved moved
                        && !moved.path().toString().startsWith("tiny")) {
                    choices.put(moved.path().toString(), moved.dataPath() + " " + moved.choice());
                }
            }
        }
        String plain = level == Protection.PRIVATE ? "BUFFERED" : "SENDFILE";
        assertEquals("BUFFERED COMPRESSED", choices.get("text"));
        assertEquals("BUFFERED COMPRESSED", choices.get("mixed"));
        assertEquals("BUFFERED COMPRESSED", choices.get("small"));
        assertEquals("BUFFERED COMPRESSED", choices.get("sparse"));
        assertEquals(plain + " NOT_COMPRESSIBLE", choices.get("noise"));
        long sum = report.bytesByPath().values().stream()
                .mapToLong(Long::longValue)
                .sum();
        assertEquals(report.tally().bytes() - (64 << 20) + (50 << 12), sum, "bytes of files, but the hole's");
    }

    private void sparse(String name) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(source.resolve(name).toFile(), "rw")) {
            file.setLength(64 << 20);
            file.seek(32 << 20);
            file.write(text(50 << 12));
        }
    }

    @Test
    void compressesThroughTheBuffersThatWereAskedFor() throws IOException {
        compress = true;
        dataPath = PathPolicy.BUFFERED;
        Files.write(source.resolve("text"), text(2_000_000));
        file("noise", 2_000_000);

        RunReport report = push();

        assertThat(target).mirrors(source);
        assertEquals(4_000_000, report.bytesByPath().get(DataPath.BUFFERED));
    }

    /** Its session ends if nothing moves for two seconds, and takes four. */
    @ParameterizedTest
    @CsvSource({
        "PUSH, CLEAR, 65536",
        "PULL, CLEAR, 65536",
        "PUSH, PRIVATE, 65536",
        "PUSH, SAFE, 65536",
        "PUSH, CLEAR, 60000"
    })
    void aLowRateIsNoStandstill(Mode direction, Protection level, int length) throws IOException {
        mode = direction;
        protection = level;
        timeout = Duration.ofSeconds(2);
        bytesPerSecond = 16 << 10;
        file("file", length);

        long start = System.nanoTime();
        push();

        double seconds = (System.nanoTime() - start) / 1e9;
        assertThat(target).mirrors(source);
        assertTrue(
                seconds > 0.95 * length / bytesPerSecond && seconds < 3 + 1.05 * length / bytesPerSecond,
                seconds + " s");
    }

    /** Rules take their time, and leave out all that they are asked about: that is work, too. */
    @Test
    void rulesThatTakeLongAreNoStandstill() throws IOException {
        timeout = Duration.ofSeconds(1);
        selection = new Selection(
                new RuleText("ab*\n*ab*ab*ab*abc".getBytes(US_ASCII)),
                Selection.DEFAULT_RULE_FILE,
                false,
                LinkPolicy.KEEP);
        file("kept", 1);
        for (int i = 0; i < 50; i++) {
            file("ab".repeat(120) + i, 0);
        }

        long start = System.nanoTime();
        push();

        double seconds = (System.nanoTime() - start) / 1e9;
        assertArrayEquals(new String[] {"kept"}, target.toFile().list());
        assertTrue(seconds > 1.2, () -> "no longer than a standstill may last: " + seconds + " s");
    }

    /** A byte a second, and patience for one: only the word of those who wait keeps the session. */
    @ParameterizedTest
    @CsvSource({"PUSH", "PULL"})
    void aRunThatWaitsForItsRateLivesAndEndsAtOnce(Mode direction) throws Exception {
        mode = direction;
        bytesPerSecond = 1;
        timeout = Duration.ofSeconds(1);
        file("file", 100_000);
        AtomicReference<RunFailure> failure = new AtomicReference<>();
        Thread running = Thread.ofPlatform().start(() -> failure.set(pushFails()));
        await().during(Duration.ofSeconds(6)).atMost(Duration.ofSeconds(12)).until(running::isAlive);

        long start = System.nanoTime();
        node.close();

        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> running.join());
        System.out.println("ended after " + (System.nanoTime() - start) / 1_000_000 + " ms: " + failure.get());
        assertEquals(
                FailureKind.INTERRUPTED, Objects.requireNonNull(failure.get()).kind());
        assertFalse(Files.exists(target.resolve("file")));
    }

    @Test
    void aRateHoldsForCompressedBytes() throws IOException {
        compress = true;
        bytesPerSecond = 1 << 20;
        Files.write(source.resolve("text"), text(8 << 20));

        long start = System.nanoTime();
        push();

        double seconds = (System.nanoTime() - start) / 1e9;
        assertThat(target).mirrors(source);
        assertTrue(seconds < 4, "what is on the wire counts, and it is a third: " + seconds + " s");
    }

    private static byte[] text(int length) {
        StringBuilder text = new StringBuilder();
        Random random = new Random(7);
        while (text.length() < length) {
            text.append("the line with number ").append(random.nextInt(1_000)).append('\n');
        }
        return Arrays.copyOf(text.toString().getBytes(US_ASCII), length);
    }
}
