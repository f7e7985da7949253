package io.zsync.node.session;

import io.zsync.node.fs.FileStat;
import io.zsync.node.replica.TreeScanner;
import io.zsync.protocol.ManifestItem;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.RelativePath;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A manifest on its way from the thread that scans to the one that plans, in batches, so that both are seldom woken. Holds a
 * few thousand items at most. One thread at each end; {@link #close} from any.
 */
final class ScanQueue implements TreeScanner.Visitor {
    private static final int BATCH = 256;
    private static final int BATCHES = 16;
    /** A batch that is not full goes on after this long, so that who plans has something to do. */
    private static final long LINGER_NANOS = 20_000_000;

    /** One item as the scan found it. */
    record Scanned(
            RelativePath path, ManifestItem item, @Nullable FileStat stat) {}

    /** What could not be read. */
    interface Problems {
        void problem(RelativePath path, ProblemCode code, String detail);
    }

    private final Problems problems;
    private final ArrayDeque<List<Scanned>> batches = new ArrayDeque<>();
    private List<Scanned> filling = new ArrayList<>(BATCH);
    private long filledNanos = System.nanoTime();
    private boolean complete;
    private boolean closed;

    ScanQueue(Problems problems) {
        this.problems = problems;
    }

    @Override
    public void visit(RelativePath path, ManifestItem item, @Nullable FileStat stat) throws InterruptedException {
        filling.add(new Scanned(path, item, stat));
        if (filling.size() >= BATCH || System.nanoTime() - filledNanos > LINGER_NANOS) {
            pass();
        }
    }

    private void pass() throws InterruptedException {
        List<Scanned> full = filling;
        filling = new ArrayList<>(BATCH);
        filledNanos = System.nanoTime();
        synchronized (this) {
            while (batches.size() >= BATCHES && !closed) {
                wait();
            }
            requireRunning();
            batches.add(full);
            notifyAll();
        }
    }

    @Override
    public void problem(RelativePath path, ProblemCode code, String detail) {
        problems.problem(path, code, detail);
    }

    /** The scan has come to its end. */
    void complete() throws InterruptedException {
        pass();
        synchronized (this) {
            complete = true;
            notifyAll();
        }
    }

    /** @return null behind the last item */
    synchronized @Nullable List<Scanned> take() throws InterruptedException {
        while (batches.isEmpty() && !complete && !closed) {
            wait();
        }
        requireRunning();
        List<Scanned> next = batches.poll();
        notifyAll();
        return next;
    }

    @Override
    public void next() throws InterruptedException {
        requireRunning();
    }

    private synchronized void requireRunning() throws InterruptedException {
        if (closed) {
            throw new InterruptedException("the run is over");
        }
    }

    /** Releases both ends. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
