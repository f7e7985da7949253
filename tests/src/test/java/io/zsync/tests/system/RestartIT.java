package io.zsync.tests.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A push outlives its server, and pays for nothing twice. The wire is slow, so that it lasts. */
@Tag("long")
class RestartIT {
    private static final int FILES = 10_000;
    private static final int FILE_SIZE = 4_096;
    /** On each of two data streams. */
    private static final int BYTES_PER_SECOND = Machine.LONG ? 500_000 : 2_000_000;

    /** So that a slow machine gets done as well. */
    private static final int MOST_ENDS = Machine.LONG ? Integer.MAX_VALUE : 4;

    private static final Duration BETWEEN = Duration.ofSeconds(3);

    @RegisterExtension
    final Workspace work = new Workspace();

    private Path source;
    private Path target;
    private Home client;
    private Home server;

    @BeforeEach
    void makeTree() {
        source = work.path("source");
        target = work.path("target");
        work.make("""
                mkdir source target
                head -c $(($1 * $2)) /dev/urandom >all
                for ((d = 0; d < 100; d++)); do mkdir source/d$d; done
                split -a 4 -b $2 -d all source/f
                for ((d = 0; d < 100; d++)); do printf -v p 'source/f%02d' $d; mv $p* source/d$d; done
                rm all""", FILES, FILE_SIZE);
        assertEquals(FILES, Trees.count(source, "-type", "f"));
        client = new Home(Host.HERE, work.path("client"));
        server = new Home(Host.HERE, work.path("server"));
        server.admit("client", client);
    }

    @Test
    void aServerKilledEvery3sCostsNoPublishedFileTwice() throws Exception {
        assertOutlives(node -> assertEquals(137, node.kill9().outcome().code()), 2);
    }

    @Test
    void aServerStoppedEvery3sCostsNoPublishedFileTwice() throws Exception {
        assertOutlives(
                node -> {
                    ServingNode.Ending ending = node.terminate();
                    ending.outcome().exits(0);
                    assertTrue(ending.took().toSeconds() < 10, () -> "took " + ending.took());
                },
                1);
    }

    private interface End {
        void of(ServingNode node);
    }

    private void assertOutlives(End end, int atLeast) throws Exception {
        Map<String, String> published = Map.of();
        int ends = 0;
        int inTheMiddle = 0;
        try (ServingNode node = ServingNode.start(server, "--share", "default=" + target + ":rw");
                WireProxy proxy = WireProxy.forgetful("127.0.0.1", node.port())) {
            proxy.limitTo(BYTES_PER_SECOND);
            client.reach("server", node.id(), proxy.endpoint());
            long start = System.nanoTime();
            try (Command.Running push =
                    client.zsync("push", "--streams", "2", source, "server").start()) {
                while (ends < MOST_ENDS && lived(push, published)) {
                    end.of(node);
                    ends++;
                    Map<String, String> now = inodes(target);
                    assertKept(published, now);
                    inTheMiddle += now.size() > published.size() && now.size() < FILES ? 1 : 0;
                    published = now;
                    node.restart();
                }
                Outcome outcome = push.end().exits(0);
                System.out.println("Restart: ended " + ends + " times in " + (System.nanoTime() - start) / 1_000_000
                        + " ms, " + inTheMiddle + " with more files than before; " + proxy.passed() + " bytes passed, "
                        + FILES * FILE_SIZE + " of payload; " + outcome.err());
            }
        }
        assertTrue(inTheMiddle >= atLeast, inTheMiddle + " ends in the middle");
        assertKept(published, inodes(target));
        Trees.assertMirrors(source, target);
        Trees.assertNothingStaged(target);
    }

    /** Waits out a server's life, and on a busy machine until it has brought something. @return false if all is done */
    private boolean lived(Command.Running push, Map<String, String> published) throws InterruptedException {
        Thread.sleep(BETWEEN.toMillis());
        await().atMost(Duration.ofSeconds(30))
                .until(() -> !push.isAlive() || inodes(target).size() > published.size());
        return push.isAlive();
    }

    /** A file that was sent again would be a new inode; one that was touched again has a new ctime. */
    private static void assertKept(Map<String, String> before, Map<String, String> now) {
        before.forEach((path, inode) -> assertEquals(inode, now.get(path), () -> path + " was published before"));
    }

    /** Inode and ctime of each published file. */
    private static Map<String, String> inodes(Path root) {
        Map<String, String> inodes = new HashMap<>();
        Command.of("find", root.toString(), "-name", ".zsync-*", "-o", "-type", "f", "-printf", "%P\\t%i %C@\\n")
                .output()
                .lines()
                .map(line -> line.split("\t", 2))
                .forEach(parts -> inodes.put(parts[0], parts[1]));
        return inodes;
    }

    @ParameterizedTest
    @EnumSource(
            value = WireProxy.Fault.class,
            names = {"CLOSE", "RESET"})
    void aWireCutAnywhereIsFollowedByANewSession(WireProxy.Fault fault) {
        try (ServingNode node = ServingNode.start(server, "--share", "default=" + target + ":rw");
                WireProxy proxy = WireProxy.before("127.0.0.1", node.port())) {
            client.reach("server", node.id(), proxy.endpoint());
            // The handshake is over by then: who is cut off before has not been let in yet.
            proxy.failBetween(2_000_000, (long) FILES * FILE_SIZE, fault);

            Outcome outcome = client.zsync("push", source, "server").run().exits(0);

            assertEquals(1, proxy.fired());
            System.out.println("Restart: cut once: " + outcome.err());
        }
        Trees.assertMirrors(source, target);
        Trees.assertNothingStaged(target);
    }
}
