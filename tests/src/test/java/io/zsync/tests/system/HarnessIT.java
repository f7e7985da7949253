package io.zsync.tests.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The tools of the two-node tests do what those tests take for granted. */
class HarnessIT {
    @RegisterExtension
    final Workspace work = new Workspace();

    @Test
    void aProxyPassesOnAndRecordsBothWays() throws Exception {
        try (ServerSocket echo = echo();
                WireProxy proxy = WireProxy.before("127.0.0.1", echo.getLocalPort());
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
            byte[] said = "hello".repeat(50_000).getBytes(StandardCharsets.US_ASCII);
            Thread.ofPlatform().start(() -> write(socket, said));

            byte[] heard = socket.getInputStream().readNBytes(said.length);

            assertArrayEquals(said, heard);
            assertArrayEquals(said, proxy.conversations().getFirst().fromClient());
            assertArrayEquals(said, proxy.conversations().getFirst().fromServer());
            assertEquals(2L * said.length, proxy.passed());
            assertEquals(0, proxy.fired());
        }
    }

    @Test
    void aProxyIsCalmOnceWhatHappensIsOver() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        AtomicBoolean over = new AtomicBoolean();
        try (ServerSocket echo = echo();
                WireProxy proxy = WireProxy.before("127.0.0.1", echo.getLocalPort());
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
            proxy.whenPassed(1, () -> {
                begun.countDown();
                await().pollDelay(Duration.ofMillis(300)).until(() -> true);
                over.set(true);
            });
            write(socket, new byte[2]);
            begun.await();

            proxy.calm();

            assertTrue(over.get());
        }
    }

    @ParameterizedTest
    @EnumSource(WireProxy.Fault.class)
    void aProxysFaultFiresAtItsByteAndOnceOnly(WireProxy.Fault fault) throws Exception {
        try (ServerSocket echo = echo();
                WireProxy proxy = WireProxy.before("127.0.0.1", echo.getLocalPort());
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
                Socket other = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
            await().until(() -> proxy.conversations().size() == 2);
            proxy.failAfter(1_000, fault);
            write(socket, new byte[3_000]);
            socket.setSoTimeout(500);
            other.setSoTimeout(500);

            switch (fault) {
                case CLOSE -> {
                    assertEquals(-1, other.getInputStream().read());
                    assertTrue(socket.getInputStream().readAllBytes().length <= 1_000);
                }
                case CLOSE_ONE -> {
                    if (socket.getInputStream().readNBytes(3_000).length == 3_000) {
                        assertEquals(-1, other.getInputStream().read());
                    } else {
                        assertThrows(
                                SocketTimeoutException.class,
                                () -> other.getInputStream().read());
                    }
                }
                case RESET -> {
                    assertThrows(
                            SocketException.class, () -> other.getInputStream().read());
                    assertThrows(
                            SocketException.class, () -> socket.getInputStream().readAllBytes());
                }
                case STALL -> {
                    assertThrows(
                            SocketTimeoutException.class,
                            () -> socket.getInputStream().readNBytes(3_000));
                    write(other, new byte[1]);
                    assertThrows(
                            SocketTimeoutException.class,
                            () -> other.getInputStream().read());
                    proxy.flow();
                    assertEquals(1, other.getInputStream().readNBytes(1).length);
                }
            }

            assertEquals(1, proxy.fired());
            try (Socket later = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
                write(later, new byte[2_000]);
                assertEquals(2_000, later.getInputStream().readNBytes(2_000).length);
            }
        }
    }

    @Test
    void aSlowProxyTakesItsTime() throws Exception {
        try (ServerSocket echo = echo();
                WireProxy proxy = WireProxy.before("127.0.0.1", echo.getLocalPort());
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
            proxy.limitTo(1_000_000);
            long start = System.nanoTime();
            Thread.ofPlatform().start(() -> write(socket, new byte[250_000]));

            socket.getInputStream().readNBytes(250_000);

            long millis = (System.nanoTime() - start) / 1_000_000;
            assertTrue(millis >= 240, () -> millis + " ms for 250,000 bytes at 1,000,000 a second");
        }
    }

    /** A port where nobody listens answers at once that it is closed: so a host that can be reached tells itself. */
    @Test
    void namespacesReachEachOtherUntilTheyAreCut() {
        try (NetworkNamespaces pair = NetworkNamespaces.open()) {
            for (String address :
                    new String[] {pair.server().ipv4(), pair.server().ipv6()}) {
                Command command =
                        pair.client().command(List.of("timeout", "1", "bash", "-c", "</dev/tcp/" + address + "/9"));
                assertTrue(command.run().exits(1).err().contains("Connection refused"), address);

                pair.cut();
                Outcome cut = command.run();
                pair.restore();

                assertTrue(!cut.err().contains("Connection refused"), cut::toString);
                assertTrue(command.run().exits(1).err().contains("Connection refused"), "restored");
            }
        }
        assertEquals(
                "",
                Command.script(
                                "ip netns list | grep \"^zs$1-\" || true",
                                ProcessHandle.current().pid())
                        .output());
    }

    @Test
    void holdingsSeeAThreadADescriptorAndASocketMore() throws Exception {
        long self = ProcessHandle.current().pid();
        Holdings before = Holdings.of(self);
        Object gate = new Object();
        boolean[] over = {false};
        Thread thread = Thread.ofPlatform().name("holdings-1").start(() -> {
            synchronized (gate) {
                while (!over[0]) {
                    try {
                        gate.wait();
                    } catch (InterruptedException e) {
                        return;
                    }
                }
            }
        });
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var file = FileChannel.open(Files.createFile(work.path("file")))) {
            assertTrue(socket.isBound() && file.isOpen());

            Map<String, Integer> expected =
                    Map.of("thread holdings-#", 1, "descriptor " + work.path("file"), 1, "descriptor socket", 1);
            // A thread takes its name a moment after it has begun.
            await().pollInSameThread()
                    .untilAsserted(
                            () -> assertEquals(expected, Holdings.of(self).beyond(before)));
        } finally {
            synchronized (gate) {
                over[0] = true;
                gate.notifyAll();
            }
            thread.join();
        }
        assertEquals(null, Holdings.of(self).beyond(before).get("descriptor socket"));
    }

    @Test
    void aNodeServesEndsAndServesAgainOnItsPort() {
        work.make("mkdir share");
        Home home = new Home(Host.HERE, work.path("home"));
        try (ServingNode node = ServingNode.start(home, "--share", "default=" + work.path("share"))) {
            int port = node.port();
            assertEquals(home.id(), node.id());
            assertTrue(node.holdings().threads().size() > 1);

            assertEquals(137, node.kill9().outcome().code());
            node.restart();

            assertEquals(port, node.port());
            assertEquals(home.id(), node.id());
            assertEquals(0, node.terminate().outcome().code());
        }
    }

    /** Says back what it hears, to anybody. */
    private static ServerSocket echo() throws IOException {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().start(() -> {
            while (!server.isClosed()) {
                try {
                    Socket socket = server.accept();
                    Thread.ofPlatform().daemon().start(() -> {
                        try (socket) {
                            socket.getInputStream().transferTo(socket.getOutputStream());
                        } catch (IOException gone) {
                            return;
                        }
                    });
                } catch (IOException closed) {
                    return;
                }
            }
        });
        return server;
    }

    private static void write(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException gone) {
            return;
        }
    }
}
