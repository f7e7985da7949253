package io.zsync.cli;

import static io.zsync.cli.Changes.change;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.zsync.node.api.Event;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Message.Change;
import io.zsync.protocol.Message.Change.Action;
import io.zsync.protocol.Message.Change.Kind;
import io.zsync.protocol.PathChoice;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.RunOptions;
import io.zsync.protocol.Tally;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The events of {@code --json}, each line of which has to be valid by the schema that is documented. */
class JsonTest {
    private static final Schema SCHEMA = schema();
    private static final byte[] NO_TEXT = "x\u00ff".getBytes(StandardCharsets.ISO_8859_1);

    private final Typed typed = new Typed();

    private static Schema schema() {
        try (InputStream in = Objects.requireNonNull(JsonPrinter.class.getResourceAsStream("events.schema.json"))) {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(in);
        } catch (java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assertValid(String line) {
        assertEquals(List.of(), SCHEMA.validate(line, InputFormat.JSON), line);
        assertTrue(line.chars().allMatch(c -> c >= 0x20 && c < 0x7f), line);
    }

    /** The lines without their times, each checked. */
    private List<String> lines() {
        List<String> lines = typed.screen.out().lines().toList();
        lines.forEach(JsonTest::assertValid);
        return lines.stream()
                .map(line -> line.replaceFirst(
                        ",\"time\":\"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{3})?Z\"", ""))
                .toList();
    }

    private void meets(Event... all) {
        typed.engine.answer = (request, events) -> {
            List.of(all).forEach(events::accept);
            return FakeEngine.report(Map.of());
        };
    }

    /** The lines between start and summary. */
    private List<String> between(Event... all) {
        meets(all);
        assertEquals(0, typed.run("push", "--json", "a", "nas"), typed.screen.err());
        List<String> lines = lines();
        assertTrue(lines.getFirst().startsWith("{\"event\":\"start\","), lines.getFirst());
        assertTrue(lines.getLast().startsWith("{\"event\":\"summary\","), lines.getLast());
        return lines.subList(1, lines.size() - 1);
    }

    @Test
    void aRunBeginsWithAStartAndEndsWithASummary() {
        Tally tally = new Tally(1, 2, 3, 4, 5, 6, 7, 8, 9, Durability.BATCH);
        typed.engine.answer = (request, events) -> new RunReport(
                tally,
                Map.of(DataPath.SENDFILE, 5L << 30, DataPath.BUFFERED, 7L, DataPath.MAPPED, 0L),
                Map.of(ProblemCode.TARGET_FAILED, 5L, ProblemCode.SPECIAL_SKIPPED, 6L),
                Protection.PRIVATE,
                RunReport.Network.PUBLIC,
                true,
                Duration.ofMillis(2400),
                2);

        assertEquals(25, typed.run("push", "-n", "--json", "--delete", "\u00e4\u001b", "nas/photos"));

        assertEquals(
                List.of(
                        "{'event':'start','command':'push','source':'\\u00E4\\u001B','target':'nas/photos','dry_run':true}",
                        "{'event':'summary','exit_code':25,'dry_run':true,'created':1,'changed':2,'deleted':3,"
                                + "'unchanged':4,'failed':5,'skipped':6,'withheld':7,'files':8,'bytes':9,"
                                + "'sent_bytes':{'sendfile':5368709120,'buffered':7},"
                                + "'problems':{'target-failed':5,'special-skipped':6},"
                                + "'protection':'private','durable':true,'durability':'batch','seconds':2.4,'reconnects':2}"),
                lines().stream().map(line -> line.replace('"', '\'')).toList());
        assertEquals("""
                zsync: delete: 7 paths to remove, more than the limit, so none was (nas/photos)
                --max-delete 7 allows it.
                """, typed.screen.err(), "the summary is on standard output");
    }

    @Test
    void aCopyHasTheSameEventsAndNoProtection() {
        typed.engine.copyAnswer = (request, events) -> {
            events.accept(
                    new Event.Moved(RelativePath.of("f"), DataPath.COPY_RANGE, PathChoice.KERNEL_COPIES, 1L << 20));
            return FakeEngine.copied(Map.of(DataPath.COPY_RANGE, 1L << 20));
        };

        assertEquals(0, typed.run("copy", "--json", "a.iso", "/mnt/a.iso"));
        assertEquals(40, typed.run("diff", "--json", "photos", "/mnt/photos"));

        assertEquals(
                List.of(
                        "{'event':'start','command':'copy','source':'a.iso','target':'/mnt/a.iso','dry_run':false}",
                        "{'event':'file','path':'f','data_path':'copy-range','reason':'kernel-copies','bytes':1048576}",
                        "{'event':'summary','exit_code':0,'dry_run':false,'created':1,'changed':0,'deleted':0,"
                                + "'unchanged':2,'failed':0,'skipped':0,'withheld':0,'files':3,'bytes':0,"
                                + "'sent_bytes':{'copy-range':1048576},'problems':{},"
                                + "'durable':true,'durability':'batch','seconds':1.0,'reconnects':0}",
                        "{'event':'start','command':'diff','source':'photos','target':'/mnt/photos','dry_run':true}"),
                lines().stream().limit(4).map(line -> line.replace('"', '\'')).toList());
        assertTrue(typed.engine.copies.getFirst().options().explain(), "file events are asked for");
        assertFalse(lines().getLast().contains("protection"), lines().getLast());
    }

    @Test
    void theEngineIsAskedForAllThatCanBeTold() {
        assertEquals(0, typed.run("push", "--json", "a", "nas"));
        assertEquals(40, typed.run("diff", "--json", "a", "nas"));
        assertEquals(0, typed.run("push", "--json", "-q", "a", "nas"));

        RunOptions push = typed.engine.runs.get(0).options();
        RunOptions diff = typed.engine.runs.get(1).options();
        RunOptions quiet = typed.engine.runs.get(2).options();
        assertTrue(push.reportChanges() && push.explain());
        assertTrue(diff.reportChanges() && !diff.explain(), "a diff sends no file");
        assertFalse(quiet.reportChanges() || quiet.explain());
    }

    @Test
    void changesNameKindActionAndWhatDiffers() {
        Change file = new Change(RelativePath.of("d/\u00e4\n"), Kind.FILE, Action.REPLACE, 255, 1L << 40, new byte[0]);

        assertEquals(
                List.of(
                        "{'event':'change','path':'d/\\u00E4\\n','kind':'file','action':'replace','attributes':"
                                + "['content','size','time','mode','owner','group','acl','xattr'],'bytes':1099511627776}",
                        "{'event':'change','path':'.','kind':'directory','action':'update','attributes':['time']}",
                        "{'event':'change','path':'l','kind':'symlink','action':'create','attributes':[],'target':'far'}",
                        "{'event':'change','path':'b','kind':'file','action':'link','attributes':[],'first':'a'}",
                        "{'event':'change','path':'p','kind':'special','action':'create','attributes':[]}",
                        "{'event':'change','path':'n','kind':'device','action':'relink','attributes':['mode'],'first':'m'}",
                        "{'event':'change','path':'x','kind':'file','action':'delete','attributes':[]}"),
                between(
                                new Event.Changed(file),
                                new Event.Changed(change("", Kind.DIRECTORY, Action.UPDATE, Change.TIME)),
                                new Event.Changed(change("l", Kind.SYMLINK, Action.CREATE, 0, "far")),
                                new Event.Changed(change("b", Kind.FILE, Action.LINK, 0, "a")),
                                new Event.Changed(change("p", Kind.SPECIAL, Action.CREATE, 0)),
                                new Event.Changed(change("n", Kind.DEVICE, Action.RELINK, Change.MODE, "m")),
                                new Event.Changed(change("x", Kind.FILE, Action.DELETE, 0)))
                        .stream()
                        .map(line -> line.replace('"', '\''))
                        .toList());
    }

    @Test
    void everyKindAndActionIsInTheSchema() {
        for (Kind kind : Kind.values()) {
            for (Action action : Action.values()) {
                meets(new Event.Changed(change("p", kind, action, 255, leadsTo(kind, action))));
                assertEquals(40, typed.run("diff", "--json", "a", "nas"));
            }
        }
        assertEquals(3 * 5 * 6, lines().size());
    }

    private static String leadsTo(Kind kind, Action action) {
        return switch (action) {
            case LINK, RELINK -> "t";
            case CREATE, REPLACE, UPDATE -> kind == Kind.SYMLINK ? "t" : "";
            case DELETE -> "";
        };
    }

    @Test
    void namesThatAreNoTextComeAsBase64() throws Exception {
        Change link = new Change(RelativePath.of(NO_TEXT), Kind.SYMLINK, Action.CREATE, 0, 0, NO_TEXT);
        Change name = new Change(RelativePath.of("b"), Kind.FILE, Action.LINK, 0, 0, NO_TEXT);
        meets(
                new Event.Changed(link),
                new Event.Changed(name),
                new Event.Moved(RelativePath.of(NO_TEXT), DataPath.SENDFILE, PathChoice.KERNEL_SENDS, 1),
                new Event.ProblemMet(RelativePath.of(NO_TEXT), ProblemCode.TARGET_FAILED, ""));
        Argument peer = Argument.of("local:x\u00ff".getBytes(StandardCharsets.ISO_8859_1));

        assertEquals(
                0,
                typed.run(List.of(
                        Argument.of("push"), Argument.of("--json"), Argument.of(NO_TEXT), peer, Argument.of("nas"))));

        List<String> lines =
                lines().stream().map(line -> line.replace('"', '\'')).toList();
        String of = ",'peer_base64':'bG9jYWw6eP8='";
        assertEquals(
                "{'event':'start'" + of
                        + ",'command':'push','source_base64':'eP8=','target_base64':'bG9jYWw6eP8=','dry_run':false}",
                lines.get(0));
        assertEquals(
                "{'event':'change'" + of
                        + ",'path_base64':'eP8=','kind':'symlink','action':'create','attributes':[],'target_base64':'eP8='}",
                lines.get(1));
        assertTrue(lines.get(2).endsWith("'first_base64':'eP8='}"), lines.get(2));
        assertTrue(lines.get(3).startsWith("{'event':'file'" + of + ",'path_base64':'eP8=',"), lines.get(3));
        assertTrue(lines.get(4).startsWith("{'event':'problem'" + of + ",'path_base64':'eP8=',"), lines.get(4));
        assertTrue(lines.get(6).startsWith("{'event':'start','peer':'nas',"), lines.get(6));
        assertTrue(lines.getLast().startsWith("{'event':'summary','peer':'nas',"), lines.getLast());
        assertEquals(12, lines.size());
    }

    @ParameterizedTest
    @EnumSource(PathChoice.class)
    void filesNameTheirDataPathAndWhy(PathChoice choice) {
        String word = choice.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');

        assertEquals(
                List.of("{\"event\":\"file\",\"path\":\"f\",\"data_path\":\"sendfile\",\"reason\":\"" + word
                        + "\",\"bytes\":3}"),
                between(new Event.Moved(RelativePath.of("f"), DataPath.SENDFILE, choice, 3)));
    }

    @Test
    void progressSaysWhetherItsTotalIsOne() {
        assertEquals(
                List.of("{'event':'progress','scanned_entries':1,'planned_files':2,'planned_bytes':3,'done_files':4,"
                        + "'sent_bytes':5,'complete':false}"),
                between(new Event.Progress(1, 2, 3, 4, 5, false)).stream()
                        .map(line -> line.replace('"', '\''))
                        .toList());
    }

    @ParameterizedTest
    @EnumSource(ProblemCode.class)
    void problemsComeOnBothStreams(ProblemCode code) {
        String word = code.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        boolean failure = !Set.of(ProblemCode.SPECIAL_SKIPPED, ProblemCode.METADATA_SKIPPED, ProblemCode.NOT_RESUMABLE)
                .contains(code);

        assertEquals(
                List.of("{\"event\":\"problem\",\"path\":\"f\",\"code\":\"" + word + "\",\"failure\":" + failure
                        + ",\"detail\":\"no\\u001B \\\" way\"}"),
                between(new Event.ProblemMet(RelativePath.of("f"), code, "no\u001b \" way")));
        assertTrue(typed.screen.err().contains("no\\x1b \" way (f)\n"), typed.screen.err());
    }

    @Test
    void aLostConnectionIsAProblemWithoutAPath() {
        assertEquals(
                List.of(
                        "{'event':'problem','code':'connection-lost','failure':false,'detail':'nas: reset','pause_seconds':1.5}"),
                between(new Event.Reconnecting("nas: reset", Duration.ofMillis(1500))).stream()
                        .map(line -> line.replace('"', '\''))
                        .toList());
    }

    @Test
    void whatIsNotShownIsAProblemWithACount() {
        assertEquals(
                List.of("{'event':'problem','code':'not-shown','failure':false,"
                        + "'detail':'1,234 more not shown: they came faster than they could be printed','count':1234}"),
                between(new Event.NotShown(1234)).stream()
                        .map(line -> line.replace('"', '\''))
                        .toList());
        assertTrue(typed.screen.err().contains("zsync: 1,234 more not shown: "), typed.screen.err());
    }

    @Test
    void anErrorIsASummaryAndALineOnStandardError() {
        typed.engine.answer = (request, events) -> {
            throw new RunFailure(FailureKind.TARGET_LOCKED, "push: another run (nas)", "Wait.", null);
        };

        assertEquals(42, typed.run("push", "--json", "a", "nas", "local:b"));

        List<String> lines = lines();
        assertEquals(
                "{\"event\":\"summary\",\"peer\":\"nas\",\"exit_code\":42,\"error\":\"push: another run (nas)\",\"way_out\":\"Wait.\"}",
                lines.get(1));
        assertEquals(4, lines.size());
        assertEquals("zsync: push: another run (nas)\nWait.\n".repeat(2), typed.screen.err());
    }

    @Test
    void aBugIsASummaryToo() {
        typed.engine.answer = (request, events) -> {
            throw new IllegalStateException("bad\nstate");
        };

        assertEquals(70, typed.run("verify", "--json", "a", "nas"));

        assertEquals(
                "{\"event\":\"summary\",\"exit_code\":70,\"error\":\"internal error: java.lang.IllegalStateException: bad\\\\nstate\"}",
                lines().getLast());
        assertTrue(typed.screen.err().startsWith("zsync: internal error: "), typed.screen.err());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--json --streams 99 a nas",
                "--json a",
                "--json -qv a nas",
                "--json a nas b@c",
                "--json -i a nas"
            })
    void whatIsRefusedAsTypedIsASummaryAlone(String words) {
        assertEquals(1, typed.run(("push " + words).split(" ")));

        List<String> lines = lines();
        assertEquals(1, lines.size(), lines.toString());
        assertTrue(
                lines.getFirst().startsWith("{\"event\":\"summary\",\"exit_code\":1,\"error\":\"push"),
                lines.getFirst());
        assertTrue(lines.getFirst().contains("\"way_out\":\""), lines.getFirst());
        assertTrue(typed.screen.err().startsWith("zsync: push"), typed.screen.err());
        assertEquals(List.of(), typed.engine.runs);
    }

    @Test
    void whatNeedsAWireIsRefusedAsASummaryToo() {
        assertEquals(1, typed.run("diff", "--json", "--timeout=3", "a", "./b"));

        assertTrue(
                lines().getFirst().startsWith("{\"event\":\"summary\",\"exit_code\":1,\"error\":\"diff --timeout: "),
                lines().getFirst());
    }

    @Test
    void quietLeavesStartProblemsAndSummary() {
        meets(
                Changes.created("f", Kind.FILE),
                new Event.Moved(RelativePath.of("f"), DataPath.BUFFERED, PathChoice.SMALL_FILE, 1),
                new Event.Progress(1, 1, 1, 1, 1, true),
                new Event.ProblemMet(RelativePath.of("f"), ProblemCode.TARGET_FAILED, ""));

        typed.run("push", "-q", "--json", "a", "nas");

        assertEquals(
                List.of("start", "problem", "summary"),
                lines().stream()
                        .map(line -> line.substring(10, line.indexOf('"', 10)))
                        .toList());
    }

    @Test
    void progressCanBeTurnedOff() {
        meets(new Event.Progress(1, 1, 1, 1, 1, true));

        typed.run("push", "--progress=never", "--json", "a", "nas");

        assertEquals(2, lines().size());
    }

    /** A schema that takes anything proves nothing. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "{\"event\":\"start\",\"command\":\"push\",\"source\":\"a\",\"target\":\"b\",\"dry_run\":true}",
                "{\"event\":\"end\",\"time\":\"2026-01-01T00:00:00Z\"}",
                "{\"event\":\"summary\",\"time\":\"2026-01-01T00:00:00Z\",\"exit_code\":3,\"error\":\"x\"}",
                "{\"event\":\"summary\",\"time\":\"2026-01-01T00:00:00Z\",\"exit_code\":1}",
                "{\"event\":\"summary\",\"time\":\"2026-01-01 00:00:00\",\"exit_code\":1,\"error\":\"x\"}",
                "{\"event\":\"summary\",\"time\":\"2026-01-01T00:00:00Z\",\"exit_code\":1,\"error\":\"x\",\"more\":1}",
                "{\"event\":\"file\",\"time\":\"2026-01-01T00:00:00Z\",\"data_path\":\"mapped\",\"reason\":\"x\",\"bytes\":1}",
                "{\"event\":\"file\",\"time\":\"2026-01-01T00:00:00Z\",\"path\":\"x\",\"path_base64\":\"eA==\",\"data_path\":\"mapped\",\"reason\":\"x\",\"bytes\":1}",
                "{\"event\":\"file\",\"time\":\"2026-01-01T00:00:00Z\",\"path\":\"x\",\"data_path\":\"mapped\",\"reason\":\"x\",\"bytes\":-1}",
                "{\"event\":\"start\",\"time\":\"2026-01-01T00:00:00Z\",\"command\":\"move\",\"source\":\"a\",\"target\":\"b\",\"dry_run\":true}",
                "{\"event\":\"problem\",\"time\":\"2026-01-01T00:00:00Z\",\"code\":\"target-failed\",\"failure\":true,\"detail\":\"\"}"
            })
    void theSchemaRefusesWhatIsNoEvent(String line) {
        assertFalse(SCHEMA.validate(line, InputFormat.JSON).isEmpty(), line);
    }

    @Test
    void theReadmesExampleIsValidAndHasEveryEvent() throws Exception {
        List<String> examples = Files.readString(Documents.README)
                .lines()
                .filter(line -> line.startsWith("{\"event\":"))
                .toList();
        examples.forEach(JsonTest::assertValid);
        for (String event : List.of("start", "change", "file", "progress", "summary")) {
            assertTrue(examples.stream().anyMatch(line -> line.contains("\"event\":\"" + event + "\"")), event);
        }
    }
}
