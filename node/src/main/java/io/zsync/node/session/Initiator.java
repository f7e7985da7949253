package io.zsync.node.session;

import io.zsync.node.api.DataPath;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.PushRequest;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.LinuxRoot;
import io.zsync.node.fs.Root;
import io.zsync.node.transport.BindKeys;
import io.zsync.node.transport.Connection;
import io.zsync.node.transport.DataStream;
import io.zsync.node.transport.Deadlines;
import io.zsync.node.transport.PathCounters;
import io.zsync.node.transport.StreamBinding;
import io.zsync.node.trust.Identity;
import io.zsync.protocol.BindRequest;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Message;
import io.zsync.protocol.Mode;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.ProtocolException;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.Tally;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The initiating side of one run: connects, opens, binds the data streams, plays its role. {@link #cancel} from any thread. */
public final class Initiator {
    private static final Duration PROGRESS = Duration.ofMillis(200);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Identity self;
    private final PeerId peer;
    private final InetSocketAddress address;
    private final Deadlines deadlines;
    private boolean cancelled;
    private @Nullable Connection greeting;
    private @Nullable Session session;

    /** @param peer the key that must answer at the address */
    public Initiator(Identity self, PeerId peer, InetSocketAddress address, Deadlines deadlines) {
        this.self = self;
        this.peer = peer;
        this.address = address;
        this.deadlines = deadlines;
    }

    /** Pushes a tree to the peer's default share. */
    public RunReport push(PushRequest request, Root root, EventPump events) throws RunFailure {
        long start = System.nanoTime();
        try (Connection connection = connect()) {
            return push(request, root, connection, events, start);
        } catch (IOException | ProtocolException e) {
            throw isCancelled() ? Failures.interrupted() : Failures.of(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failures.interrupted();
        }
    }

    /** Opens the tree that is to be pushed. */
    public static Root openSource(PushRequest request) throws RunFailure, IOException {
        try {
            return LinuxRoot.open(request.source());
        } catch (FileFailure e) {
            throw new RunFailure(FailureKind.ROOT_UNUSABLE, "source: " + e.reason() + " (" + e.path() + ")", null, e);
        }
    }

    private Connection connect() throws RunFailure {
        try {
            Connection connection = Connection.connect(address, self, peer, deadlines, Listener.GREETING);
            synchronized (this) {
                greeting = connection;
            }
            return connection;
        } catch (IOException e) {
            throw new RunFailure(FailureKind.CANNOT_CONNECT, String.valueOf(e.getMessage()), null, e);
        }
    }

    private RunReport push(PushRequest request, Root root, Connection connection, EventPump events, long start)
            throws IOException, RunFailure, InterruptedException {
        Message.Welcome welcome = greet(connection);
        connection.write(
                new Message.Open(Mode.PUSH, "default", RelativePath.ROOT, request.options(), request.credits()));
        Message.Opened opened = expect(connection, Message.Opened.class);
        if (opened.protection() != request.options().protection()) {
            throw new ProtocolException(
                    ErrorCode.NOT_ALLOWED,
                    "peer opened the session at level " + opened.protection() + ", not "
                            + request.options().protection());
        }
        if (opened.streams() > request.options().streams()) {
            throw ProtocolException.violation("peer opened " + opened.streams() + " streams, asked for "
                    + request.options().streams());
        }
        RunContext.Problems problems = new RunContext.Problems();
        RunContext run = new RunContext(
                request.options(),
                request.credits().min(welcome.credits()),
                true,
                request.dataPath(),
                request.explain(),
                request.timeout(),
                events,
                problems);
        List<DataStream> streams = bind(connection, opened);
        Session started;
        try {
            started = begin(connection, request.timeout());
        } catch (RunFailure e) {
            close(streams);
            throw e;
        }
        PathCounters counters = new PathCounters();
        SenderSession sender = new SenderSession(started, root, run, counters);
        started.spawn("progress", () -> {
            while (!started.awaitOver(PROGRESS)) {
                events.post(sender.progress());
            }
        });
        Tally tally = sender.send(streams);
        events.post(sender.progress());
        return new RunReport(
                tally,
                bytes(counters),
                problems.counts(),
                opened.protection(),
                request.options().dryRun(),
                Duration.ofNanos(System.nanoTime() - start));
    }

    private static Message.Welcome greet(Connection connection) throws IOException, RunFailure {
        connection.write(new Message.Hello(Limits.MIN_VERSION, Limits.MAX_VERSION, 0));
        Message.Welcome welcome = expect(connection, Message.Welcome.class);
        if (welcome.version() < Limits.MIN_VERSION || welcome.version() > Limits.MAX_VERSION) {
            throw new ProtocolException(ErrorCode.VERSION, "peer chose version " + welcome.version());
        }
        return welcome;
    }

    /** Sends what is written and waits for the one message that may follow, or for the reason why it does not. */
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

    private List<DataStream> bind(Connection connection, Message.Opened opened) throws IOException {
        BindKeys keys = BindKeys.of(connection, opened.session(), opened.protection());
        List<DataStream> streams = new ArrayList<>();
        for (int i = 0; i < opened.streams(); i++) {
            byte[] nonce = new byte[BindRequest.NONCE_LENGTH];
            RANDOM.nextBytes(nonce);
            BindRequest request = new BindRequest(opened.protection(), opened.session(), i, nonce);
            try {
                streams.add(StreamBinding.open(address, request, keys, deadlines, Listener.GREETING));
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

    private synchronized Session begin(Connection connection, Duration timeout) throws RunFailure {
        if (cancelled) {
            throw Failures.interrupted();
        }
        Session begun = new Session(connection, timeout, "initiator");
        session = begun;
        return begun;
    }

    private static Map<DataPath, Long> bytes(PathCounters counters) {
        Map<DataPath, Long> bytes = new EnumMap<>(DataPath.class);
        for (DataPath path : DataPath.values()) {
            if (counters.bytes(path) > 0) {
                bytes.put(path, counters.bytes(path));
            }
        }
        return bytes;
    }

    private synchronized boolean isCancelled() {
        return cancelled;
    }

    /** Ends the run; {@link #push} throws INTERRUPTED. */
    public void cancel() {
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
