package io.zsync.tests.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A wire that is slow, and one that stands still. */
@Tag("long")
class SlowWireIT {
    @RegisterExtension
    final Workspace work = new Workspace();

    private Home server;
    private Home client;

    @BeforeEach
    void makeNodes() {
        work.make("mkdir share source; head -c 8M /dev/urandom >source/large");
        server = new Home(Host.HERE, work.path("server"));
        client = new Home(Host.HERE, work.path("client"));
        server.admit("client", client);
    }

    /** One chunk takes longer than the patience, but its bytes do come. */
    @ParameterizedTest
    @ValueSource(strings = {"clear", "safe"})
    void bytesThatTrickleAreProgress(String level) {
        try (ServingNode node = ServingNode.start(server, "--share", "default=" + work.path("share") + ":rw");
                WireProxy proxy = WireProxy.forgetful("127.0.0.1", node.port())) {
            client.reach("server", node.id(), proxy.endpoint());
            proxy.limitTo(350_000);

            client.zsync("push", "--protect", level, "--timeout", "12", "--retries", "0", work.path("source"), "server")
                    .run()
                    .exits(0);

            Trees.assertMirrors(work.path("source"), work.path("share"));
        }
    }

    @Test
    void aWireThatStandsStillIsExit30() {
        try (ServingNode node = ServingNode.start(server, "--share", "default=" + work.path("share") + ":rw");
                WireProxy proxy = WireProxy.forgetful("127.0.0.1", node.port())) {
            client.reach("server", node.id(), proxy.endpoint());
            proxy.limitTo(1_000_000);
            proxy.failAfter(2_000_000, WireProxy.Fault.STALL);
            try (Command.Running push = client.zsync(
                            "push", "--timeout", "5", "--retries", "0", work.path("source"), "server")
                    .start()) {
                await().atMost(Duration.ofSeconds(30)).until(() -> !push.isAlive() || proxy.fired() > 0);
                long stalled = System.nanoTime();

                Outcome outcome = push.end(Duration.ofSeconds(60)).exits(30);

                long millis = (System.nanoTime() - stalled) / 1_000_000;
                System.out.println("SlowWire: gave up after " + millis + " ms: " + outcome.err());
                assertEquals(1, proxy.fired());
                assertTrue(millis < 20_000, () -> millis + " ms");
            }
            // The other end has nothing but its own watch.
            await().atMost(Duration.ofSeconds(45)).untilAsserted(() -> Trees.assertNothingStaged(work.path("share")));
        }
    }
}
