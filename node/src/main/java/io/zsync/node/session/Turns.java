package io.zsync.node.session;

import io.zsync.node.session.Bucket.Rate;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * So many turns a second, in all and for each origin, and some at once: for what costs this node more than who asks for it.
 * A turn can be given back. Whoever has to wait is told how long, first for its origin's sake and then for everybody's, so
 * that what one origin asks for too often holds up nobody else. An origin that asks seldom may stand in a line of its kind,
 * so that a few that ask often do not hold it up either. Any thread; nothing waits here.
 *
 * @param <K> what tells origins apart
 */
final class Turns<K> {
    /** Remembered; of so many at once the rate in all takes care. */
    private static final int ORIGINS = 1_024;

    /**
     * @param anybody for whoever comes
     * @param quiet on top of that, for who asks seldom
     * @param each for an origin
     * @param seldom what an origin may ask for that asks seldom
     */
    record Rates(Rate anybody, Rate quiet, Rate each, Rate seldom) {}

    private final Rates rates;
    private final LongSupplier clock;
    private final Bucket anybody;
    private final Bucket quiet;
    private final Map<K, Asking> origins = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, Asking> eldest) {
            return size() > ORIGINS;
        }
    };

    /** What an origin has asked for. */
    private record Asking(Bucket own, Bucket seldom) {}

    /** @param clock nanoseconds */
    Turns(Rates rates, LongSupplier clock) {
        this.rates = rates;
        this.clock = clock;
        this.anybody = new Bucket(rates.anybody(), clock);
        this.quiet = new Bucket(rates.quiet(), clock);
    }

    /** One turn of an origin; nothing of it is taken yet. */
    Turn of(K origin) {
        synchronized (this) {
            return new Turn(origins.computeIfAbsent(
                    origin, any -> new Asking(new Bucket(rates.each(), clock), new Bucket(rates.seldom(), clock))));
        }
    }

    /** For one thread. */
    final class Turn {
        private final Asking asking;
        private final Deque<Bucket> taken = new ArrayDeque<>();

        private Turn(Asking asking) {
            this.asking = asking;
        }

        /** Takes it from what the origin may have. @return nanoseconds to wait for it */
        long takeOwn() {
            synchronized (Turns.this) {
                return take(asking.own());
            }
        }

        /** Takes it from what everybody may have. @return nanoseconds to wait for it */
        long takeCommon() {
            synchronized (Turns.this) {
                if (asking.seldom().ahead() > 0 || quiet.ahead() > anybody.ahead()) {
                    return take(anybody);
                }
                take(asking.seldom());
                return take(quiet);
            }
        }

        private long take(Bucket bucket) {
            taken.push(bucket);
            return bucket.take();
        }

        /** As if none of it had been taken. */
        void giveBack() {
            synchronized (Turns.this) {
                taken.forEach(Bucket::giveBack);
                taken.clear();
            }
        }
    }
}
