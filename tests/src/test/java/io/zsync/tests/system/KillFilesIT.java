package io.zsync.tests.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.Node;
import io.zsync.node.trust.ConfigFolder;
import io.zsync.node.trust.Peer;
import io.zsync.tests.system.KillPoints.Point;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** kill -9 at a system call of a command that writes a node's own files: they are as before or as after. */
class KillFilesIT {
    /** At full size each there is. */
    private static final int POINTS = Machine.LONG ? Integer.MAX_VALUE : 1;

    private static final String PEER_ID = "id";
    /** A peer that is there before; there is an invite, too. */
    private static final String EARLIER = "earlier";

    @RegisterExtension
    final Workspace work = new Workspace();

    private final long seed = Long.getLong("zsync.seed", new Random().nextLong());

    /** What writes: an identity, at first use; the peer book; the invites; where the node listens. */
    enum Writer {
        ID(false, "id"),
        PEERS(true, "peers", "add", "peer", PEER_ID),
        INVITE(true, "invite", "--address", "127.0.0.1:7419"),
        SERVE(true, "serve", "--listen", "127.0.0.1:0", "--share", "default=/:ro");

        private final boolean afterFirstUse;

        @SuppressWarnings("ImmutableEnumChecker") // A list of List.of is.
        private final List<String> words;

        Writer(boolean afterFirstUse, String... words) {
            this.afterFirstUse = afterFirstUse;
            this.words = List.of(words);
        }
    }

    @ParameterizedTest
    @EnumSource
    void filesAreOldOrNewAndServeTheNextCommand(Writer writer) throws Exception {
        Machine.needsStrace();
        System.out.println("KillFiles: seed " + seed);
        Home home = new Home(Host.HERE, work.path("home"), QuickStart.withOneCompiler());
        String peerId = new Home(Host.HERE, work.path("peer"), QuickStart.withOneCompiler()).id();
        work.make("mkdir template");
        if (writer.afterFirstUse) {
            Home template = new Home(Host.HERE, work.path("template"));
            template.admit(EARLIER, new Home(Host.HERE, work.path("earlier")));
            template.zsync("invite", "--address", "127.0.0.1:7419", "--ttl", "24h")
                    .output();
        }
        List<String> before = writer.afterFirstUse ? List.of(EARLIER) : List.of();
        List<String> after = writer == Writer.PEERS ? List.of(EARLIER, "peer") : before;
        String idBefore = writer.afterFirstUse ? id(work.path("template")) : "";
        Path trace = work.path("trace");
        restore();
        run(home, KillPoints.counting(trace), writer, peerId).exits(0);
        List<Point> points = KillPoints.of(trace, List.of(home.folder()), new Random(seed)).stream()
                .distinct()
                .limit(POINTS)
                .toList();
        Map<String, Integer> firedByCall = new TreeMap<>();
        for (Point point : points) {
            restore();
            assertEquals(
                    KillPoints.KILLED,
                    run(home, Strike.kill(point).strace(), writer, peerId).code(),
                    point::toString);
            firedByCall.merge(point.call(), 1, Integer::sum);

            String id = id(home.folder());
            assertEquals(id, id(home.folder()), () -> "killed at " + point);
            assertTrue(idBefore.isEmpty() || idBefore.equals(id), () -> "another id, killed at " + point);
            List<String> peers = peers(home.folder());
            assertTrue(peers.equals(before) || peers.equals(after), () -> peers + ", killed at " + point);
            assertKeepsEarlierLines(writer, "killed at " + point);
            Outcome again = run(home, List.of(), writer, peerId);
            // Who is in the book already cannot be added.
            assertEquals(peers.contains("peer") ? 1 : 0, again.code(), again::toString);
            assertEquals(after, peers(home.folder()));
            assertKeepsEarlierLines(writer, "run again, killed at " + point);
        }
        System.out.println("KillFiles: " + writer + ", " + points.size() + " points fired: " + firedByCall);
        assertFalse(points.isEmpty());
    }

    /** Of the peer book and the invites. */
    private void assertKeepsEarlierLines(Writer writer, String when) throws IOException {
        for (String file : writer.afterFirstUse ? List.of("peers", "invites") : List.<String>of()) {
            List<String> lines = Files.readAllLines(work.path("home/" + file));
            List<String> earlier = Files.readAllLines(work.path("template/" + file));
            assertTrue(lines.containsAll(earlier), () -> when + ", " + file + " was " + earlier + ", is " + lines);
        }
    }

    private void restore() {
        work.make("rm -rf home; cp -a template home");
    }

    private static Outcome run(Home home, List<String> before, Writer writer, String peerId) {
        Object[] words = writer.words.stream()
                .map(word -> word.equals(PEER_ID) && writer == Writer.PEERS ? peerId : word)
                .toArray();
        if (writer != Writer.SERVE) {
            return home.zsync(before, words).run();
        }
        List<String> beside = new ArrayList<>(before);
        if (!before.isEmpty()) {
            // strace keeps beside the process, which gets the signal.
            beside.add(beside.indexOf("strace") + 1, "-D");
        }
        try (Command.Running running = home.zsync(beside, words).start()) {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> !running.isAlive() || running.out().contains("listening on"));
            running.terminate();
            return running.end();
        }
    }

    private static Node node(Path home) throws Exception {
        return new Node(ConfigFolder.of(Map.of("ZSYNC_HOME", home.toString()), ""));
    }

    private static String id(Path home) throws Exception {
        try (Node node = node(home)) {
            return node.id().toString();
        }
    }

    private static List<String> peers(Path home) throws Exception {
        try (Node node = node(home)) {
            return node.peers().peers().stream().map(Peer::name).toList();
        }
    }
}
