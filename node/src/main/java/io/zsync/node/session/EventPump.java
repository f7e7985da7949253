package io.zsync.node.session;

import io.zsync.node.api.Event;
import io.zsync.node.api.EventSink;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Brings events to a sink that may block, from threads that must not. The run is slowed down where it can be, before the
 * next manifest part, so that what waits here stays bounded. One thread of its own calls the sink.
 */
public final class EventPump implements AutoCloseable {
    private static final int ROOM = 8_192;

    private final EventSink sink;
    private final ArrayDeque<Event> waiting = new ArrayDeque<>();
    private final Thread thread;
    private boolean closing;
    private @Nullable Throwable failure;

    public EventPump(EventSink sink) {
        this.sink = sink;
        this.thread = Thread.ofPlatform().daemon().name("zsync-events").start(this::run);
    }

    /** Queues an event. Never blocks. */
    public synchronized void post(Event event) {
        if (failure != null) {
            return;
        }
        waiting.add(event);
        notifyAll();
    }

    /** Waits while too much is waiting. For the thread that drives the run. */
    synchronized void awaitRoom() throws InterruptedException {
        while (waiting.size() >= ROOM && !closing) {
            wait();
        }
    }

    private void run() {
        ArrayDeque<Event> batch = new ArrayDeque<>();
        while (take(batch)) {
            try {
                for (Event event : batch) {
                    sink.accept(event);
                }
            } catch (RuntimeException | Error e) {
                broken(e);
                return;
            }
            batch.clear();
        }
    }

    /** The sink gets no more events, and nobody waits for it. */
    private synchronized void broken(Throwable cause) {
        failure = cause;
        waiting.clear();
        notifyAll();
    }

    private synchronized boolean take(ArrayDeque<Event> batch) {
        while (waiting.isEmpty()) {
            if (closing) {
                return false;
            }
            try {
                wait();
            } catch (InterruptedException e) {
                return false;
            }
        }
        batch.addAll(waiting);
        waiting.clear();
        notifyAll();
        return true;
    }

    /** Returns when the sink has seen everything; throws what the sink has thrown, if it has. */
    @Override
    public void close() {
        synchronized (this) {
            closing = true;
            notifyAll();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            switch (failure) {
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                case null, default -> {}
            }
        }
    }
}
