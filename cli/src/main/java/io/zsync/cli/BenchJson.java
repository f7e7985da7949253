package io.zsync.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.zsync.node.api.BenchReport;
import io.zsync.node.api.BenchReport.Cost;
import io.zsync.node.api.BenchReport.Machine;
import io.zsync.node.api.BenchReport.Omission;
import io.zsync.node.api.BenchReport.Place;
import io.zsync.node.api.BenchReport.Row;
import io.zsync.node.api.BenchReport.Spread;
import io.zsync.node.api.BenchReport.Table;
import io.zsync.node.api.BenchReport.Verdict;
import io.zsync.protocol.DataPath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The figures as newline-delimited JSON, as {@code bench.schema.json} beside this class says. */
final class BenchJson {
    private BenchJson() {}

    /** A line for each figure, order and omission, and a summary. */
    static List<String> lines(BenchReport report) {
        List<String> lines = new ArrayList<>();
        report.rows().forEach(row -> lines.add(JsonPrinter.line("row", json -> row(json, row))));
        report.verdicts().forEach(verdict -> lines.add(JsonPrinter.line("verdict", json -> verdict(json, verdict))));
        report.omissions()
                .forEach(omission -> lines.add(JsonPrinter.line("omission", json -> omission(json, omission))));
        lines.add(JsonPrinter.line("summary", json -> summary(json, report)));
        return lines;
    }

    /** What ends a measurement that failed as a whole. */
    static String failure(ExitCode code, String message, @Nullable String wayOut) {
        return JsonPrinter.line("summary", json -> JsonPrinter.failure(json, code, message, wayOut));
    }

    private static void row(JsonGenerator json, Row row) throws IOException {
        Table table = row.way().table();
        DataPath path = row.way().path();
        json.writeStringField("table", JsonPrinter.word(table));
        json.writeStringField("path", path.word());
        if (table == Table.SOCKET) {
            json.writeBooleanField("checked", row.way().checked());
        }
        json.writeNumberField("bytes", row.bytes());
        json.writeNumberField("rounds", row.rounds());
        json.writeNumberField("transfers", row.transfers());
        spread(json, "seconds", row.seconds());
        spread(json, "bytes_per_second", row.bytesPerSecond());
        cost(json, "sender", row.sender());
        Cost receiver = row.receiver();
        if (receiver != null) {
            cost(json, "receiver", receiver);
        }
        Theory theory = Theory.of(table, path);
        json.writeObjectFieldStart("theory");
        json.writeNumberField("cpu_copies", theory.cpuCopies());
        json.writeNumberField("dma_copies", theory.dmaCopies());
        json.writeNumberField("mode_switches", theory.modeSwitches());
        json.writeEndObject();
        Optional<Double> ibm = table == Table.SOCKET ? ibmSeconds(row.bytes(), path) : Optional.empty();
        if (ibm.isPresent()) {
            json.writeNumberField("ibm_seconds", ibm.get());
        }
    }

    private static Optional<Double> ibmSeconds(long bytes, DataPath path) {
        return IbmFigures.at(bytes).flatMap(figures -> switch (path) {
            case SENDFILE -> Optional.of(figures.transferToMillis() / 1e3);
            case BUFFERED -> Optional.of(figures.readWriteMillis() / 1e3);
            case MAPPED, CLONE, COPY_RANGE -> Optional.empty();
        });
    }

    private static void cost(JsonGenerator json, String key, Cost cost) throws IOException {
        json.writeObjectFieldStart(key);
        spread(json, "cpu_seconds_per_gb", cost.cpuSeconds());
        optional(json, "waits_per_gb", cost.waits());
        optional(json, "preemptions_per_gb", cost.preemptions());
        optional(json, "calls_per_gb", cost.calls());
        json.writeEndObject();
    }

    private static void optional(JsonGenerator json, String key, @Nullable Spread spread) throws IOException {
        if (spread != null) {
            spread(json, key, spread);
        }
    }

    private static void spread(JsonGenerator json, String key, Spread spread) throws IOException {
        json.writeObjectFieldStart(key);
        json.writeNumberField("median", spread.median());
        json.writeNumberField("min", spread.min());
        json.writeNumberField("max", spread.max());
        json.writeEndObject();
    }

    private static void verdict(JsonGenerator json, Verdict verdict) throws IOException {
        json.writeStringField("table", JsonPrinter.word(verdict.table()));
        json.writeNumberField("bytes", verdict.bytes());
        if (verdict.table() == Table.SOCKET) {
            json.writeBooleanField("checked", verdict.checked());
        }
        json.writeStringField("measure", JsonPrinter.word(verdict.measure()));
        json.writeStringField("order", BenchText.order(verdict.places()));
        json.writeArrayFieldStart("places");
        for (Place place : verdict.places()) {
            json.writeStartObject();
            json.writeStringField("path", place.path().word());
            Spread ratio = place.ratio();
            if (ratio != null) {
                spread(json, "ratio", ratio);
                json.writeBooleanField("apart", place.apart());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void omission(JsonGenerator json, Omission omission) throws IOException {
        json.writeStringField("table", JsonPrinter.word(omission.table()));
        json.writeNumberField("bytes", omission.bytes());
        DataPath path = omission.path();
        if (path != null) {
            json.writeStringField("path", path.word());
        }
        json.writeStringField("why", omission.why());
    }

    private static void summary(JsonGenerator json, BenchReport report) throws IOException {
        Machine machine = report.machine();
        json.writeNumberField("exit_code", ExitCode.DONE.number());
        json.writeStringField("kernel", machine.kernel());
        json.writeStringField("runtime", machine.runtime());
        json.writeStringField("processor", machine.processor());
        json.writeNumberField("cores", machine.cores());
        if (!Double.isNaN(machine.load())) {
            json.writeNumberField("load", machine.load());
        }
        json.writeStringField("directory", machine.directory());
        json.writeStringField("file_system", machine.fileSystem());
        json.writeNumberField("seconds", report.elapsed().toNanos() / 1e9);
        json.writeBooleanField("noisy", !BenchNotes.noise(report).isEmpty());
        json.writeArrayFieldStart("notes");
        for (String note : BenchNotes.of(report)) {
            json.writeString(note);
        }
        json.writeEndArray();
    }
}
