package io.zsync.node.transport;

import io.zsync.protocol.FrameHeader;
import io.zsync.protocol.FrameHeaderCodec;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * How one stream's frames are checked at the level {@code clear}: CRC32C over the header, and over header and payload. All
 * that another level does differently is in here. It must never see mapped memory: a file that shrinks under the map would
 * kill the JVM inside the native loop. For one thread.
 */
final class FrameCheck {
    /** A header and its check. */
    static final int HEADER_LENGTH = FrameHeaderCodec.CLEAR_LENGTH;

    /** What follows the payload. */
    static final int LENGTH = FrameHeaderCodec.CLEAR_CHECK_LENGTH;

    private final CRC32C sum = new CRC32C();

    /** Appends header and header check, and begins the payload check. */
    void appendHeader(FrameHeader header, ByteBuffer target) {
        int start = target.position();
        FrameHeaderCodec.appendClear(header, target);
        FrameHeaderCodec.beginPayloadCheck(sum, target.slice(start, FrameHeaderCodec.LENGTH));
    }

    /**
     * Takes a header whose check matches, and begins the payload check.
     *
     * @throws io.zsync.protocol.ProtocolException if it does not match
     */
    FrameHeader readHeader(ByteBuffer source) {
        ByteBuffer bytes = source.slice(source.position(), FrameHeaderCodec.LENGTH);
        FrameHeader header = FrameHeaderCodec.readClear(source);
        FrameHeaderCodec.beginPayloadCheck(sum, bytes);
        return header;
    }

    /** @param payload consumed; heap or direct, never mapped */
    void update(ByteBuffer payload) {
        sum.update(payload);
    }

    void update(byte[] payload, int length) {
        sum.update(payload, 0, length);
    }

    int value() {
        return (int) sum.getValue();
    }

    /** Appends the payload check, or one that cannot match what was sent. */
    void appendTo(ByteBuffer target, boolean spoilt) {
        target.putInt(spoilt ? ~value() : value());
    }

    /** Takes a payload check and compares it. */
    boolean matches(ByteBuffer source) {
        return FrameHeaderCodec.matches(sum, source);
    }
}
