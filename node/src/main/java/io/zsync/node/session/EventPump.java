package io.zsync.node.session;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings events to a sink that may block, from threads that must not. The run is slowed down where it can be, before the
 * next manifest part, so that what waits here stays bounded. One thread of its own calls the sink.
 */
public final class EventPump<E> implements AutoCloseable {
    private static final int ROOM = 8_192;

    private final Consumer<? super E> sink;
    private final ArrayDeque<E> waiting = new ArrayDeque<>();
    private final @Nullable Thread thread;
    private boolean closing;
    private @Nullable Throwable failure;

    public EventPump(Consumer<? super E> sink) {
        this.sink = sink;
        this.thread = Thread.ofPlatform().daemon().name("zsync-events").start(this::run);
    }

    private EventPump() {
        this.sink = event -> {};
        this.thread = null;
    }

    /** One that nobody listens to: it has no thread, and what is posted is gone. */
    public static <E> EventPump<E> none() {
        return new EventPump<>();
    }

    /** Queues an event. Never blocks. */
    public synchronized void post(E event) {
        if (failure != null || thread == null) {
            return;
        }
        waiting.add(event);
        notifyAll();
    }

    /** Queues an event unless too much is waiting: for word of strangers, who may come in any number. Never blocks. */
    public synchronized boolean offer(E event) {
        if (waiting.size() >= ROOM) {
            return false;
        }
        post(event);
        return true;
    }

    /** Waits while too much is waiting. For the thread that drives the run. */
    synchronized void awaitRoom() throws InterruptedException {
        while (waiting.size() >= ROOM && !closing) {
            wait();
        }
    }

    private void run() {
        ArrayDeque<E> batch = new ArrayDeque<>();
        while (take(batch)) {
            try {
                for (E event : batch) {
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

    private synchronized boolean take(ArrayDeque<E> batch) {
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
        if (thread == null) {
            return;
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
