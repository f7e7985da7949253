package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.api.FailureKind;
import io.zsync.node.api.PeerTree;
import io.zsync.node.api.RunFailure;
import io.zsync.protocol.Mode;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RunOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Somebody on the way who replays, reorders, leaves out and swaps what passes on data streams, and plays with how they are
 * bound: the session ends, and nothing is published that is not the source's.
 */
class StreamAttacksIT {
    private static final int STREAMS = 2;
    private static final int BIND = 72;
    private static final int BIND_NONCE = 24;
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    /** What a session may end with that somebody tampered with. */
    private static final Set<FailureKind> ENDS =
            Set.of(FailureKind.INTEGRITY, FailureKind.NOT_TRUSTED, FailureKind.SOCKET);

    @RegisterExtension
    static final Workspace work = new Workspace();

    private static Path source;
    private static Path target;
    private static OwnNode own;
    private static ServingNode node;
    private static WireProxy proxy;

    private final AtomicInteger struck = new AtomicInteger();

    @BeforeAll
    static void serve() throws Exception {
        source = work.path("source");
        target = work.path("share");
        work.make("mkdir share source; for f in {1..30}; do head -c 150K /dev/urandom >source/$f; done");
        Home server = new Home(Host.HERE, work.path("server"));
        Home client = new Home(Host.HERE, work.path("client"));
        own = OwnNode.of(client, 0);
        server.admit("client", client);
        node = ServingNode.start(server, "--share", "default=" + target + ":rw");
        proxy = WireProxy.forgetful(Host.HERE.ipv4(), node.port());
        try (OwnNode serving = OwnNode.of(server, 0)) {
            own.know("server", serving.id(), proxy.port());
        }
        // So that both streams have something to do all the time.
        proxy.limitTo(30_000_000);
    }

    @AfterAll
    static void end() {
        proxy.close();
        node.close();
        own.close();
    }

    @BeforeEach
    void emptyTarget() {
        proxy.meddle(null);
        Trees.awaitUnlocked(target);
        work.make("rm -rf share/*");
    }

    private static void push(Protection level) throws RunFailure {
        PeerTree peer = OwnNode.share("server", PeerTree.Remote.DEFAULT_SHARE);
        own.run(Mode.PUSH, source, peer, RunOptions.defaults(STREAMS), level);
    }

    /** The attack struck, the run failed, and what there is of the target is the source's; the next run completes it. */
    private void assertRefused(Protection level, WireProxy.Meddler meddler) throws Exception {
        proxy.meddle(meddler);

        RunFailure failure = assertThrows(RunFailure.class, () -> push(level));

        proxy.meddle(null);
        System.out.println("StreamAttacks: " + level + ", " + failure.kind() + ": " + failure.getMessage());
        assertEquals(1, struck.get(), "the attack struck");
        assertTrue(ENDS.contains(failure.kind()), failure::toString);
        Trees.awaitUnlocked(target);
        work.make("cd share; for f in *; do [ ! -e \"$f\" ] || cmp \"$f\" \"../source/$f\"; done");
        push(level);
        Trees.assertMirrors(source, target);
        Trees.assertNothingStaged(target);
    }

    /** What somebody does to the third frame or record with payload of a stream. */
    enum Attack {
        REPLAY,
        REORDER,
        LEAVE_OUT,
        FLIP
    }

    @ParameterizedTest
    @EnumSource(Attack.class)
    void aSafeStreamsFramesCannotBeReplayedReorderedOrLeftOut(Attack attack) throws Exception {
        if (attack == Attack.FLIP) {
            // Found by the payload's tag, and brought again in the same session.
            proxy.meddle(new StreamUnits(striking(attack)));
            push(Protection.SAFE);
            assertEquals(1, struck.get());
            Trees.assertMirrors(source, target);
            return;
        }
        assertRefused(Protection.SAFE, new StreamUnits(striking(attack)));
    }

    @ParameterizedTest
    @EnumSource(Attack.class)
    void aPrivateStreamsRecordsCannotBeReplayedReorderedLeftOutOrAltered(Attack attack) throws Exception {
        assertRefused(Protection.PRIVATE, new StreamUnits(striking(attack)));
    }

    private StreamUnits.Handler striking(Attack attack) {
        AtomicReference<byte[]> held = new AtomicReference<>();
        return (stream, ordinal, unit) -> {
            if (stream != 1 || ordinal < 2 || ordinal > 3) {
                return List.of(unit);
            }
            if (ordinal == 3) {
                byte[] late = held.get();
                return late == null ? List.of(unit) : List.of(unit, late);
            }
            struck.incrementAndGet();
            return switch (attack) {
                case REPLAY -> List.of(unit, unit);
                case REORDER -> {
                    held.set(unit);
                    yield List.of();
                }
                case LEAVE_OUT -> List.of();
                case FLIP -> {
                    unit[unit.length / 2] ^= 1;
                    yield List.of(unit);
                }
            };
        };
    }

    /** One stream's third unit comes on the other in place of its own. */
    @ParameterizedTest
    @EnumSource(names = {"SAFE", "PRIVATE"})
    void twoStreamsCannotBeSpliced(Protection level) throws Exception {
        AtomicReference<byte[]> held = new AtomicReference<>();
        AtomicInteger from = new AtomicInteger();
        assertRefused(level, new StreamUnits((stream, ordinal, unit) -> {
            if (ordinal == 2 && held.compareAndSet(null, unit)) {
                from.set(stream);
            } else if (ordinal >= 2 && stream != from.get() && held.get() != null && struck.compareAndSet(0, 1)) {
                return List.of(held.get());
            }
            return List.of(unit);
        }));
    }

    /** The unit of the same stream and place, from a session between the same two nodes. */
    @ParameterizedTest
    @EnumSource(names = {"SAFE", "PRIVATE"})
    void anotherSessionsUnitIsRefused(Protection level) throws Exception {
        AtomicReference<byte[]> recorded = new AtomicReference<>();
        proxy.meddle(new StreamUnits((stream, ordinal, unit) -> {
            if (stream == 1 && ordinal == 2) {
                recorded.set(unit);
            }
            return List.of(unit);
        }));
        push(level);
        emptyTarget();

        assertRefused(level, new StreamUnits((stream, ordinal, unit) -> {
            if (stream == 1 && ordinal == 2) {
                struck.incrementAndGet();
                return List.of(recorded.get());
            }
            return List.of(unit);
        }));
    }

    /** While the session waits for its second stream, and after it. */
    @Test
    void aBindThatWasSeenIsOfNoUseAgain() throws Exception {
        AtomicReference<byte[]> seen = new AtomicReference<>();
        AtomicReference<byte[]> answer = new AtomicReference<>();
        proxy.meddle((connection, fromClient, bytes) -> {
            if (connection == 1 && fromClient) {
                seen.compareAndSet(null, bytes);
            } else if (connection == 2 && fromClient && answer.get() == null) {
                // The first stream is bound, and the session waits for this one.
                answer.set(answerTo(Objects.requireNonNull(seen.get())));
            }
            return bytes;
        });

        push(Protection.SAFE);

        assertEquals(0, Objects.requireNonNull(answer.get()).length, "while it lives");
        assertEquals(0, answerTo(Objects.requireNonNull(seen.get())).length, "when it is over");
        Trees.assertMirrors(source, target);
    }

    /** What the node says to somebody who opens a connection with these bytes, until it closes. */
    private static byte[] answerTo(byte[] bytes) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.port())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream().write(bytes);
            return socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A bind that its session never got to see, because somebody kept it: good for that session alone. */
    @Test
    void anotherSessionsBindIsRefused() throws Exception {
        byte[] kept = keepBind();
        Trees.awaitUnlocked(target);

        assertRefused(Protection.SAFE, (connection, fromClient, bytes) -> {
            if (connection == 1 && fromClient && struck.compareAndSet(0, 1)) {
                return kept;
            }
            return bytes;
        });
    }

    /** The session that waits for streams hears that nobody will open them, and does not hold its target for 10 s. */
    @Test
    void whoLeavesWhileItsStreamsBindCanComeBackAtOnce() throws Exception {
        keepBind();
        long start = System.nanoTime();

        Trees.awaitUnlocked(target);

        long millis = (System.nanoTime() - start) / 1_000_000;
        System.out.println("StreamAttacks: free again after " + millis + " ms");
        assertTrue(millis < 5_000, () -> millis + " ms");
        proxy.meddle(null);
        push(Protection.SAFE);
        Trees.assertMirrors(source, target);
    }

    /** Runs into a wire that is cut at the first stream's bind. @return that bind, which the node has not seen */
    private static byte[] keepBind() {
        AtomicReference<byte[]> kept = new AtomicReference<>();
        proxy.meddle((connection, fromClient, bytes) -> {
            if (connection == 1 && fromClient) {
                kept.set(bytes);
                throw new IOException("cut");
            }
            return bytes;
        });
        assertThrows(RunFailure.class, () -> push(Protection.SAFE));
        proxy.meddle(null);
        byte[] bind = Objects.requireNonNull(kept.get());
        assertEquals(BIND, bind.length);
        return bind;
    }

    /** Taken off the wire and used first. It opens a stream, which is of no use without its keys. */
    @Test
    void aStolenBindBringsNothingIn() throws Exception {
        AtomicReference<byte[]> answered = new AtomicReference<>();
        assertRefused(Protection.SAFE, (connection, fromClient, bytes) -> {
            if (connection == 1 && fromClient && struck.compareAndSet(0, 1)) {
                answered.set(answerToThief(bytes));
            }
            return bytes;
        });
        assertEquals(BIND - BIND_NONCE, Objects.requireNonNull(answered.get()).length, "the bind itself was good");
    }

    /** Binds by it and sends a frame whose check is nobody's. */
    private static byte[] answerToThief(byte[] bind) throws IOException {
        Socket thief = new Socket(InetAddress.getLoopbackAddress(), node.port());
        thief.setSoTimeout((int) PATIENCE.toMillis());
        thief.getOutputStream().write(bind);
        byte[] answer = thief.getInputStream().readNBytes(BIND - BIND_NONCE);
        byte[] frame = new byte[4_096];
        frame[0] = 1;
        thief.getOutputStream().write(frame);
        return answer;
    }

    /** Its own nonce and MAC come back to the opener: as long as an answer, and by the wrong key. */
    @Test
    void aReflectedBindIsNoAnswer() throws Exception {
        AtomicReference<byte[]> request = new AtomicReference<>();
        assertRefused(Protection.SAFE, (connection, fromClient, bytes) -> {
            if (connection == 1 && fromClient && request.compareAndSet(null, bytes)) {
                return bytes;
            }
            if (connection == 1 && !fromClient && struck.compareAndSet(0, 1)) {
                return Arrays.copyOfRange(request.get(), BIND_NONCE, BIND);
            }
            return bytes;
        });
    }
}
