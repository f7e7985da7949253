package io.zsync.node.session;

import io.zsync.node.transport.BindKeys;
import io.zsync.node.transport.PendingStream;
import io.zsync.node.transport.StreamNumbers;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.ProtocolException;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The data streams that a session on the responding side waits for. Each number binds once, and only for a while. */
final class StreamSlots {
    private final BindKeys keys;
    private final StreamNumbers numbers;
    private final @Nullable SocketChannel[] channels;
    private int bound;
    private boolean closed;

    StreamSlots(BindKeys keys, int streams) {
        this.keys = keys;
        this.numbers = new StreamNumbers(streams);
        this.channels = new SocketChannel[streams];
    }

    /** Verifies a claim and takes its channel. @throws ProtocolException if it is refused; the channel is closed then */
    void bind(PendingStream pending) throws IOException {
        int stream = pending.request().stream();
        try (pending) {
            if (!numbers.take(stream)) {
                throw new ProtocolException(ErrorCode.NOT_TRUSTED, "data stream " + stream + " was claimed before");
            }
            SocketChannel channel = pending.accept(keys);
            synchronized (this) {
                if (closed) {
                    channel.close();
                    return;
                }
                channels[stream] = channel;
                bound++;
                notifyAll();
            }
        }
    }

    /** Waits for all of them. @throws IOException if they were not there in time */
    synchronized List<SocketChannel> await(Duration time) throws IOException, InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        while (bound < channels.length) {
            long left = end - System.nanoTime();
            if (left <= 0 || closed) {
                throw new IOException("only " + bound + " of " + channels.length + " data streams were bound within "
                        + time.toSeconds() + " s");
            }
            java.util.concurrent.TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        closed = true;
        List<SocketChannel> all = new ArrayList<>();
        for (SocketChannel channel : channels) {
            if (channel != null) {
                all.add(channel);
            }
        }
        return all;
    }

    /** Binds nothing more; closes what was bound and never handed out. */
    synchronized void close() throws IOException {
        if (!closed) {
            closed = true;
            for (SocketChannel channel : channels) {
                if (channel != null) {
                    channel.close();
                }
            }
        }
        notifyAll();
    }
}
