package io.zsync.node.session;

import java.util.function.LongSupplier;

/**
 * So many turns a second, and some that are saved up while nobody comes. Who takes one is told how long to wait for it. For
 * one thread at a time; nothing waits here.
 */
final class Bucket {
    private static final long SECOND = 1_000_000_000;

    private final LongSupplier clock;
    private final long interval;
    private final long saved;

    /** When the last turn that was taken is due is all that there is to know. */
    private long dueNanos;

    /** Turns a second, and how many may be saved up. */
    record Rate(int perSecond, int burst) {}

    /** @param clock nanoseconds */
    Bucket(Rate rate, LongSupplier clock) {
        this.clock = clock;
        interval = SECOND / rate.perSecond();
        saved = rate.burst() * interval;
        dueNanos = clock.getAsLong() - saved;
    }

    /** @return nanoseconds that the next turn would have to be waited for */
    long ahead() {
        return Math.max(0, nextDue() - clock.getAsLong());
    }

    /** @return nanoseconds to wait for the turn that is taken */
    long take() {
        dueNanos = nextDue();
        return Math.max(0, dueNanos - clock.getAsLong());
    }

    private long nextDue() {
        return Math.max(dueNanos, clock.getAsLong() - saved) + interval;
    }

    void giveBack() {
        dueNanos -= interval;
    }
}
