package io.zsync.node.transport;

import java.util.concurrent.atomic.LongAdder;

/**
 * Bytes that came in on data streams; one for all streams of a run. For any thread.
 *
 * @param read all of them as they come: on a slow wire a chunk takes long, and is progress all the while
 * @param verified payload that passed its check
 */
public record Arrivals(LongAdder read, LongAdder verified) {
    public Arrivals() {
        this(new LongAdder(), new LongAdder());
    }
}
