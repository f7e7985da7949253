package io.zsync.node.transport;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Payload on its way into one stream, no faster than the run's pace: each piece is let go before it is written. Keeps what
 * was let go and not used, since a kernel may take less than it is offered. For one thread.
 */
final class PacedOutput {
    private final DataStream stream;
    private final Pace pace;
    private int granted;

    PacedOutput(DataStream stream, Pace pace) {
        this.stream = stream;
        this.pace = pace;
    }

    DataStream stream() {
        return stream;
    }

    /** Waits until some of these bytes may go. @return how many, at least 1 */
    int grant(long length) throws IOException {
        if (granted == 0) {
            int portion = pace.portion((int) Math.min(length, Integer.MAX_VALUE));
            pace.await(portion);
            granted = portion;
        }
        return (int) Math.min(granted, length);
    }

    /** So many of the bytes that were granted went out. */
    void used(long length) {
        granted -= (int) length;
    }

    /** Writes all of both; only the payload waits. The positions show how far it got if it fails. */
    void write(ByteBuffer head, ByteBuffer payload) throws IOException {
        int limit = payload.limit();
        try {
            while (payload.position() < limit) {
                int start = payload.position();
                payload.limit(start + grant(limit - start));
                stream.write(head, payload);
                used(payload.position() - start);
            }
        } finally {
            payload.limit(limit);
        }
    }
}
