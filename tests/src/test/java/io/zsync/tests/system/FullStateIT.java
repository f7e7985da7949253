package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A node whose own folder has no room: runs do without what they cannot note, and commands lose nothing. Needs root. */
class FullStateIT {
    /** What of a large file cannot be noted is told once, whatever the file. */
    private static final String NOT_NOTED = "zsync: a broken run would start large files over: state folder: ";

    @RegisterExtension
    final Workspace work = new Workspace();

    private SmallDisk disk;
    /** On the disk. */
    private Path folder;

    @BeforeEach
    void mount() {
        folder = work.path("disk");
        disk = SmallDisk.mount(folder, "size=64k");
        folder = folder.resolve("home");
        Command.of("mkdir", "-m", "700", folder.toString()).output();
    }

    @AfterEach
    void unmount() {
        disk.close();
    }

    private void makeSource() {
        work.make("""
                mkdir source
                head -c 100M /dev/urandom >source/large
                for f in 1 2 3; do head -c 5000 /dev/urandom >source/small$f; done""");
    }

    @Test
    void aPushInOneProcessIsDone() {
        makeSource();
        disk.fill();

        Outcome outcome = Checkout.push(work.path("source"), work.path("target"))
                .with("ZSYNC_HOME", folder.toString())
                .run()
                .exits(0);

        assertToldOnce(outcome);
        assertDone();
    }

    @Test
    void aPullIsDone() {
        makeSource();
        Home client = new Home(Host.HERE, folder);
        Home server = new Home(Host.HERE, work.path("server"));
        server.admit("client", client);
        try (ServingNode node = ServingNode.start(server, "--share", "default=" + work.path("source"))) {
            client.reach("server", node.id(), Host.HERE.endpoint4(node.port()));
            disk.fill();

            assertToldOnce(
                    client.zsync("pull", "server", work.path("target")).run().exits(0));
        }
        assertDone();
    }

    /** It cannot note where it listens either, and says so. */
    @Test
    void aPushToANodeIsDone() {
        makeSource();
        work.make("mkdir target");
        Home client = new Home(Host.HERE, work.path("client"));
        Home server = new Home(Host.HERE, folder);
        server.id();
        server.admit("client", client);
        disk.fill();
        try (ServingNode node = ServingNode.start(server, "--share", "default=" + work.path("target") + ":rw,owner")) {
            client.reach("server", node.id(), Host.HERE.endpoint4(node.port()));

            assertToldOnce(
                    client.zsync("push", work.path("source"), "server").run().exits(0));

            List<String> troubles = node.log()
                    .lines()
                    .filter(line -> line.contains("No space left on device"))
                    .toList();
            assertEquals(1, troubles.size(), node::log);
            assertTrue(troubles.getFirst().endsWith("; zsync invite needs --address now"), node::log);
            node.terminate().outcome().exits(0);
        }
        assertDone();
    }

    private static void assertToldOnce(Outcome outcome) {
        List<String> told = outcome.errLines().stream()
                .filter(line -> line.startsWith("zsync: "))
                .toList();
        assertEquals(1, told.size(), outcome::toString);
        assertTrue(
                told.getFirst().startsWith(NOT_NOTED) && told.getFirst().endsWith("No space left on device (large)"),
                outcome::toString);
    }

    private void assertDone() {
        Trees.assertMirrors(work.path("source"), work.path("target"));
        Trees.assertNothingStaged(work.path("target"));
        assertEquals("", leftBehind());
    }

    /** Journals, and what was to become a file. */
    private String leftBehind() {
        return Command.script("find \"$1\" -name 'resume-*' -o -name '*.new' -o -name '.zsync-*'", folder)
                .output();
    }

    @Test
    void noIdentityIsMadeInPart() {
        disk.fill();
        Home home = new Home(Host.HERE, folder);

        assertNoRoom("identity", home.zsync("id").run());
        assertEquals("", Command.of("ls", "-A", folder.toString()).output());

        disk.empty();
        assertEquals(home.id(), home.id());
    }

    @Test
    void peerBookAndInvitesStayAsTheyWere() {
        Home home = new Home(Host.HERE, folder);
        Home peer = new Home(Host.HERE, work.path("peer"));
        String id = home.id();
        String peerId = peer.id();
        home.admit("friend", peer);
        home.zsync("invite", "--address", "127.0.0.1:7419").output();
        String peers = home.zsync("peers", "list").output();
        String before = files();
        disk.fill();

        assertEquals(id, home.id());
        assertEquals(peers, home.zsync("peers", "list").output());
        Home other = new Home(Host.HERE, work.path("other"));
        assertNoRoom(
                "peer book", home.zsync("peers", "add", "other", other.id()).run());
        assertNoRoom("peer book", home.zsync("peers", "remove", "friend").run());
        assertNoRoom(
                "invites", home.zsync("invite", "--address", "127.0.0.1:7419").run());

        assertEquals(before, files());
        assertTrue(peers.contains(peerId), peers);
        disk.empty();
        home.zsync("peers", "remove", "friend").output();
        assertEquals("", home.zsync("peers", "list").output());
    }

    private static void assertNoRoom(String what, Outcome outcome) {
        outcome.exits(11);
        assertEquals("", outcome.out());
        assertTrue(
                outcome.errLines().getFirst().startsWith("zsync: " + what + ": No space left on device ("),
                outcome::toString);
        assertEquals(
                List.of("ZSYNC_HOME can name a folder that can be written"),
                outcome.errLines().subList(1, outcome.errLines().size()));
    }

    /** With what is in each. */
    private String files() {
        return Command.script("cd \"$1\"; find . -type f -exec sha256sum {} + | sort", folder)
                .output();
    }
}
