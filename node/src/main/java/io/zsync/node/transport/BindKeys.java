package io.zsync.node.transport;

import io.zsync.node.trust.Identity;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.Protection;
import io.zsync.protocol.SessionId;
import java.io.IOException;
import java.util.Arrays;

/**
 * What ties data streams to one session at one level: who may be at their ends, and secrets that both draw from the control
 * connection's TLS keys, one for each role, so that nothing one end has said can be said back to it. Immutable.
 */
public final class BindKeys {
    private static final String INITIATOR = "EXPORTER-zsync-bind-initiator";
    private static final String RESPONDER = "EXPORTER-zsync-bind-responder";
    private static final int KEY_LENGTH = 32;

    private final SessionId session;
    private final Protection protection;
    private final Identity self;
    private final PeerId peer;
    private final byte[] initiator;
    private final byte[] responder;

    private BindKeys(
            SessionId session, Protection protection, Identity self, PeerId peer, byte[] initiator, byte[] responder) {
        this.session = session;
        this.protection = protection;
        this.self = self;
        this.peer = peer;
        this.initiator = initiator;
        this.responder = responder;
    }

    /** The same on both ends of the connection, and nowhere else. */
    public static BindKeys of(Connection control, SessionId session, Protection protection) throws IOException {
        byte[] context = Arrays.copyOf(session.bytes(), SessionId.LENGTH + 1);
        context[SessionId.LENGTH] = (byte) protection.number();
        return new BindKeys(
                session,
                protection,
                control.self(),
                control.peer(),
                control.exportKey(INITIATOR, context, KEY_LENGTH),
                control.exportKey(RESPONDER, context, KEY_LENGTH));
    }

    public SessionId session() {
        return session;
    }

    public Protection protection() {
        return protection;
    }

    /** Who this end is. */
    Identity self() {
        return self;
    }

    /** Who the other end of the control connection is, and so of every stream whose TLS says who is there. */
    PeerId peer() {
        return peer;
    }

    byte[] initiator() {
        return initiator;
    }

    byte[] responder() {
        return responder;
    }
}
