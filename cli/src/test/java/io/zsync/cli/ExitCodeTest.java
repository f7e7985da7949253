package io.zsync.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunReport;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.Protection;
import io.zsync.protocol.Tally;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExitCodeTest {
    private static RunReport report(long failed, Map<ProblemCode, Long> problems) {
        Tally tally = new Tally(0, 0, 0, 0, failed, 0, 0, 0, 0, true);
        return new RunReport(
                tally,
                Map.of(),
                problems,
                Protection.CLEAR,
                RunReport.Network.LOOPBACK,
                false,
                Duration.ofSeconds(1),
                0);
    }

    @Test
    void theFirstOfSeveralStandsInTheDocumentedOrder() {
        List<Integer> order = new ArrayList<>();
        for (ExitCode code : ExitCode.values()) {
            order.add(code.number());
        }

        assertEquals(List.of(70, 1, 20, 5, 2, 12, 43, 41, 42, 35, 30, 10, 11, 25, 23, 24, 40, 0), order);
        assertEquals(ExitCode.FILES_FAILED, ExitCode.SOURCE_MOVED.or(ExitCode.FILES_FAILED));
        assertEquals(ExitCode.FILES_FAILED, ExitCode.FILES_FAILED.or(ExitCode.SOURCE_MOVED));
        assertEquals(ExitCode.DIFFERENCES, ExitCode.DONE.or(ExitCode.DIFFERENCES));
    }

    @ParameterizedTest
    @CsvSource({
        "USAGE,1",
        "VERSIONS_DO_NOT_MEET,2",
        "NOT_TRUSTED,5",
        "NOT_ALLOWED,5",
        "SOCKET,10",
        "ROOT_UNUSABLE,11",
        "PROTOCOL_BROKEN,12",
        "INTERRUPTED,20",
        "NO_PROGRESS,30",
        "PEER_SILENT,30",
        "CANNOT_CONNECT,35",
        "SAFETY_HALT,41",
        "TARGET_LOCKED,42",
        "INTEGRITY,43",
        "INTERNAL,70"
    })
    void aFailedRunHasTheNumberOfItsKind(FailureKind kind, int number) {
        assertEquals(number, ExitCode.of(kind).number());
    }

    @ParameterizedTest
    @CsvSource({
        "SOURCE_UNREADABLE,23",
        "SOURCE_VANISHED,24",
        "SOURCE_CHANGED,24",
        "TARGET_FAILED,23",
        "TARGET_CHANGED,23",
        "DIRECTORY_IN_THE_WAY,23",
        "SPECIAL_SKIPPED,0",
        "INTEGRITY,43",
        "NAME_REFUSED,23"
    })
    void aProblemHasTheNumberOfItsCode(ProblemCode code, int number) {
        assertEquals(number, ExitCode.of(report(0, Map.of(code, 1L))).number());
        assertEquals(0, ExitCode.of(report(0, Map.of(code, 0L))).number(), "none of them");
    }

    @Test
    void ofSeveralProblemsTheWorstCounts() {
        assertEquals(
                ExitCode.FILES_FAILED,
                ExitCode.of(report(3, Map.of(ProblemCode.SOURCE_VANISHED, 2L, ProblemCode.TARGET_FAILED, 1L))));
        assertEquals(
                ExitCode.INTEGRITY,
                ExitCode.of(report(2, Map.of(ProblemCode.INTEGRITY, 1L, ProblemCode.TARGET_FAILED, 1L))));
        assertEquals(
                ExitCode.SOURCE_MOVED,
                ExitCode.of(report(2, Map.of(ProblemCode.SOURCE_VANISHED, 1L, ProblemCode.SPECIAL_SKIPPED, 9L))));
    }

    @Test
    void aFailedPathWithoutAProblemIsStillAFailure() {
        assertEquals(ExitCode.FILES_FAILED, ExitCode.of(report(1, Map.of())));
        assertEquals(ExitCode.DONE, ExitCode.of(report(0, Map.of())));
    }
}
