package io.zsync.node.session;

import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.node.transport.DataStream;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The data streams of a receiving session, closed when it is over. Where the peer is gone, what it had sent may still lie at
 * this end, and need not come again: then the threads that read get a moment to meet the end of their streams.
 */
final class ReceivingStreams implements Closeable {
    private static final Duration DRAINING = Duration.ofSeconds(1);

    private final Session session;
    private final List<DataStream> streams = new ArrayList<>();
    private int reading;

    ReceivingStreams(Session session) {
        this.session = session;
    }

    /** All of them, before any is read. */
    synchronized void add(List<DataStream> bound) {
        streams.addAll(bound);
    }

    /** A thread is going to read a stream. */
    synchronized void begun() {
        reading++;
    }

    /** A thread is done with its stream. */
    synchronized void ended() {
        reading--;
        notifyAll();
    }

    @Override
    public void close() {
        RunFailure failure = session.failure();
        if (failure != null && failure.kind() == FailureKind.SOCKET) {
            Thread.ofPlatform().daemon().name("zsync-drain").start(this::drain);
        } else {
            closeAll();
        }
    }

    private void drain() {
        long end = System.nanoTime() + DRAINING.toNanos();
        try {
            synchronized (this) {
                for (long left = DRAINING.toNanos(); reading > 0 && left > 0; left = end - System.nanoTime()) {
                    wait(Math.max(1, left / 1_000_000));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closeAll();
    }

    private void closeAll() {
        List<DataStream> all;
        synchronized (this) {
            all = List.copyOf(streams);
        }
        for (DataStream stream : all) {
            try {
                stream.close();
            } catch (IOException e) {
                // The session is over; what could not be closed politely is closed all the same.
            }
        }
    }
}
