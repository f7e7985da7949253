package io.zsync.node.session;

import io.zsync.node.api.ServiceEvent;
import io.zsync.node.transport.Deadlines;
import io.zsync.node.trust.Identity;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.SessionId;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The one port that a node listens on. A thread for each connection until it is known what it is; {@link Reception} bounds
 * how many there are, and closes the others without a byte.
 */
public final class Listener implements Closeable {
    static final Duration GREETING = Duration.ofSeconds(10);
    private static final int BACKLOG = 256;

    /** Between two attempts to accept where only time helps. */
    private static final Duration PAUSE = Duration.ofMillis(100);

    /** So long without a failure to accept, and it is over. */
    private static final Duration CALM = Duration.ofSeconds(2);

    private final ServerSocketChannel server;
    private final EventPump<ServiceEvent> events;
    private final Responder responder;
    private final Reception reception;
    private final Map<SessionId, StreamSlots> binding = new ConcurrentHashMap<>();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread acceptor;
    private @Nullable Failing failing;

    /** The acceptor's: since when, and when last, it could not accept. */
    private record Failing(long sinceNanos, long lastNanos) {}

    private Listener(
            ServerSocketChannel server,
            Identity self,
            Predicate<PeerId> accepted,
            Newcomers newcomers,
            Access access,
            int maxSessions,
            EventPump<ServiceEvent> events,
            Deadlines deadlines)
            throws IOException {
        this.server = server;
        this.events = events;
        this.responder = new Responder(access, maxSessions, events, binding);
        this.reception = new Reception(self, accepted, newcomers, events, responder, deadlines, binding);
        this.acceptor = Thread.ofPlatform().daemon().name("zsync-accept").unstarted(this::accept);
    }

    /**
     * Binds and starts to accept; port 0 takes any free one.
     *
     * @param accepted which keys may come in; asked anew at each connection
     * @param newcomers who else may ask to be one of them
     * @param maxSessions further ones are refused while so many run
     */
    public static Listener open(
            InetSocketAddress address,
            Identity self,
            Predicate<PeerId> accepted,
            Newcomers newcomers,
            Access access,
            int maxSessions,
            EventPump<ServiceEvent> events,
            Deadlines deadlines)
            throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        try {
            server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            server.bind(address, BACKLOG);
            Listener listener = new Listener(server, self, accepted, newcomers, access, maxSessions, events, deadlines);
            listener.acceptor.start();
            return listener;
        } catch (IOException e) {
            server.close();
            throw e;
        }
    }

    /** Where it listens. */
    public InetSocketAddress address() throws IOException {
        return (InetSocketAddress) server.getLocalAddress();
    }

    private void accept() {
        while (server.isOpen()) {
            SocketChannel channel = null;
            try {
                channel = server.accept();
                receive(channel);
                accepted();
            } catch (IOException | OutOfMemoryError outOfResources) {
                closeQuietly(channel);
                if (server.isOpen()) {
                    relieve(outOfResources);
                }
            }
        }
    }

    private void receive(SocketChannel channel) throws IOException {
        Antechamber<Origin>.Guest stranger = reception.enter(channel);
        if (stranger == null) {
            return;
        }
        Thread thread = Thread.ofPlatform().daemon().name("zsync-greet").unstarted(() -> {
            try {
                reception.greet(channel, stranger);
            } catch (RuntimeException | Error e) {
                // Whatever it was that came, the others are to be served.
                closeQuietly(channel);
                events.offer(new ServiceEvent.Trouble(
                        "gave up a connection: " + Failures.of(e).getMessage()));
            } finally {
                threads.remove(Thread.currentThread());
            }
        });
        threads.add(thread);
        boolean started = false;
        try {
            thread.start();
            started = true;
        } finally {
            if (!started) {
                threads.remove(thread);
                stranger.leave();
            }
        }
    }

    /**
     * Out of descriptors, buffers or threads, to accept fails at once, again and again: a stranger that is late goes, so that
     * who comes next finds what it needs; without one, only time helps.
     */
    private void relieve(Throwable cause) {
        long now = System.nanoTime();
        if (failing == null) {
            events.offer(new ServiceEvent.Trouble(
                    "cannot accept connections: " + cause.getMessage() + "; goes on as soon as it can"));
        }
        failing = new Failing(failing == null ? now : failing.sinceNanos(), now);
        try {
            if (!reception.makeRoom()) {
                closing.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Told when there was no failure for a while: where every second attempt fails that is one trouble, not many. */
    private void accepted() {
        long now = System.nanoTime();
        if (failing != null && now - failing.lastNanos() > CALM.toNanos()) {
            events.offer(new ServiceEvent.Trouble("accepts connections again, after "
                    + TimeUnit.NANOSECONDS.toSeconds(failing.lastNanos() - failing.sinceNanos()) + " s"));
            failing = null;
        }
    }

    private static void closeQuietly(@Nullable SocketChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // It is closed as far as it can be.
        }
    }

    /** Who may do what has changed: ends what would not be let in any more. */
    public void review() {
        reception.review();
        responder.review();
    }

    /** Accepts no more, and gives the sessions that run so much time to end by themselves before it closes. */
    public void close(Duration patience) throws IOException {
        server.close();
        long end = System.nanoTime() + patience.toNanos();
        try {
            while (responder.isBusy() && System.nanoTime() < end) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        close();
    }

    /** Accepts no more, ends what is being greeted, and returns when the sessions that run have ended. */
    @Override
    public void close() throws IOException {
        server.close();
        closing.countDown();
        try {
            acceptor.join();
            List<Thread> running = new ArrayList<>(threads);
            responder.cancel();
            for (StreamSlots slots : binding.values()) {
                slots.close();
            }
            reception.close();
            for (Thread thread : running) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
