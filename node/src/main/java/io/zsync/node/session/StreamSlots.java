package io.zsync.node.session;

import io.zsync.node.transport.BindKeys;
import io.zsync.node.transport.DataStream;
import io.zsync.node.transport.PendingStream;
import io.zsync.node.transport.StreamNumbers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The data streams that a session on the responding side waits for. Each number binds once, and only for a while. */
final class StreamSlots {
    private final BindKeys keys;
    private final StreamNumbers numbers;
    private final @Nullable DataStream[] streams;
    private int bound;
    private boolean closed;
    private boolean abandoned;

    StreamSlots(BindKeys keys, int streams) {
        this.keys = keys;
        this.numbers = new StreamNumbers(streams);
        this.streams = new DataStream[streams];
    }

    /** Verifies a claim and takes its stream. @throws io.zsync.protocol.ProtocolException if it is refused; it is closed then */
    void bind(PendingStream pending) throws IOException {
        int stream = pending.request().stream();
        try (pending) {
            DataStream accepted = pending.accept(keys, numbers);
            synchronized (this) {
                if (closed) {
                    accepted.close();
                    return;
                }
                streams[stream] = accepted;
                bound++;
                notifyAll();
            }
        }
    }

    /** Waits for all of them. @throws IOException if they were not there in time */
    synchronized List<DataStream> await(Duration time) throws IOException, InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        while (bound < streams.length) {
            long left = end - System.nanoTime();
            if (abandoned) {
                throw new IOException("the peer left with " + bound + " of " + streams.length + " data streams bound");
            }
            if (left <= 0 || closed) {
                throw new IOException("only " + bound + " of " + streams.length + " data streams were bound within "
                        + time.toSeconds() + " s");
            }
            java.util.concurrent.TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        closed = true;
        List<DataStream> all = new ArrayList<>();
        for (DataStream stream : streams) {
            if (stream != null) {
                all.add(stream);
            }
        }
        return all;
    }

    /** Nobody will open what is missing: whoever waits for it need not. */
    synchronized void abandon() {
        abandoned = true;
        notifyAll();
    }

    /** Binds nothing more; closes what was bound and never handed out. */
    synchronized void close() throws IOException {
        if (!closed) {
            closed = true;
            for (DataStream stream : streams) {
                if (stream != null) {
                    stream.close();
                }
            }
        }
        notifyAll();
    }
}
