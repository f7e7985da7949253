package io.zsync.tests.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to a run from outside: signals, and another run on the same target. */
class SignalsIT {
    private static final Duration PROMPT = Duration.ofSeconds(10);

    @RegisterExtension
    final Workspace work = new Workspace();

    private Path source;
    private Path target;

    /** Enough to be still in the middle of it when the first of it is seen. */
    @BeforeEach
    void makeLargeFiles() {
        source = work.path("source");
        target = work.path("target");
        work.make("""
                mkdir source target
                for f in 1 2 3; do head -c 400M /dev/zero >source/$f; done
                echo old >target/1; touch -d 2026-01-01 target/1""");
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    void aSignalInTheMiddleExits20AndTheNextRunGoesOn(String signal) throws Exception {
        try (Command.Running run = startInTheMiddle()) {
            run.signal(signal);

            Outcome outcome = run.end(PROMPT).exits(20);

            assertEquals(List.of("zsync: interrupted"), outcome.errLines());
        }
        // What is staged of a large file is kept, and noted.
        assertEquals("old\n", Files.readString(target.resolve("1")), "what was not complete was not published");

        Checkout.push(source, target).run().exits(0);

        Trees.assertMirrors(source, target);
        Trees.assertNothingStaged(target);
    }

    /** Small files are staged by several threads while others publish: each of them may hold one when the end comes. */
    @Test
    void aSignalAmongSmallFilesLeavesNoStagedFileEither() {
        work.make("""
                rm -r source target; mkdir source
                for d in 1 2 3; do
                    mkdir source/$d
                    for ((f = 0; f < 10000; f++)); do echo $f >source/$d/$f; done
                    touch source/$d/empty{1..3000}
                done""");
        for (int round = 0; round < 3; round++) {
            work.make("rm -rf target; mkdir target");
            try (Command.Running run = startInTheMiddle()) {
                run.signal("TERM");

                run.end(PROMPT).exits(20);
            }
            Trees.assertNothingStaged(target);
        }
        Checkout.push(source, target).run().exits(0);
        Trees.assertMirrors(source, target);
    }

    @Test
    void aSecondRunOnAHeldTargetExits42AndTheFirstGoesOn() {
        try (Command.Running first = startInTheMiddle()) {
            first.signal("STOP");

            Outcome second = Checkout.push(source, target).run().exits(42);
            Outcome below = Checkout.push(source, target.resolve("sub")).run().exits(42);

            assertSaysWhoHolds(target, second);
            assertSaysWhoHolds(target.resolve("sub"), below);
            first.signal("CONT");
            first.end().exits(0);
        }
        Command.of("rmdir", target.resolve("sub").toString()).run();
        Checkout.push(source, target).run().exits(0);
        Trees.assertMirrors(source, target);
    }

    /** A run, once its first staged file is there. Who starts us may ignore SIGINT, and a child inherits that. */
    private Command.Running startInTheMiddle() {
        Command.Running run = Command.of(
                        "env",
                        "--default-signal=INT,TERM",
                        Checkout.launcher(),
                        "push",
                        source.toString(),
                        "local:" + target)
                .start();
        await().pollInterval(Duration.ofMillis(5))
                .until(() -> !run.isAlive() || !Trees.staged(target).isEmpty());
        return run;
    }

    private static void assertSaysWhoHolds(Path held, Outcome outcome) {
        assertEquals("", outcome.out());
        assertEquals(2, outcome.errLines().size(), outcome::err);
        assertEquals(
                "zsync: peer: target: another run holds it, one below it or one above it (" + held + ")",
                outcome.errLines().getFirst());
        assertEquals(
                "wait for the other run to end, then run this one again",
                outcome.errLines().getLast());
    }
}
