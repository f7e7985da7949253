package io.zsync.tests.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may not is turned away with exit 5 and one clear line, before a path of the share is opened: strace watches. */
class RefusalsIT {
    @RegisterExtension
    final Workspace work = new Workspace();

    @Test
    void whoMayNotIsRefusedBeforeAnyPathIsOpened() throws IOException {
        Machine.needsStrace();
        makeTrees();
        Home server = new Home(Host.HERE, work.path("server"));
        Home stranger = home("stranger");
        Home removed = home("removed");
        Home reader = home("reader");
        Home client = home("client");
        server.admit("removed", removed);
        server.admit("reader", reader, "default=read");
        server.admit("client", client);
        Path trace = work.path("trace");
        try (ServingNode node = ServingNode.startUnder(strace(trace), server, 0, shares())) {
            String endpoint = Host.HERE.endpoint4(node.port());
            for (Home home : List.of(stranger, removed, reader, client)) {
                home.reach("server", node.id(), endpoint);
            }
            // The witness sees what there is to see.
            assertTrue(opened(
                            trace,
                            () -> removed.zsync("push", source(), "server")
                                    .run()
                                    .exits(0))
                    > 0);
            server.remove("removed");
            node.hangUp();
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> removed.zsync("push", source(), "server").run().code() != 0);

            Map<String, Command> refused = new LinkedHashMap<>();
            refused.put("an unknown key, push", stranger.zsync("push", source(), "server"));
            refused.put("an unknown key, pull", stranger.zsync("pull", "server", work.path("pulled")));
            refused.put("a removed key", removed.zsync("push", source(), "server"));
            refused.put("no such share", client.zsync("push", source(), "server/nothing"));
            refused.put("a read-only share", client.zsync("push", source(), "server/archive"));
            refused.put("no grant to write", reader.zsync("push", source(), "server"));
            refused.put("no grant for this share", reader.zsync("pull", "server/archive", work.path("pulled")));
            refused.put("a used invite", home("late").zsync("join", "server", used(server)));
            refused.put("an expired invite", home("late").zsync("join", "server", expired(server)));
            refused.forEach((why, command) -> assertEquals(
                    0, opened(trace, () -> assertRefused(why, command.run())), () -> "paths opened for " + why));

            // What is granted still works.
            reader.zsync("pull", "server", work.path("pulled")).run().exits(0);
            Trees.assertMirrors(work.path("default"), work.path("pulled"));
            assertEquals(0, Trees.count(work.path("archive")));
        }
    }

    /** The file of an invite with which somebody else has joined. */
    private Path used(Home server) throws IOException {
        Path file = work.path("used");
        Files.writeString(file, server.zsync("invite").output());
        home("early").zsync("join", "server", file).output();
        return file;
    }

    /** Another one lives, so that it is not for want of any that this one is refused. */
    private Path expired(Home server) throws IOException {
        Path file = work.path("expired");
        server.zsync("invite").output();
        Files.writeString(file, server.zsync("invite", "--ttl", "1s").output());
        await().atMost(Duration.ofSeconds(10))
                .pollDelay(Duration.ofMillis(2_100))
                .until(() -> true);
        return file;
    }

    @ParameterizedTest
    @CsvSource({"private, clear safe, private", "safe, clear, safe private"})
    void aLevelBelowWhatTheNodeDemandsIsRefused(String least, String refused, String granted) throws IOException {
        Machine.needsStrace();
        makeTrees();
        Home server = new Home(Host.HERE, work.path("server"));
        Home client = home("client");
        server.admit("client", client);
        Path trace = work.path("trace");
        List<Object> options = new ArrayList<>(List.of("--min-protect", least));
        options.addAll(List.of(shares()));
        try (ServingNode node = ServingNode.startUnder(strace(trace), server, 0, options.toArray())) {
            client.reach("server", node.id(), Host.HERE.endpoint4(node.port()));

            for (String level : refused.split(" ", -1)) {
                Command push = client.zsync("push", "--protect", level, source(), "server");
                assertEquals(0, opened(trace, () -> assertRefused(level, push.run())));
            }
            for (String level : granted.split(" ", -1)) {
                Command push = client.zsync("push", "--protect", level, source(), "server");
                assertTrue(opened(trace, () -> push.run().exits(0)) > 0, level);
            }
        }
        Trees.assertMirrors(source(), work.path("default"));
    }

    /** The wire is slow, so that the session still runs when its key goes. */
    @Test
    void theSessionOfARemovedKeyIsClosed() {
        makeTrees();
        work.make("head -c 20M /dev/urandom >source/large");
        Home server = new Home(Host.HERE, work.path("server"));
        Home client = home("client");
        Home other = home("other");
        server.admit("client", client);
        server.admit("other", other);
        try (ServingNode node = ServingNode.start(server, shares());
                WireProxy proxy = WireProxy.before("127.0.0.1", node.port())) {
            proxy.limitTo(500_000);
            client.reach("server", node.id(), proxy.endpoint());
            other.reach("server", node.id(), Host.HERE.endpoint4(node.port()));
            try (Command.Running push =
                            client.zsync("push", source(), "server/default/sub").start();
                    Command.Running running = other.zsync("push", source(), "server/default/other")
                            .start()) {
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> !push.isAlive()
                                || !Trees.staged(work.path("default")).isEmpty());
                server.remove("client");
                long start = System.nanoTime();
                node.hangUp();

                Outcome outcome = push.end(Duration.ofSeconds(15));

                System.out.println("Refusals: closed after " + (System.nanoTime() - start) / 1_000_000 + " ms");
                assertRefused("a session of a removed key", outcome);
                running.end().exits(0);
            }
            await().untilAsserted(() -> Trees.assertNothingStaged(work.path("default")));
        }
    }

    /** Each for itself, all at once: what says nothing takes its 10 s. */
    @Test
    void strangersAreClosedWithoutAByte() throws Exception {
        makeTrees();
        Home server = new Home(Host.HERE, work.path("server"));
        Map<String, byte[]> openings = new LinkedHashMap<>();
        openings.put("nothing", new byte[0]);
        openings.put("HTTP", "GET / HTTP/1.1\r\nHost: node\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        openings.put("zeros", new byte[5_000]);
        openings.put("a TLS record that never ends", new byte[] {0x16, 3, 1, 0x20});
        openings.put("a bind frame that never ends", new byte[] {0x5A, 'S'});
        openings.put("a bind frame of noise", noiseAfter(0x5A));
        try (ServingNode node = ServingNode.start(server, shares())) {
            // What a node begins at its first visitor it keeps.
            try (Socket first = new Socket(InetAddress.getLoopbackAddress(), node.port())) {
                first.getOutputStream().write('x');
                assertEquals(-1, firstByte(first));
            }
            // A thread gives itself its name once it runs, which may be behind the answer.
            await().until(() -> node.holdings().threads().containsKey("zsync-deadlines"));
            Holdings before = node.holdings();
            Map<String, Socket> sockets = new LinkedHashMap<>();
            long start = System.nanoTime();
            for (Map.Entry<String, byte[]> opening : openings.entrySet()) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.port());
                socket.setSoTimeout(14_000);
                socket.getOutputStream().write(opening.getValue());
                sockets.put(opening.getKey(), socket);
            }
            for (Map.Entry<String, Socket> one : sockets.entrySet()) {
                try (Socket socket = one.getValue()) {
                    assertEquals(-1, firstByte(socket), one.getKey());
                }
            }
            long millis = (System.nanoTime() - start) / 1_000_000;
            assertTrue(millis > 8_000 && millis < 14_000, () -> millis + " ms");
            await().untilAsserted(() -> assertEquals(Map.of(), node.holdings().beyond(before)));
        }
    }

    private static byte[] noiseAfter(int first) {
        byte[] bytes = new byte[400];
        new Random(first).nextBytes(bytes);
        bytes[0] = (byte) first;
        return bytes;
    }

    /** -1 if it is closed; a reset closes as well, and is what bytes that nobody read bring about. */
    private static int firstByte(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read();
        } catch (SocketException reset) {
            return -1;
        }
    }

    /** Beside the node (-D), which keeps the process id and gets the signals; stops it at these calls only. */
    private static List<String> strace(Path trace) {
        return List.of("strace", "-D", "-f", "--seccomp-bpf", "-qq", "-y", "-o", trace.toString(), "-e", "trace=%file");
    }

    private static void assertRefused(String why, Outcome outcome) {
        assertEquals(5, outcome.code(), () -> why + ": " + outcome);
        assertEquals("", outcome.out());
        List<String> lines = outcome.errLines();
        assertTrue(lines.size() == 1 || lines.size() == 2, () -> why + ": " + outcome);
        assertTrue(
                lines.getFirst().startsWith("zsync: ") && lines.getFirst().length() < 200, () -> why + ": " + outcome);
        System.out.println("Refusals: " + why + ": " + String.join(" | ", lines));
    }

    /** How often the node named a path below one of its shares meanwhile. */
    private long opened(Path trace, Runnable meanwhile) {
        long before = traced(trace);
        meanwhile.run();
        return traced(trace) - before;
    }

    private long traced(Path trace) {
        try (Stream<String> lines = Files.lines(trace, StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> line.contains(work.path("default").toString())
                            || line.contains(work.path("archive").toString()))
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void makeTrees() {
        work.make("mkdir default archive source; echo one >source/one");
    }

    private Path source() {
        return work.path("source");
    }

    private Home home(String name) {
        return new Home(Host.HERE, work.path(name));
    }

    private Object[] shares() {
        return new Object[] {
            "--share", "default=" + work.path("default") + ":rw", "--share", "archive=" + work.path("archive") + ":ro"
        };
    }
}
