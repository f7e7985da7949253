package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A real tree between two processes, and between two hosts. */
class TwoNodesIT {
    @RegisterExtension
    final Workspace work = new Workspace();

    @Test
    void aRealTreeGoesToAnotherProcessAndComesBack() {
        assertGoesAndComesBack(Host.HERE, Host.HERE, "clear");
    }

    /** Nobody typed a level, and between hosts everybody could listen. */
    @Test
    void aRealTreeGoesToAnotherHostAndComesBackInPrivate() {
        try (NetworkNamespaces pair = NetworkNamespaces.open()) {
            assertGoesAndComesBack(pair.server(), pair.client(), "private");
        }
    }

    /** There over IPv4, back over IPv6. */
    private void assertGoesAndComesBack(Host servers, Host clients, String level) {
        Path tree = RealTree.find(work);
        work.make("mkdir default");
        Home server = new Home(servers, work.path("server"));
        Home client4 = new Home(clients, work.path("client4"));
        Home client6 = new Home(clients, work.path("client6"));
        server.admit("client4", client4);
        server.admit("client6", client6);
        try (ServingNode node = ServingNode.startAt(
                server,
                "[::]",
                "--share",
                "default=" + work.path("default") + ":rw,owner",
                "--share",
                "tree=" + tree + ":ro")) {
            client4.reach("server", node.id(), servers.endpoint4(node.port()));
            client6.reach("server", node.id(), servers.endpoint6(node.port()));

            client4.zsync("diff", tree, "server").run().exits(40);
            assertEquals(0, Trees.count(work.path("default")), "a diff changes nothing");
            assertPushed(client4, tree, "server", work.path("default"), level);
            client4.zsync("diff", tree, "server").run().exits(0);
            assertPulled(client6, "server/tree", tree, work.path("pulled"), level);
        }
    }

    @Test
    void eachFormOfAnAddressFindsItsTree() {
        work.make("""
                mkdir -p default/photos/2026 archive/2026/11 source
                echo one >source/one; ln -s one source/link
                echo eleven >archive/2026/11/eleven""");
        Path source = work.path("source");
        Path month = work.path("archive/2026/11");
        Home server = new Home(Host.HERE, work.path("server"));
        Home client = new Home(Host.HERE, work.path("client"));
        Home client6 = new Home(Host.HERE, work.path("client6"));
        server.admit("client", client);
        server.admit("client6", client6);
        try (ServingNode node = ServingNode.startAt(
                server,
                "[::]",
                "--share",
                "default=" + work.path("default") + ":rw",
                "--share",
                "archive=" + work.path("archive") + ":ro")) {
            String endpoint = Host.HERE.endpoint4(node.port());
            String endpoint6 = Host.HERE.endpoint6(node.port());
            client.reach("server", node.id(), endpoint);
            client6.reach("server", node.id(), endpoint6);

            client.zsync("push", source, "server/default/photos/2026/berlin")
                    .run()
                    .exits(0);
            client.zsync("push", source, endpoint + "/default/photos/rome")
                    .run()
                    .exits(0);
            client6.zsync("push", source, endpoint6 + "/default/photos/oslo")
                    .run()
                    .exits(0);
            client.zsync("pull", endpoint + "/archive/2026/11", work.path("by-address"))
                    .run()
                    .exits(0);
            client6.zsync("pull", endpoint6 + "/archive/2026/11", work.path("by-address6"))
                    .run()
                    .exits(0);

            Trees.assertMirrors(source, work.path("default/photos/2026/berlin"));
            Trees.assertMirrors(source, work.path("default/photos/rome"));
            Trees.assertMirrors(source, work.path("default/photos/oslo"));
            Trees.assertMirrors(month, work.path("by-address"));
            Trees.assertMirrors(month, work.path("by-address6"));
            // Without a share it is the one called default.
            client6.zsync("push", source, endpoint6).run().exits(0);
            assertTrue(work.path("default/one").toFile().isFile());
            // Only the last component is made; a longer way is a slip of the hand.
            Outcome two =
                    client.zsync("push", source, "server/default/new/newer").run();
            assertEquals(11, two.code(), two::toString);
        }
    }

    private static void assertPushed(Home client, Path source, String peer, Path target, String level) {
        Outcome first = client.zsync("push", source, peer).run().exits(0);

        System.out.println("TwoNodes: " + first.err());
        assertRan(first, "pushed " + source + " to " + peer, level);
        assertSendsNothing(client.zsync("push", "-v", "--explain", source, peer).run(), level);
        Trees.assertMirrors(source, target);
        Trees.assertNothingStaged(target);
    }

    private static void assertPulled(Home client, String peer, Path source, Path target, String level) {
        Outcome first = client.zsync("pull", peer, target).run().exits(0);

        System.out.println("TwoNodes: " + first.err());
        assertRan(first, "pulled " + peer + " to " + target, level);
        assertSendsNothing(client.zsync("pull", "-v", "--explain", peer, target).run(), level);
        Trees.assertMirrors(source, target);
        Trees.assertNothingStaged(target);
    }

    private static void assertRan(Outcome outcome, String what, String level) {
        List<String> lines = outcome.errLines();
        assertEquals("", outcome.out());
        assertTrue(lines.getFirst().startsWith(what + ": "), outcome::err);
        assertTrue(lines.get(2).contains("; protection " + level), outcome::err);
        assertTrue(lines.get(2).endsWith("; durable"), outcome::err);
        assertTrue(!lines.get(2).contains("nothing moved"), outcome::err);
    }

    private static void assertSendsNothing(Outcome outcome, String level) {
        outcome.exits(0);
        List<String> lines = outcome.errLines();
        assertEquals("", outcome.out(), "no change, no file sent");
        assertTrue(lines.get(1).startsWith("  0 new, 0 changed, 0 deleted, "), outcome::err);
        assertTrue(lines.get(1).endsWith(" unchanged, 0 failed"), outcome::err);
        assertTrue(lines.get(2).startsWith("  nothing moved; protection " + level), outcome::err);
    }
}
