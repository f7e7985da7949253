package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileKind;
import io.zsync.protocol.Entry;
import io.zsync.protocol.FileIdentity;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Message;
import io.zsync.protocol.Name;
import io.zsync.protocol.PackRecord;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.ProtocolException;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One file on its way over: its ranges come in from many threads, in up to {@link Limits#ATTEMPTS} attempts. It goes to
 * the publisher only when every byte is covered by verified ranges of one attempt and the sender has confirmed that the
 * source is still the file it offered. All file work happens on data threads and the publisher's; the other methods
 * never block and may be called by the thread that reads the control connection.
 */
public final class Fetch implements Publication {
    private enum State {
        WANTED,
        /** Complete and confirmed: the publisher has it. */
        SUBMITTED,
        /** Given up; what still arrives is discarded. */
        REFUSED,
        OVER
    }

    private final Delivery delivery;
    private final Destination destination;
    private final Object creation = new Object();
    private volatile Entry.RegularFile entry;
    private int attempt = 1;
    private Coverage coverage;
    private State state = State.WANTED;
    private boolean confirmed;
    private boolean syncAlone;
    /** The staged file has its metadata and is closed. */
    private boolean sealed;
    /** Of what is sealed: by itself. */
    private boolean forced;

    private @Nullable StagedFile staged;
    /** Of files that outlive a session. */
    private @Nullable Resumption resumption;
    /** What was there of the first attempt when it began. */
    private final @Nullable Unfinished left;

    Fetch(Delivery delivery, Destination destination, Entry.RegularFile entry) {
        this.delivery = delivery;
        this.destination = destination;
        this.entry = entry;
        this.coverage = new Coverage(entry.size());
        this.resumption = delivery.resumption(destination, entry.size());
        this.left = null;
    }

    /** One that goes on with what an earlier run has left. */
    Fetch(
            Delivery delivery,
            Destination destination,
            Entry.RegularFile entry,
            StagedFile staged,
            Unfinished left,
            Resumption resumption) {
        this.delivery = delivery;
        this.destination = destination;
        this.entry = entry;
        this.staged = staged;
        this.left = left;
        // Of an error between the runs only this file's own sync would tell.
        this.syncAlone = delivery.syncs();
        this.resumption = resumption;
        this.coverage = new Coverage(entry.size(), left.known());
    }

    /** The entry number. */
    public long file() {
        return destination.entry();
    }

    public synchronized int attempt() {
        return attempt;
    }

    public long size() {
        return entry.size();
    }

    /** Bytes of it that are not here yet. */
    synchronized long missing() {
        return coverage.missing();
    }

    /** Bytes that its file system has to have free for it, asked before it is wanted; of a sparse file that is not known. */
    long room() throws IOException {
        if (entry.sparse()) {
            return 0;
        }
        StagedFile adopted;
        synchronized (this) {
            adopted = staged;
        }
        return adopted == null ? entry.size() : adopted.file().stat().unallocated();
    }

    /** What to ask the sender for, as part of the current attempt. */
    public synchronized Message wish() {
        return left == null || attempt > 1
                ? new Message.Want(file(), attempt, 0, entry.size())
                : new Message.Resume(file(), left.subject().source(), left.missing());
    }

    /** Bytes of the extended attributes that are kept in memory until the file is published. */
    public int attributesLength() {
        return entry.metadata().attributes().length();
    }

    public RelativePath path() {
        return destination.path();
    }

    /**
     * Claims a range for a frame that has arrived. Frames of an older attempt, or of a file that was refused, get a claim
     * that discards.
     *
     * @param parent the open directory of this file
     * @throws ProtocolException if that range of that attempt is not outstanding
     */
    public RangeClaim claim(int frameAttempt, long offset, long length, Parent parent) {
        synchronized (this) {
            if (isUnheardOf(frameAttempt)) {
                throw ProtocolException.violation(
                        "a range of file " + file() + ", attempt " + frameAttempt + ", which was not asked for");
            }
            if (isStale(frameAttempt)) {
                return new RangeClaim(this, null, frameAttempt, offset, length);
            }
            coverage.claim(offset, length);
        }
        try {
            return new RangeClaim(this, retainStaged(frameAttempt, parent), frameAttempt, offset, length);
        } catch (IOException e) {
            failed(frameAttempt, e);
            return new RangeClaim(this, null, frameAttempt, offset, length);
        }
    }

    /** The staged file of this attempt, created by the first thread that needs it; null if the attempt is over. */
    private @Nullable StagedFile retainStaged(int frameAttempt, Parent parent) throws IOException {
        synchronized (creation) {
            synchronized (this) {
                if (isStale(frameAttempt)) {
                    return null;
                }
                if (staged != null) {
                    staged.retain();
                    return staged;
                }
            }
            // Not under the fetch's own lock: the thread that reads the control connection must never wait for a disk.
            Directory open = parent.open();
            boolean reserve = delivery.content().fillsReserved(this);
            // Ahead of the file, which nobody would discard if this failed.
            long mount = entry.size() < Limits.RESUMED_LENGTH ? 0 : open.mount();
            StagedFile created = StagedFile.create(open, delivery.names(), entry, reserve);
            synchronized (this) {
                if (isStale(frameAttempt)) {
                    created.discard(open);
                    return null;
                }
                if (resumption != null) {
                    resumption.staged(mount);
                }
                staged = created;
                created.retain();
                return created;
            }
        }
    }

    /** What notes that attempt for a later session; null if it is over, or not noted. */
    synchronized @Nullable Resumption resumption(int ofAttempt) {
        return isStale(ofAttempt) ? null : resumption;
    }

    /** Nothing can be noted any more. */
    void notResumable(String reason) {
        delivery.problem(path(), ProblemCode.NOT_RESUMABLE, reason);
    }

    /** A claimed range turned out good. */
    synchronized void verified(int ofAttempt, long length) {
        if (!isStale(ofAttempt)) {
            coverage.verified(length);
            submitIfComplete();
        }
    }

    /** A claimed range turned out bad. @return true if it is outstanding again */
    synchronized boolean release(int ofAttempt, long offset, long length) {
        if (isStale(ofAttempt)) {
            return false;
        }
        coverage.release(offset, length);
        return true;
    }

    /** Opens this file's directory, on the calling thread's own cursor. */
    @FunctionalInterface
    public interface Parent {
        Directory open() throws IOException;
    }

    /**
     * Takes a whole small file, verified and confirmed by its record.
     *
     * @throws ProtocolException if it is not the file that was asked for
     */
    public void packed(PackRecord record, ByteBuffer content, Parent parent) {
        whole(record.attempt(), record.identity(), content, parent);
    }

    /**
     * Takes all of a file at once.
     *
     * @param identity as of a last look at the source, behind the read
     * @param content all of it, direct
     * @throws ProtocolException if it is not the file that was asked for
     */
    void whole(int wholeAttempt, FileIdentity identity, ByteBuffer content, Parent parent) {
        synchronized (this) {
            if (isUnheardOf(wholeAttempt)) {
                throw ProtocolException.violation(
                        "all of file " + file() + ", attempt " + wholeAttempt + ", which was not asked for");
            }
            if (isStale(wholeAttempt)) {
                return;
            }
            if (staged != null) {
                throw ProtocolException.violation("all of file " + file() + ", of which ranges came before");
            }
            int length = content.remaining();
            coverage.claim(0, length);
            if (length != entry.size()) {
                throw ProtocolException.violation("file " + file() + ": " + length + " bytes, not " + entry.size());
            }
            checkIdentity(identity);
            coverage.verified(length);
        }
        try {
            Directory open = parent.open();
            Entry.RegularFile wanted = entry;
            boolean alone = isAlone();
            StagedFile target = StagedFile.create(open, delivery.names(), wanted);
            try {
                target.write(content, 0);
            } catch (IOException e) {
                target.discard(open);
                throw e;
            }
            try {
                delivery.seal(target, destination, wanted, alone);
            } catch (IOException e) {
                StagedFile.remove(open, target.reserved());
                throw e;
            }
            synchronized (this) {
                if (!isStale(wholeAttempt)) {
                    staged = target;
                    sealed = true;
                    forced = alone;
                    confirmed = true;
                    submitIfComplete();
                    return;
                }
            }
            // Given up by a word that came meanwhile.
            StagedFile.remove(open, target.reserved());
        } catch (IOException e) {
            failed(wholeAttempt, e);
        }
    }

    /** The sender has opened the file for an attempt. */
    public synchronized void opened(int openedAttempt, FileIdentity identity) {
        if (isUnheardOf(openedAttempt)) {
            throw ProtocolException.violation("file " + file() + ", attempt " + openedAttempt + ", was not asked for");
        }
        if (isStale(openedAttempt)) {
            return;
        }
        checkIdentity(identity);
    }

    /** The sender has sent all of an attempt and found its source unchanged. */
    public synchronized void confirmed(int sentAttempt, FileIdentity identity) {
        if (sentAttempt > attempt) {
            throw ProtocolException.violation("file " + file() + ", attempt " + sentAttempt + ", was not asked for");
        }
        // Said once more behind a range that was sent again: by then it may be published.
        if (isStale(sentAttempt) || state == State.SUBMITTED || state == State.OVER) {
            return;
        }
        checkIdentity(identity);
        confirmed = true;
        submitIfComplete();
    }

    private void checkIdentity(FileIdentity identity) {
        if (!isOf(entry, identity) || (resumption != null && !resumption.opened(identity))) {
            throw ProtocolException.violation("file " + file() + " was confirmed as another than the one offered");
        }
    }

    /** Whether an entry describes a file of that identity, as far as an entry can tell. */
    static boolean isOf(Entry.RegularFile entry, FileIdentity identity) {
        return identity.size() == entry.size()
                && identity.mtimeSeconds() == entry.metadata().mtimeSeconds()
                && identity.mtimeNanos() == entry.metadata().mtimeNanos();
    }

    /** The source changed under an attempt: start over with what it is now, or give up after the last attempt. */
    public synchronized void sourceChanged(int changedAttempt, Entry.RegularFile fresh) {
        if (isUnheardOf(changedAttempt)) {
            throw ProtocolException.violation("file " + file() + ", attempt " + changedAttempt + ", is not under way");
        }
        if (isStale(changedAttempt)) {
            return;
        }
        if (attempt == Limits.ATTEMPTS) {
            refuse(ProblemCode.SOURCE_CHANGED, "kept changing while it was sent, " + Limits.ATTEMPTS + " attempts");
        } else {
            restart(delivery.rules().wanted(fresh, destination.victim()));
        }
    }

    /** The sender cannot send this file at all. */
    public synchronized void sourceLost(int lostAttempt, ProblemCode code) {
        if (isUnheardOf(lostAttempt)) {
            throw ProtocolException.violation("file " + file() + ", attempt " + lostAttempt + ", is not under way");
        }
        if (!isStale(lostAttempt)) {
            refuse(
                    code,
                    switch (code) {
                        case SOURCE_VANISHED -> "vanished before it was sent";
                        case INTEGRITY -> "arrived damaged again and again";
                        case SOURCE_CHANGED -> "kept changing while it was sent";
                        default -> "cannot be read by the sender";
                    });
        }
    }

    private void restart(Entry.RegularFile fresh) {
        StagedFile old = staged;
        boolean oldSealed = sealed;
        staged = null;
        sealed = false;
        confirmed = false;
        attempt++;
        entry = fresh;
        coverage = new Coverage(fresh.size());
        state = State.WANTED;
        Resumption ended = resumption;
        resumption = delivery.resumption(destination, fresh.size());
        int begun = attempt;
        delivery.errand(() -> {
            end(ended);
            remove(old, oldSealed);
            if (fresh.size() > 0) {
                delivery.content().wantAgain(this);
            } else {
                stageEmpty(begun);
            }
        });
    }

    /** A fresh entry turned out to have no content: the entry alone says all there is to know. */
    private void stageEmpty(int ofAttempt) {
        try (Directory open = delivery.root().directory(directory())) {
            StagedFile created = StagedFile.create(open, delivery.names(), entry);
            synchronized (this) {
                if (state == State.WANTED && staged == null) {
                    staged = created;
                    confirmed = true;
                    submitIfComplete();
                    return;
                }
            }
            created.discard(open);
        } catch (IOException e) {
            failed(ofAttempt, e);
        }
    }

    /** The target could not take it. Of an older attempt it is said too late to matter. */
    void failed(int failedAttempt, IOException cause) {
        delivery.noticed(destination, cause);
        synchronized (this) {
            if (!isStale(failedAttempt)) {
                refuse(ProblemCode.TARGET_FAILED, Publisher.reason(cause));
            }
        }
    }

    /** Ends the fetch without its file, once. */
    synchronized void refuse(ProblemCode code, String detail) {
        if (state == State.REFUSED || state == State.OVER) {
            return;
        }
        state = State.REFUSED;
        StagedFile old = staged;
        boolean oldSealed = sealed;
        staged = null;
        Resumption ended = resumption;
        delivery.errand(() -> {
            end(ended);
            remove(old, oldSealed);
            delivery.fetchRefused(this, true, code, detail);
        });
    }

    private static void end(@Nullable Resumption resumption) {
        if (resumption != null) {
            resumption.end();
        }
    }

    /** Nothing that arrives counts any more. */
    synchronized boolean isGivenUp() {
        return state == State.REFUSED || state == State.OVER;
    }

    /** Removes a staged file; what cannot be removed now is stale, and the next run removes it. */
    private void remove(@Nullable StagedFile old, boolean isSealed) {
        if (old == null) {
            return;
        }
        if (!isSealed) {
            old.release();
        }
        try (Directory open = delivery.root().directory(directory())) {
            StagedFile.remove(open, old.reserved());
        } catch (IOException directoryGone) {
            return;
        }
    }

    /** Of an attempt that was not asked for, or of one that is complete. */
    private boolean isUnheardOf(int frameAttempt) {
        return frameAttempt > attempt || (frameAttempt == attempt && (state == State.OVER || state == State.SUBMITTED));
    }

    boolean isStale(int frameAttempt) {
        return state == State.REFUSED || frameAttempt < attempt;
    }

    private void submitIfComplete() {
        if (state == State.WANTED && confirmed && coverage.isComplete() && staged != null) {
            state = State.SUBMITTED;
            delivery.submit(this);
        }
    }

    @Override
    public Destination destination() {
        return destination;
    }

    @Override
    public FileKind kind() {
        return FileKind.REGULAR;
    }

    @Override
    public long bytes() {
        return entry.size();
    }

    @Override
    public synchronized boolean isAlone() {
        return sealed ? forced : syncAlone || delivery.syncsAlone(device());
    }

    @Override
    public Name seal(boolean sync) throws IOException {
        StagedFile target;
        boolean pending;
        synchronized (this) {
            target = staged;
            pending = !sealed;
            if (pending) {
                sealed = true;
                forced = sync;
            }
        }
        if (target == null) {
            throw new IllegalStateException("file " + file() + " has nothing staged");
        }
        // Not under the lock, which the thread that reads the control connection takes.
        if (pending) {
            try {
                delivery.seal(target, destination, entry, sync);
            } catch (IOException e) {
                remove(target, true);
                throw e;
            }
        }
        return target.reserved();
    }

    private void endForGood() {
        Resumption ended;
        synchronized (this) {
            state = State.OVER;
            ended = resumption;
        }
        end(ended);
    }

    @Override
    public void published(boolean durable) {
        endForGood();
        delivery.fetchDone(this, durable);
    }

    @Override
    public void parked() {
        endForGood();
        delivery.fetchParked(this);
    }

    @Override
    public void refused(ProblemCode code, String detail) {
        endForGood();
        delivery.fetchRefused(this, false, code, detail);
    }

    @Override
    public void syncFailed(FileFailure failure) {
        synchronized (this) {
            if (attempt < Limits.ATTEMPTS && !syncAlone) {
                syncAlone = true;
                staged = null;
                delivery.unsubmitted();
                restart(entry);
                return;
            }
        }
        endForGood();
        delivery.fetchRefused(this, false, ProblemCode.TARGET_FAILED, Publisher.reason(failure));
    }

    /** The run is over: removes what is staged and not noted. Called when no data thread runs any more. */
    synchronized void discard() {
        StagedFile old = staged;
        if (state == State.WANTED && old != null && !sealed && resumption != null && resumption.isNoted()) {
            old.release();
        } else if (state == State.WANTED || state == State.SUBMITTED) {
            remove(old, sealed);
        }
        staged = null;
        state = State.OVER;
    }
}
