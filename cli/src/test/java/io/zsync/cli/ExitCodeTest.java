package io.zsync.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.protocol.Durability;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.Protection;
import io.zsync.protocol.Tally;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ExitCodeTest {
    private static RunReport report(long failed, Map<ProblemCode, Long> problems) {
        Tally tally = new Tally(0, 0, 0, 0, failed, 0, 0, 0, 0, Durability.BATCH);
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
    void theFirstOfSeveralStandsInTheDocumentedOrder() throws Exception {
        List<Integer> order = new ArrayList<>();
        for (ExitCode code : ExitCode.values()) {
            order.add(code.number());
        }

        List<Integer> documented = new ArrayList<>(List.of(70, 1));
        documented.addAll(documentedOrder());
        documented.add(0);
        assertEquals(documented, order);
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
        "NAME_REFUSED,23",
        "METADATA_LOST,23",
        "METADATA_SKIPPED,0",
        "NOT_RESUMABLE,0"
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

    @Test
    void withheldDeletionsAreTheDeleteLimit() {
        Tally tally = new Tally(0, 0, 0, 0, 1, 0, 1, 0, 0, Durability.BATCH);

        assertEquals(ExitCode.DELETE_LIMIT, ExitCode.of(FakeEngine.report(tally, Map.of())));
        assertEquals(
                ExitCode.DELETE_LIMIT, ExitCode.of(FakeEngine.report(tally, Map.of(ProblemCode.TARGET_FAILED, 1L))));
        assertEquals(ExitCode.INTEGRITY, ExitCode.of(FakeEngine.report(tally, Map.of(ProblemCode.INTEGRITY, 1L))));
    }

    /** From the README: where several apply, the first of these. */
    static List<Integer> documentedOrder() throws IOException {
        Matcher order = Pattern.compile("the first of ((?:[0-9]+ )+[0-9]+)")
                .matcher(Files.readString(Documents.README).replaceAll("\\s+", " "));
        assertTrue(order.find(), "the README names the order");
        return Stream.of(order.group(1).split(" ", -1)).map(Integer::valueOf).toList();
    }

    /** A run that ends with this code, whatever it takes. */
    private static RunReport endWith(int code) throws RunFailure {
        Tally withheld = new Tally(0, 0, 0, 0, 0, 0, 1, 0, 0, Durability.BATCH);
        Tally differing = new Tally(1, 0, 0, 0, 0, 0, 0, 0, 0, Durability.BATCH);
        return switch (code) {
            case 0 -> FakeEngine.report(Map.of());
            case 23 -> FakeEngine.report(Map.of(ProblemCode.TARGET_FAILED, 1L));
            case 24 -> FakeEngine.report(Map.of(ProblemCode.SOURCE_VANISHED, 1L));
            case 25 -> FakeEngine.report(withheld, Map.of());
            case 40 -> FakeEngine.report(differing, Map.of());
            default -> {
                for (FailureKind kind : FailureKind.values()) {
                    if (ExitCode.of(kind).number() == code) {
                        throw new RunFailure(kind, "it failed", null, null);
                    }
                }
                throw new AssertionError("no failure ends with " + code);
            }
        };
    }

    private static int run(String command, Integer... codes) {
        Typed typed = new Typed();
        typed.engine.answer = (request, events) -> endWith(codes[typed.engine.runs.size() - 1]);
        List<String> words = new ArrayList<>(List.of(command, "a"));
        for (int i = 0; i < codes.length; i++) {
            words.add("local:b" + i);
        }
        return typed.run(words.toArray(String[]::new));
    }

    @ParameterizedTest
    @EnumSource(ExitCode.class)
    void everyCodeIsReachedByARun(ExitCode code) {
        assertEquals(code.number(), run(code == ExitCode.DIFFERENCES ? "diff" : "push", code.number()));
    }

    @TestFactory
    Stream<DynamicTest> ofTwoRunsTheDocumentedOneWins() throws Exception {
        List<Integer> order = new ArrayList<>(documentedOrder());
        order.remove(Integer.valueOf(40));
        order.addAll(0, List.of(70, 1));
        order.add(0);
        List<DynamicTest> pairs = new ArrayList<>();
        for (int i = 0; i < order.size(); i++) {
            for (int j = i; j < order.size(); j++) {
                int first = order.get(i);
                int second = order.get(j);
                pairs.add(DynamicTest.dynamicTest(first + " before " + second, () -> {
                    assertEquals(first, run("push", first, second));
                    // Behind an interrupt nothing runs any more.
                    assertEquals(second == 20 ? 20 : first, run("push", second, first));
                }));
            }
        }
        return pairs.stream();
    }

    /** A diff has one peer, so what it found meets what it met on the way. */
    @Test
    void differencesYieldToEverythingButNothing() throws Exception {
        Tally differing = new Tally(1, 0, 0, 0, 0, 0, 0, 0, 0, Durability.BATCH);
        Map<ProblemCode, Integer> codes =
                Map.of(ProblemCode.TARGET_FAILED, 23, ProblemCode.SOURCE_CHANGED, 24, ProblemCode.INTEGRITY, 43);
        codes.forEach((problem, code) -> assertEquals(
                code,
                new Difference("")
                        .code(FakeEngine.report(differing, Map.of(problem, 1L)))
                        .number()));
        for (int code : documentedOrder()) {
            ExitCode other = Stream.of(ExitCode.values())
                    .filter(each -> each.number() == code)
                    .findFirst()
                    .orElseThrow();
            assertEquals(other, ExitCode.DIFFERENCES.or(other));
            assertEquals(other, other.or(ExitCode.DIFFERENCES));
        }
    }
}
