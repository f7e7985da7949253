package io.zsync.node;

import io.zsync.node.api.EventSink;
import io.zsync.node.api.PushRequest;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;

/** The facade of the engine. One node serves any number of runs; {@link #close} ends them. Thread safe. */
public final class Node implements AutoCloseable {

    /**
     * Runs a push to its end and returns what it did; per-file problems are events and counts, not failures.
     *
     * @throws RunFailure if the run as a whole failed
     */
    public RunReport push(PushRequest request, EventSink events) throws RunFailure {
        throw new UnsupportedOperationException();
    }

    /** Ends running pushes; each leaves no staged file and throws {@link RunFailure} of kind INTERRUPTED. */
    public void cancel() {}

    @Override
    public void close() {
        cancel();
    }
}
