package io.zsync.tests.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A large file arrives although either end is killed every two seconds, and little of it goes over the wire twice. */
class ResumeIT {
    private static final long SIZE = Machine.LONG ? 4L << 30 : 256L << 20;
    /** On each of two data streams: the file has to outlast the ends. */
    private static final long BYTES_PER_SECOND = Machine.LONG ? 60_000_000 : 36_000_000;

    private static final long LIFE_MILLIS = 2_000;
    private static final int LEAST_ENDS = Machine.LONG ? 10 : 1;
    private static final int MOST_ENDS = 30;
    /**
     * What a life brings at least, about half of what the wire lets pass in it, on a slow machine in more time: each end
     * costs a chunk on each of two streams.
     */
    private static final long ALIVE = Machine.LONG ? 128L << 20 : SIZE / 3;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @RegisterExtension
    final Workspace work = new Workspace();

    private Path source;
    private Path target;
    private Home client;
    private Home server;

    @BeforeEach
    void makeFile() {
        source = work.path("source");
        target = work.path("target");
        work.make("mkdir source target; head -c $1 /dev/urandom >source/large", SIZE);
        client = new Home(Host.HERE, work.path("client"));
        server = new Home(Host.HERE, work.path("server"));
        server.admit("client", client);
    }

    @Test
    void aServerKilledEvery2sGoesOnWhereItWas() throws Exception {
        try (ServingNode node = ServingNode.start(server, "--share", "default=" + target + ":rw");
                WireProxy proxy = WireProxy.forgetful("127.0.0.1", node.port())) {
            proxy.limitTo(BYTES_PER_SECOND);
            client.reach("server", node.id(), proxy.endpoint());
            int killed = 0;
            try (Command.Running push =
                    client.zsync("push", "--streams", "2", source, "server").start()) {
                while (killed < MOST_ENDS && lives(push, proxy)) {
                    assertEquals(137, node.kill9().outcome().code());
                    killed++;
                    node.restart();
                }
                Outcome outcome = push.end().exits(0);
                System.out.println("Resume: server killed " + killed + " times; " + outcome.err());
            }
            assertArrived(proxy, killed);
        }
    }

    @Test
    void aClientKilledEvery2sGoesOnWhereItWas() throws Exception {
        try (ServingNode node = ServingNode.start(server, "--share", "default=" + target + ":rw");
                WireProxy proxy = WireProxy.forgetful("127.0.0.1", node.port())) {
            proxy.limitTo(BYTES_PER_SECOND);
            client.reach("server", node.id(), proxy.endpoint());
            int killed = 0;
            Outcome outcome = push(proxy, true);
            while (outcome.code() == 137) {
                killed++;
                outcome = push(proxy, killed < MOST_ENDS);
            }
            System.out.println("Resume: client killed " + killed + " times; "
                    + outcome.exits(0).err());
            assertArrived(proxy, killed);
        }
    }

    /** It may end by itself in the moment in which it is to be killed. */
    private Outcome push(WireProxy proxy, boolean isKilled) throws InterruptedException {
        try (Command.Running push =
                client.zsync("push", "--streams", "2", source, "server").start()) {
            if (isKilled && lives(push, proxy)) {
                push.kill();
            }
            return push.end();
        }
    }

    /** Waits out a life from its first byte on, and on a busy machine until it has brought something. @return false if all is done */
    private static boolean lives(Command.Running push, WireProxy proxy) throws InterruptedException {
        long passed = proxy.passed();
        awaitMore(push, proxy, passed);
        Thread.sleep(LIFE_MILLIS);
        awaitMore(push, proxy, passed + ALIVE);
        return push.isAlive();
    }

    private static void awaitMore(Command.Running push, WireProxy proxy, long passed) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> !push.isAlive() || proxy.passed() > passed);
    }

    private void assertArrived(WireProxy proxy, int killed) {
        double times = (double) proxy.passed() / SIZE;
        System.out.printf("Resume: %d bytes passed for a file of %d, %.3f times%n", proxy.passed(), SIZE, times);
        assertTrue(killed >= LEAST_ENDS, killed + " times killed in the middle");
        assertTrue(times <= 1.2, times + " times its size passed");
        Trees.assertMirrors(source, target);
        Trees.assertNothingStaged(target);
        assertEquals(
                "",
                Command.of("find", work.path("server").toString(), "-name", "resume-*")
                        .output(),
                "a journal of nothing is left");
    }
}
