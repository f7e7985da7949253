package io.zsync.node.session;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * So many turns a second, in all and for each origin, and some at once: for what costs this node more than who asks for it.
 * A turn can be given back. Whoever has to wait is told how long, first for its origin's sake and then for everybody's, so
 * that what one origin asks for too often holds up nobody else. Any thread; nothing waits here.
 *
 * @param <K> what tells origins apart
 */
final class Turns<K> {
    private static final long SECOND = 1_000_000_000;

    /** Remembered; of so many at once the rate in all takes care. */
    private static final int ORIGINS = 1_024;

    /** Turns a second, and how many may be saved up. */
    record Rate(int perSecond, int burst) {}

    private final Rate each;
    private final LongSupplier clock;
    private final Bucket all;
    private final Map<K, Bucket> origins = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, Bucket> eldest) {
            return size() > ORIGINS;
        }
    };

    Turns(Rate all, Rate each, LongSupplier clock) {
        this.each = each;
        this.clock = clock;
        this.all = new Bucket(all);
    }

    /** When the last turn that was taken is due is all that there is to know. */
    private final class Bucket {
        private final long interval;
        private final long saved;
        private long dueNanos;

        private Bucket(Rate rate) {
            interval = SECOND / rate.perSecond();
            saved = rate.burst() * interval;
            dueNanos = clock.getAsLong() - saved;
        }

        private long take() {
            long now = clock.getAsLong();
            dueNanos = Math.max(dueNanos, now - saved) + interval;
            return Math.max(0, dueNanos - now);
        }

        private void giveBack() {
            dueNanos -= interval;
        }
    }

    /** Takes one of an origin's turns. @return nanoseconds to wait for it */
    synchronized long takeOwn(K origin) {
        return bucket(origin).take();
    }

    /** Takes one of everybody's. @return nanoseconds to wait for it */
    synchronized long takeCommon() {
        return all.take();
    }

    synchronized void giveBackOwn(K origin) {
        bucket(origin).giveBack();
    }

    synchronized void giveBackCommon() {
        all.giveBack();
    }

    private Bucket bucket(K origin) {
        return origins.computeIfAbsent(origin, any -> new Bucket(each));
    }
}
