package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A bit of a plain data stream flips somewhere: it is found, brought again, and never published. */
class FlippedBitsIT {
    private static final int ROUNDS = Machine.LONG ? 60 : 6;

    /** A chunk, a pack and their frames; the positions below are within. */
    private static final int LENGTH = 2_000_000;

    @RegisterExtension
    final Workspace work = new Workspace();

    private Home server;
    private Home client;

    @BeforeEach
    void makeNodes() {
        work.make("mkdir share source; head -c 1M /dev/urandom >source/large;"
                + " for f in {1..100}; do head -c 10000 /dev/urandom >source/small$f; done");
        server = new Home(Host.HERE, work.path("server"));
        client = new Home(Host.HERE, work.path("client"));
        server.admit("client", client);
    }

    @Tag("long")
    @ParameterizedTest
    @CsvSource({"clear, ''", "safe, ''", "safe, --data-path=buffered"})
    void aFlippedBitIsFoundAndBroughtAgain(String level, String option) {
        long seed = Long.getLong("zsync.seed", System.nanoTime());
        System.out.println("FlippedBits: " + level + ", seed " + seed);
        Random random = new Random(seed);
        try (ServingNode node = ServingNode.start(server, "--share", "default=" + work.path("share") + ":rw");
                WireProxy proxy = WireProxy.forgetful("127.0.0.1", node.port())) {
            client.reach("server", node.id(), proxy.endpoint());
            for (int round = 0; round < ROUNDS; round++) {
                work.make("rm -rf share/*");
                // The first frame's header, too, which costs the session.
                int position = round == 0 ? 80 : random.nextInt(72, LENGTH);
                proxy.damage(position);

                Outcome outcome = client.zsync(
                                "push",
                                "--streams=1",
                                "--protect=" + level,
                                option.isEmpty() ? "--durability=none" : option,
                                work.path("source"),
                                "server")
                        .run()
                        .exits(0);

                assertEquals(round + 1, proxy.fired(), () -> "a bit at " + position);
                Trees.assertMirrors(work.path("source"), work.path("share"));
                Trees.assertNothingStaged(work.path("share"));
                if (round == 0) {
                    assertTrue(outcome.err().contains("connection lost 1 time"), outcome::err);
                }
            }
        }
    }

    @Test
    void whatArrivesDamagedAgainAndAgainIsExit43() {
        AtomicInteger spoilt = new AtomicInteger();
        try (ServingNode node = ServingNode.start(server, "--share", "default=" + work.path("share") + ":rw");
                WireProxy proxy = WireProxy.forgetful("127.0.0.1", node.port())) {
            client.reach("server", node.id(), proxy.endpoint());
            work.make("echo old >share/large; cp share/large old");
            proxy.meddle(new StreamUnits((stream, ordinal, unit) -> {
                // The large file's only one.
                if (unit.length > 1 << 20) {
                    unit[unit.length / 2] ^= 1;
                    spoilt.incrementAndGet();
                }
                return List.of(unit);
            }));

            Outcome failed = push().run().exits(43);

            assertTrue(failed.err().contains("arrived damaged again and again (large)"), failed::err);
            assertTrue(spoilt.get() > 1, spoilt + " times");
            work.make("cmp old share/large; cmp source/small100 share/small100");
            assertEquals(101, Trees.count(work.path("share")), "nothing staged");

            proxy.meddle(null);
            push().run().exits(0);
            Trees.assertMirrors(work.path("source"), work.path("share"));
        }
    }

    private Command push() {
        return client.zsync("push", "--streams=1", "--protect=safe", work.path("source"), "server");
    }
}
