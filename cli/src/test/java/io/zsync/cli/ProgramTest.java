package io.zsync.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.api.Event;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.PeerTree;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.node.api.RunRequest;
import io.zsync.protocol.Comparison;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Message.Change;
import io.zsync.protocol.Mode;
import io.zsync.protocol.PathChoice;
import io.zsync.protocol.PathPolicy;
import io.zsync.protocol.Preservation;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.RunOptions;
import io.zsync.protocol.Selection;
import io.zsync.protocol.Transfer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProgramTest {
    private final Typed typed = new Typed();
    private final Screen screen = typed.screen;
    private final List<RunRequest> requests = typed.engine.runs;

    private static RunReport report(Map<ProblemCode, Long> problems) {
        return FakeEngine.report(problems);
    }

    private int run(String... words) {
        return typed.run(words);
    }

    private static String target(RunRequest request) {
        return ((PeerTree.Local) request.peer()).directory().toString();
    }

    private RunRequest request(String... options) {
        List<String> words = new ArrayList<>(List.of("push", "a", "local:b"));
        words.addAll(List.of(options));
        int code = run(words.toArray(String[]::new));
        assertEquals(0, code, screen.err());
        return requests.getFirst();
    }

    // What is typed

    @Test
    void withoutOptionsTheDefaultsAreAskedFor() {
        RunRequest request = request();

        int streams = Math.min(4, Runtime.getRuntime().availableProcessors());
        assertEquals(Path.of("a"), request.directory());
        assertEquals(new PeerTree.Local(Path.of("b")), request.peer());
        assertEquals(
                new RunOptions(
                        false,
                        false,
                        false,
                        Durability.BATCH,
                        new Transfer(PathPolicy.AUTO, streams, false, 0),
                        Comparison.BY_TIME,
                        Selection.ALL,
                        Preservation.ARCHIVE,
                        Deletion.NONE),
                request.options());
        assertEquals(Duration.ofSeconds(30), request.timeout());
        assertEquals(5, request.retries());
        assertNull(request.protection());
        assertEquals(Mode.PUSH, request.mode());
    }

    @Test
    void everyOptionArrivesInTheRequest() {
        RunRequest request = request(
                "-anv",
                "--explain",
                "--no-owner",
                "--durability=file",
                "--streams=16",
                "--protect=clear",
                "--data-path=mapped",
                "--retries=0",
                "--timeout",
                "86400");

        assertEquals(
                new RunOptions(
                        true,
                        true,
                        true,
                        Durability.FILE,
                        new Transfer(PathPolicy.MAPPED, 16, false, 0),
                        Comparison.BY_TIME,
                        Selection.ALL,
                        new Preservation(
                                false,
                                true,
                                true,
                                false,
                                false,
                                false,
                                Preservation.AS_SOURCE,
                                Preservation.AS_SOURCE,
                                List.of()),
                        Deletion.NONE),
                request.options());
        assertEquals(Duration.ofDays(1), request.timeout());
        assertEquals(0, request.retries());
        assertEquals(Protection.CLEAR, request.protection());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "|zsync: a command is missing",
                "pusch|zsync: no such command (pusch)",
                "-n|zsync: a command comes first (-n)",
                "push|zsync: push: DIR and PEER are missing",
                "push a|zsync: push: PEER is missing (a)",
                "push a local:|zsync: push: local: names no directory (local:)",
                "push a local:b me@host|zsync: push: peer: a host has no '@', only letters, digits, . _ and - (me@host)",
                "push a local:b --retries -1|zsync: push --retries -1: not a number from 0 to 1,000",
                "push a local:b --retries 1001|zsync: push --retries 1001: not a number from 0 to 1,000",
                "pull|zsync: pull: PEER and DIR are missing",
                "pull nas|zsync: pull: DIR is missing (nas)",
                "pull nas a b|zsync: pull: unexpected word (b)",
                "pull ../nas b|zsync: pull: peer: this is a path (../nas)",
                "pull .nas b|zsync: pull: peer: neither a name nor a host starts with '.' (.nas)",
                "pull local: b|zsync: pull: local: names no directory (local:)",
                "pull nas b --streams 17|zsync: pull --streams 17: not a number from 1 to 16",
                "diff|zsync: diff: DIR and PEER are missing",
                "diff a|zsync: diff: PEER is missing (a)",
                "diff a b c|zsync: diff: unexpected word (c)",
                "diff a b --durability none|zsync: diff --durability: has no meaning here, nothing is moved",
                "diff a b --streams 2|zsync: diff --streams: has no meaning here, nothing is moved",
                "diff a b --data-path auto|zsync: diff --data-path: has no meaning here, nothing is moved",
                "diff a b --explain|zsync: diff --explain: has no meaning here, nothing is moved",
                "diff a b -n|zsync: diff -n: has no meaning here, nothing is moved",
                "diff a b -qv|zsync: diff: -q and -v contradict each other",
                "push a local:b --protect x|zsync: push --protect x: not one of auto, clear, safe, private",
                "push a local:b --durability x|zsync: push --durability x: not one of none, batch, file",
                "push a local:b --durability BATCH|zsync: push --durability BATCH: not one of none, batch, file",
                "push a local:b --data-path x|zsync: push --data-path x: not one of auto, sendfile, mapped, buffered",
                "push a local:b --progress x|zsync: push --progress x: not one of auto, always, never",
                "push a local:b --streams 0|zsync: push --streams 0: not a number from 1 to 16",
                "push a local:b --streams 17|zsync: push --streams 17: not a number from 1 to 16",
                "push a local:b --streams -1|zsync: push --streams -1: not a number from 1 to 16",
                "push a local:b --timeout 99999999999|zsync: push --timeout 99999999999: not a number from 1 to 86,400",
                "push a local:b --timeout 1.5|zsync: push --timeout 1.5: not a number from 1 to 86,400",
                "push a local:b -vq|zsync: push: -q and -v contradict each other",
                "push a local:b -P --progress never|zsync: push: -P and --progress never contradict each other",
                "push a local:b --bogus|zsync: push --bogus: no such option",
                "push @nowhere|zsync: argument file: no such file (nowhere)"
            })
    void whatCannotBeCarriedOutIsRefusedBeforeAnythingRuns(String typed, String error) {
        int code = typed == null ? run() : run(typed.split(" "));

        assertEquals(1, code);
        assertEquals(error, screen.err().lines().findFirst().orElseThrow());
        assertTrue(screen.err().lines().count() <= 2, screen.err());
        assertEquals(List.of(), requests);
        assertEquals("", screen.out());
    }

    @Test
    void namesInErrorsAreEscaped() {
        run("push", "a", "evil\u001b[2J\n");

        assertEquals(
                "zsync: push: peer: a host has no '\\x1b', only letters, digits, . _ and - (evil\\x1b[2J\\n)",
                screen.err().lines().findFirst().orElseThrow());
    }

    @Test
    void anUnknownOptionPointsToTheHelp() {
        run("push", "--bogus");

        assertEquals("zsync: push --bogus: no such option\nzsync push --help lists the options.\n", screen.err());
    }

    @Test
    void helpGoesToStandardOutput() {
        assertEquals(0, run("--help"));
        assertEquals(Help.PROGRAM, screen.out());
        assertEquals("", screen.err());
    }

    @Test
    void helpWinsOverWhatElseIsTyped() {
        assertEquals(0, run("push", "--bogus", "--help"));
        assertEquals(RunHelp.PUSH, screen.out());
    }

    @Test
    void helpBehindTwoDashesIsAPath() {
        assertEquals(0, run("push", "--", "--help", "local:b"));
        assertEquals(Path.of("--help"), requests.getFirst().directory());
    }

    // How it ends

    @ParameterizedTest
    @EnumSource(FailureKind.class)
    void aFailedRunIsOneLineTheWayOutAndItsCode(FailureKind kind) {
        typed.engine.answer = (request, events) -> {
            throw new RunFailure(kind, "push: it failed (a)", "Do this.", null);
        };

        assertEquals(ExitCode.of(kind).number(), run("push", "a", "local:b"));
        assertEquals("zsync: push: it failed (a)\nDo this.\n", screen.err());
    }

    @Test
    void aBugIsOneLineAnd70() {
        typed.engine.answer = (request, events) -> {
            throw new IllegalStateException("bad\nstate");
        };

        assertEquals(70, run("push", "a", "local:b", "local:c"));
        assertEquals(
                "zsync: internal error: java.lang.IllegalStateException: bad\\nstate\nWith -vv it shows where.\n",
                screen.err());
        assertEquals(1, requests.size(), "nothing runs after a bug");
    }

    @Test
    void aBugShowsWhereWithVv() {
        typed.engine.answer = (request, events) -> {
            throw new IllegalStateException("bad");
        };

        run("push", "-vv", "a", "local:b");

        assertTrue(screen.err().contains("\tat io.zsync.cli.ProgramTest"), screen.err());
        assertFalse(screen.err().contains("-vv"), screen.err());
    }

    @Test
    void outOfMemoryIs70() {
        typed.engine.answer = (request, events) -> {
            throw new OutOfMemoryError("Java heap space");
        };

        assertEquals(70, run("push", "a", "local:b"));
        assertEquals("zsync: internal error: out of memory\n", screen.err());
    }

    @Test
    void peersHaveTheirTurnsOneAfterAnotherAndTheWorstCounts() {
        typed.engine.answer = (request, events) -> switch (target(request)) {
            case "b" -> throw new RunFailure(FailureKind.ROOT_UNUSABLE, "push: not a directory (b)", null, null);
            case "c" -> report(Map.of(ProblemCode.TARGET_FAILED, 1L));
            default -> report(Map.of());
        };

        assertEquals(11, run("push", "-q", "a", "local:b", "local:c", "local:d"));
        assertEquals(
                List.of("b", "c", "d"),
                requests.stream().map(ProgramTest::target).toList());
    }

    @Test
    void anInterruptedRunIsTheLast() {
        typed.engine.answer = (request, events) -> {
            throw new RunFailure(FailureKind.INTERRUPTED, "push: interrupted", null, null);
        };

        assertEquals(20, run("push", "a", "local:b", "local:c"));
        assertEquals(1, requests.size());
    }

    // What is shown

    private static Event.Changed changed(String path, Change.Kind kind) {
        return new Event.Changed(new Change(RelativePath.of(path), kind, Change.Action.CREATE, 0, 0, new byte[0]));
    }

    private static Event.Moved moved(RelativePath path, DataPath dataPath, long bytes, PathChoice choice) {
        return new Event.Moved(path, dataPath, choice, bytes);
    }

    private static Event.ProblemMet problem(ProblemCode code, String detail) {
        return new Event.ProblemMet(RelativePath.of("d/x\n"), code, detail);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-v", "-nv"})
    void aLineForEachChangeGoesToStandardOutput(String options) {
        typed.engine.answer = (request, events) -> {
            events.accept(changed("", Change.Kind.DIRECTORY));
            events.accept(changed("d", Change.Kind.DIRECTORY));
            events.accept(changed("d/\u00e4\n", Change.Kind.FILE));
            events.accept(changed("link", Change.Kind.SYMLINK));
            return report(Map.of());
        };

        assertEquals(0, run("push", options, "a", "local:b"));
        assertEquals("./\nd/\nd/\u00e4\\n\nlink\n", screen.out());
    }

    @Test
    void problemsAreNamedAndASkippedSpecialIsANote() {
        typed.engine.answer = (request, events) -> {
            events.accept(problem(ProblemCode.SOURCE_UNREADABLE, "Permission denied"));
            events.accept(problem(ProblemCode.SOURCE_VANISHED, ""));
            events.accept(problem(ProblemCode.TARGET_FAILED, "\u001b[2J"));
            events.accept(problem(ProblemCode.SPECIAL_SKIPPED, "fifo"));
            events.accept(problem(ProblemCode.NOT_RESUMABLE, "state folder: mkdir: Permission denied"));
            return report(Map.of(ProblemCode.SPECIAL_SKIPPED, 1L));
        };

        assertEquals(0, run("push", "a", "local:b"));
        assertEquals("""
                zsync: cannot read the source: Permission denied (d/x\\n)
                zsync: the source vanished (d/x\\n)
                zsync: cannot write the target: \\x1b[2J (d/x\\n)
                zsync: skipped fifo (d/x\\n)
                zsync: a broken run would start large files over: state folder: mkdir: Permission denied (d/x\\n)
                pushed a to local:b: 3 files, 0 bytes in 1.0 s
                  1 new, 0 changed, 0 deleted, 2 unchanged, 0 failed
                  nothing moved; protection clear; durable
                """, screen.err());
        assertEquals("", screen.out());
    }

    @Test
    void aLostConnectionIsTold() {
        typed.engine.answer = (request, events) -> {
            events.accept(new Event.Reconnecting("nas: connection reset\u001b", Duration.ofSeconds(1)));
            events.accept(new Event.Reconnecting("nas: refused", Duration.ofMillis(2500)));
            return report(Map.of());
        };

        assertEquals(0, run("push", "a", "nas"));
        assertEquals(
                List.of(
                        "zsync: nas: connection reset\\x1b; trying again in 1 s",
                        "zsync: nas: refused; trying again in 2.5 s"),
                screen.err().lines().limit(2).toList());
    }

    @Test
    void quietLeavesOnlyErrors() {
        typed.engine.answer = (request, events) -> {
            events.accept(problem(ProblemCode.SPECIAL_SKIPPED, "fifo"));
            events.accept(new Event.Reconnecting("nas: refused", Duration.ofSeconds(1)));
            events.accept(problem(ProblemCode.TARGET_FAILED, "No space left on device"));
            return report(Map.of(ProblemCode.TARGET_FAILED, 1L));
        };

        assertEquals(23, run("push", "-q", "a", "local:b"));
        assertEquals("zsync: cannot write the target: No space left on device (d/x\\n)\n", screen.err());
    }

    @Test
    void explainNamesPathBytesAndReasonOfEachFileAndTheSums() {
        typed.engine.answer = (request, events) -> {
            RelativePath big = RelativePath.of("big");
            RelativePath small = RelativePath.of("small");
            events.accept(moved(big, DataPath.SENDFILE, 3_145_728, PathChoice.KERNEL_SENDS));
            events.accept(moved(small, DataPath.BUFFERED, 1, PathChoice.SMALL_FILE));
            events.accept(moved(small, DataPath.BUFFERED, 2, PathChoice.SMALL_FILE));
            return report(Map.of());
        };

        assertEquals(0, run("push", "--explain", "-q", "a", "local:b"));
        String sendfile = "the kernel sends the file's pages, nothing is copied to user space";
        String packed = "below 64 KiB, packed with others into one frame";
        assertEquals(
                "sendfile          3,145,728  big                                       " + sendfile + "\n"
                        + "buffered                  1  small                                     " + packed + "\n"
                        + "buffered                  2  small                                     " + packed + "\n"
                        + "sendfile          3,145,728  total of 1 file                           " + sendfile + "\n"
                        + "buffered                  3  total of 2 files                          " + packed + "\n",
                screen.out());
        assertEquals("", screen.err());
    }

    @Test
    void noProgressIsDrawnWhereThereIsNoTerminal() {
        typed.engine.answer = (request, events) -> {
            events.accept(new Event.Progress(5, 5, 5, 5, 5, true));
            return report(Map.of());
        };

        assertEquals(0, run("push", "a", "local:b"));
        assertFalse(screen.err().contains("\r"), screen.err());
    }
}
