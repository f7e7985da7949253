package io.zsync.node;

import io.zsync.node.api.Endpoint;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.ServeRequest;
import io.zsync.node.api.ServiceEvent;
import io.zsync.node.api.Share;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.LinuxRoot;
import io.zsync.node.session.EventPump;
import io.zsync.node.session.InvitedNewcomers;
import io.zsync.node.session.Listener;
import io.zsync.node.session.Newcomers;
import io.zsync.node.session.ShareAccess;
import io.zsync.node.transport.Deadlines;
import io.zsync.node.trust.ConfigFolder;
import io.zsync.node.trust.Identity;
import io.zsync.node.trust.InviteFile;
import io.zsync.node.trust.ListeningFile;
import io.zsync.node.trust.PeerBook;
import io.zsync.node.trust.PeerBookFile;
import io.zsync.node.trust.Shares;
import io.zsync.protocol.PeerId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Consumer;

/** Shares, offered by one listener to the peers in the book as it was when it was read last. Any thread. */
final class SharingService implements Service {
    /** What a run may take to end by itself before it is parked. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Endpoint endpoint;
    private final Identity identity;
    private final PeerBookFile file;
    private final EventPump<ServiceEvent> events;
    private final Listener listener;
    private volatile PeerBook book;

    private SharingService(
            ServeRequest request,
            Shares shares,
            ConfigFolder folders,
            InstantSource clock,
            Consumer<ServiceEvent> events,
            Deadlines deadlines)
            throws RunFailure {
        identity = Identity.loadOrCreate(folders);
        file = new PeerBookFile(folders);
        book = file.read();
        ShareAccess access =
                new ShareAccess(() -> book, shares, request.minProtection(), request.maxSessions(), folders.state());
        this.events = EventPump.ofService(events);
        Newcomers newcomers =
                new InvitedNewcomers(new InviteFile(folders, clock), file, () -> book, this::takeUp, this.events);
        boolean listening = false;
        try {
            listener = Listener.open(
                    address(request.listen()),
                    identity,
                    id -> book.withId(id).isPresent(),
                    newcomers,
                    access,
                    request.maxSessions(),
                    this.events,
                    deadlines);
            endpoint = new Endpoint(request.listen().host(), listener.address().getPort());
            listening = true;
        } catch (IOException e) {
            throw new RunFailure(
                    FailureKind.SOCKET,
                    "listen: " + e.getMessage() + " (" + request.listen() + ")",
                    "another node may be listening there; --listen chooses another address or port",
                    e);
        } finally {
            if (!listening) {
                this.events.close();
            }
        }
        noteWhereItListens(folders);
    }

    /** For invites, which other processes make. */
    private void noteWhereItListens(ConfigFolder folders) {
        try {
            new ListeningFile(folders).write(endpoint);
        } catch (RunFailure e) {
            events.offer(new ServiceEvent.Trouble(e.getMessage() + "; zsync invite needs --address now"));
        }
    }

    static Service open(
            ServeRequest request,
            ConfigFolder folders,
            InstantSource clock,
            Consumer<ServiceEvent> events,
            Deadlines deadlines)
            throws RunFailure {
        Shares shares;
        try {
            shares = new Shares(request.shares());
        } catch (IllegalArgumentException e) {
            throw new RunFailure(FailureKind.USAGE, "share: " + e.getMessage(), null, e);
        }
        for (Share share : shares.all()) {
            try {
                LinuxRoot.open(share.directory()).close();
            } catch (FileFailure e) {
                throw new RunFailure(
                        FailureKind.ROOT_UNUSABLE,
                        "share " + share.name() + ": " + e.reason() + " (" + e.path() + ")",
                        null,
                        e);
            } catch (IOException e) {
                throw new RunFailure(FailureKind.ROOT_UNUSABLE, "share " + share.name() + ": " + e, null, e);
            }
        }
        return new SharingService(request, shares, folders, clock, events, deadlines);
    }

    private static InetSocketAddress address(Endpoint listen) throws IOException {
        InetSocketAddress address = new InetSocketAddress(listen.host(), listen.port());
        if (address.isUnresolved()) {
            throw new IOException("unknown host");
        }
        return address;
    }

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    @Override
    public PeerId id() {
        return identity.id();
    }

    @Override
    public void reload() throws RunFailure {
        takeUp();
        listener.review();
    }

    /** One after another, so that what is read last is in force last. */
    private synchronized PeerBook takeUp() throws RunFailure {
        book = file.read();
        return book;
    }

    @Override
    public void close() {
        close(PATIENCE);
    }

    void close(Duration patience) {
        try {
            listener.close(patience);
        } catch (IOException e) {
            // It listens no more, and what could be ended is.
        } finally {
            events.close();
        }
    }
}
