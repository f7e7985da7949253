package io.zsync.node.session;

import io.zsync.node.replica.Offer;
import io.zsync.node.transport.HeldChunks;
import io.zsync.protocol.Credits;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Message;
import io.zsync.protocol.ProtocolException;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What the receiver has asked for and the data threads have not sent yet, and every file that is asked for and not done.
 * Bounded by the credits: one more is the peer's violation. Filled by the thread that reads the control connection, which
 * never waits here; emptied by data threads, which do.
 */
final class SendQueue {
    /** Something for one data thread to do. */
    sealed interface Task {
        /** Send these small files together. */
        record Pack(List<OutgoingFile> files) implements Task {}

        /** Send the next segment of this file, or conclude its attempt. */
        record Stream(OutgoingFile file) implements Task {}

        /** Find out why this chunk was rejected. There is room to hold it, until {@link #rechecked}. */
        record Recheck(OutgoingFile file, Message.ChunkRejected rejected) implements Task {}
    }

    /** One file alone may have this many ranges in flight, whatever the credit of files. */
    private static final int REJECTIONS = Limits.CREDIT_FILES + Limits.FILE_FRAGMENTS;

    /** How often who has nothing else to do looks for room for what is rejected. */
    private static final Duration ROOM_INTERVAL = Duration.ofMillis(100);

    private final Credits credits;
    private final boolean packSmall;
    private final HeldChunks held;
    private final Map<Long, OutgoingFile> outstanding = new HashMap<>();
    /** Of files that could not be read, until the receiver has said so: the wire has a code for it and no words. */
    private final Map<RelativePath, String> reasons = new HashMap<>();

    /** Sets, so that a file that is wanted again and again takes one place. */
    private final LinkedHashSet<OutgoingFile> small = new LinkedHashSet<>();

    private final LinkedHashSet<OutgoingFile> large = new LinkedHashSet<>();
    private final ArrayDeque<Task.Recheck> rejected = new ArrayDeque<>();
    /** Of all outstanding files, in their current attempts. */
    private final AtomicInteger wantedRanges = new AtomicInteger();

    private long outstandingBytes;
    private long doneFiles;
    private long resumedBytes;
    private boolean closed;

    /**
     * @param packSmall send small files in packs; otherwise each is streamed like a large one
     * @param held room for what is rejected
     */
    SendQueue(Credits credits, boolean packSmall, HeldChunks held) {
        this.credits = credits;
        this.packSmall = packSmall;
        this.held = held;
    }

    /** @throws ProtocolException if the receiver may not ask for this, or not for so much at once */
    synchronized void want(Message.Want want, Offers offers) {
        OutgoingFile file = outstanding.get(want.file());
        if (file == null) {
            file = take(want.file(), offers);
        }
        if (!file.want(want.attempt(), want.offset(), want.length())) {
            throw ProtocolException.violation("file " + want.file() + ": no range " + want.offset() + "+"
                    + want.length() + " in attempt " + want.attempt());
        }
        checkWantedRanges();
        enqueue(file);
    }

    /** @throws ProtocolException if this is not the first word of a file that the receiver may ask for */
    synchronized void resume(Message.Resume resume, Offers offers) {
        if (outstanding.containsKey(resume.file())) {
            throw ProtocolException.violation("file " + resume.file() + " is to be gone on with and was wanted before");
        }
        OutgoingFile file = take(resume.file(), offers);
        file.resume(resume);
        resumedBytes += file.size()
                - resume.ranges().stream().mapToLong(Message.Range::length).sum();
        checkWantedRanges();
        enqueue(file);
    }

    private void checkWantedRanges() {
        if (wantedRanges.get() > Limits.WANTED_RANGES) {
            throw ProtocolException.violation(
                    "more than " + Limits.WANTED_RANGES + " ranges were wanted of files that are not done");
        }
    }

    /** What the receiver had of files that it goes on with. */
    synchronized long resumedBytes() {
        return resumedBytes;
    }

    private OutgoingFile take(long number, Offers offers) {
        Offer offer = offers.take(number);
        if (offer == null) {
            throw ProtocolException.violation("file " + number + " was wanted and is not on offer");
        }
        long size = offer.entry().size();
        boolean alone = outstanding.isEmpty();
        if (outstanding.size() >= credits.files() || (!alone && size > credits.bytes() - outstandingBytes)) {
            throw ProtocolException.violation("file " + number + " was wanted beyond the credit of " + credits.files()
                    + " files and " + credits.bytes() + " bytes");
        }
        OutgoingFile file = new OutgoingFile(offer, wantedRanges);
        outstanding.put(number, file);
        outstandingBytes += size;
        return file;
    }

    private void enqueue(OutgoingFile file) {
        if (packSmall && file.size() < Limits.SMALL_FILE_LENGTH) {
            small.add(file);
        } else {
            large.add(file);
        }
        notifyAll();
    }

    /** A rejected chunk is looked into by a data thread. */
    synchronized void rejected(Message.ChunkRejected chunk) {
        OutgoingFile file = outstanding.get(chunk.file());
        if (file == null) {
            // This end has given it up meanwhile, and the rejection crossed the word of it.
            return;
        }
        if (rejected.size() >= REJECTIONS) {
            throw ProtocolException.violation("more than " + REJECTIONS + " chunks rejected at once");
        }
        rejected.add(new Task.Recheck(file, chunk));
        notifyAll();
    }

    /** A pack arrived damaged: its files go out once more. @return those that were damaged too often */
    synchronized List<OutgoingFile> packRejected(Message.PackRejected pack) {
        List<OutgoingFile> exhausted = new ArrayList<>();
        for (OutgoingFile file : outstanding.values()) {
            if (file.wasPackedIn(pack.stream(), pack.sequence())) {
                if (file.mayResend(0)) {
                    file.repeat();
                    enqueue(file);
                } else {
                    exhausted.add(file);
                }
            }
        }
        return exhausted;
    }

    /** Waits for something to do. @return null when the session is over */
    synchronized @Nullable Task next() throws InterruptedException {
        while (!closed) {
            if (!rejected.isEmpty() && held.tryTake()) {
                return rejected.remove();
            }
            OutgoingFile firstSmall = small.isEmpty() ? null : small.getFirst();
            OutgoingFile firstLarge = large.isEmpty() ? null : large.getFirst();
            if (firstSmall != null
                    && (firstLarge == null
                            || firstSmall.offer().file() < firstLarge.offer().file())) {
                return pack();
            }
            if (firstLarge != null) {
                return new Task.Stream(firstLarge);
            }
            // Another session that gives room back tells nobody here.
            wait(rejected.isEmpty() ? 0 : ROOM_INTERVAL.toMillis());
        }
        return null;
    }

    /** What was rejected is held no more. */
    synchronized void rechecked() {
        held.giveBack();
        notifyAll();
    }

    /** As many small files as a frame can hold; the caller sends what fits and hands the rest {@link #back}. */
    private Task.Pack pack() {
        List<OutgoingFile> files = new ArrayList<>();
        long bytes = 0;
        while (!small.isEmpty() && files.size() < Limits.PACK_FILES && bytes < Limits.PACK_LENGTH) {
            OutgoingFile file = small.removeFirst();
            if (file.mayBePacked()) {
                bytes += file.size();
                files.add(file);
            }
        }
        return new Task.Pack(files);
    }

    /** Takes back files that did not fit, to be sent next. */
    synchronized void back(List<OutgoingFile> files) {
        for (int i = files.size() - 1; i >= 0; i--) {
            small.addFirst(files.get(i));
        }
        notifyAll();
    }

    /** All ranges of this file's attempt were handed out; unless more were wanted since, it leaves the queue. */
    synchronized void exhausted(OutgoingFile file) {
        if (!file.hasRanges()) {
            large.remove(file);
        }
    }

    /** The receiver published the file. @throws ProtocolException if it is not outstanding, or was not sent */
    synchronized void done(long file) {
        OutgoingFile done = outstanding.get(file);
        if (done != null && !done.isConcluded()) {
            throw ProtocolException.violation("file " + file + " is done and was not sent");
        }
        remove(file, true);
        doneFiles++;
    }

    /** The receiver wants no more of this file. */
    synchronized void refused(long file) {
        OutgoingFile refused = outstanding.get(file);
        if (refused != null) {
            small.remove(refused);
            drop(refused);
            remove(file, true);
        }
    }

    /** Keeps why this end is going to say that it cannot read the file. */
    synchronized void unreadable(OutgoingFile file, String reason) {
        if (!file.isDropped() && reasons.size() < Limits.CREDIT_FILES) {
            reasons.put(file.offer().path(), reason);
        }
    }

    /** Why a file that the receiver reports was lost at this end; null if it was not. */
    synchronized @Nullable String takeReason(RelativePath path) {
        return reasons.remove(path);
    }

    /** This end cannot send the file. */
    synchronized void lost(OutgoingFile file) {
        drop(file);
        remove(file.offer().file(), false);
    }

    /** Whoever takes up an open one next closes it. */
    private void drop(OutgoingFile file) {
        file.drop();
        if (file.file() != null) {
            large.add(file);
            notifyAll();
        } else {
            // A peer that wants and refuses on and on must not fill the queue while no data thread gets on.
            large.remove(file);
        }
    }

    private void remove(long number, boolean required) {
        OutgoingFile file = outstanding.remove(number);
        if (file == null) {
            if (required) {
                throw ProtocolException.violation("file " + number + " is done and was not outstanding");
            }
            return;
        }
        file.end();
        outstandingBytes -= file.offer().entry().size();
    }

    synchronized long doneFiles() {
        return doneFiles;
    }

    /** Releases all waiters and closes what is open. Called when the session is over. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    /** Closes the descriptors of files that were under way; called when no data thread runs any more. */
    synchronized void closeFiles() throws IOException {
        for (OutgoingFile file : outstanding.values()) {
            file.close();
        }
        for (OutgoingFile file : large) {
            file.close();
        }
    }
}
