package io.zsync.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.api.Event;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.PeerTree;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunRequest;
import io.zsync.protocol.Comparison;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Message.Change;
import io.zsync.protocol.Mode;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.Tally;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The two commands that are a push turned round, and a push that is only told. */
class PullDiffTest {
    private static final Tally EQUAL = new Tally(0, 0, 0, 1204, 0, 0, 0, 1204, 0, Durability.NONE);

    private final Typed typed = new Typed();

    private void answers(Tally tally, Map<ProblemCode, Long> problems) {
        typed.engine.answer = (request, events) -> FakeEngine.report(tally, problems);
    }

    @Test
    void aPullNamesThePeerFirst() {
        assertEquals(0, typed.run("pull", "nas/photos/2024", "here", "--protect=private", "--streams=3"));

        RunRequest request = typed.engine.runs.getFirst();
        assertEquals(Mode.PULL, request.mode());
        assertEquals(Path.of("here"), request.directory());
        assertEquals(new PeerTree.Remote("nas", "photos", RelativePath.of("2024")), request.peer());
        assertEquals(Protection.PRIVATE, request.protection());
        assertEquals(3, request.options().transfer().streams());
        assertFalse(request.options().dryRun());
        assertTrue(typed.screen.err().startsWith("pulled nas/photos/2024 to here: 3 files, "), typed.screen.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-q", "--no-owner", "--json"})
    void whatWasNotDeletedIsAnErrorWithItsWayOut(String how) {
        answers(new Tally(0, 0, 0, 1, 0, 0, 1_200, 1, 0, Durability.BATCH), Map.of());

        assertEquals(25, typed.run("push", "--delete", how, "photos", "nas"));

        String told = """
                zsync: delete: 1,200 paths to remove, more than the limit, so none was (nas)
                --max-delete 1200 allows it.
                """;
        assertTrue(typed.screen.err().endsWith(told), typed.screen.err());
    }

    @Test
    void aDryPullSaysWhatItWould() {
        typed.run("pull", "-n", "local:a", "b");

        assertTrue(typed.engine.runs.getFirst().options().dryRun());
    }

    @Test
    void aDiffIsADryPushThatReportsChanges() {
        answers(EQUAL, Map.of());

        assertEquals(0, typed.run("diff", "photos", "backup/photos", "--no-owner", "--timeout=7", "--retries=3"));

        RunRequest request = typed.engine.runs.getFirst();
        assertEquals(Mode.PUSH, request.mode());
        assertEquals(Path.of("photos"), request.directory());
        assertTrue(request.options().dryRun());
        assertTrue(request.options().reportChanges());
        assertFalse(request.options().preservation().owner());
        assertEquals(7, request.timeout().toSeconds());
        assertEquals(3, request.retries());
    }

    @Test
    void aDiffPrintsTheChangesAndExitsWith40() {
        typed.engine.answer = (request, events) -> {
            events.accept(new Event.Changed(
                    new Change(RelativePath.of("d/x"), Change.Kind.FILE, Change.Action.CREATE, 0, 0, new byte[0])));
            return FakeEngine.report(new Tally(3, 1, 0, 9, 0, 0, 0, 13, 0, Durability.NONE), Map.of());
        };

        assertEquals(40, typed.run("diff", "photos", "backup/photos"));
        assertEquals("d/x\n", typed.screen.out());
        assertEquals("photos and backup/photos differ: 3 new, 1 changed\n", typed.screen.err());
    }

    @Test
    void aQuietDiffOnlyHasItsCode() {
        answers(new Tally(0, 0, 1, 9, 0, 0, 0, 13, 0, Durability.NONE), Map.of());

        assertEquals(40, typed.run("diff", "-q", "photos", "backup/photos"));
        assertFalse(typed.engine.runs.getFirst().options().reportChanges());
        assertEquals("", typed.screen.out() + typed.screen.err());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0|0|0|0|0|0 |are equal: 5 files",
                "1|0|0|0|0|40|differ: 1 new",
                "0|1|0|0|0|40|differ: 1 changed",
                "0|0|1|0|0|40|differ: 1 to delete",
                "0|0|0|2|0|23|are equal as far as they could be compared: 5 files, 2 failed",
                "0|0|0|0|2|0 |are equal: 5 files, 2 skipped",
                "1|0|0|2|3|23|differ: 1 new, 2 failed, 3 skipped"
            })
    void aDiffSaysWhatItFoundAndWhatItCouldNotSee(
            int created, int changed, int deleted, int failed, int skipped, int code, String verdict) {
        answers(new Tally(created, changed, deleted, 4, failed, skipped, 0, 5, 0, Durability.NONE), Map.of());

        assertEquals(code, typed.run("diff", "a", "nas"));
        assertEquals("a and nas " + verdict + "\n", typed.screen.err());
    }

    @Test
    void aDiffThatFailedFoundNothing() {
        typed.engine.answer = (request, events) -> {
            throw new RunFailure(FailureKind.CANNOT_CONNECT, "nas: connection refused (10.0.0.2:7419)", null, null);
        };

        assertEquals(35, typed.run("diff", "a", "nas"));
        assertEquals("zsync: nas: connection refused (10.0.0.2:7419)\n", typed.screen.err());
        assertEquals(
                List.of(Mode.PUSH),
                typed.engine.runs.stream().map(RunRequest::mode).toList());
    }

    @Test
    void aVerifyIsADryPushThatComparesContents() {
        answers(EQUAL, Map.of());

        assertEquals(0, typed.run("verify", "photos", "backup/photos", "-HXA", "--exclude=*.tmp", "--no-times"));

        RunRequest request = typed.engine.runs.getFirst();
        assertEquals(Mode.PUSH, request.mode());
        assertTrue(request.options().dryRun());
        assertTrue(request.options().reportChanges());
        assertEquals(Comparison.BY_CHECKSUM, request.options().comparison());
        assertTrue(request.options().preservation().hardLinks());
        assertEquals(
                "photos and backup/photos are equal: 1,204 files, contents read on both sides\n", typed.screen.err());
    }

    @Test
    void aVerifyPrintsWhatDiffersAndExitsWith40() {
        typed.engine.answer = (request, events) -> {
            events.accept(Changes.created("d/x", Change.Kind.FILE));
            return FakeEngine.report(new Tally(1, 0, 0, 9, 0, 0, 0, 13, 0, Durability.NONE), Map.of());
        };

        assertEquals(40, typed.run("verify", "-i", "photos", "backup/photos"));
        assertEquals("<f+++++++++ d/x\n", typed.screen.out());
        assertEquals("photos and backup/photos differ: 1 new\n", typed.screen.err());
    }

    @ParameterizedTest
    @CsvSource({"SOURCE_UNREADABLE,23", "SOURCE_VANISHED,24", "INTEGRITY,43"})
    void aVerifyThatCouldNotReadEverythingSaysThatFirst(ProblemCode problem, int code) {
        answers(new Tally(1, 0, 0, 9, 1, 0, 0, 13, 0, Durability.NONE), Map.of(problem, 1L));

        assertEquals(code, typed.run("verify", "photos", "backup/photos"));
    }

    /** However many there are and whatever is left of the source: it is only told. */
    @ParameterizedTest
    @ValueSource(strings = {"diff", "verify"})
    void whatOnlyThePeerHasCountsWithDeleteAndHasNoLimit(String command) {
        typed.run(command, "a", "nas", "--delete", "--backup-dir=old");
        typed.run(command, "a", "nas");

        Deletion with = typed.engine.runs.get(0).options().deletion();
        assertEquals(
                new Deletion(true, new Deletion.Limit(Deletion.Unit.PATHS, Long.MAX_VALUE), RelativePath.of("old")),
                with);
        assertFalse(typed.engine.runs.get(1).options().deletion().enabled());
    }
}
