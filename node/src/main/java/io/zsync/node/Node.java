package io.zsync.node;

import io.zsync.node.api.BenchReport;
import io.zsync.node.api.BenchRequest;
import io.zsync.node.api.BenchSink;
import io.zsync.node.api.CopyRequest;
import io.zsync.node.api.Endpoint;
import io.zsync.node.api.Event;
import io.zsync.node.api.EventSink;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.JoinReport;
import io.zsync.node.api.PeerTree;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.node.api.RunRequest;
import io.zsync.node.api.ServeRequest;
import io.zsync.node.api.ServiceEvent;
import io.zsync.node.bench.Bench;
import io.zsync.node.replica.JournalPlace;
import io.zsync.node.session.Access;
import io.zsync.node.session.EventPump;
import io.zsync.node.session.Joiner;
import io.zsync.node.session.Listener;
import io.zsync.node.session.LocalRun;
import io.zsync.node.session.Newcomers;
import io.zsync.node.session.OpenTree;
import io.zsync.node.session.Overlap;
import io.zsync.node.session.Remote;
import io.zsync.node.session.Run;
import io.zsync.node.transport.Connection;
import io.zsync.node.transport.Deadlines;
import io.zsync.node.trust.ConfigFolder;
import io.zsync.node.trust.Grant;
import io.zsync.node.trust.Identity;
import io.zsync.node.trust.Invite;
import io.zsync.node.trust.InviteFile;
import io.zsync.node.trust.ListeningFile;
import io.zsync.node.trust.Peer;
import io.zsync.node.trust.PeerBook;
import io.zsync.node.trust.PeerBookFile;
import io.zsync.protocol.Escape;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Message;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The facade of the engine. One node runs any number of runs; {@link #close} ends them. Thread safe. */
public final class Node implements AutoCloseable {
    private final Deadlines deadlines = new Deadlines();
    /** What cancels each of those under way. */
    private final Set<Runnable> running = ConcurrentHashMap.newKeySet();

    private final @Nullable ConfigFolder folders;
    private final InstantSource clock;
    private volatile boolean cancelled;

    /** A node of this process's user: its folders are those that the environment names. */
    public Node() {
        folders = null;
        clock = InstantSource.system();
    }

    /** A node that keeps its identity and its peer book there. */
    public Node(ConfigFolder folders) {
        this(folders, InstantSource.system());
    }

    /** @param clock by which its invites expire */
    Node(ConfigFolder folders, InstantSource clock) {
        this.folders = folders;
        this.clock = clock;
    }

    /** Looked up at first use: a run between two directories here needs no identity. */
    private ConfigFolder folders() throws RunFailure {
        return folders == null ? ConfigFolder.of(System.getenv(), System.getProperty("user.home", "")) : folders;
    }

    /** This node's id, of an identity that is made at first use. */
    public PeerId id() throws RunFailure {
        return Identity.loadOrCreate(folders()).id();
    }

    public PeerBook peers() throws RunFailure {
        return new PeerBookFile(folders()).read();
    }

    /** @throws RunFailure USAGE if the name or the id is in the peer book already */
    public void addPeer(Peer peer) throws RunFailure {
        new PeerBookFile(folders()).update(book -> book.with(peer));
    }

    /** @throws RunFailure USAGE if there is none of this name */
    public void removePeer(String name) throws RunFailure {
        new PeerBookFile(folders()).update(book -> book.without(name));
    }

    /**
     * Makes an invite: whoever has it may join once, while a service of this node runs.
     *
     * @param grant what the joining peer may do here; null for whatever each share allows
     * @param protection what both ends store for each other; null for what is usual
     * @param address where that peer will find this node; null for where it listens, or did last
     * @throws RunFailure USAGE if no address is known, or too many invites wait; otherwise as {@link #addPeer}
     */
    public Invite invite(
            @Nullable Grant grant, @Nullable Protection protection, Duration validity, @Nullable Endpoint address)
            throws RunFailure {
        List<Endpoint> addresses = address == null ? ownAddresses() : List.of(address);
        Instant expiry = clock.instant().plus(validity).plusNanos(999_999_999).truncatedTo(ChronoUnit.SECONDS);
        Invite invite = Invite.fresh(addresses, id(), expiry, protection);
        new InviteFile(folders(), clock).add(invite, grant);
        return invite;
    }

    private List<Endpoint> ownAddresses() throws RunFailure {
        Endpoint listening = new ListeningFile(folders())
                .read()
                .orElseThrow(() -> new RunFailure(
                        FailureKind.USAGE,
                        "invite: this node has never listened, so it has no address to put into an invite",
                        "start zsync serve first, or say where it will be found: --address HOST:PORT",
                        null));
        List<Endpoint> own;
        try {
            own = OwnHost.reaching(listening);
        } catch (IOException e) {
            own = List.of();
        }
        if (own.isEmpty()) {
            throw new RunFailure(
                    FailureKind.USAGE,
                    "invite: this host has no address that others could use (" + listening + ")",
                    "say where this node will be found: --address HOST:PORT",
                    null);
        }
        return own;
    }

    /**
     * Becomes a peer of the node that made the invite, and makes it one of this node's.
     *
     * @param name what it is called here
     * @throws IllegalArgumentException if no peer can be called so, with the reason in one line
     * @throws RunFailure USAGE if the name or the node is in the peer book already; NOT_TRUSTED if another node answers, or
     *     the invite is not taken; CANNOT_CONNECT
     */
    public JoinReport join(String name, Invite invite) throws RunFailure {
        PeerBookFile book = new PeerBookFile(folders());
        // What could be refused here is refused before the invite is used up.
        book.read().with(peer(name, invite, invite.addresses().getFirst()));
        Identity self = Identity.loadOrCreate(folders());
        if (self.id().equals(invite.server())) {
            throw new RunFailure(
                    FailureKind.USAGE, "join: the invite is of this very node", "another node can use it", null);
        }
        JoinReport report = new Joiner(invite, self, OwnHost.name(), clock, deadlines).join();
        book.update(peers -> peers.with(peer(name, invite, report.address())));
        return report;
    }

    private static Peer peer(String name, Invite invite, Endpoint address) {
        return new Peer(name, invite.server(), address, invite.protection(), List.of());
    }

    /**
     * Runs a push or a pull to its end and returns what it did; per-file problems are events and counts, not failures.
     *
     * @throws RunFailure if the run as a whole failed
     */
    public RunReport run(RunRequest request, EventSink events) throws RunFailure {
        return switch (request.peer()) {
            case PeerTree.Local local -> runLocally(request, local.directory(), events);
            case PeerTree.Remote remote -> runRemotely(request, remote, events);
        };
    }

    /**
     * Makes one local tree, or one file, hold what another holds, without a connection; per-file problems are events and
     * counts, not failures.
     *
     * @throws RunFailure if the run as a whole failed
     */
    public RunReport copy(CopyRequest request, EventSink events) throws RunFailure {
        try (EventPump<Event> pump = EventPump.ofRun(events::accept)) {
            LocalRun run = new LocalRun(request, pump);
            return toEnd(run::toEnd, run::cancel);
        }
    }

    /**
     * Measures what each data path costs on this machine, by the classes that runs move their files with.
     *
     * @throws RunFailure if the directory cannot be used
     */
    public BenchReport bench(BenchRequest request, BenchSink sink) throws RunFailure {
        Bench bench = new Bench(request, sink);
        return toEnd(bench::run, bench::cancel);
    }

    /**
     * Serves shares until the service is closed.
     *
     * @throws RunFailure if a share is no directory, the address cannot be taken, or identity or peer book cannot be used
     */
    public Service serve(ServeRequest request, Consumer<ServiceEvent> events) throws RunFailure {
        return SharingService.open(request, folders(), clock, events, deadlines);
    }

    /** Both ends are in this process, known to each other by throw-away keys, and speak over loopback. */
    private RunReport runLocally(RunRequest request, Path directory, EventSink events) throws RunFailure {
        Overlap.refuse(request.directory(), directory);
        // Keys take as long as all else that a short run does before it begins: make both at once.
        CompletableFuture<Identity> keys = CompletableFuture.supplyAsync(Identity::generate);
        Identity initiator = Identity.generate();
        Identity responder = keys.join();
        Access access =
                new LocalAccess(new Access.Grant(OpenTree.Location.of(directory), true, Limits.STREAMS, localPlace()));
        InetSocketAddress loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (EventPump<Event> pump = EventPump.ofRun(events::accept);
                Listener listener = Listener.open(
                        loopback,
                        responder,
                        initiator.id()::equals,
                        Newcomers.NONE,
                        access,
                        1,
                        EventPump.none(),
                        deadlines)) {
            Remote remote = new Remote(
                    initiator,
                    responder.id(),
                    new Endpoint(
                            listener.address().getHostString(),
                            listener.address().getPort()),
                    null,
                    PeerTree.Remote.DEFAULT_SHARE,
                    RelativePath.ROOT);
            Run run = new Run(remote, request, pump, deadlines, localPlace());
            return toEnd(run::toEnd, run::cancel);
        } catch (IOException e) {
            throw new RunFailure(FailureKind.SOCKET, "loopback: " + e.getMessage(), null, e);
        }
    }

    /** A run between two directories here does without where no folder can be named. */
    private @Nullable JournalPlace localPlace() {
        try {
            return JournalPlace.local(folders().state());
        } catch (RunFailure noFolder) {
            return null;
        }
    }

    /** For the one peer of this process: what it asked for. */
    private record LocalAccess(Access.Grant grant) implements Access {
        @Override
        public Access.Grant grant(Connection connection, Message.Open open) {
            return grant;
        }

        @Override
        public void review(PeerId peer, Message.Open open) {}

        @Override
        public String name(PeerId peer) {
            return "local";
        }
    }

    private RunReport runRemotely(RunRequest request, PeerTree.Remote tree, EventSink events) throws RunFailure {
        Peer peer = find(tree.peer(), peers());
        Endpoint endpoint = peer.address();
        if (endpoint == null) {
            throw new RunFailure(
                    FailureKind.USAGE,
                    "peer " + peer.name() + ": the peer book has no address of it",
                    "zsync peers remove " + peer.name()
                            + ", then add it with its HOST:PORT; or start the run over there",
                    null);
        }
        Identity self = Identity.loadOrCreate(folders());
        try (EventPump<Event> pump = EventPump.ofRun(events::accept)) {
            Remote remote = new Remote(self, peer.id(), endpoint, peer.protection(), tree.share(), tree.path());
            Run run = new Run(
                    remote, request, pump, deadlines, new JournalPlace(folders().state(), peer.id()));
            return toEnd(run::toEnd, run::cancel);
        }
    }

    /** By name, else by address: who is not in the book is not spoken to, because no key would be expected there. */
    private static Peer find(String typed, PeerBook book) throws RunFailure {
        Optional<Peer> named = book.named(typed);
        if (named.isPresent()) {
            return named.get();
        }
        Endpoint endpoint;
        try {
            endpoint = Endpoint.parse(typed);
        } catch (IllegalArgumentException e) {
            throw new RunFailure(
                    FailureKind.USAGE, "peer: " + e.getMessage() + " (" + Escape.text(typed) + ")", null, e);
        }
        List<Peer> there = book.at(endpoint);
        if (there.isEmpty()) {
            throw new RunFailure(
                    FailureKind.NOT_TRUSTED,
                    "peer: not in the peer book (" + Escape.text(typed) + ")",
                    "zsync invite over there and zsync join here make it known; or zsync id there, and here: zsync peers"
                            + " add NAME ID " + endpoint,
                    null);
        }
        if (there.size() > 1) {
            throw new RunFailure(
                    FailureKind.USAGE,
                    "peer: the peer book has " + there.size() + " peers at this address (" + endpoint + ")",
                    "say which by its name",
                    null);
        }
        return there.getFirst();
    }

    private interface Ending<R> {
        R toEnd() throws RunFailure;
    }

    private <R> R toEnd(Ending<R> run, Runnable cancel) throws RunFailure {
        running.add(cancel);
        try {
            if (cancelled) {
                cancel.run();
            }
            return run.toEnd();
        } finally {
            running.remove(cancel);
        }
    }

    /**
     * Ends what runs; each run leaves staged only what a later one goes on with, and throws {@link RunFailure} of kind
     * INTERRUPTED.
     */
    public void cancel() {
        cancelled = true;
        running.forEach(Runnable::run);
    }

    @Override
    public void close() {
        cancel();
        deadlines.close();
    }
}
