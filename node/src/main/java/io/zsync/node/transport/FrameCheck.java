package io.zsync.node.transport;

import io.zsync.protocol.FrameHeader;
import java.nio.ByteBuffer;

/**
 * How one stream's frames are checked: all that levels do differently behind the sockets. It must never see mapped memory: a
 * file that shrinks under the map would kill the JVM inside a native loop. For one thread.
 */
sealed interface FrameCheck permits ClearCheck, NoCheck, PrivateCheck {
    /** The one that goes with the stream's level. */
    static FrameCheck of(DataStream stream) {
        return switch (stream) {
            case PlainStream plain -> new ClearCheck();
            case TlsStream tls -> new PrivateCheck();
        };
    }

    /** A header and its check. */
    int headerLength();

    /** What follows the payload. */
    int length();

    /** Appends header and header check, and begins the payload check. */
    void appendHeader(FrameHeader header, ByteBuffer target);

    /**
     * Takes a header whose check matches, and begins the payload check.
     *
     * @throws io.zsync.protocol.ProtocolException if it does not match
     */
    FrameHeader readHeader(ByteBuffer source);

    /** False where the payload's bytes make no difference to the check: then nobody need bring them here. */
    boolean readsPayload();

    /** @param payload consumed; heap or direct, never mapped */
    void update(ByteBuffer payload);

    void update(byte[] payload, int length);

    PayloadCheck value();

    /** Appends the payload check, or one that cannot match what was sent. */
    void appendTo(ByteBuffer target, boolean spoilt);

    /**
     * Takes a payload check and compares it.
     *
     * @throws io.zsync.protocol.ProtocolException if it is none
     */
    boolean matches(ByteBuffer source);

    /** A chunk that was sent whole may arrive damaged. If not, one that is rejected was never whole. */
    boolean wireMayDamage();
}
