package io.zsync.tests.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Many sessions at once on one node. */
@Tag("long")
class ManySessionsIT {
    private static final int SESSIONS = 20;
    private static final int FILES = Machine.LONG ? 10_000 : 500;
    /** Bytes a second on each connection: none can end before all have begun. */
    private static final long SLOW = 40_000;

    private static final int LARGE_MIB = Machine.LONG ? 64 : 8;

    @RegisterExtension
    final Workspace work = new Workspace();

    @Test
    void twentyPushesAtOnceArriveAndLeaveNothingBehind() {
        work.make("""
                mkdir -p share/warm
                for ((s = 0; s < $1; s++)); do
                    mkdir -p source$s/{small,large}
                    for ((f = 0; f < $2; f++)); do echo $s $f >source$s/small/f$f; done
                    head -c ${3}M /dev/urandom >source$s/large/one
                done""", SESSIONS, FILES, LARGE_MIB);
        Home client = new Home(Host.HERE, work.path("client"));
        Home server = new Home(Host.HERE, work.path("server"));
        server.admit("client", client);
        try (ServingNode node = ServingNode.start(server, "--share", "default=" + work.path("share") + ":rw");
                WireProxy proxy = WireProxy.forgetful("127.0.0.1", node.port())) {
            client.reach("server", node.id(), proxy.endpoint());
            // What a node loads at its first session it keeps.
            push(client, 0, "warm").end().exits(0);
            push(client, 0, "warm").end().exits(0);
            Holdings before = node.holdings();

            // Starting processes takes longer than what they do: the wire is slow until all of them are in the middle.
            proxy.limitTo(SLOW);
            List<Command.Running> pushes = new ArrayList<>();
            for (int i = 0; i < SESSIONS; i++) {
                pushes.add(push(client, i, "part" + i));
                // A few at a time: a handshake has 10 s, which on two cores would not do for twenty cold processes.
                int begun = i - 3;
                await().atMost(Duration.ofSeconds(60)).until(() -> begun < 0 || isInTheMiddle(pushes, begun));
            }
            for (int i = 0; i < SESSIONS; i++) {
                int part = i;
                await().atMost(Duration.ofSeconds(60)).until(() -> isInTheMiddle(pushes, part));
                Command.Running push = pushes.get(i);
                assertTrue(push.isAlive(), () -> "all at once: " + push.end());
            }
            long start = System.nanoTime();
            proxy.limitTo(Long.MAX_VALUE);
            List<Duration> took = endsOf(pushes, start);

            for (int i = 0; i < SESSIONS; i++) {
                Trees.assertMirrors(work.path("source" + i), work.path("share/part" + i));
            }
            Trees.assertNothingStaged(work.path("share"));
            // A node that runs out of memory ends, see ServingNode; its heap is 256 MiB unless told otherwise.
            assertTrue(node.isAlive(), node::log);
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertEquals(Map.of(), node.holdings().beyond(before)));
            System.out.println("ManySessions: " + SESSIONS + " at once, all done after the wire got fast: first "
                    + took.getFirst() + ", last "
                    + took.getLast() + "; node's peak " + node.holdings().peakResidentKib() / 1024 + " MiB resident\n"
                    + node.heap());
            assertEquals(0, node.terminate().outcome().code());
        }
    }

    @Test
    void sessionsBeyondTheLimitAreToldThatTheNodeIsBusy() {
        work.make("""
                mkdir share
                for s in 0 1 2 3; do mkdir source$s; head -c 300M /dev/zero >source$s/large; done""");
        Home client = new Home(Host.HERE, work.path("client"));
        Home server = new Home(Host.HERE, work.path("server"));
        server.admit("client", client);
        try (ServingNode node =
                ServingNode.start(server, "--max-sessions", "2", "--share", "default=" + work.path("share") + ":rw")) {
            client.reach("server", node.id(), Host.HERE.endpoint4(node.port()));
            List<Command.Running> first = List.of(push(client, 0, "part0"), push(client, 1, "part1"));
            for (int i = 0; i < 2; i++) {
                Path part = work.path("share/part" + i);
                Command.Running push = first.get(i);
                await().pollInterval(Duration.ofMillis(5))
                        .until(() -> part.toFile().isDirectory()
                                && !Trees.staged(part).isEmpty());
                push.signal("STOP");
            }

            List<Outcome> surplus = List.of(
                    push(client, 2, "part2").end(), push(client, 3, "part3").end());

            for (Outcome outcome : surplus) {
                outcome.exits(35);
                assertTrue(outcome.errLines().getFirst().startsWith("zsync: "), outcome::err);
                assertTrue(outcome.errLines().getFirst().contains("as many sessions as it may"), outcome::err);
                assertTrue(outcome.errLines().size() <= 2, outcome::err);
            }
            assertEquals(2, Trees.count(work.path("share"), "-type", "d"), "nothing was opened for them");
            for (Command.Running push : first) {
                push.signal("CONT");
            }
            for (Command.Running push : first) {
                push.end().exits(0);
            }
            // Room again.
            push(client, 2, "part2").end().exits(0);
            Trees.assertMirrors(work.path("source2"), work.path("share/part2"));
        }
    }

    /** Or failed already, which whoever ends it will say. */
    private boolean isInTheMiddle(List<Command.Running> pushes, int part) {
        Path target = work.path("share/part" + part);
        return !pushes.get(part).isAlive()
                || (target.toFile().isDirectory() && !Trees.staged(target).isEmpty());
    }

    private Command.Running push(Home client, int source, String part) {
        return client.zsync("push", work.path("source" + source), "server/default/" + part)
                .start();
    }

    /** How long after {@code start} each ended, the fastest first; all of them well. */
    private static List<Duration> endsOf(List<Command.Running> pushes, long start) {
        List<Command.Running> running = new ArrayList<>(pushes);
        List<Duration> took = new ArrayList<>();
        await().atMost(Duration.ofMinutes(10))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    running.removeIf(push -> {
                        if (push.isAlive()) {
                            return false;
                        }
                        took.add(Duration.ofMillis((System.nanoTime() - start) / 1_000_000));
                        push.end().exits(0);
                        return true;
                    });
                    return running.isEmpty();
                });
        return took;
    }
}
