package io.zsync.node.session;

import io.zsync.node.transport.Connection;
import io.zsync.protocol.Message;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * What is to go out on a control connection. Everything else goes before the next manifest part, so that no bulk ever
 * delays an answer. {@link #run} is the one writer; {@link #send} may block its caller while too much is waiting, which is
 * safe because the peer's reader never blocks; {@link #post} never does.
 */
final class Outbox {
    private static final int ROOM = 16_384;

    /**
     * The first message after a pause goes at once; those that follow closely share a record, because each record costs
     * both ends a wake-up, and a file of a few bytes is worth less than that.
     */
    private static final long LINGER_NANOS = 200_000;

    private static final int LINGER_MESSAGES = 512;

    /** Up to that many at a time are a conversation, which lingering would only slow down. */
    private static final int LONE_MESSAGES = 3;

    private final Connection connection;
    private final ArrayDeque<Message> urgent = new ArrayDeque<>();
    private final ArrayDeque<Message.ManifestPart> parts = new ArrayDeque<>();
    private long takenNanos = System.nanoTime() - LINGER_NANOS;
    private boolean many;
    private boolean closing;
    private boolean broken;

    Outbox(Connection connection) {
        this.connection = connection;
    }

    /** Queues a message; waits while the queue is full. After the end it is dropped. */
    synchronized void send(Message message) {
        try {
            while (urgent.size() >= ROOM && !closing && !broken) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        post(message);
    }

    /** Queues a message at once, whatever is waiting. For the few that bound themselves. */
    synchronized void post(Message message) {
        if (closing || broken) {
            return;
        }
        if (message instanceof Message.ManifestPart part) {
            parts.add(part);
        } else {
            urgent.add(message);
        }
        // A lingering writer needs no word of each message that joins.
        if (urgent.size() + parts.size() == 1 || urgent.size() == LINGER_MESSAGES) {
            notifyAll();
        }
    }

    /** Lets {@link #run} return once everything queued so far is out. */
    synchronized void close() {
        closing = true;
        notifyAll();
    }

    /** The writer's thread. Returns when closed and empty. */
    void run() throws IOException {
        try {
            ArrayDeque<Message> batch = new ArrayDeque<>();
            while (take(batch)) {
                for (Message message : batch) {
                    connection.write(message);
                }
                batch.clear();
                if (isIdle()) {
                    connection.flush();
                }
            }
            connection.flush();
        } finally {
            synchronized (this) {
                broken = true;
                urgent.clear();
                parts.clear();
                notifyAll();
            }
        }
    }

    private synchronized boolean isIdle() {
        return urgent.isEmpty() && parts.isEmpty();
    }

    private synchronized boolean take(ArrayDeque<Message> batch) {
        try {
            while (isIdle()) {
                if (closing) {
                    return false;
                }
                wait();
            }
            long left = many ? LINGER_NANOS - (System.nanoTime() - takenNanos) : 0;
            while (left > 0 && urgent.size() < LINGER_MESSAGES && !closing) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
                left = LINGER_NANOS - (System.nanoTime() - takenNanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        takenNanos = System.nanoTime();
        many = urgent.size() > LONE_MESSAGES;
        if (urgent.isEmpty()) {
            batch.add(parts.remove());
        } else {
            batch.addAll(urgent);
            urgent.clear();
            notifyAll();
        }
        return true;
    }
}
