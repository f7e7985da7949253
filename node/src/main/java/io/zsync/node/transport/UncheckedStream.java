package io.zsync.node.transport;

import io.zsync.node.copy.PathCounters;
import java.nio.channels.SocketChannel;

/**
 * The two ends of a plain data stream whose frames carry no checks: what is left of a transfer when the check is taken away,
 * so that its price can be measured. Nothing that arrives so may be believed, so no session can come by one: a session's
 * streams bring their check with them, and only {@code node.bench} may use this class ({@code LayersTest}).
 */
public final class UncheckedStream {
    private UncheckedStream() {}

    /** @param channel blocking; closed with the writer */
    public static DataWriter writer(SocketChannel channel, PathCounters counters) {
        return new DataWriter(DataStream.plain(channel), new NoCheck(), counters, new Pace(0), false);
    }

    /** @param channel blocking; closed with the reader */
    public static DataReader reader(SocketChannel channel, ChunkSink sink) {
        return new DataReader(DataStream.plain(channel), new NoCheck(), 0, sink, new Arrivals(), false);
    }
}
