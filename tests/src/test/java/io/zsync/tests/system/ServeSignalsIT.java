package io.zsync.tests.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Signals to a serving node. */
class ServeSignalsIT {
    private static final Duration PROMPT = Duration.ofSeconds(10);

    @RegisterExtension
    final Workspace work = new Workspace();

    private Home server;
    private Home client;

    @BeforeEach
    void makeNodes() {
        work.make("mkdir share source; head -c 30M /dev/urandom >source/large; echo small >source/small");
        server = new Home(Host.HERE, work.path("server"));
        client = new Home(Host.HERE, work.path("client"));
    }

    @Test
    void sigtermEndsAnIdleNodeWithExit0() {
        try (ServingNode node = serve()) {
            assertEnds(node.terminate());
        }
    }

    /** The wire is so slow that the push cannot be done by the time the node has to be gone. */
    @Test
    void sigtermParksAPushThatRuns() {
        server.admit("client", client);
        try (ServingNode node = serve();
                WireProxy proxy = WireProxy.before("127.0.0.1", node.port())) {
            proxy.limitTo(500_000);
            client.reach("server", node.id(), proxy.endpoint());
            try (Command.Running push = client.zsync(
                            "push", "--retries", "0", "--streams", "2", work.path("source"), "server")
                    .start()) {
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> !push.isAlive()
                                || !Trees.staged(work.path("share")).isEmpty());
                assertTrue(push.isAlive(), "it still runs");

                assertEnds(node.terminate());

                Outcome outcome = push.end(PROMPT).exits(10);
                assertTrue(outcome.errLines().getFirst().startsWith("zsync: "), outcome::err);
                System.out.println("ServeSignals: " + outcome.err());
            }
        }
        Trees.assertNothingStaged(work.path("share"));
    }

    /** Enough time for it within the node's own. */
    @Test
    void sigtermLetsAShortPushEnd() {
        server.admit("client", client);
        work.make("truncate -s 1M source/large");
        try (ServingNode node = serve();
                WireProxy proxy = WireProxy.before("127.0.0.1", node.port())) {
            proxy.limitTo(500_000);
            client.reach("server", node.id(), proxy.endpoint());
            try (Command.Running push = client.zsync(
                            "push", "--retries", "0", "--streams", "2", work.path("source"), "server")
                    .start()) {
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> !push.isAlive()
                                || !Trees.staged(work.path("share")).isEmpty());
                assertTrue(push.isAlive(), "it still runs");

                assertEnds(node.terminate());

                push.end(PROMPT).exits(0);
            }
        }
        Trees.assertMirrors(work.path("source"), work.path("share"));
    }

    @Test
    void sighupLetsInWhoWasAddedMeanwhile() {
        try (ServingNode node = serve()) {
            client.reach("server", node.id(), Host.HERE.endpoint4(node.port()));
            server.admit("client", client);
            Command push = client.zsync("push", work.path("source"), "server");

            push.run().exits(5);
            node.hangUp();

            await().atMost(PROMPT).untilAsserted(() -> push.run().exits(0));
            Trees.assertMirrors(work.path("source"), work.path("share"));
            assertEnds(node.terminate());
        }
    }

    /** What cannot be read leaves the old book in force. */
    @Test
    void sighupWithABrokenBookChangesNothing() {
        server.admit("client", client);
        try (ServingNode node = serve()) {
            client.reach("server", node.id(), Host.HERE.endpoint4(node.port()));
            work.make("echo 'this is no peer' >>server/peers");

            node.hangUp();

            await().atMost(PROMPT).until(() -> node.log().contains("peers"));
            client.zsync("push", work.path("source"), "server").run().exits(0);
            Trees.assertMirrors(work.path("source"), work.path("share"));
        }
    }

    private ServingNode serve() {
        return ServingNode.start(server, "--share", "default=" + work.path("share") + ":rw");
    }

    private static void assertEnds(ServingNode.Ending ending) {
        ending.outcome().exits(0);
        assertTrue(ending.took().compareTo(PROMPT) < 0, () -> "took " + ending.took());
        System.out.println("ServeSignals: ended in " + ending.took().toMillis() + " ms");
        assertEquals(0, ending.outcome().code());
    }
}
