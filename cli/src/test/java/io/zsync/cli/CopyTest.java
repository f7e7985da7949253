package io.zsync.cli;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.api.CopyRequest;
import io.zsync.node.api.Event;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.protocol.Comparison;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.Durability;
import io.zsync.protocol.LinkPolicy;
import io.zsync.protocol.Message.Change.Kind;
import io.zsync.protocol.ModeEdit;
import io.zsync.protocol.Name;
import io.zsync.protocol.PathChoice;
import io.zsync.protocol.PathPolicy;
import io.zsync.protocol.Preservation;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.RuleText;
import io.zsync.protocol.RunOptions;
import io.zsync.protocol.Selection;
import io.zsync.protocol.Tally;
import io.zsync.protocol.Transfer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two local paths and no connection: {@code copy}, and {@code diff} and {@code verify} of a directory. */
class CopyTest {
    private final Typed typed = new Typed();

    private CopyRequest request(String... options) {
        List<String> words = new ArrayList<>(List.of("copy", "a", "b"));
        words.addAll(List.of(options));
        assertEquals(0, typed.run(words.toArray(String[]::new)), typed.screen.err());
        return typed.engine.copies.getLast();
    }

    @Test
    void withoutOptionsTheDefaultsAreAskedFor() {
        int streams = Math.min(4, Runtime.getRuntime().availableProcessors());

        assertEquals(new CopyRequest(Path.of("a"), Path.of("b"), null, RunOptions.defaults(streams)), request());
        assertEquals(List.of(), typed.engine.runs, "there is no connection");
    }

    @Test
    void everyOptionOfACopyArrives() {
        CopyRequest request = request(
                "-nicuxLHXAP",
                "--explain",
                "--delete",
                "--max-delete=10%",
                "--backup-dir=old",
                "--exclude=*.tmp",
                "--include=keep.tmp",
                "--ignore-file=.rules",
                "--no-owner",
                "--no-perms",
                "--no-times",
                "--chmod=u+w",
                "--bwlimit=1MiB",
                "--streams=3",
                "--data-path=copy-range",
                "--durability=none");

        RunOptions expected = new RunOptions(
                true,
                true,
                true,
                Durability.NONE,
                new Transfer(PathPolicy.AUTO, 3, false, 1 << 20),
                new Comparison(true, true),
                new Selection(
                        new RuleText("*.tmp\n!keep.tmp\n".getBytes(StandardCharsets.UTF_8)),
                        Name.of(".rules"),
                        true,
                        LinkPolicy.FOLLOW),
                new Preservation(
                        false,
                        false,
                        false,
                        true,
                        true,
                        true,
                        Preservation.AS_SOURCE,
                        Preservation.AS_SOURCE,
                        List.of(new ModeEdit(true, true, 0, 0200, 0))),
                new Deletion(true, new Deletion.Limit(Deletion.Unit.PERCENT, 10), RelativePath.of("old")));
        assertEquals(new CopyRequest(Path.of("a"), Path.of("b"), DataPath.COPY_RANGE, expected), request);
        assertEquals(
                LinkPolicy.SKIP, request("--skip-links").options().selection().links());
        assertEquals(7, request("--chown=7:8").options().preservation().chownUser());
        assertEquals(request(), request("-arlptogD"));
    }

    @ParameterizedTest
    @EnumSource(DataPath.class)
    void everyDataPathCanBeForced(DataPath path) {
        CopyRequest request = request("--data-path", path.word());

        assertEquals(path, request.dataPath());
        assertEquals(PathPolicy.AUTO, request.options().transfer().dataPath());
    }

    @Test
    void autoForcesNone() {
        assertNull(request("--data-path=auto").dataPath());
    }

    @ParameterizedTest
    @ValueSource(strings = {"copy_range", "CLONE", "reflink"})
    void anotherWordIsNoDataPath(String word) {
        assertEquals(1, typed.run("copy", "a", "b", "--data-path", word));

        assertEquals(
                "copy --data-path " + word + ": not one of auto, clone, copy-range, sendfile, mapped, buffered",
                typed.error());
    }

    /** The engine knows what the two file systems can do; until it looked, any path may serve. */
    @Test
    void aForcedPathThatCannotServeIsAUsageError() {
        typed.engine.copyAnswer = (request, events) -> {
            throw new RunFailure(FailureKind.USAGE, "--data-path clone: two file systems (b)", "Leave it out.", null);
        };

        assertEquals(1, typed.run("copy", "--data-path=clone", "a", "b"));
        assertEquals("zsync: --data-path clone: two file systems (b)\nLeave it out.\n", typed.screen.err());
    }

    /** Whatever looks like a peer elsewhere, but for the one form that can be nothing else. */
    @ParameterizedTest
    @ValueSource(
            strings = {"nas/photos", "nas:7419", "[fd00::7]:1", "me@nas", "./local:x", "/mnt/b", "..", "a b", "local"})
    void bothWordsArePaths(String word) {
        assertEquals(0, typed.run("copy", word, "target"), typed.screen.err());
        assertEquals(0, typed.run("copy", "source", word), typed.screen.err());

        assertEquals(Path.of(word), typed.engine.copies.get(0).source());
        assertEquals(Path.of(word), typed.engine.copies.get(1).target());
    }

    @Test
    void aPathIsAnyBytes() {
        byte[] name = "x\u00ff\u00e4".getBytes(StandardCharsets.ISO_8859_1);

        assertEquals(0, typed.run(List.of(Argument.of("copy"), Argument.of(name), Argument.of("/mnt/b"))));

        String uri = typed.engine.copies.getFirst().source().toUri().getRawPath();
        assertTrue(uri.toUpperCase(Locale.ROOT).endsWith("/X%FF%E4"), uri + " of " + Arrays.toString(name));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "copy|copy: SOURCE and TARGET are missing",
                "copy a|copy: TARGET is missing (a)",
                "copy a b c|copy: unexpected word (c)",
                "copy a local:b|copy: a peer has no place here, it takes two local paths (local:b)",
                "copy local:a b|copy: a peer has no place here, it takes two local paths (local:a)",
                "copy a b -avz|copy -z: has no meaning here, nothing goes over a wire",
                "copy a b --streams 17|copy --streams 17: not a number from 1 to 16",
                "copy a b --max-delete 1|copy --max-delete 1: nothing is deleted without --delete",
                "diff a ./b --protect clear|diff --protect: has no meaning here, nothing goes over a wire",
                "diff a /b --timeout=9|diff --timeout: has no meaning here, nothing goes over a wire",
                "verify a .. --retries 0|verify --retries: has no meaning here, nothing goes over a wire",
                "diff a /b --data-path clone|diff --data-path: has no meaning here, nothing is moved",
                "diff a /b c|diff: unexpected word (c)",
                "diff a|diff: PEER is missing (a)",
                "push a /b|push: peer: this is a path (/b)",
                "push a nas ./b|push: peer: this is a path (./b)",
                "pull ../b a|pull: peer: this is a path (../b)"
            })
    void whatCannotBeMeantIsRefusedWithAWayOut(String words, String error) {
        assertEquals(1, typed.run(words.split(" ")));

        assertEquals(error, typed.error());
        assertEquals(2, typed.screen.err().lines().count(), typed.screen.err());
        assertEquals(List.of(), typed.engine.copies);
        assertEquals(List.of(), typed.engine.runs);
    }

    @Test
    void aPeerIsToldTheCommandForPeersAndAFileOfItsNameHowItIsTyped() {
        typed.run("copy", "a", "local:b");

        assertEquals(
                "zsync push DIR local:DIR goes through a node in this process; a file of this name is ./local:b.",
                typed.screen.err().lines().toList().get(1));
    }

    @Test
    void aCopyIsToldInItsOwnWords() {
        typed.engine.copyAnswer = (request, events) -> {
            events.accept(moved("a.iso", DataPath.CLONE, PathChoice.BLOCKS_SHARED, 3_145_728));
            return FakeEngine.copied(
                    new Tally(1, 0, 0, 0, 0, 0, 0, 1, 3 << 20, Durability.BATCH), Map.of(DataPath.CLONE, 3L << 20));
        };

        assertEquals(0, typed.run("copy", "--explain", "a.iso", "/mnt/a.iso"));

        String why = "both files share the blocks, nothing is copied";
        assertEquals(
                "clone             3,145,728  a.iso                                     " + why + "\n"
                        + "clone             3,145,728  total of 1 file                           " + why + "\n",
                typed.screen.out());
        assertEquals("""
                copied a.iso to /mnt/a.iso: 1 file, 3.0 MiB in 1.0 s (3.0 MiB/s)
                  1 new, 0 changed, 0 deleted, 0 unchanged, 0 failed
                  clone 3.0 MiB; durable
                """, typed.screen.err());
    }

    @Test
    void theReadmeShowsWhatExplainPrints() throws Exception {
        typed.engine.copyAnswer = (request, events) -> {
            events.accept(moved("debian.img", DataPath.CLONE, PathChoice.BLOCKS_SHARED, 8L << 30));
            events.accept(moved("debian.xml", DataPath.BUFFERED, PathChoice.READ_AT_ONCE, 1311));
            events.accept(moved("freebsd.img", DataPath.CLONE, PathChoice.BLOCKS_SHARED, 3L << 30));
            return FakeEngine.copied(Map.of());
        };
        String shown = Files.readString(Documents.README);
        String command = "zsync copy --explain images /srv/images";

        assertEquals(0, typed.run(command.substring("zsync ".length()).split(" ")));
        assertTrue(shown.contains("```\n" + command + "\n" + typed.screen.out() + "```\n"), typed.screen.out());
    }

    private static Event.Moved moved(String path, DataPath dataPath, PathChoice choice, long bytes) {
        return new Event.Moved(RelativePath.of(path), dataPath, choice, bytes);
    }

    @Test
    void progressSaysCopied() {
        typed.engine.copyAnswer = (request, events) -> {
            events.accept(new Event.Progress(7, 2, 3 << 20, 0, 1 << 20, false));
            await().until(() -> typed.screen.err().contains("entries so far"));
            return FakeEngine.copied(Map.of());
        };

        assertEquals(0, typed.run("copy", "-P", "a", "b"));
        assertTrue(typed.screen.err().contains("7 entries so far, 1.0 MiB copied"), typed.screen.err());
    }

    /** As rsync's between two directories: the file comes here. */
    @Test
    void itemizedLinesAreRsyncsOfALocalCopy() {
        typed.engine.copyAnswer = (request, events) -> {
            events.accept(Changes.created("d/x", Kind.FILE));
            return FakeEngine.copied(Map.of());
        };

        assertEquals(0, typed.run("copy", "-i", "a", "b"));
        assertEquals(">f+++++++++ d/x\n", typed.screen.out());
    }

    // The other two

    @ParameterizedTest
    @ValueSource(strings = {"/mnt/photos", "./photos", "../photos", ".", "..", "/"})
    void aDiffOfADirectoryIsADryCopy(String directory) {
        assertEquals(40, typed.run("diff", "a", directory, "--no-owner", "-u", "--delete"));

        CopyRequest request = typed.engine.copies.getFirst();
        assertEquals(Path.of("a"), request.source());
        assertEquals(Path.of(directory), request.target());
        assertNull(request.dataPath());
        assertTrue(request.options().dryRun() && request.options().reportChanges());
        assertFalse(request.options().explain());
        assertFalse(request.options().preservation().owner());
        assertEquals(new Comparison(false, true), request.options().comparison());
        assertEquals(
                new Deletion.Limit(Deletion.Unit.PATHS, Long.MAX_VALUE),
                request.options().deletion().limit());
        assertEquals(List.of(), typed.engine.runs);
    }

    @Test
    void aVerifyOfADirectoryReadsEverything() {
        typed.engine.copyAnswer =
                (request, events) -> FakeEngine.copied(new Tally(0, 0, 0, 9, 0, 0, 0, 9, 0, Durability.NONE), Map.of());

        assertEquals(0, typed.run("verify", "a", "/mnt/a"));

        CopyRequest request = typed.engine.copies.getFirst();
        assertTrue(request.options().dryRun() && request.options().reportChanges());
        assertEquals(Comparison.BY_CHECKSUM, request.options().comparison());
        assertEquals("a and /mnt/a are equal: 9 files, contents read on both sides\n", typed.screen.err());
    }

    @Test
    void aDiffOfADirectoryTellsAsOneOfAPeerDoes() {
        typed.engine.copyAnswer = (request, events) -> {
            events.accept(Changes.created("d/x", Kind.FILE));
            return FakeEngine.copied(new Tally(3, 1, 0, 9, 0, 0, 0, 13, 0, Durability.NONE), Map.of());
        };

        assertEquals(40, typed.run("diff", "-i", "photos", "/mnt/photos"));
        assertEquals("<f+++++++++ d/x\n", typed.screen.out());
        assertEquals("photos and /mnt/photos differ: 3 new, 1 changed\n", typed.screen.err());
    }

    /** The word alone decides, whatever lies there. */
    @ParameterizedTest
    @ValueSource(strings = {"diff", "verify"})
    void whatCanBeAPeerIsOne(String command) {
        typed.run(command, "a", "nas/photos", "--protect=private", "--timeout=9", "--retries=1");
        typed.run(command, "a", "local:/mnt/photos", "--protect=private");

        assertEquals(2, typed.engine.runs.size());
        assertEquals(List.of(), typed.engine.copies);
    }
}
