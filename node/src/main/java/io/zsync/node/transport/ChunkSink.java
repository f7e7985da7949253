package io.zsync.node.transport;

import io.zsync.protocol.FrameHeader;
import io.zsync.protocol.PackRecord;
import io.zsync.protocol.ProtocolException;
import java.nio.ByteBuffer;

/** Where received payload goes. Called by the threads that read data streams, many at once. */
public interface ChunkSink {
    /**
     * Claims the range of a chunk or hole whose header check matched.
     *
     * @throws ProtocolException if that range of that attempt is not outstanding, or is claimed already
     */
    Claim claim(FrameHeader header);

    /** One file of a pack whose check matched as a whole; the buffer is direct and only valid during the call. */
    void packed(PackRecord record, ByteBuffer content);

    /** A pack arrived damaged; nothing of it was used. */
    void packDamaged(int stream, long sequence);

    /** A claimed range, in the hands of one thread until it says {@link #verified} or {@link #damaged}. */
    interface Claim {
        /**
         * Takes payload before it is verified. A failure to store it is the sink's affair; the stream goes on.
         *
         * @param bytes direct; consumed
         * @param offset in the file
         */
        void write(ByteBuffer bytes, long offset);

        /** All payload was written and the payload check matched; for a hole, at once. */
        void verified();

        /** The payload check did not match: the range is outstanding again. */
        void damaged();

        /** The connection broke inside the payload. */
        void abandoned();
    }
}
