package io.zsync.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The lines of {@code bench --json}, each of which has to be valid by the schema that is documented. */
class BenchJsonTest {
    private static final Schema SCHEMA = schema();

    private static Schema schema() {
        try (InputStream in = Objects.requireNonNull(BenchJson.class.getResourceAsStream("bench.schema.json"))) {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(in);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static void assertValid(String line) {
        assertEquals(List.of(), SCHEMA.validate(line, InputFormat.JSON), line);
    }

    /** Without the time, in quotes that Java takes. */
    private static List<String> lines() {
        List<String> lines = BenchJson.lines(Measured.quiet());
        lines.forEach(BenchJsonTest::assertValid);
        return lines.stream()
                .map(line -> line.replaceFirst(",\"time\":\"[^\"]+\"", "").replace('"', '\''))
                .toList();
    }

    @Test
    void aRowHasItsFiguresInUnitsThatItsKeysName() {
        String row = lines().get(2);
        String head = "{'event':'row','table':'socket','path':'sendfile','checked':false,'bytes':7000000,'rounds':5,"
                + "'transfers':36,'seconds':{'median':0.001,'min':9.5E-4,'max':";
        assertTrue(row.startsWith(head), row);
        assertTrue(row.contains("'sender':{'cpu_seconds_per_gb':{'median':0.1,"), row);
        assertTrue(row.contains("'receiver':{'cpu_seconds_per_gb':{'median':0.25,"), row);
        assertTrue(row.contains("'calls_per_gb':{'median':7857.0,'min':7857.0,'max':7857.0}"), row);
        assertTrue(
                row.endsWith("'theory':{'cpu_copies':0,'dma_copies':2,'mode_switches':2},'ibm_seconds':0.045}"), row);
    }

    @Test
    void whatIsNotToldOrHasNoMeaningIsAbsent() {
        String row = lines().get(4);

        assertTrue(row.startsWith("{'event':'row','table':'file','path':'clone','bytes':7000000,"), row);
        for (String absent : List.of("calls_per_gb", "receiver", "checked", "ibm_seconds")) {
            assertFalse(row.contains(absent), row);
        }
    }

    @Test
    void verdictsOmissionsAndOneSummaryFollow() {
        List<String> lines = lines();

        assertEquals(
                "{'event':'verdict','table':'socket','bytes':7000000,'checked':true,'measure':'sender-cpu',"
                        + "'order':'sendfile ~ buffered','places':[{'path':'sendfile'},"
                        + "{'path':'buffered','ratio':{'median':2.0,'min':1.5,'max':2.5},'apart':false}]}",
                lines.get(7));
        assertEquals(
                "{'event':'omission','table':'socket','bytes':1000000000,'why':'it takes too much'}", lines.get(11));
        assertEquals(14, lines.size());
        assertTrue(
                lines.getLast().startsWith("{'event':'summary','exit_code':0,'kernel':'Linux 6.1',"), lines::toString);
        assertTrue(lines.getLast().contains("'noisy':false"), lines.getLast());
    }

    @Test
    void aFailureIsASummary() {
        assertValid(BenchJson.failure(ExitCode.ROOT_UNUSABLE, "bench: no", "Try."));
        assertValid(BenchJson.failure(ExitCode.INTERRUPTED, "bench: interrupted", null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"event\":\"row\"}",
                "{\"event\":\"summary\",\"exit_code\":0}",
                "{\"event\":\"omission\",\"table\":\"socket\",\"bytes\":1,\"why\":\"\"}",
                "{\"event\":\"omission\",\"table\":\"socket\",\"bytes\":1,\"why\":\"x\",\"more\":1}"
            })
    void theSchemaRefusesWhatIsNoSuchLine(String line) {
        String timed =
                line.replaceFirst(",|}", ",\"time\":\"2026-01-01T00:00:00Z\"$0").replaceFirst(",}", "}");

        assertFalse(SCHEMA.validate(timed, InputFormat.JSON).isEmpty(), timed);
    }
}
