package io.zsync.node.session;

import io.zsync.node.api.Event;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.node.api.RunRequest;
import io.zsync.node.copy.PathCounters;
import io.zsync.node.replica.JournalPlace;
import io.zsync.node.transport.BindKeys;
import io.zsync.node.transport.Connection;
import io.zsync.node.transport.DataStream;
import io.zsync.node.transport.Deadlines;
import io.zsync.node.transport.NoAnswerException;
import io.zsync.node.transport.StreamBinding;
import io.zsync.protocol.BindRequest;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Message;
import io.zsync.protocol.Mode;
import io.zsync.protocol.PathPolicy;
import io.zsync.protocol.Protection;
import io.zsync.protocol.ProtocolException;
import io.zsync.protocol.Tally;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The initiating side of one session: connects, opens, binds the data streams, plays its role. Used once, by one thread;
 * {@link #cancel} from any.
 */
final class Initiator {
    private static final Duration PROGRESS = Duration.ofMillis(200);
    private static final SecureRandom RANDOM = new SecureRandom();

    /** The tree at this end, which outlives the session. */
    interface OwnTree {
        OpenTree open() throws IOException, RunFailure;
    }

    private final Remote remote;
    private final RunRequest request;
    private final OwnTree ownTree;
    private final EventPump<Event> events;
    private final Deadlines deadlines;
    private final @Nullable JournalPlace place;
    private boolean cancelled;
    private boolean opened;
    private @Nullable Connection greeting;
    private @Nullable Session session;
    private Session.@Nullable Role role;

    /** @param place where a pull notes what has come of large files; null: nowhere */
    Initiator(
            Remote remote,
            RunRequest request,
            OwnTree ownTree,
            EventPump<Event> events,
            Deadlines deadlines,
            @Nullable JournalPlace place) {
        this.remote = remote;
        this.request = request;
        this.ownTree = ownTree;
        this.events = events;
        this.deadlines = deadlines;
        this.place = place;
    }

    /** Runs the session to its end. The report counts no reconnects, and no time before this session. */
    RunReport run() throws RunFailure {
        long start = System.nanoTime();
        StreamBinding.warmUp(named());
        try (Connection connection = connect()) {
            return converse(connection, start);
        } catch (IOException | ProtocolException e) {
            throw isCancelled() ? Failures.interrupted() : Failures.of(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failures.interrupted();
        }
    }

    /** Whether the peer ever agreed to this session. */
    synchronized boolean wasOpened() {
        return opened;
    }

    /** Whether the session brought anything that a later one need not bring again. */
    synchronized boolean broughtSomething() {
        return role != null && role.broughtSomething();
    }

    /** See {@link Session.Role#resumedBytes}. */
    synchronized long resumedBytes() {
        return role == null ? 0 : role.resumedBytes();
    }

    /** A host may have several addresses; the first that answers is taken. */
    private Connection connect() throws RunFailure, IOException {
        IOException failure = new IOException("connect to " + remote.endpoint() + ": unknown host");
        for (InetAddress address : remote.addresses()) {
            InetSocketAddress target =
                    new InetSocketAddress(address, remote.endpoint().port());
            try {
                Connection connection =
                        Connection.connect(target, remote.self(), remote.peer(), deadlines, Listener.GREETING);
                synchronized (this) {
                    greeting = connection;
                    if (cancelled) {
                        connection.close();
                        throw Failures.interrupted();
                    }
                }
                return connection;
            } catch (IOException e) {
                failure = e;
            }
            if (isCancelled()) {
                throw Failures.interrupted();
            }
        }
        if (failure instanceof NoAnswerException mute) {
            throw Failures.mute(mute);
        }
        throw new RunFailure(FailureKind.CANNOT_CONNECT, String.valueOf(failure.getMessage()), null, failure);
    }

    private RunReport converse(Connection connection, long start) throws IOException, RunFailure, InterruptedException {
        Agreement agreement = agree(connection);
        Protection protection = agreement.answer().protection();
        OpenTree tree = ownTree.open();
        RunContext.Problems problems = new RunContext.Problems();
        RunContext run = new RunContext(
                request.options(),
                protection,
                request.credits().min(agreement.welcome().credits()),
                true,
                events,
                problems);
        Session started = new Session(connection, request.timeout(), "initiator");
        PathCounters counters = new PathCounters();
        Session.Role playing = request.mode() == Mode.PUSH
                ? new SenderSession(started, tree, run, counters)
                : new ReceiverSession(started, tree, run, run.terms().applyOptions(true), RANDOM, place);
        List<DataStream> streams = bind(connection, agreement.answer());
        begin(started, playing, streams);
        started.spawn("progress", () -> {
            while (!started.awaitOver(PROGRESS)) {
                events.offer(playing.progress());
            }
        });
        Tally tally = playing.play(streams);
        events.offer(playing.progress());
        Message.PathTotals sent = playing instanceof ReceiverSession receiver ? receiver.sent() : counters.totals();
        return new RunReport(
                tally,
                bytes(sent),
                problems.counts(),
                protection,
                network(connection),
                request.options().dryRun(),
                Duration.ofNanos(System.nanoTime() - start),
                0);
    }

    /** What the peer said until the session was open. */
    private record Agreement(Message.Welcome welcome, Message.Opened answer) {}

    /** Nothing watches the connection yet, so all of this has the time that a standstill may take. */
    private Agreement agree(Connection connection) throws IOException, RunFailure {
        Deadlines.Deadline deadline = deadlines.close(connection, request.timeout());
        try {
            Message.Welcome welcome = greet(connection);
            return new Agreement(welcome, open(connection, protection(connection)));
        } catch (IOException | ProtocolException e) {
            if (deadline.expired()) {
                throw Failures.noProgress(
                        "connected, and no session opened for "
                                + request.timeout().toSeconds() + " s (" + connection.remote() + ")",
                        "a larger --timeout waits longer",
                        e);
            }
            throw e;
        } finally {
            deadline.cancel();
        }
    }

    private static Message.Welcome greet(Connection connection) throws IOException, RunFailure {
        connection.write(new Message.Hello(Limits.MIN_VERSION, Limits.MAX_VERSION, 0));
        Message.Welcome welcome = expect(connection, Message.Welcome.class);
        if (welcome.version() < Limits.MIN_VERSION || welcome.version() > Limits.MAX_VERSION) {
            throw new ProtocolException(ErrorCode.VERSION, "peer chose version " + welcome.version());
        }
        if (welcome.features() != 0) {
            throw ProtocolException.violation("peer chose features that were not offered");
        }
        return welcome;
    }

    /** What was typed, or else stored. */
    private @Nullable Protection named() {
        return request.protection() == null ? remote.protection() : request.protection();
    }

    /** What was named; else nothing is hidden where nobody else can listen, and everything elsewhere. */
    private Protection protection(Connection connection) throws RunFailure {
        Protection named = named();
        Protection chosen = named != null ? named : connection.isLoopback() ? Protection.CLEAR : Protection.PRIVATE;
        if (chosen == Protection.PRIVATE && request.options().transfer().dataPath() == PathPolicy.SENDFILE) {
            throw new RunFailure(
                    FailureKind.USAGE,
                    "--data-path sendfile: cannot serve at level private, where the bytes are encrypted first ("
                            + remote.endpoint() + ")",
                    "--protect safe sends by sendfile, unalterable but for everybody on the way to read; or leave the path to auto",
                    null);
        }
        return chosen;
    }

    private Message.Opened open(Connection connection, Protection protection) throws IOException, RunFailure {
        connection.write(new Message.Open(
                request.mode(), remote.share(), remote.path(), request.options(), protection, request.credits()));
        Message.Opened answer = expect(connection, Message.Opened.class);
        if (answer.protection() != protection) {
            throw new ProtocolException(
                    ErrorCode.NOT_ALLOWED,
                    "peer opened the session at level " + answer.protection() + ", not " + protection);
        }
        if (answer.streams() > request.options().transfer().streams()) {
            throw ProtocolException.violation("peer opened " + answer.streams() + " streams, asked for "
                    + request.options().transfer().streams());
        }
        synchronized (this) {
            opened = true;
        }
        return answer;
    }

    private static <M extends Message> M expect(Connection connection, Class<M> type) throws IOException, RunFailure {
        connection.flush();
        Message message = connection.read();
        if (message instanceof Message.Failure failure) {
            throw Failures.fromPeer(failure);
        }
        if (!type.isInstance(message)) {
            throw ProtocolException.violation(
                    "a " + message.getClass().getSimpleName() + " in place of a " + type.getSimpleName());
        }
        return type.cast(message);
    }

    private List<DataStream> bind(Connection connection, Message.Opened answer) throws IOException {
        BindKeys keys = BindKeys.of(connection, answer.session(), answer.protection(), request.mode());
        List<DataStream> streams = new ArrayList<>();
        for (int i = 0; i < answer.streams(); i++) {
            byte[] nonce = new byte[BindRequest.NONCE_LENGTH];
            RANDOM.nextBytes(nonce);
            BindRequest bind = new BindRequest(answer.protection(), answer.session(), i, nonce);
            try {
                streams.add(StreamBinding.open(connection.remoteAddress(), bind, keys, deadlines, Listener.GREETING));
            } catch (IOException | ProtocolException e) {
                close(streams);
                throw e;
            }
        }
        return streams;
    }

    private static void close(List<DataStream> streams) throws IOException {
        for (DataStream stream : streams) {
            stream.close();
        }
    }

    private void begin(Session begun, Session.Role playing, List<DataStream> streams) throws RunFailure, IOException {
        synchronized (this) {
            if (!cancelled) {
                session = begun;
                role = playing;
                return;
            }
        }
        close(streams);
        throw Failures.interrupted();
    }

    private static RunReport.Network network(Connection connection) {
        InetAddress address = connection.remoteAddress().getAddress();
        if (connection.isLoopback()) {
            return RunReport.Network.LOOPBACK;
        }
        // RFC 4193: fc00::/7, for which the class library has no question.
        boolean uniqueLocal = address.getAddress().length == 16 && (address.getAddress()[0] & 0xFE) == 0xFC;
        return address.isSiteLocalAddress() || address.isLinkLocalAddress() || uniqueLocal
                ? RunReport.Network.PRIVATE
                : RunReport.Network.PUBLIC;
    }

    private static Map<DataPath, Long> bytes(Message.PathTotals sent) {
        Map<DataPath, Long> bytes = new EnumMap<>(DataPath.class);
        bytes.put(DataPath.SENDFILE, sent.sendfileBytes());
        bytes.put(DataPath.MAPPED, sent.mappedBytes());
        bytes.put(DataPath.BUFFERED, sent.bufferedBytes());
        bytes.values().removeIf(count -> count == 0);
        return bytes;
    }

    private synchronized boolean isCancelled() {
        return cancelled;
    }

    /** Ends the session; {@link #run} throws INTERRUPTED. */
    void cancel() {
        Session running;
        Connection waiting;
        synchronized (this) {
            cancelled = true;
            running = session;
            waiting = greeting;
        }
        if (running != null) {
            running.fail(Failures.interrupted());
        } else if (waiting != null) {
            try {
                waiting.close();
            } catch (IOException e) {
                return;
            }
        }
    }
}
