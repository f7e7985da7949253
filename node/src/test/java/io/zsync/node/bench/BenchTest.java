package io.zsync.node.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.Node;
import io.zsync.node.api.BenchReport;
import io.zsync.node.api.BenchReport.Measure;
import io.zsync.node.api.BenchReport.Omission;
import io.zsync.node.api.BenchReport.Place;
import io.zsync.node.api.BenchReport.Row;
import io.zsync.node.api.BenchReport.Table;
import io.zsync.node.api.BenchReport.Verdict;
import io.zsync.node.api.BenchReport.Way;
import io.zsync.node.api.BenchRequest;
import io.zsync.node.api.BenchSink;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.protocol.DataPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class BenchTest {
    private static final long SMALL = 300_000;
    private static final Duration LONG = Duration.ofMinutes(5);

    /** The figures say nothing; that they are there does. */
    private static final Effort QUICK = new Effort(0, 10_000_000);

    @TempDir
    Path directory;

    private final List<BenchSink.Step> steps = new ArrayList<>();

    private BenchReport run(int rounds, Duration budget, Long... sizes) throws RunFailure {
        return new Bench(new BenchRequest(directory, List.of(sizes), rounds, budget), steps::add, QUICK).run();
    }

    private static Stream<Row> rows(BenchReport report, Table table) {
        return report.rows().stream().filter(row -> row.way().table() == table);
    }

    @Test
    void everyWayIntoASocketIsMeasuredWithTheCheckAndWithout() throws Exception {
        BenchReport report = run(5, LONG, SMALL);

        assertEquals(
                Set.of(
                        new Way(Table.SOCKET, DataPath.SENDFILE, true),
                        new Way(Table.SOCKET, DataPath.MAPPED, true),
                        new Way(Table.SOCKET, DataPath.BUFFERED, true),
                        new Way(Table.SOCKET, DataPath.SENDFILE, false),
                        new Way(Table.SOCKET, DataPath.MAPPED, false),
                        new Way(Table.SOCKET, DataPath.BUFFERED, false)),
                rows(report, Table.SOCKET).map(Row::way).collect(Collectors.toSet()));
        // Of each, unless it had to wait for a processor when it was tried.
        assertTrue(
                rows(report, Table.SOCKET).anyMatch(row -> row.transfers() > 1),
                () -> "a transfer of 300 kB alone is too short: " + report.rows());
        for (Row row : rows(report, Table.SOCKET).toList()) {
            assertEquals(5, row.rounds());
            assertTrue(
                    row.seconds().min() > 0
                            && row.seconds().min() <= row.seconds().median(),
                    row::toString);
            assertTrue(row.bytesPerSecond().min() <= row.bytesPerSecond().median(), row::toString);
            assertTrue(row.sender().cpuSeconds().min() > 0, row::toString);
            assertNotNull(row.receiver());
        }
        assertEquals(
                Set.of(Measure.TIME, Measure.SENDER_CPU),
                report.verdicts().stream().map(Verdict::measure).collect(Collectors.toSet()));
        for (Verdict verdict : report.verdicts()) {
            if (verdict.table() == Table.SOCKET) {
                assertEquals(
                        Set.of(DataPath.SENDFILE, DataPath.MAPPED, DataPath.BUFFERED),
                        verdict.places().stream().map(Place::path).collect(Collectors.toSet()));
            }
        }
    }

    @Test
    void everyWayIntoAFileIsMeasuredOrLeftOutWithAReason() throws Exception {
        BenchReport report = run(5, LONG, SMALL);

        Set<DataPath> measured =
                rows(report, Table.FILE).map(row -> row.way().path()).collect(Collectors.toSet());
        Set<DataPath> left = report.omissions().stream().map(Omission::path).collect(Collectors.toSet());
        assertTrue(
                measured.containsAll(Set.of(DataPath.SENDFILE, DataPath.MAPPED, DataPath.BUFFERED)),
                measured::toString);
        for (DataPath path : DataPath.values()) {
            assertTrue(measured.contains(path) ^ left.contains(path), path::toString);
        }
        for (Row row : rows(report, Table.FILE).toList()) {
            assertFalse(row.way().checked());
            assertNull(row.receiver());
            assertTrue(row.seconds().min() > 0, row::toString);
        }
        // A header less than into a socket: the calls themselves, two reads and two writes, map and write and unmap.
        assertEquals(1, callsOfOneTransfer(report, new Way(Table.FILE, DataPath.SENDFILE, false)));
        assertEquals(3, callsOfOneTransfer(report, new Way(Table.FILE, DataPath.MAPPED, false)));
    }

    /** By hand for 300,000 bytes: two slices of 256 KiB, a header, a check. */
    @Test
    void systemCallsAreThoseThatThePathsMake() throws Exception {
        BenchReport report = run(1, LONG, SMALL);

        // Header with the first slice, second slice, check; a read for each slice.
        assertEquals(5, callsOfOneTransfer(report, DataPath.BUFFERED, true));
        assertEquals(4, callsOfOneTransfer(report, DataPath.BUFFERED, false));
        // The window is mapped and unmapped.
        assertEquals(5, callsOfOneTransfer(report, DataPath.MAPPED, true));
        assertEquals(4, callsOfOneTransfer(report, DataPath.MAPPED, false));
        // Header, sendfile, check, and a window to compute the check from.
        assertEquals(5, callsOfOneTransfer(report, DataPath.SENDFILE, true));
        assertEquals(2, callsOfOneTransfer(report, DataPath.SENDFILE, false));
    }

    private static double callsOfOneTransfer(BenchReport report, DataPath path, boolean checked) {
        return callsOfOneTransfer(report, new Way(Table.SOCKET, path, checked));
    }

    private static double callsOfOneTransfer(BenchReport report, Way way) {
        Row row = report.rows().stream()
                .filter(each -> each.way().equals(way))
                .findFirst()
                .orElseThrow();
        // What a thread does at most once in a measurement, like loading a class, is less than a call a transfer.
        return Math.floor(Objects.requireNonNull(row.sender().calls()).median() * SMALL / 1e9 + 1e-9);
    }

    @Test
    void eachRoundIsAnnounced() throws Exception {
        run(2, LONG, SMALL, 2 * SMALL);

        List<BenchSink.Step> socket =
                steps.stream().filter(step -> step.table() == Table.SOCKET).toList();
        assertEquals(
                List.of(0, 1, 2, 0, 1, 2),
                socket.stream().map(BenchSink.Step::round).toList());
        assertEquals(
                List.of(SMALL, SMALL, SMALL, 2 * SMALL, 2 * SMALL, 2 * SMALL),
                socket.stream().map(BenchSink.Step::bytes).toList());
        assertEquals(steps.getLast().comparisons(), steps.getLast().comparison());
    }

    @Test
    void whatComesLateHasFewerRounds() throws Exception {
        BenchReport report = run(5, Duration.ZERO, SMALL);

        assertEquals(3, report.rows().getFirst().rounds());
        assertFalse(report.verdicts().stream()
                .flatMap(verdict -> verdict.places().stream())
                .anyMatch(place -> place.ratio() != null && place.apart()));
    }

    @Test
    void aSizeWithoutRoomIsLeftOutAndNamed() throws Exception {
        BenchReport report = run(1, LONG, SMALL, 1L << 50);

        assertEquals(Set.of(SMALL), report.rows().stream().map(Row::bytes).collect(Collectors.toSet()));
        List<Omission> left = report.omissions().stream()
                .filter(omission -> omission.bytes() == 1L << 50)
                .toList();
        assertEquals(
                List.of(Table.SOCKET, Table.FILE),
                left.stream().map(Omission::table).toList());
        assertTrue(
                left.getFirst().why().startsWith("it takes 2476979795053772 bytes for source and target, of which "),
                left.getFirst().why());
    }

    @Test
    void theFilesHaveNoNameWhileItLastsAndAreGoneAfterwards() throws Exception {
        List<List<Path>> seen = new ArrayList<>();
        new Bench(new BenchRequest(directory, List.of(SMALL), 1, LONG), step -> seen.add(listing()), QUICK).run();

        assertTrue(seen.size() > 1);
        assertTrue(seen.stream().allMatch(List::isEmpty), seen::toString);
        assertEquals(List.of(), listing());
    }

    private List<Path> listing() {
        try (Stream<Path> members = Files.list(directory)) {
            return members.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aCancelEndsIt() throws Exception {
        AtomicReference<@Nullable Thread> canceller = new AtomicReference<>();
        AtomicReference<@Nullable Bench> running = new AtomicReference<>();
        BenchSink sink = step -> {
            if (step.round() == 1 && canceller.get() == null) {
                canceller.set(Thread.ofPlatform()
                        .start(() -> Objects.requireNonNull(running.get()).cancel()));
            }
        };
        Bench bench = new Bench(new BenchRequest(directory, List.of(50_000_000L), 50, LONG), sink, QUICK);
        running.set(bench);

        RunFailure failure = assertThrows(RunFailure.class, bench::run);

        assertEquals(FailureKind.INTERRUPTED, failure.kind());
        Objects.requireNonNull(canceller.get()).join();
    }

    @Test
    void aDirectoryThatIsNoneIsNamed() {
        BenchRequest request = new BenchRequest(directory.resolve("none"), List.of(SMALL), 1, LONG);

        try (Node node = new Node()) {
            RunFailure failure = assertThrows(RunFailure.class, () -> node.bench(request, steps::add));

            assertEquals(FailureKind.ROOT_UNUSABLE, failure.kind());
            assertTrue(
                    String.valueOf(failure.getMessage())
                            .contains(directory.resolve("none").toString()),
                    failure::toString);
            assertNotNull(failure.wayOut());
        }
    }
}
