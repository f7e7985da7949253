package io.zsync.node.transport;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.LongAdder;

/**
 * The receiving end of one data stream: reads frames until the peer ends it, and hands each payload to the sink from the
 * buffer it was read into and checked in. No field is used before the header check matched; no pack before all of it did.
 * {@link #run} is for one platform thread, {@link #close} for any.
 */
public final class DataReader implements Closeable {
    private final SocketChannel channel;
    private final int stream;
    private final ChunkSink sink;
    private final LongAdder verified;

    /**
     * @param channel blocking, bound; closed with this reader
     * @param verified grows by the payload bytes that passed their check; may be shared by streams
     */
    public DataReader(SocketChannel channel, int stream, ChunkSink sink, LongAdder verified) {
        this.channel = channel;
        this.stream = stream;
        this.sink = sink;
        this.verified = verified;
    }

    /**
     * Returns when the peer has ended the stream between two frames.
     *
     * @throws IOException if the stream broke
     * @throws io.zsync.protocol.ProtocolException if the peer sent what it must not
     */
    public void run() throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
