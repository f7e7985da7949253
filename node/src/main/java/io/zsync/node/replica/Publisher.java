package io.zsync.node.replica;

import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.Root;
import io.zsync.protocol.Durability;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes staged objects visible under their final names, atomically and, unless told otherwise, durably: a batch is sealed,
 * synced ({@link Sealer}), renamed, its directories synced, and only then acknowledged ({@link Renamer}). Batches go this way
 * one behind the other; where they are synced together, the next one is sealed while one is renamed. Runs on a thread of its
 * own, {@link #run}, and on a second one that this starts; any thread may {@link #submit}. Each path holds its complete old or
 * complete new content at every moment.
 */
final class Publisher {
    private static final int BATCH_FILES = 4_096;
    private static final long BATCH_BYTES = 256L << 20;
    private static final long BATCH_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Where nothing is synced together a batch only saves wake-ups. */
    private static final int UNSYNCED_FILES = 256;

    private static final long UNSYNCED_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final Supplier<Root> root;
    private final Durability durability;
    private final Sealer sealer;
    private final Renamer renamer;
    private final int batchFiles;
    private final long batchNanos;
    /** True while somebody waits for what is queued and nothing more can join it. */
    private final BooleanSupplier starved;

    private final ArrayDeque<Publication> queue = new ArrayDeque<>();
    private final ArrayDeque<Runnable> errands = new ArrayDeque<>();
    private long queuedBytes;
    private long oldestNanos;
    private boolean closing;
    private boolean draining;
    private boolean ended;
    /** The second thread has failed: nothing more is taken. */
    private boolean halted;
    /** What was taken from the queues and is not done: one thing for each thread. */
    private int underWay;

    Publisher(
            Supplier<Root> root,
            Durability durability,
            FileSystems fileSystems,
            Renamer.Victims victims,
            OwnUpdates own,
            BooleanSupplier starved) {
        this.root = root;
        this.durability = durability;
        this.sealer = new Sealer(durability, fileSystems);
        this.renamer = new Renamer(durability, fileSystems, victims, own);
        this.starved = starved;
        this.batchFiles = durability == Durability.BATCH ? BATCH_FILES : UNSYNCED_FILES;
        this.batchNanos = durability == Durability.BATCH ? BATCH_NANOS : UNSYNCED_NANOS;
    }

    /** Hands over a staged object. Never blocks: what may be queued is bounded by who asked for it. */
    synchronized void submit(Publication publication) {
        if (queue.isEmpty()) {
            oldestNanos = System.nanoTime();
        }
        queue.add(publication);
        queuedBytes += publication.bytes();
        if (queue.size() == 1 || batchIsDue()) {
            notifyAll();
        }
    }

    /** Has the publisher's thread do a piece of file work for a thread that must not. */
    synchronized void errand(Runnable work) {
        errands.add(work);
        notifyAll();
    }

    /** Looks again at whether to wait for a fuller batch. */
    synchronized void nudge() {
        notifyAll();
    }

    /** Waits while two batches are queued already. For threads that stage objects nobody else keeps count of. */
    synchronized void awaitRoom() throws InterruptedException {
        while (queue.size() >= 2 * BATCH_FILES) {
            if (ended) {
                throw new InterruptedException("the publisher has ended");
            }
            wait();
        }
    }

    /** Waits until everything submitted so far has its outcome. */
    synchronized void drain() throws InterruptedException {
        draining = true;
        notifyAll();
        while (underWay > 0 || !queue.isEmpty() || !errands.isEmpty()) {
            if (ended) {
                throw new InterruptedException("the publisher has ended");
            }
            wait();
        }
        draining = false;
    }

    /** Lets {@link #run} return once the queue is empty. */
    synchronized void close() {
        closing = true;
        notifyAll();
    }

    /** True while a sync runs, which may take long without being stuck. */
    boolean isSyncing() {
        return sealer.isSyncing() || renamer.isSyncing();
    }

    /**
     * The publisher's thread; any second one is gone when this returns or throws. Failures of single objects are their
     * outcomes; anything thrown is a bug or a lost spill file.
     */
    void run() throws IOException, InterruptedException {
        synchronized (this) {
            halted = false;
        }
        try (DirectoryCursor sealing = new DirectoryCursor(root.get());
                DirectoryCursor renaming = new DirectoryCursor(root.get())) {
            if (durability == Durability.BATCH) {
                try (RenamingThread second = RenamingThread.start(batch -> rename(batch, renaming), this::halt)) {
                    sealAll(sealing, second::take);
                }
            } else {
                sealAll(sealing, batch -> rename(batch, renaming));
            }
        } finally {
            synchronized (this) {
                ended = true;
                notifyAll();
            }
        }
    }

    /** Where sealed batches go. */
    private interface Next {
        void take(List<Sealed> batch) throws InterruptedException;
    }

    private void sealAll(DirectoryCursor cursor, Next next) throws InterruptedException {
        for (Work work = collect(); work != null; work = collect()) {
            work.errands().forEach(Runnable::run);
            List<Sealed> sealed = sealer.seal(work.batch(), cursor);
            if (sealed.isEmpty()) {
                done();
            } else {
                next.take(sealed);
            }
        }
    }

    private void rename(List<Sealed> batch, DirectoryCursor cursor) {
        renamer.publish(batch, cursor);
        done();
    }

    private synchronized void done() {
        underWay--;
        notifyAll();
    }

    private synchronized void halt() {
        halted = true;
        notifyAll();
    }

    private record Work(List<Runnable> errands, List<Publication> batch) {}

    /** Waits for something to do. @return null if there is nothing more */
    private synchronized @Nullable Work collect() throws InterruptedException {
        while (!halted && errands.isEmpty() && !batchIsDue()) {
            if (closing && queue.isEmpty()) {
                return null;
            }
            if (queue.isEmpty()) {
                wait();
            } else {
                long nanos = batchNanos - (System.nanoTime() - oldestNanos);
                TimeUnit.NANOSECONDS.timedWait(this, Math.max(nanos, 1));
            }
        }
        if (halted) {
            return null;
        }
        underWay++;
        List<Runnable> taken = List.copyOf(errands);
        List<Publication> batch = new ArrayList<>();
        errands.clear();
        if (batchIsDue()) {
            long bytes = 0;
            while (!queue.isEmpty() && batch.size() < BATCH_FILES && (batch.isEmpty() || bytes < BATCH_BYTES)) {
                Publication next = queue.remove();
                bytes += next.bytes();
                batch.add(next);
            }
            queuedBytes -= bytes;
            oldestNanos = System.nanoTime();
        }
        return new Work(taken, batch);
    }

    private boolean batchIsDue() {
        return !queue.isEmpty()
                && (closing
                        || draining
                        || starved.getAsBoolean()
                        || queue.size() >= batchFiles
                        || queuedBytes >= BATCH_BYTES
                        || System.nanoTime() - oldestNanos >= batchNanos);
    }

    /** True if what is staged on this device is forced to disk one by one. */
    boolean syncsAlone(long device) {
        return sealer.syncsAlone(device);
    }

    static String reason(IOException e) {
        if (e instanceof FileFailure failure) {
            return failure.operation() + ": " + failure.reason();
        }
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }
}
