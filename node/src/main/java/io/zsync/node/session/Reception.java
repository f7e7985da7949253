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
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who has connected and what for, and brings each to where it belongs: the responder, a session that waits for data
 * streams, or the newcomers. Until then strangers are bounded in number, in time and in how often they shake hands, in all
 * and for each address; peers are bounded for themselves, and no stranger takes their place. Any thread.
 */
final class Reception implements Closeable {
    /** Each costs a descriptor, a thread and, once it shakes hands, some 150 KiB; and never more than a part of the descriptors. */
    private static final int STRANGERS = 256;

    private static final int DESCRIPTORS_FOR_EACH = 4;

    /** An address, or a peer, may have this part of all. */
    private static final int ORIGINS = 4;

    /** Peers whose session or data stream is not there yet. */
    private static final int VISITORS = 512;

    /**
     * A handshake costs 1 to 2 ms of one core: 50 a second, and 25 more that are kept for origins of which hardly any come. All
     * strangers that may be here have their turn within the time they have.
     */
    private static final Turns.Rates HANDSHAKES = new Turns.Rates(
            new Bucket.Rate(50, 64), new Bucket.Rate(25, 32), new Bucket.Rate(20, 32), new Bucket.Rate(1, 4));

    private final Identity self;
    private final Predicate<PeerId> accepted;
    private final Newcomers newcomers;
    private final Refusals refusals;
    private final Responder responder;
    private final Deadlines deadlines;
    private final Map<SessionId, StreamSlots> binding;
    private final Antechamber<Origin> strangers;
    private final Antechamber<PeerId> visitors = new Antechamber<>(VISITORS, VISITORS / ORIGINS);
    private final Turns<Origin> handshakes = new Turns<>(HANDSHAKES, System::nanoTime);

    /** @param binding the sessions that wait for data streams */
    Reception(
            Identity self,
            Predicate<PeerId> accepted,
            Newcomers newcomers,
            EventPump<ServiceEvent> events,
            Responder responder,
            Deadlines deadlines,
            Map<SessionId, StreamSlots> binding)
            throws IOException {
        this.self = self;
        this.accepted = accepted;
        this.newcomers = newcomers;
        this.refusals = new Refusals(events, System::nanoTime);
        this.responder = responder;
        this.deadlines = deadlines;
        this.binding = binding;
        int most = Math.clamp(OwnProcess.descriptors() / DESCRIPTORS_FOR_EACH, ORIGINS, STRANGERS);
        this.strangers = new Antechamber<>(most, most / ORIGINS);
    }

    /** Takes in whoever has connected. @return null if there is no room; the channel is closed then, without a byte */
    Antechamber<Origin>.@Nullable Guest enter(SocketChannel channel) throws IOException {
        Antechamber<Origin>.Guest stranger = strangers.enter(Origin.of(address(channel)), channel);
        if (stranger == null) {
            channel.close();
        }
        return stranger;
    }

    /** Closes a stranger that is late. @return false if there is none */
    boolean makeRoom() {
        return strangers.makeRoom();
    }

    /** Serves a stranger, and who it turns out to be, to the end; the thread that it was given. */
    void greet(SocketChannel channel, Antechamber<Origin>.Guest stranger) {
        try {
            identify(channel, stranger);
        } catch (ProtocolException refused) {
            // A stranger is told nothing. What an accepted peer must know went to it as a Failure.
            refusals.tell(address(channel).getHostAddress(), String.valueOf(refused.getMessage()));
        } catch (IOException gone) {
            // Came and went, fell silent, or made room.
        } finally {
            stranger.leave();
        }
    }

    private static InetAddress address(SocketChannel channel) {
        return channel.socket().getInetAddress();
    }

    private void identify(SocketChannel channel, Antechamber<Origin>.Guest stranger) throws IOException {
        ByteBuffer first = ByteBuffer.allocate(1);
        Deadlines.Deadline deadline = deadlines.close(channel, Listener.GREETING);
        int read;
        try {
            read = channel.read(first);
        } catch (IOException e) {
            channel.close();
            throw e;
        } finally {
            deadline.cancel();
        }
        stranger.heard();
        byte opening = first.get(0);
        if (read == 1 && opening == TlsChannel.FIRST_BYTE) {
            secure(shakeHands(channel, opening, stranger), channel, stranger);
        } else if (read == 1 && opening == BindCodec.FIRST_BYTE) {
            bind(PendingStream.read(channel, opening, deadlines, stranger.leftOf(Listener.GREETING)));
        } else {
            channel.close();
        }
    }

    /** When it is this one's turn, which a peer gets back. */
    private TlsChannel shakeHands(SocketChannel channel, byte opening, Antechamber<Origin>.Guest stranger)
            throws IOException {
        Turns<Origin>.Turn turn = handshakes.of(Origin.of(address(channel)));
        boolean charged = false;
        try {
            stranger.await(turn.takeOwn());
            stranger.await(turn.takeCommon());
            charged = true;
            TlsChannel tls = TlsChannel.accept(
                    channel, opening, self, this::admits, deadlines, stranger.leftOf(Listener.GREETING));
            charged = tls.purpose() == TlsChannel.Purpose.JOIN;
            return tls;
        } finally {
            if (!charged) {
                turn.giveBack();
            }
        }
    }

    private void secure(TlsChannel tls, SocketChannel channel, Antechamber<Origin>.Guest stranger) throws IOException {
        if (tls.purpose() == TlsChannel.Purpose.JOIN) {
            admit(JoinConnection.over(tls, self, deadlines), address(channel).getHostAddress());
            return;
        }
        stranger.leave();
        Antechamber<PeerId>.Guest visitor = visitors.enter(tls.peer(), channel);
        if (visitor == null) {
            tls.close();
            throw new ProtocolException(
                    ErrorCode.BUSY, "peer " + tls.peer() + " has too many connections without a session");
        }
        visitor.heard();
        try {
            if (tls.purpose() == TlsChannel.Purpose.DATA) {
                bind(PendingStream.read(tls, deadlines, Listener.GREETING));
            } else {
                serve(Connection.over(tls, self), channel, visitor);
            }
        } finally {
            visitor.leave();
        }
    }

    private void serve(Connection connection, SocketChannel channel, Antechamber<PeerId>.Guest visitor)
            throws IOException {
        Deadlines.Deadline opening = deadlines.close(channel, Listener.GREETING);
        try {
            responder.serve(connection, () -> {
                opening.cancel();
                visitor.leave();
            });
        } finally {
            opening.cancel();
        }
    }

    /** A stranger may do no more than ask to be let in, and only while somebody is expected. */
    private boolean admits(PeerId peer, TlsChannel.Purpose purpose) {
        return accepted.test(peer) || (purpose == TlsChannel.Purpose.JOIN && newcomers.areExpected());
    }

    private void admit(JoinConnection joining, String from) throws IOException {
        try (joining) {
            JoinConnection.Asked asked = joining.receive(Listener.GREETING);
            Optional<JoinReply> reply = newcomers.admit(joining.peer(), from, asked.request(), asked.proof());
            if (reply.isEmpty()) {
                throw new ProtocolException(
                        ErrorCode.NOT_TRUSTED, "peer " + joining.peer() + " has no invite that is good here");
            }
            joining.answer(reply.get(), Listener.GREETING);
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

    /** Closes the peers here that are none any more. */
    void review() {
        visitors.evict(peer -> !accepted.test(peer));
    }

    /** Closes all that are nothing yet, and whoever comes. */
    @Override
    public void close() {
        strangers.close();
        visitors.close();
    }
}
