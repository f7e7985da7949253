package io.zsync.node.session;

import java.time.Duration;

/**
 * How long an end waits while nothing moves at either. A sync counts as movement, for it may take long without being stuck,
 * but not for ever: a peer may say that it syncs and do nothing. Times are nanoseconds of {@link System#nanoTime}; for one
 * thread.
 */
final class Patience {
    /** For a sync during which nothing else moves; a slow disk with gigabytes to write takes half of it. */
    static final Duration SYNC = Duration.ofHours(1);

    private final long timeout;
    private long work = -1;
    private long workedNanos;
    private long movedNanos;

    Patience(Duration timeout, long now) {
        this.timeout = timeout.toNanos();
        workedNanos = now;
        movedNanos = now;
    }

    /**
     * @param total work of both ends so far; any other number than the last one is progress
     * @param syncing either end says that it syncs
     * @return true if nothing has moved for too long
     */
    boolean isOver(long total, boolean syncing, long now) {
        if (total != work) {
            work = total;
            workedNanos = now;
            movedNanos = now;
        } else if (syncing && now - workedNanos <= SYNC.toNanos()) {
            movedNanos = now;
        }
        return now - movedNanos > timeout;
    }
}
