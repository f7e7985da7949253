package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who is silent or as good as silent, from the first or one way only: all at once, because each takes its time. */
class StallsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int TRICKLE_MILLIS = 700;
    private static final int TIMEOUT_SECONDS = 5;

    @RegisterExtension
    static final Workspace work = new Workspace();

    private static final List<AutoCloseable> open = new ArrayList<>();
    private static final CountDownLatch over = new CountDownLatch(1);
    private static CompletableFuture<Long> tricklingHandshake;
    private static CompletableFuture<Long> tricklingBind;
    private static Waiting toMutePeer;
    private static Waiting joiningMutePeer;
    private static Waiting deaf;
    private static Waiting stalled;

    /** One command that does not get on. */
    private record Waiting(Command.Running process, long start, String share) {
        Waiting assertGivesUp(int code) {
            Outcome outcome = process.end(PATIENCE);
            System.out.println("Stalls: " + share + ", after " + (System.nanoTime() - start) / 1_000_000 + " ms: "
                    + outcome.err().strip());
            outcome.exits(code);
            return this;
        }

        /** What had arrived whole and was confirmed may be there. */
        void assertNothingTorn() {
            Trees.awaitUnlocked(work.path(share));
            Trees.assertNothingStaged(work.path(share));
            work.make("[ ! -e \"$1\"/large ] || cmp source/large \"$1\"/large", share);
        }
    }

    /** Which bytes never arrive. */
    private interface Silence {
        boolean covers(int connection, boolean fromClient);
    }

    @BeforeAll
    static void begin() throws Exception {
        work.make("mkdir source deaf stalled; head -c 32M /dev/urandom >source/large");
        Home server = new Home(Host.HERE, work.path("server"));
        Home client = new Home(Host.HERE, work.path("client"));
        server.admit("client", client);
        ServingNode node = ServingNode.start(
                server,
                "--share",
                "deaf=" + work.path("deaf") + ":rw",
                "--share",
                "stalled=" + work.path("stalled") + ":rw");
        open.add(node);
        tricklingHandshake = CompletableFuture.supplyAsync(() -> trickle(node.port(), 0x16, 3, 1, 0x20));
        tricklingBind = CompletableFuture.supplyAsync(() -> trickle(node.port(), 0x5A, 'S', 'Y', 'N', 1, 2));
        ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        open.add(mute);
        toMutePeer = push(client, server, mute.getLocalPort(), "mute");
        joiningMutePeer = join(server, mute.getLocalPort());
        deaf = push(client, server, behind(node, (connection, fromClient) -> connection == 0 && !fromClient), "deaf");
        stalled =
                push(client, server, behind(node, (connection, fromClient) -> connection > 0 && fromClient), "stalled");
    }

    /** Asks to be let in where nobody answers: the invite says that the node is there. */
    private static Waiting join(Home server, int port) {
        String invite =
                server.zsync("invite", "--address", Host.HERE.endpoint4(port)).output();
        Home stranger = new Home(Host.HERE, work.path("stranger"));
        work.make("printf %s \"$1\" >invite", invite);
        Command.Running process = Command.script("exec \"$1\" join nas <invite", Checkout.launcher())
                .in(work.path(""))
                .with("ZSYNC_HOME", stranger.folder().toString())
                .start();
        open.add(process);
        return new Waiting(process, System.nanoTime(), "join");
    }

    /** A proxy that keeps back what is covered, once the streams are under way. */
    private static int behind(ServingNode node, Silence silence) {
        WireProxy proxy = WireProxy.forgetful(Host.HERE.ipv4(), node.port());
        open.add(proxy);
        AtomicLong streamed = new AtomicLong();
        // Slowly, so that there is more to come.
        proxy.limitTo(2_000_000);
        proxy.meddle((connection, fromClient, bytes) -> {
            if (connection > 0 && fromClient) {
                streamed.addAndGet(bytes.length);
            }
            if (streamed.get() > 1_000_000 && silence.covers(connection, fromClient)) {
                over.await();
            }
            return bytes;
        });
        return proxy.port();
    }

    private static Waiting push(Home client, Home server, int port, String share) throws Exception {
        Home home = client.copy(Host.HERE, work.path("client-" + share));
        try (OwnNode own = OwnNode.of(home, 0);
                OwnNode serving = OwnNode.of(server, 0)) {
            own.know("server", serving.id(), port);
        }
        Command.Running process = home.zsync(
                        "push",
                        "--protect",
                        "private",
                        "--timeout",
                        TIMEOUT_SECONDS,
                        "--retries",
                        "0",
                        work.path("source"),
                        "server/" + share)
                .start();
        open.add(process);
        return new Waiting(process, System.nanoTime(), share);
    }

    /** Says these bytes over and over, slowly, and hears nothing. @return after how many milliseconds it was closed */
    private static long trickle(int port, int... bytes) {
        long start = System.nanoTime();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(TRICKLE_MILLIS);
            for (int i = 0; ; i++) {
                socket.getOutputStream().write(i < bytes.length ? bytes[i] : 0);
                try {
                    int heard = socket.getInputStream().read();
                    if (heard >= 0) {
                        throw new AssertionError("a stranger was told " + heard);
                    }
                    break;
                } catch (SocketTimeoutException stillOpen) {
                    assertFalse(socket.isClosed());
                }
            }
        } catch (SocketException reset) {
            // What nobody read makes it one.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return (System.nanoTime() - start) / 1_000_000;
    }

    @AfterAll
    static void end() throws Exception {
        over.countDown();
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    @Test
    void aHandshakeThatTricklesIsDroppedAfter10s() {
        assertDropped(tricklingHandshake.join());
    }

    @Test
    void aBindThatTricklesIsDroppedAfter10s() {
        assertDropped(tricklingBind.join());
    }

    private static void assertDropped(long millis) {
        System.out.println("Stalls: dropped after " + millis + " ms");
        assertTrue(millis > 8_000 && millis < 14_000, () -> millis + " ms");
    }

    @Test
    void aPeerThatAcceptsAndSaysNothingIsExit30() {
        toMutePeer.assertGivesUp(30);
    }

    @Test
    void aNodeThatAcceptsAndLetsNobodyJoinIsExit30() {
        joiningMutePeer.assertGivesUp(30);
    }

    @Test
    void aSenderThatHearsNothingAnyMoreIsExit30() {
        deaf.assertGivesUp(30).assertNothingTorn();
    }

    @Test
    void dataStreamsThatStandStillWhileControlIsAliveAreExit30() {
        stalled.assertGivesUp(30).assertNothingTorn();
    }
}
