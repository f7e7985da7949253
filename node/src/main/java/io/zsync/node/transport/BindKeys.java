package io.zsync.node.transport;

import io.zsync.node.trust.Identity;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Mode;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.Protection;
import io.zsync.protocol.SessionId;
import io.zsync.protocol.TagKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What ties data streams to one session at one level: who may be at their ends, and secrets that both draw from the control
 * connection's TLS keys. To bind, one for each role, so that nothing one end has said can be said back to it; at level safe
 * one more for each stream, by which end sends. Made once for a session, because its tag keys count. Any thread.
 */
public final class BindKeys {
    private static final String INITIATOR = "EXPORTER-zsync-bind-initiator";
    private static final String RESPONDER = "EXPORTER-zsync-bind-responder";
    private static final String INITIATOR_SENDS = "EXPORTER-zsync-tags-initiator";
    private static final String RESPONDER_SENDS = "EXPORTER-zsync-tags-responder";
    private static final int KEY_LENGTH = 32;

    private final SessionId session;
    private final Protection protection;
    private final Identity self;
    private final PeerId peer;
    private final byte[] initiator;
    private final byte[] responder;
    private final List<TagKey> tagKeys;

    private BindKeys(
            SessionId session,
            Protection protection,
            Identity self,
            PeerId peer,
            byte[] initiator,
            byte[] responder,
            List<TagKey> tagKeys) {
        this.session = session;
        this.protection = protection;
        this.self = self;
        this.peer = peer;
        this.initiator = initiator;
        this.responder = responder;
        this.tagKeys = List.copyOf(tagKeys);
    }

    /**
     * The same on both ends of the connection, and nowhere else.
     *
     * @param mode who sends content: at a push the initiator
     */
    public static BindKeys of(Connection control, SessionId session, Protection protection, Mode mode)
            throws IOException {
        byte[] context = ByteBuffer.allocate(SessionId.LENGTH + 1)
                .put(session.bytes())
                .put((byte) protection.number())
                .array();
        String sends = mode == Mode.PUSH ? INITIATOR_SENDS : RESPONDER_SENDS;
        return new BindKeys(
                session,
                protection,
                control.self(),
                control.peer(),
                control.exportKey(INITIATOR, context, KEY_LENGTH),
                control.exportKey(RESPONDER, context, KEY_LENGTH),
                protection == Protection.SAFE ? tagKeys(control, context, sends) : List.of());
    }

    private static List<TagKey> tagKeys(Connection control, byte[] context, String label) throws IOException {
        List<TagKey> keys = new ArrayList<>();
        for (int stream = 0; stream < Limits.STREAMS; stream++) {
            byte[] streamContext = ByteBuffer.allocate(context.length + Short.BYTES)
                    .put(context)
                    .putShort((short) stream)
                    .array();
            keys.add(new TagKey(control.exportKey(label, streamContext, TagKey.LENGTH), Limits.SAFE_FRAMES));
        }
        return keys;
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

    /** @throws IndexOutOfBoundsException at any level but safe, or if there is no such stream */
    TagKey tagKey(int stream) {
        return tagKeys.get(stream);
    }
}
