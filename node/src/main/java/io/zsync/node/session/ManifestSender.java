package io.zsync.node.session;

import io.zsync.node.api.Event;
import io.zsync.node.fs.FileStat;
import io.zsync.node.replica.TreeScanner;
import io.zsync.protocol.Entry;
import io.zsync.protocol.ManifestEncoder;
import io.zsync.protocol.ManifestItem;
import io.zsync.protocol.Message;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.ProtocolException;
import io.zsync.protocol.RelativePath;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Turns a scan into manifest parts, no more of them than the receiver has room for, and keeps what is on offer. The scan's
 * thread waits here for credit; the reader's thread brings it.
 */
final class ManifestSender implements TreeScanner.Visitor {
    /** A part that is not full goes out after this long, so that the receiver has something to do. */
    private static final long LINGER_NANOS = 20_000_000;

    interface Problems {
        void problem(RelativePath path, ProblemCode code, String detail);
    }

    private final Session session;
    private final Offers offers;
    private final int credit;
    private final EventPump<Event> events;
    private final Problems problems;
    private final ManifestEncoder encoder = new ManifestEncoder();
    private long partNanos = System.nanoTime();
    /** Of each part that is not acknowledged yet: its last entry. */
    private final ArrayDeque<Long> unacknowledged = new ArrayDeque<>();

    private boolean complete;
    private boolean over;
    private final LongAdder entries = new LongAdder();
    private final LongAdder looks = new LongAdder();

    ManifestSender(Session session, Offers offers, int credit, EventPump<Event> events, Problems problems) {
        this.session = session;
        this.offers = offers;
        this.credit = credit;
        this.events = events;
        this.problems = problems;
    }

    @Override
    public void visit(RelativePath path, ManifestItem item, @Nullable FileStat stat) throws InterruptedException {
        send(encoder.add(item), false);
        if (item instanceof ManifestItem.DirEnd) {
            return;
        }
        entries.increment();
        if (item instanceof ManifestItem.Leaf leaf
                && leaf.entry() instanceof Entry.RegularFile file
                && file.size() > 0
                && stat != null) {
            offers.offer(encoder.lastEntry(), path, leaf.name(), file, stat);
        }
        if (System.nanoTime() - partNanos > LINGER_NANOS) {
            send(encoder.flush(), false);
        }
    }

    @Override
    public void problem(RelativePath path, ProblemCode code, String detail) {
        problems.problem(path, code, detail);
    }

    @Override
    public void next() throws InterruptedException {
        looks.increment();
        requireRunning();
    }

    private synchronized void requireRunning() throws InterruptedException {
        if (over) {
            throw new InterruptedException("the session is over");
        }
    }

    /** Sends what is left behind the last item. */
    void complete() throws InterruptedException {
        // The end of the root is always left.
        send(encoder.flush(), true);
    }

    private void send(Message.@Nullable ManifestPart part, boolean last) throws InterruptedException {
        if (part == null) {
            return;
        }
        events.awaitRoom(session::isOver);
        synchronized (this) {
            while (unacknowledged.size() >= credit && !over) {
                wait();
            }
            requireRunning();
            unacknowledged.add(encoder.throughEntry());
            complete = last;
        }
        session.send(part);
        partNanos = System.nanoTime();
    }

    /** @throws ProtocolException if it is not the answer to the oldest part that has none */
    synchronized void acknowledged(Message.ManifestAck ack) {
        Long through = unacknowledged.poll();
        if (through == null || ack.throughEntry() != through) {
            throw ProtocolException.violation(
                    "manifest acknowledged through entry " + ack.throughEntry() + ", due is " + through);
        }
        if (ack.complete() != (complete && unacknowledged.isEmpty())) {
            throw ProtocolException.violation(
                    "manifest acknowledged as " + (ack.complete() ? "" : "not ") + "complete");
        }
        offers.forget(ack.throughEntry());
        notifyAll();
    }

    void over() {
        synchronized (this) {
            over = true;
            notifyAll();
        }
        events.release();
    }

    long entries() {
        return entries.sum();
    }

    /** Members it has looked at, left out or not. */
    long looks() {
        return looks.sum();
    }
}
