package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The benchmarks run through and clean up. Their figures at this size say nothing. */
@Tag("long")
class BenchIT {
    private static final String LARGE = "large file, 4 MiB";
    private static final String SMALL = "small files, 100 x 4 KiB";
    private static final String NOTHING = "nothing to do, 100 files";

    @RegisterExtension
    final Workspace work = new Workspace();

    @Test
    void oneProcessAgainstADaemon() {
        Machine.needs("rsync");

        assertCompares(
                List.of(LARGE, SMALL, "small files, synced", NOTHING),
                bench("push-against-rsync.sh", "large", "small", "small-synced", "nothing"));
    }

    @Test
    void copiesAgainstCpAndRsync() {
        Machine.needs("rsync");
        String sparse = "sparse image, 16 MiB, 1/32 of it data";

        assertCompares(
                List.of(LARGE, LARGE, SMALL, SMALL, sparse, sparse, SMALL),
                bench("copy-against-others.sh", "large", "small", "sparse").with("RIVALS", "cp rsync"),
                bench("copy-against-others.sh", "small").with("RIVALS", "cp").with("SYNCED", "1"));
    }

    @Test
    void twoNodesAgainstADaemon() {
        Machine.needs("rsync");

        assertCompares(
                List.of(
                        LARGE + ", clear / daemon",
                        LARGE + ", private / daemon",
                        SMALL + ", private / daemon",
                        NOTHING + ", private / daemon"),
                bench("two-nodes-against-rsync.sh", "large").with("OPPONENTS", "daemon"),
                bench("two-nodes-against-rsync.sh", "small", "nothing")
                        .with("OPPONENTS", "daemon")
                        .with("LEVELS", "private"));
    }

    @Test
    void twoNodesAgainstSsh() {
        Machine.needs("rsync");
        Machine.needs("/usr/sbin/sshd");

        assertCompares(
                List.of(LARGE + ", private / ssh", SMALL + ", clear / ssh"),
                bench("two-nodes-against-rsync.sh", "large")
                        .with("OPPONENTS", "ssh")
                        .with("LEVELS", "private"),
                bench("two-nodes-against-rsync.sh", "small")
                        .with("OPPONENTS", "ssh")
                        .with("LEVELS", "clear"));
    }

    private Command bench(String script, String... cases) {
        List<String> words = new ArrayList<>(
                List.of(Checkout.ROOT.resolve("tests/bench/" + script).toString()));
        words.addAll(List.of(cases));
        return Command.of(words)
                .with("WORK", work.path("").toString())
                .with("ROUNDS", "1")
                .with("LARGE_MIB", "4")
                .with("SMALL_FILES", "100");
    }

    /** Each comparison has its ratio, and nothing is left. */
    private void assertCompares(List<String> names, Command... scripts) {
        List<String> compared = new ArrayList<>();
        int ratios = 0;
        for (Command script : scripts) {
            Outcome outcome = script.run().exits(0);
            for (String line : outcome.outLines()) {
                if (line.endsWith(" target, 1 pairs")) {
                    compared.add(line.substring(0, line.indexOf(": ")));
                } else if (line.matches("  [a-z]+'s time / zsync's +median +[0-9.]+ +\\[[0-9.]+ \\.\\. [0-9.]+]")) {
                    ratios++;
                }
            }
        }
        assertEquals(names, compared);
        assertEquals(names.size(), ratios, "ratios");
        assertEquals("", Command.of("ls", "-A", work.path("").toString()).output(), "what is left");
    }
}
