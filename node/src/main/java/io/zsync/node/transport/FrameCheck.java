package io.zsync.node.transport;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * What a data stream's frames are checked with at the level {@code clear}: CRC32C. One per stream; its value after {@link
 * #begin} and all payload is the frame's payload check. It must never see mapped memory: a file that shrinks under the map
 * would kill the JVM inside the native loop. For one thread.
 */
final class FrameCheck {
    /** Bytes of a check on the wire. */
    static final int LENGTH = 4;

    private final CRC32C sum = new CRC32C();

    /** Starts over with the frame's header, which the payload check covers as well. @param header consumed */
    void begin(ByteBuffer header) {
        sum.reset();
        sum.update(header);
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
}
