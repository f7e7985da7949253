package io.zsync.node.session;

import io.zsync.node.api.FailureKind;
import io.zsync.node.api.PushRequest.PathPolicy;
import io.zsync.node.api.RunFailure;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.LinuxRoot;
import io.zsync.node.fs.Root;
import io.zsync.node.replica.ApplyOptions;
import io.zsync.node.replica.MetadataRules;
import io.zsync.node.transport.BindKeys;
import io.zsync.node.transport.Connection;
import io.zsync.node.transport.DataStream;
import io.zsync.protocol.Credits;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Message;
import io.zsync.protocol.Mode;
import io.zsync.protocol.Protection;
import io.zsync.protocol.ProtocolException;
import io.zsync.protocol.RunOptions;
import io.zsync.protocol.SessionId;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The responding side of a session, from the peer's first word to the last: agrees on a version, asks whether this is
 * allowed, opens and locks the root, waits for the data streams, and plays its role. Serves any number at once, each on
 * the thread that brought its connection.
 */
final class Responder {
    private static final Duration BINDING = Duration.ofSeconds(10);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Access access;
    private final Map<SessionId, StreamSlots> binding;
    private final Set<Session> running = ConcurrentHashMap.newKeySet();
    private volatile boolean cancelled;

    /** @param binding where the listener looks for the session that a data stream belongs to */
    Responder(Access access, Map<SessionId, StreamSlots> binding) {
        this.access = access;
        this.binding = binding;
    }

    /**
     * Serves one session to its end. Failures are told to the peer, on a connection that is still open.
     *
     * @param begun run once the session is one that {@link #cancel} ends
     */
    void serve(Connection connection, Runnable begun) throws IOException {
        try (connection) {
            converse(connection, begun);
        }
    }

    private void converse(Connection connection, Runnable begun) throws IOException {
        try {
            greet(connection);
            if (!(connection.read() instanceof Message.Open open)) {
                throw ProtocolException.violation("the second message is no Open");
            }
            serve(connection, open, begun);
        } catch (RunFailure e) {
            tell(connection, Failures.toPeer(e));
        } catch (FileFailure e) {
            tell(
                    connection,
                    new Message.Failure(ErrorCode.ROOT_UNUSABLE, "target: " + e.reason() + " (" + e.path() + ")"));
        } catch (ProtocolException e) {
            tell(connection, Failures.toPeer(Failures.of(e)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void tell(Connection connection, Message.Failure failure) {
        try {
            connection.write(failure);
            connection.flush();
        } catch (IOException peerIsGone) {
            return;
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

    private void serve(Connection connection, Message.Open open, Runnable begun)
            throws IOException, RunFailure, InterruptedException {
        RunOptions options = open.options();
        Access.Grant grant = access.grant(connection.peer(), open);
        if (options.protection() == Protection.SAFE) {
            throw new ProtocolException(
                    ErrorCode.UNSUPPORTED, "protection " + options.protection() + " is not available yet");
        }
        if (open.mode() != Mode.PUSH) {
            throw new ProtocolException(ErrorCode.UNSUPPORTED, "pull is not available yet");
        }
        try (RootHolder root = openTarget(grant.directory(), options.dryRun())) {
            SessionId id = newSessionId();
            BindKeys keys = BindKeys.of(connection, id, options.protection());
            StreamSlots slots = new StreamSlots(keys, options.streams());
            binding.put(id, slots);
            List<DataStream> streams;
            try {
                connection.write(new Message.Opened(id, options.streams(), options.protection()));
                connection.flush();
                streams = slots.await(BINDING);
            } finally {
                binding.remove(id);
                slots.close();
            }
            receive(connection, open, grant, root.root(), streams, begun);
        }
    }

    /** @param root null in a dry run against a target that does not exist */
    private record RootHolder(@Nullable Root root) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            if (root != null) {
                root.close();
            }
        }
    }

    private static RootHolder openTarget(Path directory, boolean dryRun) throws IOException, RunFailure {
        if (dryRun) {
            try {
                return new RootHolder(LinuxRoot.open(directory));
            } catch (FileFailure e) {
                Path parent = directory.toAbsolutePath().getParent();
                if (e.errno() == Errno.NOENT && parent != null) {
                    // The real run makes the last component and no more.
                    LinuxRoot.open(parent).close();
                    return new RootHolder(null);
                }
                throw e;
            }
        }
        Root root = LinuxRoot.openOrCreate(directory);
        try {
            if (!root.lock()) {
                throw new RunFailure(
                        FailureKind.TARGET_LOCKED,
                        "target: another run holds it, one below it or one above it (" + root.describe() + ")",
                        null,
                        null);
            }
            return new RootHolder(root);
        } catch (IOException | RunFailure e) {
            root.close();
            throw e;
        }
    }

    private void receive(
            Connection connection,
            Message.Open open,
            Access.Grant grant,
            @Nullable Root root,
            List<DataStream> streams,
            Runnable begun)
            throws IOException, RunFailure, InterruptedException {
        RunOptions options = open.options();
        boolean superuser = Superuser.isEffective();
        MetadataRules rules = new MetadataRules(options.keepOwner() && grant.owner() && superuser);
        ApplyOptions apply =
                new ApplyOptions(options.dryRun(), options.reportChanges(), options.durability(), rules, !superuser);
        Session session = new Session(connection, TIMEOUT, "responder");
        running.add(session);
        begun.run();
        if (cancelled) {
            session.fail(Failures.interrupted());
        }
        try (EventPump none = new EventPump(event -> {})) {
            RunContext run = new RunContext(
                    options,
                    open.credits().min(Credits.DEFAULT),
                    false,
                    PathPolicy.AUTO,
                    false,
                    TIMEOUT,
                    none,
                    new RunContext.Problems());
            new ReceiverSession(session, root, run, apply, RANDOM).receive(streams);
        } finally {
            running.remove(session);
        }
    }

    /** Ends the sessions that run. */
    void cancel() {
        cancelled = true;
        running.forEach(session -> session.fail(Failures.interrupted()));
    }

    private static SessionId newSessionId() {
        byte[] bytes = new byte[SessionId.LENGTH];
        RANDOM.nextBytes(bytes);
        return SessionId.of(bytes);
    }
}
