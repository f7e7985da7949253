package io.zsync.node.transport;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The node's timer: closes channels whose peer took too long. A read timeout limits one read, which a peer that sends a
 * byte a second never meets; a deadline is absolute. One daemon thread for all; what it closes must not block in closing, so
 * it is handed channels, never TLS sockets. For any thread.
 */
public final class Deadlines implements Closeable {
    private final ScheduledThreadPoolExecutor timer;

    public Deadlines() {
        timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "zsync-deadlines");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
    }

    /** Closes {@code victim} after that time, unless cancelled before; at once if this timer is closed. */
    public Deadline close(Closeable victim, Duration after) {
        Deadline deadline = new Deadline(victim, after);
        try {
            deadline.start(timer);
        } catch (RejectedExecutionException e) {
            deadline.expire();
        }
        return deadline;
    }

    /** Deadlines still running never come. */
    @Override
    public void close() {
        timer.shutdownNow();
    }

    /** One running deadline. */
    public static final class Deadline {
        private enum State {
            RUNNING,
            CANCELLED,
            EXPIRED
        }

        private final Closeable victim;
        private final Duration after;
        private State state = State.RUNNING;
        private Runnable stop = () -> {};

        private Deadline(Closeable victim, Duration after) {
            this.victim = victim;
            this.after = after;
        }

        private synchronized void start(ScheduledThreadPoolExecutor timer) {
            var task = timer.schedule(this::expire, after.toNanos(), TimeUnit.NANOSECONDS);
            stop = () -> task.cancel(false);
        }

        /** Ends the wait. @return true if it was in time, false if the victim was closed */
        public synchronized boolean cancel() {
            if (state == State.RUNNING) {
                state = State.CANCELLED;
                stop.run();
            }
            return state == State.CANCELLED;
        }

        /** As {@link #cancel}, for those who cannot go on without the victim. @throws IOException if it was closed */
        public void met(String operation) throws IOException {
            if (!cancel()) {
                throw new IOException(operation + ": not done within " + after.toMillis() + " ms");
            }
        }

        /** What to throw for a failure that may be this deadline's work. */
        IOException explain(String operation, IOException failure) {
            return new IOException(
                    operation + ": " + (expired() ? "not done within " + after.toMillis() + " ms" : reason(failure)),
                    failure);
        }

        private static String reason(IOException failure) {
            String message = failure.getMessage();
            return message == null ? failure.getClass().getSimpleName() : message;
        }

        public synchronized boolean expired() {
            return state == State.EXPIRED;
        }

        private void expire() {
            synchronized (this) {
                if (state != State.RUNNING) {
                    return;
                }
                state = State.EXPIRED;
            }
            try {
                victim.close();
            } catch (IOException e) {
                // It is closed as far as it can be, and whoever waits on it hears of it there.
            }
        }
    }
}
