package io.zsync.node.replica;

import io.zsync.node.copy.PathCounters;
import io.zsync.node.copy.PathMemory;
import io.zsync.node.copy.PathRefused;
import io.zsync.node.copy.Throttle;
import io.zsync.node.fs.OpenFile;
import io.zsync.node.fs.Root;
import io.zsync.protocol.Credits;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.Limits;
import io.zsync.protocol.PathChoice;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Content that is in a tree on this machine. Who plans says by {@link #offer} which file the next fetch is about; any number
 * of threads {@link #copy}. Small files are handed out many at a time, large ones segment by segment to all that have
 * nothing else to do. Thread safe, but for {@link #offer} and {@link #want}, which are the planner's.
 */
public final class LocalContent implements ContentSource, AutoCloseable {
    /** Small files that one thread takes at a time: the queue's lock is taken seldom, and the others get their share. */
    private static final int HANDFUL = 32;

    /** Told of each file whose content was copied. For any thread; may block. */
    public interface Explained {
        void copied(RelativePath path, DataPath by, PathChoice why, long bytes);
    }

    private final Root source;
    private final @Nullable DataPath forced;
    private final PathCounters counters;
    private final Throttle throttle;
    private final Explained explained;
    private final FetchWindow window = new FetchWindow(Credits.DEFAULT);
    private final PathMemory memory = new PathMemory();
    private final Map<Long, LocalFile> files = new ConcurrentHashMap<>();
    private final ArrayDeque<LocalFile> queue = new ArrayDeque<>();
    private @Nullable Offer offered;
    private boolean closed;

    /**
     * @param forced the only path that bytes may take; null for the best that serves
     * @param counters count what is copied
     * @param throttle asked before each piece; its word that it is over ends a copy
     */
    public LocalContent(
            Root source, @Nullable DataPath forced, PathCounters counters, Throttle throttle, Explained explained) {
        this.source = source;
        this.forced = forced;
        this.counters = counters;
        this.throttle = throttle;
        this.explained = explained;
    }

    /** What the next fetch, if there is one, will be about. */
    public void offer(Offer offer) {
        offered = offer;
    }

    @Override
    public boolean want(Fetch fetch) {
        Offer offer = Objects.requireNonNull(offered);
        if (offer.file() != fetch.file()) {
            throw new IllegalStateException("file " + fetch.file() + " wanted, " + offer.file() + " offered");
        }
        if (!window.add(fetch)) {
            return false;
        }
        LocalFile file = new LocalFile(fetch, offer);
        files.put(fetch.file(), file);
        enqueue(file);
        return true;
    }

    private synchronized void enqueue(LocalFile file) {
        queue.add(file);
        // One is enough: all that wait here wait for the same.
        notify();
    }

    @Override
    public void wantAgain(Fetch fetch) {
        LocalFile file = file(fetch);
        file.begin(fetch.attempt());
        enqueue(file);
    }

    private LocalFile file(Fetch fetch) {
        LocalFile file = files.get(fetch.file());
        if (file == null) {
            throw new IllegalStateException("file " + fetch.file() + " is over");
        }
        return file;
    }

    @Override
    public boolean fillsReserved(Fetch fetch) {
        return !file(fetch).isCloning();
    }

    @Override
    public void awaitRoom(Fetch fetch) throws InterruptedException {
        window.awaitRoom(fetch);
    }

    @Override
    public void awaitIdle() throws InterruptedException {
        window.awaitIdle();
    }

    @Override
    public void done(Fetch fetch, boolean durable) {
        files.remove(fetch.file());
        window.remove(fetch);
    }

    @Override
    public void refused(Fetch fetch, ProblemCode code) {
        done(fetch, false);
    }

    /**
     * One thread's work: copies until there is nothing more, and waits for more until {@link #end}.
     *
     * @param target the tree that the fetches are for
     * @param reader describes files that changed
     * @throws PathRefused if the only path allowed cannot serve
     */
    public void copy(Root target, EntryReader reader) throws IOException, PathRefused, InterruptedException {
        try (LocalCopier copier = new LocalCopier(this, source, target, reader)) {
            List<LocalFile> taken = new ArrayList<>(HANDFUL);
            while (take(taken)) {
                for (LocalFile file : taken) {
                    copier.copy(file);
                }
                taken.clear();
            }
        }
    }

    private synchronized boolean take(List<LocalFile> taken) throws InterruptedException {
        while (queue.isEmpty() && !closed) {
            wait();
        }
        if (closed) {
            return false;
        }
        do {
            taken.add(queue.remove());
        } while (taken.size() < HANDFUL && isWhole(taken.getLast()) && !queue.isEmpty() && isWhole(queue.element()));
        return true;
    }

    /** Lets others take segments of this file, too. */
    synchronized void share(LocalFile file) {
        queue.addFirst(file);
        notify();
    }

    /** True for a file that one thread reads and writes at once. */
    boolean isWhole(LocalFile file) {
        return file.isUnsized()
                || (file.size() < Limits.SMALL_FILE_LENGTH && (forced == null || forced == DataPath.BUFFERED));
    }

    synchronized boolean isClosed() {
        return closed;
    }

    @Nullable
    DataPath forced() {
        return forced;
    }

    PathMemory memory() {
        return memory;
    }

    PathCounters counters() {
        return counters;
    }

    Throttle throttle() {
        return throttle;
    }

    FetchWindow window() {
        return window;
    }

    Explained explained() {
        return explained;
    }

    /** Fetches that are over. */
    public long over() {
        return window.over();
    }

    /** Ends the work of all threads, and releases all that wait. */
    public void end() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        window.close();
    }

    /** Called when no thread copies any more. */
    @Override
    public void close() throws IOException {
        for (LocalFile file : files.values()) {
            OpenFile open = file.release();
            if (open != null) {
                open.close();
            }
        }
    }
}
