package io.zsync.node.replica;

import io.zsync.node.copy.Devices;
import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.Entry;
import io.zsync.protocol.FileIdentity;
import io.zsync.protocol.PathChoice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One file that is copied on this machine, through all its attempts. Hands out its segments to any number of threads and
 * knows which of them is the last. Thread safe.
 */
final class LocalFile {
    /** One piece of work: large enough to keep the kernel busy, small enough that others find something to do. */
    static final long SEGMENT_LENGTH = 64L << 20;

    /** @param hole there is nothing to copy */
    record Segment(int attempt, long offset, long length, boolean hole) {}

    private final Fetch fetch;
    private final Offer offer;
    private Entry.RegularFile entry;
    private FileIdentity identity;
    private int attempt = 1;
    private boolean fresh = true;
    private @Nullable ByteBuffer read;
    private @Nullable Devices devices;
    private @Nullable OpenFile source;
    private long next;
    private int inFlight;
    private boolean cloning;
    private boolean spoilt;
    private long bytes;
    private DataPath path = DataPath.COPY_RANGE;
    private PathChoice choice = PathChoice.HOLE;

    LocalFile(Fetch fetch, Offer offer) {
        this.fetch = fetch;
        this.offer = offer;
        this.entry = offer.entry();
        this.identity = offer.identity();
    }

    Fetch fetch() {
        return fetch;
    }

    Offer offer() {
        return offer;
    }

    synchronized FileIdentity identity() {
        return identity;
    }

    synchronized Entry.RegularFile entry() {
        return entry;
    }

    synchronized long size() {
        return entry.size();
    }

    synchronized int attempt() {
        return attempt;
    }

    /** What its file system says of its length is not true: it has to be read to the end. */
    synchronized boolean isUnsized() {
        return identity.size() != entry.size();
    }

    /** True once for each attempt: who gets it opens the source. */
    synchronized boolean isFresh() {
        boolean first = fresh;
        fresh = false;
        return first;
    }

    synchronized void opened(OpenFile open, Devices between) {
        source = open;
        devices = between;
    }

    /** The source of this attempt, while a segment of it is in hand. */
    synchronized OpenFile source() {
        return Objects.requireNonNull(source);
    }

    synchronized Devices devices() {
        return Objects.requireNonNull(devices);
    }

    /** All that one reading gave, for an attempt that begins with it. */
    synchronized void keep(ByteBuffer content) {
        read = content;
    }

    synchronized @Nullable ByteBuffer kept() {
        return read;
    }

    /** All of it, for one thread that tries to have it at once; until it says so, nobody else gets a segment. */
    synchronized Segment all() {
        cloning = true;
        inFlight++;
        next = entry.size();
        return new Segment(attempt, 0, entry.size(), false);
    }

    /** It was not to be had at once. */
    synchronized void notAtOnce() {
        cloning = false;
        inFlight--;
        next = 0;
    }

    /** What comes next brings blocks of its own. */
    synchronized boolean isCloning() {
        return cloning;
    }

    /** @return null if nothing is left to hand out */
    synchronized @Nullable Segment next() throws IOException {
        OpenFile open = source;
        if (open == null || spoilt || next >= entry.size()) {
            return null;
        }
        long start = next;
        long end = Math.min(entry.size(), start + SEGMENT_LENGTH);
        boolean hole = false;
        if (entry.sparse()) {
            long data = Math.min(open.nextData(start), entry.size());
            hole = data > start;
            end = hole ? data : Math.min(end, Math.max(open.nextHole(start), start + 1));
        }
        next = end;
        inFlight++;
        return new Segment(attempt, start, end - start, hole);
    }

    synchronized boolean hasMore() {
        return source != null && !spoilt && next < entry.size();
    }

    /** Part of a segment was moved so. */
    synchronized void moved(long count, DataPath by, PathChoice why) {
        bytes += count;
        path = by;
        choice = why;
    }

    /** The source is not what this attempt is about, or cannot be read, or nobody wants it any more. */
    synchronized void spoil() {
        spoilt = true;
    }

    synchronized boolean isSpoilt() {
        return spoilt;
    }

    /** A segment is over. */
    synchronized void ended() {
        inFlight--;
    }

    /** Nothing of this attempt is left to do, and nobody is at it. */
    synchronized boolean isOver() {
        return inFlight == 0 && (spoilt || next >= entry.size());
    }

    /** Another attempt at the same, or at what it is now. */
    synchronized void startOver(Entry.RegularFile fresh, FileIdentity freshIdentity) {
        entry = fresh;
        identity = freshIdentity;
    }

    /** An attempt begins. */
    synchronized void begin(int number) {
        attempt = number;
        fresh = true;
        next = 0;
        inFlight = 0;
        cloning = false;
        spoilt = false;
        bytes = 0;
        choice = PathChoice.HOLE;
    }

    /** Gives the source to who closes it, once. */
    synchronized @Nullable OpenFile release() {
        OpenFile open = source;
        source = null;
        return open;
    }

    synchronized long bytes() {
        return bytes;
    }

    synchronized DataPath path() {
        return path;
    }

    synchronized PathChoice choice() {
        return choice;
    }
}
