package io.zsync.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.zsync.node.api.Event;
import io.zsync.node.api.RunReport;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.Message.Change;
import io.zsync.protocol.Message.Change.Action;
import io.zsync.protocol.Message.Change.Kind;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.Tally;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Tells a run as newline-delimited JSON on standard output, as {@code events.schema.json} beside this class says; problems
 * and errors come on standard error too. All of it is ASCII, so that no name can do anything to a terminal.
 */
final class JsonPrinter implements Telling {
    private static final JsonFactory FACTORY =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    private static final String[] ATTRIBUTES = {"content", "size", "time", "mode", "owner", "group", "acl", "xattr"};

    private final RunPrinter lines;
    private final Console console;
    private final Runs runs;
    private final Runs.Run run;

    interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    /** @param lines tells on standard error what has its place there */
    JsonPrinter(RunPrinter lines, Console console, Runs runs, Runs.Run run) {
        this.lines = lines;
        this.console = console;
        this.runs = runs;
        this.run = run;
    }

    /** The only event of a command that cannot be carried out as typed. */
    static void refused(Console console, UsageError error) {
        console.print(line(
                "summary", json -> failure(json, ExitCode.USAGE, String.valueOf(error.getMessage()), error.wayOut())));
    }

    @Override
    public void begin() {
        print("start", json -> {
            json.writeStringField("command", runs.verb().word());
            name(json, "source", run.source().bytes());
            name(json, "target", run.target().bytes());
            json.writeBooleanField("dry_run", run.options().dryRun());
        });
        console.flush();
    }

    @Override
    public void accept(Event event) {
        boolean quiet = runs.verbosity().quiet();
        switch (event) {
            case Event.Changed changed -> {
                if (!quiet) {
                    print("change", json -> change(json, changed.change()));
                }
            }
            case Event.Moved moved -> {
                if (!quiet || runs.verbosity().explain()) {
                    print("file", json -> file(json, moved));
                }
            }
            case Event.ProblemMet problem -> {
                print("problem", json -> problem(json, problem));
                lines.accept(problem);
            }
            case Event.Reconnecting reconnecting -> {
                print("problem", json -> reconnecting(json, reconnecting));
                lines.accept(reconnecting);
            }
            case Event.NotShown notShown -> {
                print("problem", json -> notShown(json, notShown));
                lines.accept(notShown);
            }
            case Event.Progress progress -> {
                if (!quiet && runs.verbosity().progress() != Verbosity.Progress.NEVER) {
                    print("progress", json -> progress(json, progress));
                }
                lines.accept(progress);
            }
        }
    }

    @Override
    public void stop() {
        lines.stop();
    }

    @Override
    public void ended(RunReport report, ExitCode code) {
        lines.tellWithheld(report.tally().withheld());
        print("summary", json -> summary(json, report, code));
        console.flush();
    }

    @Override
    public void failed(ExitCode code, String message, @Nullable String wayOut) {
        print("summary", json -> failure(json, code, message, wayOut));
        console.flush();
    }

    private void print(String event, Body body) {
        console.print(line(event, json -> {
            // Only a push takes several, and its targets are the peers.
            if (runs.all().size() > 1) {
                name(json, "peer", run.target().bytes());
            }
            body.write(json);
        }));
    }

    /** One event, as a line without its end. */
    static String line(String event, Body body) {
        StringWriter line = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField("event", event);
            json.writeStringField(
                    "time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
            body.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return line.toString();
    }

    private static void change(JsonGenerator json, Change change) throws IOException {
        path(json, change.path());
        json.writeStringField("kind", word(change.kind()));
        json.writeStringField("action", word(change.action()));
        json.writeArrayFieldStart("attributes");
        for (int i = 0; i < ATTRIBUTES.length; i++) {
            if ((change.attributes() & 1 << i) != 0) {
                json.writeString(ATTRIBUTES[i]);
            }
        }
        json.writeEndArray();
        boolean isName = change.action() == Action.LINK || change.action() == Action.RELINK;
        if (change.kind() == Kind.FILE && !isName && change.action() != Action.DELETE) {
            json.writeNumberField("bytes", change.size());
        }
        byte[] target = change.target();
        if (target.length > 0) {
            name(json, isName ? "first" : "target", target);
        }
    }

    private static void file(JsonGenerator json, Event.Moved moved) throws IOException {
        path(json, moved.path());
        json.writeStringField("data_path", moved.dataPath().word());
        json.writeStringField("reason", word(moved.choice()));
        json.writeNumberField("bytes", moved.bytes());
    }

    private static void problem(JsonGenerator json, Event.ProblemMet problem) throws IOException {
        path(json, problem.path());
        json.writeStringField("code", word(problem.code()));
        json.writeBooleanField("failure", ExitCode.isFailure(problem.code()));
        json.writeStringField("detail", problem.detail());
    }

    private static void reconnecting(JsonGenerator json, Event.Reconnecting reconnecting) throws IOException {
        json.writeStringField("code", "connection-lost");
        json.writeBooleanField("failure", false);
        json.writeStringField("detail", reconnecting.reason());
        json.writeNumberField("pause_seconds", reconnecting.pause().toNanos() / 1e9);
    }

    private static void notShown(JsonGenerator json, Event.NotShown notShown) throws IOException {
        json.writeStringField("code", "not-shown");
        json.writeBooleanField("failure", false);
        json.writeStringField("detail", RunPrinter.notShown(notShown));
        json.writeNumberField("count", notShown.count());
    }

    private static void progress(JsonGenerator json, Event.Progress progress) throws IOException {
        json.writeNumberField("scanned_entries", progress.scannedEntries());
        json.writeNumberField("planned_files", progress.plannedFiles());
        json.writeNumberField("planned_bytes", progress.plannedBytes());
        json.writeNumberField("done_files", progress.doneFiles());
        json.writeNumberField("sent_bytes", progress.sentBytes());
        json.writeBooleanField("complete", progress.complete());
    }

    private static void summary(JsonGenerator json, RunReport report, ExitCode code) throws IOException {
        Tally tally = report.tally();
        json.writeNumberField("exit_code", code.number());
        json.writeBooleanField("dry_run", report.dryRun());
        json.writeNumberField("created", tally.created());
        json.writeNumberField("changed", tally.changed());
        json.writeNumberField("deleted", tally.deleted());
        json.writeNumberField("unchanged", tally.unchanged());
        json.writeNumberField("failed", tally.failed());
        json.writeNumberField("skipped", tally.skipped());
        json.writeNumberField("withheld", tally.withheld());
        json.writeNumberField("files", tally.files());
        json.writeNumberField("bytes", tally.bytes());
        json.writeObjectFieldStart("sent_bytes");
        for (DataPath path : DataPath.values()) {
            long bytes = report.bytesByPath().getOrDefault(path, 0L);
            if (bytes > 0) {
                json.writeNumberField(path.word(), bytes);
            }
        }
        json.writeEndObject();
        json.writeObjectFieldStart("problems");
        for (ProblemCode problem : ProblemCode.values()) {
            long count = report.problems().getOrDefault(problem, 0L);
            if (count > 0) {
                json.writeNumberField(word(problem), count);
            }
        }
        json.writeEndObject();
        Protection protection = report.protection();
        if (protection != null) {
            json.writeStringField("protection", word(protection));
        }
        json.writeBooleanField("durable", tally.durable());
        json.writeStringField("durability", word(tally.durability()));
        json.writeNumberField("seconds", report.elapsed().toNanos() / 1e9);
        json.writeNumberField("reconnects", report.reconnects());
    }

    static void failure(JsonGenerator json, ExitCode code, String message, @Nullable String wayOut) throws IOException {
        json.writeNumberField("exit_code", code.number());
        json.writeStringField("error", message);
        if (wayOut != null) {
            json.writeStringField("way_out", wayOut);
        }
    }

    private static void path(JsonGenerator json, RelativePath path) throws IOException {
        name(json, "path", path.isRoot() ? new byte[] {'.'} : path.bytes());
    }

    /** Bytes that are no UTF-8 have no place in a JSON string: they come as Base64 under a key that says so. */
    private static void name(JsonGenerator json, String key, byte[] bytes) throws IOException {
        try {
            json.writeStringField(
                    key,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString());
        } catch (CharacterCodingException e) {
            json.writeStringField(key + "_base64", Base64.getEncoder().encodeToString(bytes));
        }
    }

    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
