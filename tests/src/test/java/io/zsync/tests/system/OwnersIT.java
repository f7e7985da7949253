package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a share takes of owners, and of all that lends the rights of one: everything where it says so, else nothing. */
class OwnersIT {
    @RegisterExtension
    final Workspace work = new Workspace();

    private Home server;
    private Home client;

    @BeforeEach
    void plant() {
        Machine.needsRoot("owners");
        Machine.needs("setfattr");
        work.make("""
                mkdir source plain owned
                echo run me > source/program
                chown 12345:54321 source/program
                chmod 6755 source/program
                setfattr -n user.note -v kept source/program
                setfattr -n trusted.note -v secret source/program
                mknod source/device c 1 3
                mkfifo source/fifo
                """);
        server = new Home(Host.HERE, work.path("server"));
        client = new Home(Host.HERE, work.path("client"));
        server.admit("client", client);
    }

    private ServingNode serve() {
        ServingNode node = ServingNode.start(
                server,
                "--share",
                "plain=" + work.path("plain") + ":rw",
                "--share",
                "owned=" + work.path("owned") + ":rw,owner");
        client.reach("server", node.id(), Host.HERE.endpoint4(node.port()));
        return node;
    }

    private String stat(String path) {
        return Command.of("stat", "-c", "%u:%g %a", work.path(path).toString())
                .output()
                .strip();
    }

    private String attributes(String path) {
        return Command.of(
                        "getfattr",
                        "-d",
                        "-m",
                        "-",
                        "--absolute-names",
                        work.path(path).toString())
                .output();
    }

    @Test
    void aShareThatSaysSoKeepsOwnersAndWhatTheyLend() {
        try (ServingNode _ = serve()) {
            client.zsync("push", "-X", work.path("source"), "server/owned")
                    .run()
                    .exits(0);
            assertEquals("12345:54321 6755", stat("owned/program"));
            assertEquals("0:0 644", stat("owned/device"));
            assertTrue(attributes("owned/program").contains("trusted.note=\"secret\""));
            Outcome again = client.zsync("push", "-X", "-i", work.path("source"), "server/owned")
                    .run()
                    .exits(0);
            assertEquals(List.of(), again.outLines());
            client.zsync("push", "--chown", "5:6", work.path("source"), "server/owned")
                    .run()
                    .exits(0);
            assertEquals("5:6 6755", stat("owned/program"));
        }
    }

    @Test
    void anyOtherShareNamesWhatItLeavesOut() {
        try (ServingNode _ = serve()) {
            Outcome pushed = client.zsync("push", "-X", work.path("source"), "server/plain")
                    .run()
                    .exits(0);
            assertEquals("0:0 755", stat("plain/program"));
            assertTrue(Files.exists(work.path("plain/fifo")));
            assertFalse(Files.exists(work.path("plain/device")));
            assertTrue(attributes("plain/program").contains("user.note=\"kept\""));
            assertFalse(attributes("plain/program").contains("trusted"));
            assertEquals(
                    List.of(
                            "zsync: skipped character device (device)",
                            "zsync: skipped setuid and setgid bits (program)",
                            "zsync: skipped trusted.note (program)"),
                    pushed.errLines().stream()
                            .filter(line -> line.startsWith("zsync:"))
                            .sorted()
                            .toList());
            // What it does not take is no difference either.
            Outcome again = client.zsync("push", "-X", "-i", work.path("source"), "server/plain")
                    .run()
                    .exits(0);
            assertEquals(List.of(), again.outLines());
        }
    }

    @Test
    void ownersThatWereTypedAreRefusedWhereTheyAreNotTaken() {
        try (ServingNode _ = serve()) {
            Outcome refused = client.zsync("push", "--chown", "5:6", work.path("source"), "server/plain")
                    .run()
                    .exits(5);
            assertTrue(refused.err().contains("chown: "), refused.err());
            assertFalse(Files.exists(work.path("plain/program")));
        }
    }
}
