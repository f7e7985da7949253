package io.zsync.node;

import io.zsync.node.api.EventSink;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.PushRequest;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.node.fs.Root;
import io.zsync.node.session.Access;
import io.zsync.node.session.EventPump;
import io.zsync.node.session.Initiator;
import io.zsync.node.session.Listener;
import io.zsync.node.transport.Deadlines;
import io.zsync.node.trust.Identity;
import io.zsync.protocol.Mode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** The facade of the engine. One node runs any number of pushes; {@link #close} ends them. Thread safe. */
public final class Node implements AutoCloseable {
    private final Deadlines deadlines = new Deadlines();
    private final Set<Initiator> running = ConcurrentHashMap.newKeySet();
    private volatile boolean cancelled;

    /**
     * Runs a push to its end and returns what it did; per-file problems are events and counts, not failures. Both ends are
     * in this process, known to each other by throw-away keys, and speak over loopback.
     *
     * @throws RunFailure if the run as a whole failed
     */
    public RunReport push(PushRequest request, EventSink events) throws RunFailure {
        refuseOverlap(request.source(), request.target());
        // Keys take as long as opening the first tree does, and a short run is mostly its start: do both at once.
        CompletableFuture<Identity> keys = CompletableFuture.supplyAsync(Identity::generate);
        try (Root source = Initiator.openSource(request)) {
            return push(request, source, Identity.generate(), keys.join(), events);
        } catch (IOException e) {
            throw new RunFailure(FailureKind.SOCKET, "loopback: " + e.getMessage(), null, e);
        }
    }

    private RunReport push(PushRequest request, Root source, Identity initiator, Identity responder, EventSink events)
            throws RunFailure, IOException {
        Access access = (peer, open) -> {
            if (open.mode() != Mode.PUSH) {
                throw new RunFailure(FailureKind.NOT_ALLOWED, "only a push is allowed here", null, null);
            }
            return new Access.Grant(request.target(), true);
        };
        InetSocketAddress loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (EventPump pump = new EventPump(events);
                Listener listener = Listener.open(loopback, responder, initiator.id()::equals, access, deadlines)) {
            Initiator run = new Initiator(initiator, responder.id(), listener.address(), deadlines);
            running.add(run);
            try {
                if (cancelled) {
                    run.cancel();
                }
                return run.push(request, source, pump);
            } finally {
                running.remove(run);
            }
        }
    }

    /** A target inside its source would grow while it is read; one equal to it has nothing to gain and all to lose. */
    private static void refuseOverlap(Path source, Path target) throws RunFailure {
        try {
            Path from = source.toRealPath();
            Path existing = target.toAbsolutePath();
            if (!Files.exists(existing) && existing.getParent() != null) {
                existing = existing.getParent().toRealPath().resolve(existing.getFileName());
            } else {
                existing = existing.toRealPath();
            }
            if (existing.startsWith(from) || from.startsWith(existing)) {
                throw new RunFailure(
                        FailureKind.USAGE,
                        "target: one of source and target lies inside the other (" + target + ")",
                        "choose a target outside the source",
                        null);
            }
        } catch (IOException missing) {
            // Whoever opens it says so.
            return;
        }
    }

    /** Ends running pushes; each leaves no staged file and throws {@link RunFailure} of kind INTERRUPTED. */
    public void cancel() {
        cancelled = true;
        running.forEach(Initiator::cancel);
    }

    @Override
    public void close() {
        cancel();
        deadlines.close();
    }
}
