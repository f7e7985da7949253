package io.zsync.tests.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Sources that do not hold still. The wire stops while the first file is on it, so that what happens then happens after
 * the scan, and to later files before they are read.
 */
class ChangingSourceIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @RegisterExtension
    static final Workspace work = new Workspace();

    private static Path source;
    private static Path target;
    private static Home client;
    private static ServingNode node;
    private static WireProxy proxy;

    @BeforeAll
    static void serve() {
        source = work.path("source");
        target = work.path("share");
        work.make("mkdir share");
        Home server = new Home(Host.HERE, work.path("server"));
        client = new Home(Host.HERE, work.path("client"));
        server.admit("client", client, "default=read,write,delete");
        node = ServingNode.start(server, "--share", "default=" + target + ":rw");
        proxy = WireProxy.forgetful("127.0.0.1", node.port());
        client.reach("server", node.id(), proxy.endpoint());
    }

    @AfterAll
    static void end() {
        proxy.close();
        node.close();
    }

    @BeforeEach
    void makeFiles() {
        work.make("""
                rm -rf source share/*
                mkdir source source/d
                head -c 32M /dev/urandom >'source/1 first'
                for f in '2 second' '3 third' d/one d/two; do head -c 300K /dev/urandom >"source/$f"; done
                echo old >'share/2 second'; echo extra >share/extra; mkdir share/d; echo old >share/d/one""");
    }

    /** Pushes; when the first file is under way, bash runs {@code change} in the source. */
    private static Outcome pushWhile(String change, String... options) {
        int firedBefore = proxy.fired();
        proxy.failAfter(2_000_000, WireProxy.Fault.STALL);
        try (Command.Running push = client.zsync(words(options)).start()) {
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> !push.isAlive() || proxy.fired() > firedBefore);
            if (!push.isAlive()) {
                throw new AssertionError("it ended early: " + push.end());
            }

            Command.script(change).in(source).output();
            proxy.flow();

            Outcome outcome = push.end(PATIENCE);
            Trees.assertNothingStaged(target);
            return outcome;
        }
    }

    private static Object[] words(String... options) {
        List<Object> words = new ArrayList<>(List.of("push", "--streams", "1"));
        words.addAll(List.of(options));
        words.addAll(List.of(source, "server"));
        return words.toArray();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
                    rm '2 second'                     | 2 second
                    rm '2 second'; mkdir '2 second'   | 2 second
                    rm '2 second'; ln -s x '2 second' | 2 second
                    rm -r d                           | d/one
                    """)
    void whatVanishedIsNamedAndTheRestIsDone(String change, String path) {
        Outcome outcome = pushWhile(change).exits(24);

        assertTrue(
                outcome.errLines().stream()
                        .anyMatch(line -> line.startsWith("zsync: ") && line.endsWith("(" + path + ")")),
                outcome::err);
        assertEquals("old\n", Command.of("cat", target.resolve(path).toString()).output(), "the old content stays");
        assertSame("1 first");
        assertSame("3 third");
    }

    /** It was there when the tree was read; only the next run may take it for gone. */
    @Test
    void whatVanishedIsNotDeletedByTheSameRun() {
        Outcome outcome = pushWhile("rm -r d '2 second'", "--delete").exits(24);

        assertTrue(target.resolve("2 second").toFile().exists(), outcome::err);
        assertTrue(target.resolve("d/one").toFile().exists(), outcome::err);
        assertTrue(!target.resolve("extra").toFile().exists(), outcome::err);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', textBlock = """
                    head -c 500K /dev/urandom >'2 second'
                    head -c 100 /dev/urandom >'2 second'
                    : >'2 second'
                    head -c 100K /dev/urandom >>'2 second'
                    head -c 9M /dev/urandom >'2 second'
                    head -c 100K /dev/urandom >>'1 first'
                    truncate -s 1M '1 first'
                    truncate -s 0 '1 first'
                    head -c 32M /dev/urandom >new; mv new '1 first'
                    """)
    void whatGrowsOrShrinksOnceArrivesAsItIsThen(String change) {
        pushWhile(change).exits(0);

        assertSame("1 first");
        assertSame("2 second");
        assertSame("3 third");
    }

    @Test
    void whatKeepsChangingIsNamedAndItsOldContentStays() {
        work.make("echo old >'share/1 first'");
        Command writer = Command.script("while :; do echo more >>\"$1/1 first\"; sleep 0.02; done", source);
        Outcome outcome;
        // Each attempt takes longer than the writer's pause.
        proxy.limitTo(20_000_000);
        try (Command.Running running = writer.start()) {
            outcome = client.zsync(words()).run();
            assertTrue(running.isAlive());
        } finally {
            proxy.limitTo(Long.MAX_VALUE);
        }

        outcome.exits(24);
        assertTrue(
                outcome.errLines().stream()
                        .anyMatch(line ->
                                line.startsWith("zsync: the source kept changing") && line.endsWith("(1 first)")),
                outcome::err);
        assertEquals("old\n", Command.of("cat", target + "/1 first").output());
        assertSame("2 second");
        assertSame("3 third");
    }

    private static void assertSame(String path) {
        Command.of("cmp", source.resolve(path).toString(), target.resolve(path).toString())
                .run()
                .exits(0);
    }
}
