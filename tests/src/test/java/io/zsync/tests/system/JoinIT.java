package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.protocol.Base32;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two processes that become peers by one string, and those that do not. */
class JoinIT {
    @RegisterExtension
    final Workspace work = new Workspace();

    private Home home(String name) {
        return new Home(Host.HERE, work.path(name));
    }

    private Object[] shares() {
        work.make("mkdir -p default docs source; echo one >source/one");
        return new Object[] {
            "--share", "default=" + work.path("default") + ":rw", "--share", "docs=" + work.path("docs") + ":rw"
        };
    }

    private static String invite(Home server, Object... options) {
        Object[] words = Stream.concat(Stream.of("invite"), Stream.of(options)).toArray();
        Outcome outcome = server.zsync(words).run().exits(0);
        String invite = outcome.out().strip();
        assertEquals(invite + "\n", outcome.out(), "one string and nothing else");
        assertFalse(outcome.err().contains(invite.substring(5)), "nor is it told a second time");
        return invite;
    }

    /** From standard input, as in {@code ssh nas zsync invite | zsync join nas}. */
    private Outcome join(Home client, String name, String invite) {
        try {
            Path file = Files.writeString(work.path("piped"), invite + "\n");
            return Command.script("exec \"$1\" join \"$2\" <\"$3\"", Checkout.launcher(), name, file)
                    .with("ZSYNC_HOME", client.folder().toString())
                    .run();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void assertRefused(Outcome outcome, String invite) {
        outcome.exits(5);
        assertEquals("", outcome.out());
        assertEquals(2, outcome.errLines().size(), outcome::toString);
        assertTrue(outcome.errLines().getFirst().startsWith("zsync: join: "), outcome::toString);
        assertTrue(outcome.errLines().getLast().contains("zsync invite"), outcome::toString);
        assertFalse(outcome.err().contains(invite.substring(5)), outcome::toString);
    }

    @Test
    void twoNodesJoinAndPushAtOnce() throws IOException {
        Home server = home("server");
        Home client = home("client");
        try (ServingNode node = ServingNode.start(server, shares())) {
            String invite = invite(server, "--share", "default", "--grant", "read,write", "--protect", "private");
            Path file = Files.writeString(work.path("invite"), invite);

            Outcome joined = client.zsync("join", "nas", file).run().exits(0);

            String endpoint = Host.HERE.endpoint4(node.port());
            assertTrue(joined.err().startsWith("joined nas at " + endpoint + ", which calls this node "), joined::err);
            assertEquals("nas " + node.id() + " " + endpoint + " --protect private\n", list(client));
            assertTrue(
                    list(server).endsWith(" " + client.id() + " --protect private --grant default=read,write\n"),
                    list(server));
            // No SIGHUP: what runs has taken it up.
            client.zsync("push", work.path("source"), "nas").run().exits(0);
            Trees.assertMirrors(work.path("source"), work.path("default"));
            client.zsync("push", work.path("source"), "nas/docs").run().exits(5);
            assertTrue(node.log().contains(" joined, id " + client.id()), node::log);
            assertTrue(Stream.of(list(client), list(server), node.log()).noneMatch(text -> text.contains(invite)));
        }
    }

    private static String list(Home home) {
        return home.zsync("peers", "list").output();
    }

    @Test
    void anInviteIsGoodOnceAndOnlyInTime() throws Exception {
        Home server = home("server");
        try (ServingNode node = ServingNode.start(server, shares())) {
            String invite = invite(server);
            join(home("first"), "nas", invite).exits(0);
            assertRefused(join(home("second"), "nas", invite), invite);
            String brief = invite(server, "--ttl", "1s");
            Thread.sleep(2_100);
            Outcome late = join(home("second"), "nas", brief);
            assertRefused(late, brief);
            assertTrue(late.err().contains("the invite expired at 20"), late::err);
            assertEquals(1, list(server).lines().count());
            assertEquals("", list(home("second")));
            assertTrue(node.isAlive());
        }
    }

    @Test
    void fiveWrongSecretsVoidItThoughTheNodeIsKilledInBetween() throws Exception {
        Home server = home("server");
        Home stranger = home("stranger");
        try (ServingNode node = ServingNode.start(server, shares())) {
            String invite = invite(server);
            String wrong = withWrongSecret(invite);
            for (int i = 0; i < 5; i++) {
                assertRefused(join(stranger, "nas", wrong), wrong);
                if (i == 2) {
                    node.kill9();
                    node.restart();
                }
            }
            assertRefused(join(home("client"), "nas", invite), invite);
            assertEquals("", list(server));

            String another = invite(server);
            join(home("client"), "nas", another).exits(0);
        }
    }

    private static String withWrongSecret(String invite) throws Exception {
        byte[] bytes = Base32.decode(invite.substring(5));
        byte[] content = Arrays.copyOf(bytes, bytes.length - 5);
        content[40] ^= 1;
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        sha.update("zsi1".getBytes(StandardCharsets.US_ASCII));
        byte[] check = sha.digest(content);
        System.arraycopy(content, 0, bytes, 0, content.length);
        System.arraycopy(check, 0, bytes, content.length, 5);
        return "zsi1-" + Base32.encode(bytes);
    }

    @Test
    void anInviteOutlivesARestart() {
        Home server = home("server");
        Home client = home("client");
        try (ServingNode node = ServingNode.start(server, shares())) {
            String invite = invite(server);
            node.terminate();
            assertTrue(join(client, "nas", invite).exits(35).err().contains("zsync serve has to run there"));
            node.restart();

            join(client, "nas", invite).exits(0);
        }
    }

    /**
     * The third fsync of the thread that greets is of the peer book: the invite's file and folder were the first two. The
     * user then makes another invite.
     */
    @Test
    void aKillBetweenBurningAndAddingLeavesADeadInviteAndNoPeer() {
        Machine.needsStrace();
        Home server = home("server");
        Home client = home("client");
        // Its own first use is not what is to be killed.
        server.id();
        List<String> strace = List.of(
                "strace",
                "-D",
                "-f",
                "-qq",
                "-o",
                work.path("trace").toString(),
                "-e",
                "trace=fsync",
                "-e",
                "inject=fsync:signal=SIGKILL:when=3");
        String invite;
        int port;
        try (ServingNode node = ServingNode.startUnder(strace, server, 0, shares())) {
            port = node.port();
            invite = invite(server);

            Outcome cut = join(client, "nas", invite);

            assertRefused(cut, invite);
            org.awaitility.Awaitility.await().until(() -> !node.isAlive());
        }
        assertEquals("", list(server), "no peer");
        assertEquals("", list(client), "at either end");
        try (ServingNode node = ServingNode.startUnder(List.of(), server, port, shares())) {
            assertRefused(join(client, "nas", invite), invite);

            String another = invite(server);
            join(client, "nas", another).exits(0);
            client.zsync("push", work.path("source"), "nas").run().exits(0);
            assertTrue(node.isAlive());
        }
    }

    @Test
    void whoSeesTheCommandLineAndTheEnvironmentSeesNoSecret() throws IOException {
        Machine.needsStrace();
        Home server = home("server");
        Path trace = work.path("trace");
        try (ServingNode node = ServingNode.start(server, shares())) {
            String invite = invite(server);
            Path file = Files.writeString(work.path("invite"), invite);

            home("client")
                    .zsync(
                            List.of(
                                    "strace",
                                    "-f",
                                    "-qq",
                                    "-s",
                                    "9999",
                                    "-v",
                                    "-o",
                                    trace.toString(),
                                    "-e",
                                    "trace=execve"),
                            "join",
                            "nas",
                            file)
                    .run()
                    .exits(0);

            String calls = Files.readString(trace, StandardCharsets.ISO_8859_1);
            assertTrue(calls.contains("\"join\""), "the trace has the words");
            assertFalse(calls.contains(invite.substring(5)));
            Outcome typed = home("other").zsync("join", "nas", invite).run().exits(1);
            assertFalse(typed.err().contains(invite.substring(5)), typed::err);
            assertTrue(node.isAlive());
        }
    }

    /** The invite's secret, what the invites' file proves it by, and both private keys: in no output, log or process entry. */
    @Test
    void nothingThatIsToldAtAnyLevelHoldsASecret() throws Exception {
        Home server = home("server");
        Home client = home("client");
        Object[] options = Stream.concat(Stream.of(shares()), Stream.of("-v")).toArray();
        try (ServingNode node = ServingNode.start(server, options)) {
            String invite = invite(server);
            List<String> secrets = new java.util.ArrayList<>(List.of(invite.substring(5)));
            Files.readString(work.path("server/invites"))
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .flatMap(line -> Stream.of(line.split(" ", -1)))
                    .filter(word -> word.length() >= 40)
                    .forEach(secrets::add);
            assertTrue(secrets.size() > 1, "the invite has a key");
            Path file = Files.writeString(work.path("invite"), invite);

            StringBuilder told = new StringBuilder();
            told.append(client.zsync("join", "-vv", "nas", file).run().exits(0));
            told.append(client.zsync("push", "-vv", "--explain", work.path("source"), "nas")
                    .run()
                    .exits(0));
            told.append(home("late").zsync("join", "-vv", "nas", file).run().exits(5));
            told.append(client.zsync("push", "-vv", work.path("source"), "nas/nothing")
                    .run()
                    .exits(5));
            told.append(server.zsync("peers", "list").output());
            Path process = Path.of("/proc", Long.toString(node.pid()));
            told.append(Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1));
            told.append(Files.readString(process.resolve("environ"), StandardCharsets.ISO_8859_1));
            told.append(node.log());

            for (String home : List.of("server", "client")) {
                Files.readAllLines(work.path(home + "/identity")).stream()
                        .takeWhile(line -> !line.contains("CERTIFICATE"))
                        .filter(line -> !line.startsWith("-") && line.length() > 20)
                        .forEach(secrets::add);
            }
            assertTrue(secrets.size() >= 4, "both keys were found");
            assertTrue(told.toString().contains(" joined, id "), "the log is among it");
            for (String secret : secrets) {
                assertFalse(told.toString().contains(secret), told::toString);
            }
        }
    }

    /** Another node has taken its place at the address: it learns nothing, and nothing of it is kept. */
    @Test
    void anotherNodeAtTheAddressIsNotJoined() {
        Home server = home("server");
        Home client = home("client");
        String invite;
        int port;
        try (ServingNode node = ServingNode.start(server, shares())) {
            port = node.port();
            invite = invite(server);
        }
        try (ServingNode other = ServingNode.startUnder(List.of(), home("other"), port, shares())) {
            Outcome outcome = join(client, "nas", invite).exits(5);

            assertTrue(outcome.err().contains("not the node that made the invite is there"), outcome::err);
            assertEquals("", list(client));
            assertTrue(other.isAlive());
        }
    }

    /** Over a wire that two hosts share, and by addresses that the invite has found by itself. */
    @Test
    void anInviteOfANodeThatListensEverywhereLeadsToItsHost() {
        try (NetworkNamespaces hosts = NetworkNamespaces.open()) {
            Home server = new Home(hosts.server(), work.path("server"));
            Home client = new Home(hosts.client(), work.path("client"));
            try (ServingNode node = ServingNode.startAt(server, "0.0.0.0", shares())) {
                Path file = Files.writeString(work.path("invite"), invite(server));

                Outcome joined = client.zsync("join", "nas", file).run().exits(0);

                String endpoint = hosts.server().endpoint4(node.port());
                assertTrue(joined.err().startsWith("joined nas at " + endpoint), joined::err);
                client.zsync("push", work.path("source"), "nas").run().exits(0);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
        Trees.assertMirrors(work.path("source"), work.path("default"));
    }
}
