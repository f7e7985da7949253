package io.zsync.node.transport;

import io.zsync.protocol.FrameHeader;
import io.zsync.protocol.TagKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * How one stream's frames are checked: all that levels do differently behind the sockets. It must never see mapped memory: a
 * file that shrinks under the map would kill the JVM inside a native loop. For one thread.
 */
sealed interface FrameCheck permits ClearCheck, SafeCheck, PrivateCheck, NoCheck {
    /** The one that goes with the stream's level; of a stream at level safe there is one. */
    static FrameCheck of(DataStream stream) {
        return switch (stream) {
            case PlainStream(SocketChannel channel, TagKey key) -> key == null ? new ClearCheck() : new SafeCheck(key);
            case TlsStream tls -> new PrivateCheck();
        };
    }

    /** A header and its check. */
    int headerLength();

    /** What follows the payload. */
    int length();

    /**
     * Appends header and header check, and begins the payload check.
     *
     * @throws IOException if the stream can carry no further frame
     */
    void appendHeader(FrameHeader header, ByteBuffer target) throws IOException;

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

    /** Appends the payload check, or one that cannot match what was sent. */
    void appendTo(ByteBuffer target, boolean spoilt);

    /** The payload check that was appended last. */
    PayloadCheck sent();

    /**
     * Takes a payload check and compares it.
     *
     * @throws io.zsync.protocol.ProtocolException if it is none
     */
    boolean matches(ByteBuffer source);

    /** A chunk that was sent whole may arrive damaged. If not, one that is rejected was never whole. */
    boolean wireMayDamage();

    /**
     * Whether a frame with that header and payload has the payload check that was sent before. Frames under way are not
     * concerned.
     *
     * @param payload left as it is
     */
    boolean isCheckOf(FrameHeader header, ByteBuffer payload, PayloadCheck before);
}
