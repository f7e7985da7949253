package io.zsync.node.session;

import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.ServiceEvent;
import io.zsync.node.copy.PathCounters;
import io.zsync.node.fs.Links;
import io.zsync.node.replica.ApplyOptions;
import io.zsync.node.transport.BindKeys;
import io.zsync.node.transport.Connection;
import io.zsync.node.transport.DataStream;
import io.zsync.node.transport.StreamBinding;
import io.zsync.protocol.Credits;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.Limits;
import io.zsync.protocol.LinkPolicy;
import io.zsync.protocol.Message;
import io.zsync.protocol.Mode;
import io.zsync.protocol.PathPolicy;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.Protection;
import io.zsync.protocol.ProtocolException;
import io.zsync.protocol.SessionId;
import io.zsync.protocol.Tally;
import io.zsync.protocol.Transfer;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * The responding side of a session, from the peer's first word to the last: agrees on a version, asks whether this is
 * allowed, opens the tree, waits for the data streams, and plays its role. Serves any number at once, each on the thread
 * that brought its connection, but no more sessions than it was told.
 */
final class Responder {
    private static final Duration BINDING = Duration.ofSeconds(10);
    /** Longer than any initiator's usual patience: it is the initiator's user who says what is too slow. */
    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Access access;
    private final EventPump<ServiceEvent> events;
    private final Refusals refusals;
    private final int maxSessions;
    private final Semaphore room;
    private final StreamBudget budget;
    private final Map<SessionId, StreamSlots> binding;
    private final Map<Session, Running> running = new ConcurrentHashMap<>();
    private volatile @Nullable RunFailure cancelled;

    /** Who runs a session, and what was granted. */
    private record Running(PeerId peer, Message.Open open) {}

    /** @param binding where the listener looks for the session that a data stream belongs to */
    Responder(Access access, int maxSessions, EventPump<ServiceEvent> events, Map<SessionId, StreamSlots> binding) {
        this.access = access;
        this.events = events;
        this.refusals = new Refusals(events, System::nanoTime);
        this.maxSessions = maxSessions;
        this.room = new Semaphore(maxSessions);
        this.budget = new StreamBudget(maxSessions);
        this.binding = binding;
    }

    /**
     * Serves one session to its end. Failures are told to the peer, on a connection that is still open.
     *
     * @param begun run once the session is one that {@link #cancel} ends
     */
    void serve(Connection connection, Runnable begun) throws IOException {
        try (connection) {
            try {
                converse(connection, begun);
            } catch (RunFailure e) {
                refuse(connection, e);
            } catch (ProtocolException e) {
                refuse(connection, Failures.of(e));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException | Error e) {
                // Of this session alone: it must not be the end of the others.
                refuse(connection, Failures.of(e));
            }
        }
    }

    private void refuse(Connection connection, RunFailure reason) {
        refusals.tell(
                access.name(connection.peer()) + " (" + from(connection) + ")", String.valueOf(reason.getMessage()));
        try {
            connection.write(Failures.toPeer(reason));
            connection.flush();
        } catch (IOException peerIsGone) {
            return;
        }
    }

    private static String from(Connection connection) {
        return connection.remoteAddress().getAddress().getHostAddress();
    }

    private void converse(Connection connection, Runnable begun) throws IOException, RunFailure, InterruptedException {
        greet(connection);
        if (!(connection.read() instanceof Message.Open open)) {
            throw ProtocolException.violation("the second message is no Open");
        }
        Access.Grant grant = access.grant(connection, open);
        if (open.protection() == Protection.PRIVATE && open.options().transfer().dataPath() == PathPolicy.SENDFILE) {
            throw new ProtocolException(ErrorCode.UNSUPPORTED, "sendfile cannot serve at level private");
        }
        if (!room.tryAcquire()) {
            throw new ProtocolException(
                    ErrorCode.BUSY, "this node runs as many sessions as it may (" + maxSessions + ")");
        }
        try {
            ServiceEvent.Visit visit = new ServiceEvent.Visit(
                    access.name(connection.peer()),
                    from(connection),
                    open.mode(),
                    open.options().dryRun(),
                    open.share(),
                    open.path());
            serve(connection, open, grant, visit, begun);
        } finally {
            room.release();
        }
    }

    private static void greet(Connection connection) throws IOException {
        if (!(connection.read() instanceof Message.Hello hello)) {
            throw ProtocolException.violation("the first message is no Hello");
        }
        int version = Math.min(hello.maxVersion(), Limits.MAX_VERSION);
        if (version < hello.minVersion() || version < Limits.MIN_VERSION) {
            throw new ProtocolException(
                    ErrorCode.VERSION,
                    "this node speaks versions " + Limits.MIN_VERSION + " to " + Limits.MAX_VERSION + ", the peer "
                            + hello.minVersion() + " to " + hello.maxVersion());
        }
        connection.write(new Message.Welcome(version, 0, Credits.DEFAULT));
        connection.flush();
    }

    private void serve(
            Connection connection, Message.Open open, Access.Grant grant, ServiceEvent.Visit visit, Runnable begun)
            throws IOException, RunFailure, InterruptedException {
        boolean sends = open.mode() == Mode.PULL;
        boolean follows = open.options().selection().links() == LinkPolicy.FOLLOW;
        Transfer transfer = open.options().transfer();
        int most = Math.min(transfer.streams(), grant.streams());
        try (OpenTree tree = sends
                        ? OpenTree.source(grant.tree(), follows ? Links.FOLLOW_BENEATH : Links.KEEP)
                        : OpenTree.target(grant.tree(), open.options().dryRun());
                StreamBudget.Share share = budget.take(most, transfer.compress())) {
            RunContext run = new RunContext(
                    open.options(),
                    open.protection(),
                    open.credits().min(Credits.DEFAULT),
                    false,
                    EventPump.none(),
                    new RunContext.Problems());
            // All that may fail comes before the streams, which are the role's to close.
            ApplyOptions options = run.terms().applyOptions(grant.owner());
            List<DataStream> streams = bind(connection, open, share.streams());
            connection.opened();
            Session session = new Session(connection, TIMEOUT, "responder");
            Session.Role role = sends
                    ? new SenderSession(session, tree, run, new PathCounters())
                    : new ReceiverSession(session, tree, run, options, RANDOM, grant.place());
            play(session, role, streams, new Running(connection.peer(), open), visit, begun);
        }
    }

    private List<DataStream> bind(Connection connection, Message.Open open, int count)
            throws IOException, InterruptedException {
        StreamBinding.warmUp(open.protection());
        SessionId id = newSessionId();
        StreamSlots slots = new StreamSlots(BindKeys.of(connection, id, open.protection(), open.mode()), count);
        binding.put(id, slots);
        try {
            connection.write(new Message.Opened(id, count, open.protection()));
            connection.flush();
            // Nothing may arrive yet but the end, which comes when the initiator has failed to bind.
            Thread.ofPlatform().daemon().name("zsync-responder-binding").start(() -> {
                boolean there = false;
                try {
                    there = connection.awaitInput();
                } catch (RuntimeException | Error e) {
                    // Whoever reads it next meets the same.
                } finally {
                    if (!there) {
                        slots.abandon();
                    }
                }
            });
            return slots.await(BINDING);
        } finally {
            binding.remove(id);
            slots.close();
        }
    }

    private void play(
            Session session,
            Session.Role role,
            List<DataStream> streams,
            Running what,
            ServiceEvent.Visit visit,
            Runnable begun)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        running.put(session, what);
        begun.run();
        RunFailure late = cancelled;
        if (late != null) {
            session.fail(late);
        }
        // While its streams were bound, what was granted may have been taken back.
        review(session, what);
        events.post(new ServiceEvent.Opened(visit, what.open().protection()));
        Tally tally = null;
        String failure = null;
        try {
            tally = role.play(streams);
        } catch (RunFailure e) {
            failure = String.valueOf(e.getMessage());
        } finally {
            running.remove(session);
            events.post(new ServiceEvent.Ended(visit, tally, failure, Duration.ofNanos(System.nanoTime() - start)));
        }
    }

    /** Ends the sessions that run and would not be let in any more. */
    void review() {
        running.forEach(this::review);
    }

    private void review(Session session, Running what) {
        try {
            access.review(what.peer(), what.open());
        } catch (RunFailure refusal) {
            session.fail(refusal);
        }
    }

    /** True if a session runs. */
    boolean isBusy() {
        return !running.isEmpty();
    }

    /** Ends the sessions that run, and those that are about to. */
    void cancel() {
        RunFailure reason = new RunFailure(FailureKind.INTERRUPTED, "this node is shutting down", null, null);
        cancelled = reason;
        running.keySet().forEach(session -> session.fail(reason));
    }

    private static SessionId newSessionId() {
        byte[] bytes = new byte[SessionId.LENGTH];
        RANDOM.nextBytes(bytes);
        return SessionId.of(bytes);
    }
}
