package io.zsync.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.api.BenchReport.Table;
import io.zsync.node.api.BenchRequest;
import io.zsync.node.api.BenchSink;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BenchCommandTest {
    @TempDir
    Path directory;

    private final Typed typed = new Typed();

    private BenchRequest request(String... options) {
        typed.engine.measuring = (request, sink) -> Measured.quiet();
        assertEquals(
                0,
                typed.run(Stream.concat(Stream.of("bench"), Stream.of(options)).toArray(String[]::new)));
        return typed.engine.benches.getLast();
    }

    @Test
    void theDefaultsAreIbmsSizesInTheFolderForTemporaryFiles() {
        BenchRequest request = request();

        assertEquals(
                List.of(
                        7_000_000L,
                        21_000_000L,
                        63_000_000L,
                        98_000_000L,
                        200_000_000L,
                        350_000_000L,
                        700_000_000L,
                        1_000_000_000L),
                request.sizes());
        assertEquals(Path.of(System.getProperty("java.io.tmpdir")), request.directory());
        assertEquals(5, request.rounds());
    }

    @Test
    void sizesAreRepeatedOrListedAndComeInOrderOnce() {
        BenchRequest request =
                request("--size", "1GiB,7MB,7MB,2k", "--size=7000000", "--size", "1.5k", "--dir", "some");

        assertEquals(List.of(1_536L, 2_048L, 7_000_000L, 1L << 30), request.sizes());
        assertEquals(Path.of("some"), request.directory());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    x       | no size
                    7XB     | no size
                    -1      | no size
                    7MB,    | no size
                    ,       | no size
                    1.2.3MB | no size
                    0       | not from one byte to 1 TB
                    0.4     | not from one byte to 1 TB
                    2TB     | not from one byte to 1 TB
                    """)
    void whatIsNoSizeIsRefusedByName(String size, String why) {
        assertEquals(1, typed.run("bench", "--size=" + size));

        assertEquals("bench --size " + size + ": " + why, typed.error());
        assertTrue(typed.screen.err().endsWith("It reads 7MB, 512KiB or 1GB; several with commas between.\n"));
        assertEquals(List.of(), typed.engine.benches);
    }

    @ParameterizedTest
    @CsvSource({"7000000,7 MB", "1000000000,1 GB", "1073741824,1 GiB", "1048576,1 MiB", "1536000,1.536 no", "12345,no"})
    void sizesArePrintedInTheUnitThatLeavesNothingOver(long bytes, String text) {
        String printed = FileSize.text(bytes);
        if (text.endsWith("no")) {
            assertEquals(bytes == 12_345 ? "12,345 bytes" : "1,536 kB", printed);
        } else {
            assertEquals(text, printed);
        }
    }

    @Test
    void theTableIsPrinted() {
        request("--size", "7MB");

        assertTrue(typed.screen.out().contains("\nFILE TO SOCKET\n"), typed.screen.out());
        assertEquals("", typed.screen.err());
    }

    @Test
    void jsonIsAloneOnStandardOutput() {
        request("--json");

        List<String> lines = typed.screen.out().lines().toList();
        lines.forEach(BenchJsonTest::assertValid);
        assertEquals(14, lines.size());
    }

    @Test
    void aFailureIsALineAndWithJsonASummaryToo() {
        typed.engine.measuring = (request, sink) -> {
            throw new RunFailure(FailureKind.ROOT_UNUSABLE, "bench: full (/x)", "Try --dir.", null);
        };

        assertEquals(11, typed.run("bench", "--json"));

        List<String> lines = typed.screen.out().lines().toList();
        assertEquals(1, lines.size());
        BenchJsonTest.assertValid(lines.getFirst());
        assertTrue(lines.getFirst().contains("\"exit_code\":11,\"error\":\"bench: full (/x)\""), lines.getFirst());
        assertEquals("zsync: bench: full (/x)\nTry --dir.\n", typed.screen.err());
    }

    @Test
    void aRefusalIsASummaryTooWithJson() {
        assertEquals(1, typed.run("bench", "--json", "--size", "x"));

        BenchJsonTest.assertValid(typed.screen.out().strip());
        assertTrue(typed.screen.out().contains("\"exit_code\":1"), typed.screen.out());
    }

    @Test
    void theReportIsWrittenInPlaceOfAnOldOne() throws Exception {
        Path file = Files.writeString(directory.resolve("bench.html"), "old");

        request("--report", file.toString());

        String page = Files.readString(file);
        assertTrue(page.startsWith("<!DOCTYPE html>") && page.endsWith("</html>\n"));
        assertEquals("report in " + file + "\n", typed.screen.err());
        assertEquals(List.of("bench.html"), names());
    }

    @Test
    void behindASymlinkTheFileIsReplacedAndTheLinkStays() throws Exception {
        Path file = Files.writeString(directory.resolve("real.html"), "old");
        Path link = Files.createSymbolicLink(directory.resolve("bench.html"), file);

        request("--report", link.toString());

        assertTrue(Files.isSymbolicLink(link));
        assertTrue(Files.readString(file).startsWith("<!DOCTYPE html>"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"folder", "none/bench.html", "/dev/null"})
    void aReportThatCannotBeIsRefusedBeforeAnythingIsMeasured(String name) throws Exception {
        Files.createDirectory(directory.resolve("folder"));
        String file = directory.resolve(name).toString();

        assertEquals(1, typed.run("bench", "--report", file));

        String why = switch (name) {
            case "folder" -> "is a directory";
            case "/dev/null" -> "is no regular file";
            default -> "its directory is none";
        };
        assertEquals("bench --report " + file + ": " + why, typed.error());
        assertEquals(List.of(), typed.engine.benches);
    }

    private List<String> names() throws Exception {
        try (Stream<Path> members = Files.list(directory)) {
            return members.map(member -> member.getFileName().toString()).toList();
        }
    }

    @Test
    void aTerminalSeesHowFarItIs() {
        typed.engine.measuring = (request, sink) -> {
            sink.accept(new BenchSink.Step(Table.SOCKET, 7_000_000, 0, 5, 1, 16));
            sink.accept(new BenchSink.Step(Table.FILE, 7_000_000, 3, 5, 2, 16));
            return Measured.quiet();
        };
        Surroundings terminal = new Surroundings(
                InputStream.nullInputStream(), typed.screen.console(), () -> typed.engine, typed.signals, 60);

        assertEquals(ExitCode.DONE, new Program(terminal).run(Typed.words("bench")));

        String err = typed.screen.err();
        assertTrue(err.startsWith("\rmeasuring 1 of 16: file to socket, 7 MB, warming up"), err);
        assertTrue(err.contains("\rmeasuring 2 of 16: file to file, 7 MB, round 3 of 5"), err);
        assertTrue(err.endsWith("\r"), "the line is taken away");
    }

    @Test
    void withoutATerminalNothingIsSaidMeanwhile() {
        typed.engine.measuring = (request, sink) -> {
            sink.accept(new BenchSink.Step(Table.SOCKET, 7_000_000, 1, 5, 1, 16));
            return Measured.quiet();
        };

        assertEquals(0, typed.run("bench"));

        assertEquals("", typed.screen.err());
    }

    @Test
    void aWordTooManyIsRefused() {
        assertEquals(1, typed.run("bench", "7MB"));

        assertEquals("bench: unexpected word (7MB)", typed.error());
        assertFalse(typed.screen.err().isEmpty());
    }
}
