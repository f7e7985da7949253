package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A process that may have 64 descriptors: slower, or it says why, and never a processor kept busy for nothing. */
class FewDescriptorsIT {
    private static final int FILES = Machine.LONG ? 20_000 : 400;
    private static final List<String> FEW = List.of("bash", "-c", "ulimit -n 64; exec \"$@\"", "few");
    private static final Duration PATIENCE = Duration.ofSeconds(Machine.LONG ? 120 : 60);

    /** What it may take of a processor beyond three times as much as a run with all it wants. */
    private static final Duration SLACK = Duration.ofSeconds(3);

    @RegisterExtension
    final Workspace work = new Workspace();

    /** Which process has few. */
    enum Way {
        PUSH("push", "local:"),
        COPY("copy", "");

        private final String word;
        private final String prefix;

        Way(String word, String prefix) {
            this.word = word;
            this.prefix = prefix;
        }
    }

    /** Files of their own frames, which stay open until their batch is sealed, and small ones, in some directories. */
    @BeforeEach
    void makeATree() {
        work.make("""
                for d in 1 2 3 4; do
                    mkdir -p source/$d/deeper/still
                    head -c $((70000 * $1 / 20)) /dev/urandom | split -b 70000 -a 4 - source/$d/deeper/large
                    head -c $((300 * $1 / 5)) /dev/urandom | split -b 300 -a 5 - source/$d/deeper/still/small
                done
                mkdir full few""", FILES);
    }

    @ParameterizedTest
    @EnumSource
    void aRunWithFewDescriptorsEndsInTimeAndTheNextOneConverges(Way way) throws Exception {
        Path target = work.path("few/target");
        Duration usual = cpu(List.of(), way, work.path("full/target"), 0);

        Duration few = cpu(FEW, way, target, 0, 23);

        System.out.println("FewDescriptors: " + way + ", CPU " + usual.toMillis() + " ms usually, " + few.toMillis()
                + " ms with 64");
        assertTrue(few.compareTo(usual.multipliedBy(3).plus(SLACK)) < 0, () -> few + " of CPU, " + usual + " usually");
        Trees.assertNothingStaged(target);
        Checkout.zsync(way.word, "-q", work.path("source"), way.prefix + target)
                .run()
                .exits(0);
        Trees.assertMirrors(work.path("source"), target);
    }

    /** Runs it to its end. @return what it took of the processors, its start included */
    private Duration cpu(List<String> before, Way way, Path target, int... codes) throws IOException {
        List<String> words = new ArrayList<>(List.of("bash", "-c", "code=0; \"$@\" || code=$?; times >$0; exit $code"));
        words.add(work.path("times").toString());
        words.addAll(before);
        words.addAll(
                List.of(Checkout.launcher(), way.word, "-q", work.path("source").toString(), way.prefix + target));
        Outcome outcome = Command.of(words).start().end(PATIENCE);
        assertTrue(List.of(codes[0], codes[codes.length - 1]).contains(outcome.code()), outcome::toString);
        if (outcome.code() != 0) {
            assertEquals(
                    List.of(),
                    outcome.errLines().stream()
                            .filter(line -> !line.startsWith("zsync: ") || !line.contains("Too many open files"))
                            .toList(),
                    "each line says why");
        }
        // The second line is the children's: user and system.
        String[] children = Files.readAllLines(work.path("times")).getLast().split(" ", -1);
        return seconds(children[0]).plus(seconds(children[1]));
    }

    private static Duration seconds(String minutesAndSeconds) {
        return Duration.parse("PT" + minutesAndSeconds.toUpperCase(java.util.Locale.ROOT));
    }

    @Test
    void aNodeWithFewDescriptorsReceivesAndSendsOrSaysWhyAndIsIdleAfterwards() throws Exception {
        Home client = new Home(Host.HERE, work.path("client"));
        Home server = new Home(Host.HERE, work.path("server"));
        server.admit("client", client);
        try (ServingNode node = ServingNode.startUnder(
                FEW,
                server,
                0,
                "--share",
                "source=" + work.path("source") + ":ro",
                "--share",
                "target=" + work.path("few") + ":rw")) {
            client.reach("server", node.id(), Host.HERE.endpoint4(node.port()));

            List<Outcome> outcomes = List.of(
                    client.zsync("push", "-q", work.path("source"), "server/target")
                            .start()
                            .end(PATIENCE),
                    client.zsync("pull", "-q", "server/source", work.path("full"))
                            .start()
                            .end(PATIENCE));

            for (Outcome outcome : outcomes) {
                assertTrue(outcome.code() == 0 || outcome.code() == 23, outcome::toString);
                assertTrue(outcome.code() == 0 || outcome.errLines().getFirst().startsWith("zsync: "), outcome::err);
            }
            Trees.assertNothingStaged(work.path("few"));
            Duration busy = node.cpu();
            Thread.sleep(2_000);
            Duration spun = node.cpu().minus(busy);
            System.out.println("FewDescriptors: node, exit codes "
                    + outcomes.get(0).code() + " and " + outcomes.get(1).code() + ", CPU " + busy.toMillis() + " ms, "
                    + spun.toMillis() + " ms in 2 s of idleness");
            assertTrue(spun.toMillis() < 500, () -> "idle, and took " + spun);
            assertTrue(node.isAlive(), node::log);
        }
    }
}
