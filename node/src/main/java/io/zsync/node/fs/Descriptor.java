package io.zsync.node.fs;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * One open descriptor. The kernel gives a closed number to the next open, so a write that is under way while somebody
 * closes would hit another file: calls {@link #enter} and {@link #leave}, and the last one out closes. For any thread.
 */
final class Descriptor {
    /** Set in the count of users once closing was asked for. */
    private static final int CLOSING = 1 << 30;

    private final int number;
    private final AtomicInteger users = new AtomicInteger();

    Descriptor(int number) {
        if (number < 0) {
            throw new IllegalArgumentException("descriptor " + number);
        }
        this.number = number;
    }

    /** @return the number, or -1 if this is closed; else {@link #leave} must follow */
    int enter() {
        int now;
        do {
            now = users.get();
            if (now >= CLOSING) {
                return -1;
            }
        } while (!users.compareAndSet(now, now + 1));
        return number;
    }

    void leave() {
        if (users.decrementAndGet() == CLOSING) {
            Linux.close(number);
        }
    }

    /** Closes, now or when the last call returns. @return the close's result, 0 if it is still to come or was done before */
    int close() {
        int before = users.getAndUpdate(now -> now | CLOSING);
        return before == 0 ? Linux.close(number) : 0;
    }
}
