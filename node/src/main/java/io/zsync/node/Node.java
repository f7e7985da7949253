package io.zsync.node;

import io.zsync.node.api.Event;
import io.zsync.node.api.EventSink;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.PeerTree;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.node.api.RunRequest;
import io.zsync.node.api.ServeRequest;
import io.zsync.node.api.ServiceEvent;
import io.zsync.node.session.Access;
import io.zsync.node.session.EventPump;
import io.zsync.node.session.Listener;
import io.zsync.node.session.OpenTree;
import io.zsync.node.session.Remote;
import io.zsync.node.session.Run;
import io.zsync.node.transport.Deadlines;
import io.zsync.node.trust.Identity;
import io.zsync.protocol.Limits;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** The facade of the engine. One node runs any number of runs; {@link #close} ends them. Thread safe. */
public final class Node implements AutoCloseable {
    private final Deadlines deadlines = new Deadlines();
    private final Set<Run> running = ConcurrentHashMap.newKeySet();
    private volatile boolean cancelled;

    /**
     * Runs a push or a pull to its end and returns what it did; per-file problems are events and counts, not failures.
     *
     * @throws RunFailure if the run as a whole failed
     */
    public RunReport run(RunRequest request, EventSink events) throws RunFailure {
        return switch (request.peer()) {
            case PeerTree.Local local -> runLocally(request, local.directory(), events);
            case PeerTree.Remote remote ->
                throw new RunFailure(FailureKind.USAGE, remote.peer() + ": not available yet", null, null);
        };
    }

    /**
     * Serves shares until the service is closed.
     *
     * @throws RunFailure if a share is no directory, the address cannot be taken, or identity or peer book cannot be used
     */
    public Service serve(ServeRequest request, Consumer<ServiceEvent> events) throws RunFailure {
        throw new RunFailure(FailureKind.USAGE, "serve: not available yet", null, null);
    }

    /** Both ends are in this process, known to each other by throw-away keys, and speak over loopback. */
    private RunReport runLocally(RunRequest request, Path directory, EventSink events) throws RunFailure {
        refuseOverlap(request.directory(), directory);
        // Keys take as long as all else that a short run does before it begins: make both at once.
        CompletableFuture<Identity> keys = CompletableFuture.supplyAsync(Identity::generate);
        Identity initiator = Identity.generate();
        Identity responder = keys.join();
        Access access =
                (connection, open) -> new Access.Grant(OpenTree.Location.of(directory), true, "local", Limits.STREAMS);
        InetSocketAddress loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (EventPump<Event> pump = new EventPump<>(events::accept);
                Listener listener = Listener.open(
                        loopback, responder, initiator.id()::equals, access, 1, EventPump.none(), deadlines)) {
            Remote remote = new Remote(
                    initiator,
                    responder.id(),
                    new io.zsync.node.api.Endpoint(
                            listener.address().getHostString(),
                            listener.address().getPort()),
                    null,
                    PeerTree.Remote.DEFAULT_SHARE,
                    RelativePath.ROOT);
            return toEnd(new Run(remote, request, pump, deadlines));
        } catch (IOException e) {
            throw new RunFailure(FailureKind.SOCKET, "loopback: " + e.getMessage(), null, e);
        }
    }

    private RunReport toEnd(Run run) throws RunFailure {
        running.add(run);
        try {
            if (cancelled) {
                run.cancel();
            }
            return run.toEnd();
        } finally {
            running.remove(run);
        }
    }

    /** A target inside its source would grow while it is read; one equal to it has nothing to gain and all to lose. */
    private static void refuseOverlap(Path here, Path there) throws RunFailure {
        try {
            Path first = real(here);
            Path second = real(there);
            if (first.startsWith(second) || second.startsWith(first)) {
                throw new RunFailure(
                        FailureKind.USAGE,
                        "target: one of source and target lies inside the other (" + there + ")",
                        "choose a target outside the source",
                        null);
            }
        } catch (IOException missing) {
            // Whoever opens it says so.
            return;
        }
    }

    private static Path real(Path directory) throws IOException {
        Path absolute = directory.toAbsolutePath();
        Path parent = absolute.getParent();
        return Files.exists(absolute) || parent == null
                ? absolute.toRealPath()
                : parent.toRealPath().resolve(absolute.getFileName());
    }

    /** Ends what runs; each run leaves no staged file and throws {@link RunFailure} of kind INTERRUPTED. */
    public void cancel() {
        cancelled = true;
        running.forEach(Run::cancel);
    }

    @Override
    public void close() {
        cancel();
        deadlines.close();
    }
}
