package io.zsync.node.session;

import io.zsync.node.fs.OpenFile;
import io.zsync.node.replica.Offer;
import io.zsync.node.transport.DataWriter;
import io.zsync.node.transport.DataWriter.SentChunk;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.Entry;
import io.zsync.protocol.FileIdentity;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Message;
import io.zsync.protocol.PathChoice;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One wanted file on the sender's side, through all its attempts. Hands out its ranges segment by segment to any number of
 * data threads, knows when the last one of an attempt is out, and remembers the checks of its newest chunks, so that a
 * rejection can be told apart. Thread safe. File access happens under {@link #io} and never under the lock of
 * the state, which the thread that reads the control connection takes.
 */
final class OutgoingFile implements Closeable {
    /** Some 12 MiB of memory, and far more chunks than can be under way between a sender and the word of its receiver. */
    private static final int REMEMBERED_CHUNKS = 65_536;

    /** What a data thread is to send next: a hole, or up to a chunk of data. */
    record Segment(int attempt, long offset, long length, boolean hole) {}

    /** Whether this attempt's content is worth compressing. */
    enum Compression {
        UNKNOWN,
        WORTHWHILE,
        NOT_WORTHWHILE
    }

    private record Range(long offset, long end) {}

    /** Held by a data thread while it opens, looks into or concludes the file. */
    final Object io = new Object();

    private final Offer offer;
    private final AtomicInteger wantedOfAll;
    private final ArrayDeque<Range> ranges = new ArrayDeque<>();
    /** By offset; the oldest first. */
    private final LinkedHashMap<Long, SentChunk> chunks = new LinkedHashMap<>();
    /** Chunks of this attempt were sent that are not remembered any more. */
    private boolean forgetful;

    private Entry.RegularFile entry;
    private FileIdentity identity;
    private int attempt = 1;
    /** Ranges of this attempt that were asked for, until the file is done: the chunks of each are remembered. */
    private int wanted;
    /** Offsets of the segments that are being sent. */
    private final Set<Long> inFlight = new HashSet<>();

    private Compression compression = Compression.UNKNOWN;
    private boolean spoilt;
    private boolean dropped;
    private boolean concluded;
    private @Nullable OpenFile file;
    private long bytes;
    private DataPath path = DataPath.BUFFERED;
    private PathChoice choice = PathChoice.SMALL_FILE;
    private final Map<Long, Integer> resent = new HashMap<>();
    private int packStream = -1;
    private long packSequence = -1;

    /** @param wantedOfAll the ranges that are wanted of all files together */
    OutgoingFile(Offer offer, AtomicInteger wantedOfAll) {
        this.offer = offer;
        this.wantedOfAll = wantedOfAll;
        this.entry = offer.entry();
        this.identity = offer.identity();
    }

    Offer offer() {
        return offer;
    }

    synchronized int attempt() {
        return attempt;
    }

    synchronized FileIdentity identity() {
        return identity;
    }

    synchronized long size() {
        return entry.size();
    }

    /** The receiver wants this range. @return false if it does not belong to the current attempt at this file */
    synchronized boolean want(int wantedAttempt, long offset, long length) {
        if (wantedAttempt == attempt + 1 && concluded && inFlight.isEmpty()) {
            // All of it arrived and could not be brought to disk: the same file once more.
            startOver(entry, identity);
        }
        if (wantedAttempt != attempt || offset > entry.size() || length > entry.size() - offset) {
            return false;
        }
        if (wanted >= Limits.FILE_FRAGMENTS) {
            return false;
        }
        count(1);
        concluded = false;
        ranges.add(new Range(offset, offset + length));
        return true;
    }

    /** The receiver has all but this of a file; of another than this one it is void, and so is the attempt. */
    synchronized void resume(Message.Resume resume) {
        if (resume.identity().equals(identity)) {
            resume.ranges().forEach(range -> ranges.add(new Range(range.offset(), range.end())));
            count(resume.ranges().size());
        } else {
            ranges.add(new Range(0, entry.size()));
            spoilt = true;
        }
    }

    /** A pack that it was in arrived damaged: all of it goes out once more, unasked. */
    synchronized void repeat() {
        concluded = false;
        ranges.add(new Range(0, entry.size()));
    }

    private void count(int more) {
        wanted += more;
        wantedOfAll.addAndGet(more);
    }

    /** It is no longer outstanding: nothing of it is wanted any more. */
    synchronized void end() {
        ranges.clear();
        count(-wanted);
    }

    /**
     * The next segment, for one thread to send and then {@link #sent}.
     *
     * @param longest of one that is no hole
     * @return null if no range of this attempt is left to hand out
     */
    @Nullable
    Segment next(OpenFile source, int longest) throws IOException {
        Range range = head();
        if (range == null) {
            return null;
        }
        long end = Math.min(range.end(), range.offset() + longest);
        boolean hole = false;
        if (isSparse()) {
            long data = Math.min(source.nextData(range.offset()), range.end());
            if (data > range.offset()) {
                hole = true;
                end = data;
            } else {
                end = Math.min(end, Math.max(source.nextHole(range.offset()), range.offset() + 1));
            }
        }
        return take(range, end, hole);
    }

    private synchronized @Nullable Range head() {
        if (spoilt || dropped) {
            ranges.clear();
        }
        return ranges.peek();
    }

    /** Others only append ranges, and only the holder of {@link #io} takes from the head. */
    private synchronized @Nullable Segment take(Range range, long end, boolean hole) {
        if (spoilt || dropped || !range.equals(ranges.peek())) {
            ranges.clear();
            return null;
        }
        ranges.remove();
        if (end < range.end()) {
            ranges.addFirst(new Range(end, range.end()));
        }
        inFlight.add(range.offset());
        return new Segment(attempt, range.offset(), end - range.offset(), hole);
    }

    /** False if nothing of it is wanted, or if it has grown since it was: what is wanted of it now is streamed. */
    synchronized boolean mayBePacked() {
        return !ranges.isEmpty() && entry.size() < Limits.SMALL_FILE_LENGTH;
    }

    /** Takes all that is wanted, for a pack. @return false if nothing is, or somebody else has it in hand */
    synchronized boolean takeWhole() {
        boolean wanted = !ranges.isEmpty() && !dropped;
        ranges.clear();
        return wanted;
    }

    synchronized Compression compression() {
        return compression;
    }

    synchronized void compression(Compression found) {
        compression = found;
    }

    synchronized boolean hasRanges() {
        return !ranges.isEmpty();
    }

    private synchronized boolean isSparse() {
        return entry.sparse();
    }

    /** A segment is out. */
    synchronized void sent(Segment segment, DataWriter.@Nullable Sent sent) {
        inFlight.remove(segment.offset());
        notifyAll();
        if (sent != null) {
            remember(sent.chunk());
            bytes += segment.length();
            path = sent.path();
            choice = sent.choice();
        }
    }

    /** A rejected chunk went out once more, with the content it had. */
    synchronized void sentAgain(DataWriter.Sent sent) {
        remember(sent.chunk());
    }

    private void remember(SentChunk chunk) {
        chunks.putLast(chunk.header().offset(), chunk);
        if (chunks.size() > REMEMBERED_CHUNKS) {
            resent.remove(chunks.pollFirstEntry().getKey());
            forgetful = true;
        }
    }

    /** This attempt is lost: no further segment of it goes out. */
    synchronized void spoil() {
        spoilt = true;
    }

    /** As {@link #spoil}. @return true if nobody else is going to conclude this attempt any more */
    synchronized boolean spoilConcluded() {
        spoilt = true;
        return concluded;
    }

    /** True for exactly one caller once an attempt has nothing left to send and nothing in flight. */
    synchronized boolean concludes() {
        if (concluded || !inFlight.isEmpty() || !(ranges.isEmpty() || spoilt || dropped)) {
            return false;
        }
        concluded = true;
        return true;
    }

    /** All that was wanted of this attempt is sent. */
    synchronized boolean isConcluded() {
        return concluded;
    }

    synchronized boolean isSpoilt() {
        return spoilt;
    }

    /** Nobody wants this file any more, or it cannot be sent: nothing more is said about it. */
    synchronized void drop() {
        dropped = true;
        // Left in, they would bring a data thread back to this file for ever.
        ranges.clear();
    }

    synchronized boolean isDropped() {
        return dropped;
    }

    /** The source is this now: the next attempt is about it. */
    synchronized void startOver(Entry.RegularFile fresh, FileIdentity freshIdentity) {
        attempt++;
        entry = fresh;
        identity = freshIdentity;
        ranges.clear();
        chunks.clear();
        forgetful = false;
        compression = Compression.UNKNOWN;
        spoilt = false;
        concluded = true;
        count(-wanted);
        bytes = 0;
        packStream = -1;
        packSequence = -1;
    }

    /** The chunk that began here, if it is remembered; waits for a thread that has it in hand, since a rejection may come back at once. */
    synchronized @Nullable SentChunk chunk(long offset) throws InterruptedException {
        while (inFlight.contains(offset)) {
            wait();
        }
        return chunks.get(offset);
    }

    /** Whether a chunk of this attempt that is not remembered may have gone out all the same. */
    synchronized boolean isForgetful() {
        return forgetful;
    }

    /** The stream broke under this segment. */
    synchronized void broke(Segment segment) {
        inFlight.remove(segment.offset());
        notifyAll();
    }

    /** Counts a range, of a pack the one at 0, that has to go out again. @return false if that was once too often */
    synchronized boolean mayResend(long offset) {
        return resent.merge(offset, 1, Integer::sum) <= Limits.RANGE_RETRIES;
    }

    synchronized void packed(int stream, long sequence) {
        packStream = stream;
        packSequence = sequence;
        bytes = entry.size();
        concluded = true;
    }

    synchronized boolean wasPackedIn(int stream, long sequence) {
        return packStream == stream && packSequence == sequence;
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

    /** The descriptor shared by the threads that send this file; opened by the first. */
    synchronized @Nullable OpenFile file() {
        return file;
    }

    synchronized void opened(OpenFile open) {
        file = open;
    }

    @Override
    public void close() throws IOException {
        OpenFile open;
        synchronized (this) {
            open = file;
            file = null;
        }
        if (open != null) {
            open.close();
        }
    }
}
