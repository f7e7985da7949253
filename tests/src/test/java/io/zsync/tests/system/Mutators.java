package io.zsync.tests.system;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/** Threads that share files among them, and change one after the other until this is closed. */
final class Mutators implements AutoCloseable {
    /** Between two mutations, at most: shorter, and no attempt would ever succeed. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final List<Thread> threads = new ArrayList<>();
    private final ReadWriteLock lock = new ReentrantReadWriteLock(true);
    private final LongAdder mutations = new LongAdder();
    private final LongAdder calls = new LongAdder();
    private final LongAdder stores = new LongAdder();
    private volatile boolean closed;
    private volatile @Nullable Exception failure;

    /** What is done while they hold still. */
    interface Task {
        void run() throws IOException;
    }

    Mutators(List<MutatedFile> files, List<StoredFile> stored, long seed, int count) {
        for (int i = 0; i < count; i++) {
            int index = i;
            Random random = new Random(seed + i);
            List<MutatedFile> own = every(files, index, count);
            List<StoredFile> ownStored = every(stored, index, count);
            threads.add(Thread.ofPlatform().name("mutator-" + i).start(() -> mutate(own, ownStored, random)));
        }
    }

    private static <T> List<T> every(List<T> all, int first, int step) {
        List<T> some = new ArrayList<>();
        for (int i = first; i < all.size(); i += step) {
            some.add(all.get(i));
        }
        return some;
    }

    private void mutate(List<MutatedFile> files, List<StoredFile> stored, Random random) {
        while (!closed && failure == null) {
            lock.readLock().lock();
            try {
                calls.add(files.get(random.nextInt(files.size())).mutate(random));
                mutations.increment();
                stored.get(random.nextInt(stored.size())).store(random);
                stores.increment();
            } catch (IOException | RuntimeException e) {
                failure = e;
            } finally {
                lock.readLock().unlock();
            }
            LockSupport.parkNanos(random.nextLong(PAUSE_NANOS));
        }
    }

    void paused(Task task) throws IOException {
        lock.writeLock().lock();
        try {
            task.run();
        } finally {
            lock.writeLock().unlock();
        }
        requireAlive();
    }

    private void requireAlive() {
        if (failure != null) {
            throw new AssertionError("a mutator failed", failure);
        }
    }

    long mutations() {
        return mutations.sum();
    }

    /** System calls that changed a file. */
    long calls() {
        return calls.sum();
    }

    long stores() {
        return stores.sum();
    }

    @Override
    public void close() {
        closed = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new AssertionError("interrupted", e);
            }
        }
        requireAlive();
    }
}
