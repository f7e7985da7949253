package io.zsync.node.session;

import io.zsync.node.api.ServiceEvent;
import io.zsync.node.transport.Connection;
import io.zsync.node.transport.Deadlines;
import io.zsync.node.transport.JoinConnection;
import io.zsync.node.transport.PendingStream;
import io.zsync.node.transport.TlsChannel;
import io.zsync.node.trust.Identity;
import io.zsync.protocol.BindCodec;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.JoinReply;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.ProtocolException;
import io.zsync.protocol.SessionId;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The one port that a node listens on: the first byte tells control connections from data streams, anything else is closed
 * without a byte. A thread for each connection until it is known what it is; strangers are bounded in number and in time.
 */
public final class Listener implements Closeable {
    static final Duration GREETING = Duration.ofSeconds(10);
    private static final int STRANGERS = 64;
    private static final int BACKLOG = 256;

    private final ServerSocketChannel server;
    private final Identity self;
    private final Predicate<PeerId> accepted;
    private final Newcomers newcomers;
    private final EventPump<ServiceEvent> events;
    private final Responder responder;
    private final Deadlines deadlines;
    private final Map<SessionId, StreamSlots> binding = new ConcurrentHashMap<>();
    private final Semaphore strangers = new Semaphore(STRANGERS);
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final Set<SocketChannel> channels = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread acceptor;

    private Listener(
            ServerSocketChannel server,
            Identity self,
            Predicate<PeerId> accepted,
            Newcomers newcomers,
            Access access,
            int maxSessions,
            EventPump<ServiceEvent> events,
            Deadlines deadlines) {
        this.server = server;
        this.self = self;
        this.accepted = accepted;
        this.newcomers = newcomers;
        this.events = events;
        this.deadlines = deadlines;
        this.responder = new Responder(access, maxSessions, events, binding);
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
        } catch (IOException e) {
            server.close();
            throw e;
        }
        Listener listener = new Listener(server, self, accepted, newcomers, access, maxSessions, events, deadlines);
        listener.acceptor.start();
        return listener;
    }

    /** Where it listens. */
    public InetSocketAddress address() throws IOException {
        return (InetSocketAddress) server.getLocalAddress();
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                strangers.acquire();
                SocketChannel channel = server.accept();
                channels.add(channel);
                Thread thread = Thread.ofPlatform().daemon().name("zsync-greet").unstarted(() -> greet(channel));
                threads.add(thread);
                thread.start();
            } catch (IOException closedOrOutOfDescriptors) {
                strangers.release();
                pause();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Out of descriptors accept fails at once, again and again: without a pause it would spin. */
    private void pause() {
        try {
            closing.await(100, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void greet(SocketChannel channel) {
        Connection connection = null;
        try {
            try {
                connection = identify(channel);
            } finally {
                strangers.release();
            }
            if (connection != null) {
                Deadlines.Deadline opening = deadlines.close(channel, GREETING);
                try {
                    responder.serve(connection, () -> {
                        opening.cancel();
                        channels.remove(channel);
                    });
                } finally {
                    opening.cancel();
                }
            }
        } catch (ProtocolException refused) {
            // A stranger is told nothing. What an accepted peer must know went to it as a Failure.
            events.offer(new ServiceEvent.Refused(from(channel), String.valueOf(refused.getMessage())));
        } catch (IOException gone) {
            // Came and went, or fell silent.
        } finally {
            channels.remove(channel);
            threads.remove(Thread.currentThread());
        }
    }

    private static String from(SocketChannel channel) {
        return channel.socket().getInetAddress().getHostAddress();
    }

    /** Finds out what has connected. @return null if it was a data stream, which its session has now, or somebody who joins */
    private @Nullable Connection identify(SocketChannel channel) throws IOException {
        ByteBuffer first = ByteBuffer.allocate(1);
        Deadlines.Deadline deadline = deadlines.close(channel, GREETING);
        int read;
        try {
            read = channel.read(first);
        } catch (IOException e) {
            channel.close();
            throw e;
        } finally {
            deadline.cancel();
        }
        byte opening = first.get(0);
        if (read == 1 && opening == TlsChannel.FIRST_BYTE) {
            TlsChannel tls = TlsChannel.accept(channel, opening, self, this::admits, deadlines, GREETING);
            return switch (tls.purpose()) {
                case CONTROL -> Connection.over(tls, self);
                case DATA -> {
                    bind(PendingStream.read(tls, deadlines, GREETING));
                    yield null;
                }
                case JOIN -> {
                    admit(JoinConnection.over(tls, self, deadlines), from(channel));
                    yield null;
                }
            };
        }
        if (read == 1 && opening == BindCodec.FIRST_BYTE) {
            bind(PendingStream.read(channel, opening, deadlines, GREETING));
            return null;
        }
        channel.close();
        return null;
    }

    /** A stranger may do no more than ask to be let in, and only while somebody is expected. */
    private boolean admits(PeerId peer, TlsChannel.Purpose purpose) {
        return accepted.test(peer) || (purpose == TlsChannel.Purpose.JOIN && newcomers.areExpected());
    }

    private void admit(JoinConnection joining, String from) throws IOException {
        try (joining) {
            JoinConnection.Asked asked = joining.receive(GREETING);
            Optional<JoinReply> reply = newcomers.admit(joining.peer(), from, asked.request(), asked.proof());
            if (reply.isEmpty()) {
                throw new ProtocolException(
                        ErrorCode.NOT_TRUSTED, "peer " + joining.peer() + " has no invite that is good here");
            }
            joining.answer(reply.get(), GREETING);
        }
    }

    private void bind(PendingStream pending) throws IOException {
        StreamSlots slots = binding.get(pending.request().session());
        if (slots == null) {
            pending.close();
        } else {
            slots.bind(pending);
        }
    }

    /** Ends the sessions that run with such peers. */
    public void drop(Predicate<PeerId> peers) {
        responder.drop(peers);
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
            acceptor.interrupt();
            acceptor.join();
            List<Thread> running = new ArrayList<>(threads);
            responder.cancel();
            for (StreamSlots slots : binding.values()) {
                slots.close();
            }
            for (SocketChannel channel : channels) {
                channel.close();
            }
            for (Thread thread : running) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
