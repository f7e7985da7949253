package io.zsync.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.api.BenchReport;
import io.zsync.node.api.BenchReport.Machine;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The table, to the letter. */
class BenchTextTest {
    private static String text(BenchReport report, int columns) {
        return String.join("\n", BenchText.of(report, columns)) + "\n";
    }

    @Test
    void aTableForEachKindAndAGroupForEachSize() {
        String text = text(Measured.quiet(), 0);

        assertEquals("""
                A Processor, 4 cores, load 0.25; Linux 6.1; A Runtime 25
                files in /tmp/<b>&"x (ext4)

                FILE TO SOCKET
                  sendfile   in theory 0 copies by the CPU, 2 by DMA, 2 mode switches a buffer
                  buffered   in theory 2 copies by the CPU, 2 by DMA, 4 mode switches a buffer

                7 MB, n=5     GB/s     min..max send CPU recv CPU  waits preempt  calls
                  with the check
                  sendfile    4.67   4.44..4.91    0.150    0.250  1,234      56  7,857
                  buffered    2.33   2.22..2.46    0.300    0.250  1,234      56  7,857
                  without it
                  sendfile    7.00   6.67..7.37    0.100    0.250  1,234      56  7,857
                  buffered    3.50   3.33..3.68    0.200    0.250  1,234      56  7,857
                  by time, with the check: sendfile > buffered
                  by sender's CPU, with the check: sendfile ~ buffered
                  IBM 2008: read and write 156 ms, transferTo 45 ms; here without check:
                  buffered 2.0 ms, sendfile 1.0 ms

                FILE TO FILE
                  clone      in theory 0 copies by the CPU, 2 mode switches a buffer
                  buffered   in theory 2 copies by the CPU, 4 mode switches a buffer

                7 MB, n=5     GB/s     min..max CPU s/GB           waits preempt  calls
                  clone        700     667..737    0.500              10       0      -
                  buffered    1.75   1.67..1.84    0.500              10       0      -
                  by time: clone > buffered
                  by CPU: clone > buffered

                not measured: mapped, file to file: Operation not supported
                not measured: 1 GB: it takes too much
                """, text.substring(0, text.indexOf("- Figures")));
    }

    @Test
    void aTerminalGetsBarsThatFitIt() {
        List<String> lines = BenchText.of(Measured.quiet(), 100);

        assertTrue(lines.contains(
                "  sendfile    7.00   6.67..7.37    0.100    0.250  1,234      56  7,857 " + "#".repeat(27)));
        assertTrue(lines.contains(
                "  buffered    3.50   3.33..3.68    0.200    0.250  1,234      56  7,857 " + "#".repeat(14)));
        assertTrue(
                lines.contains(
                        "  clone        700     667..737    0.500              10       0      - " + "#".repeat(27)),
                "what shares blocks does not make the other bars vanish");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 80, 100, 200})
    void noLineIsLongerThanTheTerminal(int columns) {
        int width = columns == 0 ? 80 : Math.min(columns, 100) - 1;
        for (String line : BenchText.of(Measured.quiet(), columns)) {
            assertTrue(line.length() <= width, line);
        }
    }

    @Test
    void aQuietMachineIsNotCalledNoisy() {
        assertFalse(text(Measured.quiet(), 0).contains("NOISY"));
    }

    @Test
    void wideSpreadsAndALoadedMachineAreSaid() {
        Machine quiet = Measured.QUIET;
        Machine busy =
                new Machine(quiet.kernel(), quiet.runtime(), quiet.processor(), 2, 3.5, quiet.directory(), "tmpfs");

        String text = text(Measured.of(busy, 5, 0.4), 0).replaceAll("\\s+", " ");

        assertTrue(text.contains("NOISY: when it began the load was 3.50 on 2 cores"), text);
        assertTrue(text.contains("NOISY: 6 of 6 figures spread over more than 30 %"), text);
        assertTrue(text.contains("(tmpfs, which is memory: no disk is behind it)"), text);
    }

    @Test
    void fewRoundsAreSaid() {
        assertTrue(text(Measured.of(Measured.QUIET, 3, 0.1), 0)
                .replaceAll("\\s+", " ")
                .contains("three rounds, which tell nothing apart"));
    }

    @Test
    void aLoadThatIsNotToldIsNotPrinted() {
        Machine machine = new Machine("Linux", "Java", "CPU", 1, Double.NaN, "/tmp", "ext4");

        assertTrue(text(Measured.of(machine, 5, 0.1), 0).startsWith("CPU, 1 core; Linux; Java\n"));
    }
}
