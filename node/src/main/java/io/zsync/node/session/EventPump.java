package io.zsync.node.session;

import io.zsync.node.api.Event;
import io.zsync.node.api.ServiceEvent;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Message;
import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Brings events to a sink that may block, from threads that must not. An honest run is slowed down where it can be, before
 * the next manifest part, and fits. What a peer sends without end does not: beyond a bound of memory events are dropped,
 * and the sink gets one in their place that says how many. One thread of its own calls the sink.
 */
public final class EventPump<E> implements AutoCloseable {
    private static final int ROOM = 8_192;

    /** Of memory, waiting and in the sink's hands: more than what eight manifest parts of short names bring about. */
    private static final int MOST_BYTES = 32 << 20;

    /** After it has dropped events it goes on when so much is free again, so that gaps are few. */
    private static final int RESUME_BYTES = MOST_BYTES / 2;

    /** The thread that drives a run waits before it is dropped anything. */
    private static final int ROOM_BYTES = MOST_BYTES / 4;

    /** An event without its texts; and one with a path that may be long. */
    private static final int BYTES = 256;

    private static final int VISIT_BYTES = BYTES + Limits.PATH_LENGTH;

    private final Consumer<? super E> sink;
    private final ToIntFunction<? super E> size;
    private final LongFunction<? extends E> gap;
    private final ArrayDeque<E> waiting = new ArrayDeque<>();
    private final @Nullable Thread thread;
    private long bytes;
    private long dropped;
    private boolean closing;
    private @Nullable Throwable failure;

    /** For what a run tells. */
    public static EventPump<Event> ofRun(Consumer<? super Event> sink) {
        return new EventPump<>(sink, EventPump::size, Event.NotShown::new);
    }

    /** For what a serving node tells. */
    public static EventPump<ServiceEvent> ofService(Consumer<? super ServiceEvent> sink) {
        return new EventPump<>(
                sink,
                event -> event instanceof ServiceEvent.Ended || event instanceof ServiceEvent.Opened
                        ? VISIT_BYTES
                        : BYTES,
                count -> new ServiceEvent.Trouble(
                        count + " more events, not shown: they came faster than they were taken"));
    }

    private static int size(Event event) {
        return BYTES
                + switch (event) {
                    case Event.Changed(Message.Change change) -> change.path().length() + change.target().length;
                    case Event.ProblemMet problem ->
                        problem.path().length() + problem.detail().length();
                    case Event.Moved moved -> moved.path().length();
                    case Event.Reconnecting any -> 0;
                    case Event.NotShown any -> 0;
                    case Event.Progress any -> 0;
                };
    }

    /**
     * @param size of an event in memory, about
     * @param gap the event that stands for so many that were dropped
     */
    EventPump(Consumer<? super E> sink, ToIntFunction<? super E> size, LongFunction<? extends E> gap) {
        this.sink = sink;
        this.size = size;
        this.gap = gap;
        this.thread = Thread.ofPlatform().daemon().name("zsync-events").start(this::run);
    }

    private EventPump() {
        this.sink = event -> {};
        this.size = event -> 0;
        this.gap = count -> {
            throw new IllegalStateException(count + " events dropped that nobody waits for");
        };
        this.thread = null;
    }

    /** One that nobody listens to: it has no thread, and what is posted is gone. */
    public static <E> EventPump<E> none() {
        return new EventPump<>();
    }

    /** Queues an event, or counts it as dropped. Never blocks. */
    public synchronized void post(E event) {
        if (failure != null || thread == null) {
            return;
        }
        if (hasRoomFor(event)) {
            add(event);
        } else {
            dropped++;
        }
    }

    private boolean hasRoomFor(E event) {
        return bytes + size.applyAsInt(event) <= (dropped == 0 ? MOST_BYTES : RESUME_BYTES);
    }

    private void add(E event) {
        tellGap();
        waiting.add(event);
        bytes += size.applyAsInt(event);
        notifyAll();
    }

    private void tellGap() {
        if (dropped > 0) {
            E told = gap.apply(dropped);
            dropped = 0;
            waiting.add(told);
            bytes += size.applyAsInt(told);
        }
    }

    /** Queues an event unless too much is waiting: for what nobody misses. Never blocks. */
    public synchronized boolean offer(E event) {
        if (waiting.size() >= ROOM || !hasRoomFor(event)) {
            return false;
        }
        post(event);
        return true;
    }

    /**
     * Waits while too much is waiting, for the thread that drives the run.
     *
     * @param over true if nobody is to wait any more; whoever makes it true calls {@link #release} behind it
     */
    synchronized void awaitRoom(BooleanSupplier over) throws InterruptedException {
        while ((waiting.size() >= ROOM || bytes >= ROOM_BYTES) && !closing && failure == null && !over.getAsBoolean()) {
            wait();
        }
    }

    /** Has {@link #awaitRoom} look again. */
    synchronized void release() {
        notifyAll();
    }

    private void run() {
        ArrayDeque<E> batch = new ArrayDeque<>();
        while (take(batch)) {
            long told = 0;
            try {
                for (E event : batch) {
                    sink.accept(event);
                    told += size.applyAsInt(event);
                }
            } catch (RuntimeException | Error e) {
                broken(e);
                return;
            }
            batch.clear();
            told(told);
        }
    }

    private synchronized void told(long length) {
        bytes -= length;
        notifyAll();
    }

    /** The sink gets no more events, and nobody waits for it. */
    private synchronized void broken(Throwable cause) {
        failure = cause;
        waiting.clear();
        notifyAll();
    }

    private synchronized boolean take(ArrayDeque<E> batch) {
        while (waiting.isEmpty()) {
            tellGap();
            if (!waiting.isEmpty()) {
                break;
            }
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
