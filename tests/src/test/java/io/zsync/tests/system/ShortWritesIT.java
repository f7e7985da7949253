package io.zsync.tests.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A write that stops short, because it meets the largest size that the process may write, or the end of the disk, and the
 * next one fails: by every path of a copy, and at who receives a push at every level.
 */
class ShortWritesIT {
    private static final int MIB = 1 << 20;

    /** As long as a chunk: what a receiver writes at once is no longer. */
    private static final int CHUNK = 8 * MIB;

    private static final int LARGE = 20 * MIB;

    /** Within the last write, which no other one follows that would fail. */
    private static final int ALMOST_ALL = LARGE - 12_345;

    /** Within the first chunk, between two, within the third, within the last write. */
    private static final List<Integer> LIMITS = List.of(3 * MIB + 12_345, CHUNK, 2 * CHUNK + MIB + 1, ALMOST_ALL);

    /** What is written at once is shorter than 64 KiB; a JVM's own files are longer than 32. */
    private static final int SMALL = 50_000;

    private static final int SMALL_LIMIT = 40_000;

    private static final Pattern STAGED = Pattern.compile("/\\.zsync-[0-9a-f]{16}");

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @RegisterExtension
    final Workspace work = new Workspace();

    private Path trace;

    enum Way {
        BUFFERED("pwrite64", "copy", "--data-path", "buffered"),
        MAPPED("pwrite64", "copy", "--data-path", "mapped"),
        SENDFILE("sendfile", "copy", "--data-path", "sendfile"),
        COPY_RANGE("copy_file_range", "copy", "--data-path", "copy-range"),
        CLEAR("pwrite64", "push", "--protect", "clear"),
        SAFE("pwrite64", "push", "--protect", "safe"),
        PRIVATE("pwrite64", "push", "--protect", "private");

        /** What writes. */
        private final String call;

        @SuppressWarnings("ImmutableEnumChecker") // A list of List.of is.
        private final List<String> words;

        Way(String call, String... words) {
            this.call = call;
            this.words = List.of(words);
        }

        Command run(List<String> before, Path source, Path target) {
            List<String> all = new ArrayList<>(before);
            all.add(Checkout.launcher());
            all.addAll(words);
            all.addAll(List.of("-q", "--streams", "1", source.toString()));
            all.add((words.getFirst().equals("push") ? "local:" : "") + target);
            return Command.of(all).quick();
        }
    }

    @BeforeEach
    void prepare() {
        Machine.needsStrace();
        Machine.needs("prlimit");
        trace = work.path("trace");
    }

    @ParameterizedTest
    @EnumSource
    void whatMayNotBeWrittenFailsAndItsOldContentStays(Way way) throws Exception {
        makeTrees(LARGE);
        for (int limit : LIMITS) {
            if (Machine.LONG || limit == ALMOST_ALL) {
                limited(way, limit);
            }
        }
    }

    /** A file that the next run would go on with, had it been cut off in any other way. */
    @Test
    void nothingStaysOfALargeFileToGoOnWith() throws Exception {
        makeTrees(70 * MIB);
        limited(Way.CLEAR, 40 * MIB + 1);
    }

    /** Such a file gets its length by what is written, so the limit can be there from the first. */
    @ParameterizedTest
    @EnumSource
    void whatIsWrittenAtOnceCountsForNoMore(Way way) throws Exception {
        makeTrees(SMALL);
        List<String> before = stracing(way, way.call);
        before.addAll(List.of("prlimit", "--fsize=" + SMALL_LIMIT + ":" + SMALL_LIMIT));

        assertFailed(
                way.toString(),
                "File too large",
                way.run(before, work.path("source"), work.path("target")).run());

        assertStoppedShort(way, SMALL_LIMIT);
        assertNothingLost(work.path(""));
    }

    private void makeTrees(int large) {
        work.make("""
                mkdir source target
                head -c $1 /dev/urandom >source/large; head -c 30000 /dev/urandom >target/large; cp target/large old
                for f in 1 2 3; do head -c 5000 /dev/urandom >source/small$f; done""", large);
    }

    /** The limit comes when the file has its blocks: a file that were too long from the first would not be begun. */
    private void limited(Way way, int limit) throws Exception {
        work.make("rm -f trace target/*; cp -p old target/large");
        List<String> strace = stracing(way, "fallocate");
        strace.addAll(List.of("-e", "inject=fallocate:signal=SIGSTOP:when=1"));
        try (Command.Running run =
                way.run(strace, work.path("source"), work.path("target")).start()) {
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> !run.isAlive() || isStopped());
            Command.of("prlimit", "--pid", Long.toString(run.pid()), "--fsize=" + limit + ":" + limit)
                    .output();
            run.signal("CONT");

            assertFailed(way + ", " + limit, "File too large", run.end(PATIENCE));
        }
        assertStoppedShort(way, limit);
        assertNothingLost(work.path(""));
    }

    private boolean isStopped() throws IOException {
        return Files.exists(trace)
                && Files.readString(trace, StandardCharsets.ISO_8859_1).contains("--- stopped by");
    }

    /**
     * A source with holes gets its blocks as it is written, so that the disk is found full in the middle. What came behind
     * that might fail as well: it is full until the staged file is gone.
     */
    @ParameterizedTest
    @EnumSource
    void aDiskThatFillsWithinAWriteLeavesTheOldContent(Way way) throws Exception {
        Path folder = work.path("disk");
        try (SmallDisk disk = SmallDisk.mount(folder, "size=16m")) {
            Command.script("""
                            cd "$1"; mkdir source target
                            head -c 9000000 /dev/urandom >source/large; truncate -s 30M source/large
                            head -c 100000 /dev/urandom >target/large; cp target/large old
                            for f in 1 2 3; do head -c 5000 /dev/urandom >source/ahead-small$f; done""", folder).output();

            Outcome outcome = way.run(stracing(way, way.call), folder.resolve("source"), folder.resolve("target"))
                    .run();

            assertFailed(way.toString(), "No space left on device", outcome);
            assertStoppedShort(way, -1);
            assertNothingLost(folder);
            disk.resize("size=64m");
            way.run(List.of(), folder.resolve("source"), folder.resolve("target"))
                    .run()
                    .exits(0);
            Trees.assertMirrors(folder.resolve("source"), folder.resolve("target"));
        }
    }

    /** strace keeps beside the process, which gets the signals and limits. */
    private List<String> stracing(Way way, String more) {
        return new ArrayList<>(List.of(
                "strace",
                "-D",
                "-f",
                "-qq",
                "-y",
                "-s",
                "0",
                "-o",
                trace.toString(),
                "-e",
                "signal=SIGSTOP",
                "-e",
                "trace=" + way.call + "," + more));
    }

    private static void assertFailed(String what, String reason, Outcome outcome) {
        assertEquals(23, outcome.code(), () -> what + ": " + outcome);
        assertEquals(1, outcome.errLines().size(), () -> what + ": " + outcome);
        String line = outcome.errLines().getFirst();
        assertTrue(
                line.startsWith("zsync: cannot write the target: ") && line.endsWith(": " + reason + " (large)"),
                () -> what + ": " + line);
    }

    /** @param limit where it had to stop; negative where only the kernel knows */
    private void assertStoppedShort(Way way, int limit) throws IOException {
        List<SystemCalls.Call> writes = SystemCalls.read(trace).all().stream()
                .filter(call -> call.name().equals(way.call) && !staged(call).isEmpty())
                .toList();
        SystemCalls.Call failed = writes.stream()
                .filter(call -> call.result() < 0)
                .findFirst()
                .orElseThrow(() -> new AssertionError(way + ": no write failed: " + writes));
        List<SystemCalls.Call> before = writes.stream()
                .filter(call -> call.result() > 0 && staged(call).equals(staged(failed)))
                .toList();
        long cut = before.stream().filter(call -> call.result() < asked(call)).count();
        // A limit between two writes cuts none.
        assertTrue(cut == 1 || (cut == 0 && limit == CHUNK), () -> way + ": " + before);
        if (limit > 0) {
            assertEquals(
                    limit, before.stream().mapToLong(SystemCalls.Call::result).sum(), () -> way + ": " + before);
        }
    }

    /** The staged file that is written; empty if none is. */
    private static String staged(SystemCalls.Call call) {
        Matcher name = STAGED.matcher(call.arguments());
        return name.find() ? name.group() : "";
    }

    /** How many bytes a call was to move. */
    private static long asked(SystemCalls.Call call) {
        String[] arguments = call.arguments().replace(")", "").split(", ", -1);
        int behind = call.name().equals("sendfile") ? 1 : 2;
        return Long.parseLong(arguments[arguments.length - behind]);
    }

    private static void assertNothingLost(Path folder) {
        Command.script("""
                        cd "$1"; cmp old target/large
                        for f in $(cd source; ls | grep small); do cmp source/$f target/$f; done""", folder).output();
        Trees.assertNothingStaged(folder.resolve("target"));
    }
}
