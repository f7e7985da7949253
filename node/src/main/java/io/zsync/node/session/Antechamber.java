package io.zsync.node.session;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Those who have connected and are nothing yet: so many in all, so many of each origin. Where another one comes, one of an
 * origin that has no fewer makes room: who has said nothing for longest, or takes far too long. So no origin keeps another one
 * out, and how many come changes nothing for who is quick. Any thread; nothing waits here.
 *
 * @param <K> what tells origins apart
 */
final class Antechamber<K> implements Closeable {
    /** Whoever belongs here says its first byte as soon as it has connected. */
    static final Duration SILENT = Duration.ofMillis(500);

    /** Half of the time that anybody has. */
    static final Duration SLOW = Duration.ofSeconds(5);

    /** Room is made for no origin: who is punctual stays. */
    private static final int NOBODY = 0;

    private final int most;
    private final int mostEach;
    private final LongSupplier clock;
    private final Map<K, Set<Guest>> guests = new HashMap<>();
    private int count;
    private boolean closed;

    Antechamber(int most, int mostEach) {
        this(most, mostEach, System::nanoTime);
    }

    /** @param clock nanoseconds */
    Antechamber(int most, int mostEach, LongSupplier clock) {
        this.most = most;
        this.mostEach = mostEach;
        this.clock = clock;
    }

    /** One who is here, until it leaves or its channel is closed to make room. */
    final class Guest {
        private final K origin;
        private final SocketChannel channel;
        private final long cameNanos = clock.getAsLong();
        private boolean heard;
        private final CountDownLatch gone = new CountDownLatch(1);

        private Guest(K origin, SocketChannel channel) {
            this.origin = origin;
            this.channel = channel;
        }

        /** It has said something. */
        void heard() {
            synchronized (Antechamber.this) {
                heard = true;
            }
        }

        /** What is left of that time since it came; at least a moment. */
        Duration leftOf(Duration time) {
            return Duration.ofNanos(Math.max(1, time.toNanos() - (clock.getAsLong() - cameNanos)));
        }

        /** Waits so long. @throws IOException if it had to make room meanwhile */
        void await(long nanos) throws IOException {
            try {
                if (gone.await(nanos, TimeUnit.NANOSECONDS)) {
                    throw new IOException("closed, to make room for others");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }

        /** It is something now, or gone. */
        void leave() {
            synchronized (Antechamber.this) {
                remove(this);
            }
        }

        private boolean isOverdue() {
            return clock.getAsLong() - cameNanos >= (heard ? SLOW : SILENT).toNanos();
        }
    }

    /** Takes somebody in. @return null if there is no room; nothing has happened to the channel then */
    @Nullable
    Guest enter(K origin, SocketChannel channel) {
        Guest displaced = null;
        Guest guest;
        synchronized (this) {
            int own = guests.getOrDefault(origin, Set.of()).size();
            if (closed) {
                return null;
            }
            if (own >= mostEach) {
                displaced = overdue(guests.get(origin));
            } else if (count >= most) {
                displaced = displaced(own + 1);
            }
            if (displaced == null && (own >= mostEach || count >= most)) {
                return null;
            }
            if (displaced != null) {
                remove(displaced);
            }
            guest = new Guest(origin, channel);
            guests.computeIfAbsent(origin, any -> new LinkedHashSet<>()).add(guest);
            count++;
        }
        close(displaced);
        return guest;
    }

    /** Closes one that has been silent, or slow, for too long. @return false if there is none */
    boolean makeRoom() {
        Guest displaced;
        synchronized (this) {
            displaced = displaced(NOBODY);
            if (displaced != null) {
                remove(displaced);
            }
        }
        close(displaced);
        return displaced != null;
    }

    /**
     * Whoever is late, of the origins that have most; or the newest of one that has more than its part.
     *
     * @param own how many the origin would have for which room is made; those that have fewer give up nobody
     */
    private @Nullable Guest displaced(int own) {
        List<Set<Guest>> crowds = new ArrayList<>(guests.values());
        crowds.removeIf(crowd -> crowd.size() < own);
        crowds.sort(Comparator.<Set<Guest>>comparingInt(Set::size).reversed());
        for (Set<Guest> crowd : crowds) {
            Guest late = overdue(crowd);
            if (late != null) {
                return late;
            }
            if (own != NOBODY && crowd.size() > own) {
                return newest(crowd);
            }
        }
        return null;
    }

    private static <G> G newest(Set<G> crowd) {
        Iterator<G> all = crowd.iterator();
        G last = all.next();
        while (all.hasNext()) {
            last = all.next();
        }
        return last;
    }

    /** They stand in the order in which they came. */
    private @Nullable Guest overdue(@Nullable Set<Guest> crowd) {
        Guest slow = null;
        for (Guest each : crowd == null ? Set.<Guest>of() : crowd) {
            if (each.isOverdue()) {
                if (!each.heard) {
                    return each;
                }
                slow = slow == null ? each : slow;
            }
        }
        return slow;
    }

    private void remove(Guest guest) {
        if (guest.gone.getCount() > 0) {
            guest.gone.countDown();
            count--;
            Set<Guest> crowd = guests.get(guest.origin);
            if (crowd != null && crowd.remove(guest) && crowd.isEmpty()) {
                guests.remove(guest.origin);
            }
        }
    }

    private void close(@Nullable Guest guest) {
        if (guest != null) {
            try {
                guest.channel.close();
            } catch (IOException e) {
                // It is closed as far as it can be.
            }
        }
    }

    /** How many are here. */
    synchronized int size() {
        return count;
    }

    /** Closes all of such origins. */
    void evict(Predicate<? super K> origins) {
        List<Guest> evicted = new ArrayList<>();
        synchronized (this) {
            guests.forEach((origin, crowd) -> {
                if (origins.test(origin)) {
                    evicted.addAll(crowd);
                }
            });
            evicted.forEach(this::remove);
        }
        evicted.forEach(this::close);
    }

    /** Lets nobody in any more, and closes all that are here. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        evict(any -> true);
    }
}
