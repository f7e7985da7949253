package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileStat;
import io.zsync.node.fs.Root;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Name;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Makes staged objects visible under their final names, atomically and, unless told otherwise, durably: a batch is sealed,
 * synced, renamed, its directories synced, and only then acknowledged. While one batch is being synced the next one
 * collects. Runs on a thread of its own, {@link #run}; any thread may {@link #submit}. Each path holds its complete old or
 * complete new content at every moment.
 */
final class Publisher {
    private static final int BATCH_FILES = 4_096;
    private static final long BATCH_BYTES = 256L << 20;
    private static final long BATCH_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Where nothing is synced together a batch only saves wake-ups. */
    private static final int UNSYNCED_FILES = 256;

    private static final long UNSYNCED_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    /** More touched directories than this are cheaper to sync all at once. */
    private static final int SINGLE_DIRECTORY_SYNCS = 16;

    /** What becomes of the objects that stand in the places of new ones. */
    interface Victims {
        /** True if it has to be emptied first: then the new object is kept until it is. */
        boolean parks(Publication publication, Name reserved);

        /** Called before an object is replaced. */
        void keep(Directory directory, RelativePath path, FileStat victim) throws IOException;

        /** A removal put off until everything published is durable. */
        void removeLater(RelativePath directory, Name reserved, FileStat victim) throws IOException;
    }

    /** Told when a sync failed: what it was about may not be on the disk. */
    interface Unsynced {
        void unsynced(RelativePath path, IOException cause);
    }

    /** @param alone on the disk already, as far as it has content */
    private record Sealed(Publication publication, Name reserved, boolean alone) {}

    private final Supplier<Root> root;
    private final Durability durability;
    private final FileSystems fileSystems;
    private final Victims victims;
    private final OwnUpdates own;
    private final Unsynced failures;
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
    private boolean busy;
    private volatile boolean syncing;

    Publisher(
            Supplier<Root> root,
            Durability durability,
            FileSystems fileSystems,
            Victims victims,
            OwnUpdates own,
            Unsynced failures,
            BooleanSupplier starved) {
        this.root = root;
        this.durability = durability;
        this.fileSystems = fileSystems;
        this.victims = victims;
        this.own = own;
        this.failures = failures;
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
        while (busy || !queue.isEmpty() || !errands.isEmpty()) {
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
        return syncing;
    }

    /** The publisher's thread. Failures of single objects are their outcomes; anything thrown is a bug or a lost spill file. */
    void run() throws IOException, InterruptedException {
        try (DirectoryCursor cursor = new DirectoryCursor(root.get())) {
            while (true) {
                List<Publication> batch = new ArrayList<>();
                List<Runnable> work = new ArrayList<>();
                if (!collect(batch, work)) {
                    return;
                }
                try {
                    work.forEach(Runnable::run);
                    if (!batch.isEmpty()) {
                        publish(batch, cursor);
                    }
                } finally {
                    syncing = false;
                    synchronized (this) {
                        busy = false;
                        notifyAll();
                    }
                }
            }
        } finally {
            synchronized (this) {
                ended = true;
                notifyAll();
            }
        }
    }

    private synchronized boolean collect(List<Publication> batch, List<Runnable> work) throws InterruptedException {
        while (errands.isEmpty() && !batchIsDue()) {
            if (closing && queue.isEmpty()) {
                return false;
            }
            if (queue.isEmpty()) {
                wait();
            } else {
                long nanos = batchNanos - (System.nanoTime() - oldestNanos);
                TimeUnit.NANOSECONDS.timedWait(this, Math.max(nanos, 1));
            }
        }
        busy = true;
        work.addAll(errands);
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
        return true;
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
        return durability == Durability.FILE || (durability == Durability.BATCH && !fileSystems.trusted(device));
    }

    private void publish(List<Publication> batch, DirectoryCursor cursor) throws IOException {
        List<Sealed> sealed = seal(batch);
        if (durability == Durability.BATCH) {
            sealed = synced(sealed, cursor);
        }
        // Streams deliver side by side: by directory, so that each is opened once.
        sealed.sort(Comparator.comparing(each -> each.publication().directory()));
        Set<RelativePath> touched = new LinkedHashSet<>();
        List<Publication> visible = new ArrayList<>(sealed.size());
        for (Sealed each : sealed) {
            if (rename(each, cursor)) {
                visible.add(each.publication());
                touched.add(each.publication().directory());
            }
        }
        acknowledge(visible, touched, cursor);
    }

    private List<Sealed> seal(List<Publication> batch) {
        List<Sealed> sealed = new ArrayList<>(batch.size());
        for (Publication publication : batch) {
            boolean alone = publication.isAlone();
            syncing = alone;
            try {
                sealed.add(new Sealed(publication, publication.seal(alone), alone));
            } catch (IOException e) {
                fileSystems.noticed(publication.device(), e);
                publication.refused(ProblemCode.TARGET_FAILED, reason(e));
            }
        }
        return sealed;
    }

    /** What has reached the disk: if the sync of all together fails, only what was synced alone. */
    private List<Sealed> synced(List<Sealed> sealed, DirectoryCursor cursor) {
        List<Publication> together = new ArrayList<>();
        for (Sealed each : sealed) {
            if (!each.alone()) {
                together.add(each.publication());
            }
        }
        syncing = true;
        try {
            fileSystems.sync(devices(together));
            return sealed;
        } catch (IOException e) {
            failures.unsynced(RelativePath.ROOT, e);
            List<Sealed> alone = new ArrayList<>();
            for (Sealed each : sealed) {
                if (each.alone()) {
                    alone.add(each);
                } else {
                    remove(each, cursor);
                    each.publication().syncFailed(failure(e));
                }
            }
            return alone;
        } finally {
            syncing = false;
        }
    }

    private boolean rename(Sealed each, DirectoryCursor cursor) {
        Publication publication = each.publication();
        FileStat victim = publication.victim();
        try {
            Directory directory = cursor.at(publication.directory());
            if (victim == null) {
                directory.rename(each.reserved(), publication.name(), Directory.Rename.NO_REPLACE);
                return true;
            }
            if (victims.parks(publication, each.reserved())) {
                publication.parked();
                return false;
            }
            if (!Victim.isStill(victim, directory, publication.name(), own)) {
                remove(each, cursor);
                publication.refused(ProblemCode.TARGET_CHANGED, "changed in the target since it was planned");
                return false;
            }
            victims.keep(directory, publication.directory().child(publication.name()), victim);
            if (victim.kind() == publication.kind()) {
                directory.rename(each.reserved(), publication.name(), Directory.Rename.REPLACE);
            } else {
                // Written down first: an old object that nobody knows of would stay for ever.
                victims.removeLater(publication.directory(), each.reserved(), victim);
                directory.rename(each.reserved(), publication.name(), Directory.Rename.EXCHANGE);
            }
            return true;
        } catch (IOException e) {
            remove(each, cursor);
            fileSystems.noticed(publication.device(), e);
            boolean appeared = victim == null && e instanceof FileFailure failure && failure.errno() == Errno.EXIST;
            publication.refused(
                    appeared ? ProblemCode.TARGET_CHANGED : ProblemCode.TARGET_FAILED,
                    appeared ? "appeared in the target since it was planned" : reason(e));
            return false;
        }
    }

    private void acknowledge(List<Publication> visible, Set<RelativePath> touched, DirectoryCursor cursor) {
        boolean durable = durability != Durability.NONE && syncNames(visible, touched, cursor);
        visible.forEach(publication -> publication.published(durable));
    }

    /** @return false if that failed: the new content is visible and synced, only its name may not be on disk yet */
    private boolean syncNames(List<Publication> visible, Set<RelativePath> touched, DirectoryCursor cursor) {
        RelativePath at = RelativePath.ROOT;
        syncing = true;
        try {
            if (mayBeSyncedTogether(visible) && touched.size() > SINGLE_DIRECTORY_SYNCS) {
                fileSystems.sync(devices(visible));
            } else {
                for (RelativePath path : touched) {
                    at = path;
                    cursor.at(path).sync();
                }
            }
            return true;
        } catch (IOException e) {
            failures.unsynced(at, e);
            return false;
        } finally {
            syncing = false;
        }
    }

    private boolean mayBeSyncedTogether(List<Publication> visible) {
        return visible.stream().noneMatch(each -> each.isAlone() || syncsAlone(each.device()));
    }

    private static Set<Long> devices(List<Publication> publications) {
        Set<Long> devices = new TreeSet<>();
        publications.forEach(each -> devices.add(each.device()));
        return devices;
    }

    private static void remove(Sealed each, DirectoryCursor cursor) {
        try {
            StagedFile.remove(cursor.at(each.publication().directory()), each.reserved());
        } catch (IOException directoryGone) {
            return;
        }
    }

    private static FileFailure failure(IOException e) {
        return e instanceof FileFailure failure ? failure : new FileFailure("syncfs", "target", Errno.IO, reason(e));
    }

    static String reason(IOException e) {
        if (e instanceof FileFailure failure) {
            return failure.operation() + ": " + failure.reason();
        }
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }
}
