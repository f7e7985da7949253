package io.zsync.node.session;

import io.zsync.node.api.RunFailure;
import io.zsync.node.api.ServiceEvent;
import io.zsync.node.trust.InviteFile;
import io.zsync.node.trust.Peer;
import io.zsync.node.trust.PeerBook;
import io.zsync.node.trust.PeerBookFile;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.JoinReply;
import io.zsync.protocol.JoinRequest;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.ProtocolException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Those who hold an invite, whichever process made it. An invite is burnt, durably, before its holder is put into the peer
 * book: who is killed in between has a dead invite and no peer, never a peer and a living invite. Any thread.
 */
public final class InvitedNewcomers implements Newcomers {
    /** However many strangers come, the file is looked at no more often. */
    private static final Duration LOOK = Duration.ofMillis(100);

    /** Puts the peer book in force as it is on disk now. */
    public interface TakeUp {
        PeerBook book() throws RunFailure;
    }

    private final InviteFile invites;
    private final PeerBookFile peers;
    private final Supplier<PeerBook> book;
    private final TakeUp takeUp;
    private final EventPump<ServiceEvent> events;
    private boolean expected;
    private long lookedNanos = System.nanoTime() - LOOK.toNanos();

    /** @param book the one in force */
    public InvitedNewcomers(
            InviteFile invites,
            PeerBookFile peers,
            Supplier<PeerBook> book,
            TakeUp takeUp,
            EventPump<ServiceEvent> events) {
        this.invites = invites;
        this.peers = peers;
        this.book = book;
        this.takeUp = takeUp;
        this.events = events;
    }

    @Override
    public synchronized boolean areExpected() {
        if (System.nanoTime() - lookedNanos >= LOOK.toNanos()) {
            try {
                expected = invites.isAnyOpen();
            } catch (RunFailure e) {
                expected = false;
                tell(e);
            }
            lookedNanos = System.nanoTime();
        }
        return expected;
    }

    private synchronized void lookAgain() {
        lookedNanos = System.nanoTime() - LOOK.toNanos();
    }

    @Override
    public Optional<JoinReply> admit(PeerId peer, String from, JoinRequest request, Predicate<byte[]> proof) {
        Optional<Peer> known = book.get().withId(peer);
        if (known.isPresent()) {
            return Optional.of(
                    new JoinReply(JoinReply.Outcome.KNOWN, known.get().name()));
        }
        requireName(request);
        Optional<InviteFile.Terms> terms;
        try {
            terms = invites.redeem(request, proof);
        } catch (RunFailure e) {
            tell(e);
            return Optional.empty();
        }
        lookAgain();
        return terms.map(each -> adopt(peer, from, request.name(), each));
    }

    /** Before the invite is touched, so that a name cannot cost it. */
    private static void requireName(JoinRequest request) {
        try {
            Peer.requireName(request.name());
        } catch (IllegalArgumentException e) {
            throw new ProtocolException(ErrorCode.MALFORMED, "join request: " + e.getMessage(), e);
        }
    }

    private JoinReply adopt(PeerId id, String from, String wish, InviteFile.Terms terms) {
        try {
            peers.update(now -> now.withId(id).isPresent()
                    ? now
                    : now.with(new Peer(now.freeName(wish), id, null, terms.protection(), terms.grants())));
            String name = takeUp.book().withId(id).map(Peer::name).orElse(wish);
            events.post(new ServiceEvent.Joined(name, from, id));
            return new JoinReply(JoinReply.Outcome.JOINED, name);
        } catch (RunFailure e) {
            tell(e);
            return new JoinReply(JoinReply.Outcome.FAILED, wish);
        }
    }

    private void tell(RunFailure failure) {
        events.offer(new ServiceEvent.Trouble(String.valueOf(failure.getMessage())));
    }
}
