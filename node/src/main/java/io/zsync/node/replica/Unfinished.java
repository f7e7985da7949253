package io.zsync.node.replica;

import io.zsync.node.fs.FileStat;
import io.zsync.protocol.FileIdentity;
import io.zsync.protocol.Message.Range;
import io.zsync.protocol.Name;
import io.zsync.protocol.PeerId;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What the {@link ResumeJournal} says of one staged file: which source it collects, and which of its ranges are verified.
 * Guarded by its journal.
 */
final class Unfinished {
    private static final long SYNC_BYTES = 256L << 20;
    private static final long SYNC_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Which staged file. */
    record Key(long device, long inode) {}

    /**
     * What stays the same as it grows.
     *
     * @param reserved its name now
     * @param target its name to be, in the same directory
     * @param mount it is on, see {@link io.zsync.node.fs.Directory#mount}
     * @param peer whose file it is
     * @param source the file as that peer opened it
     */
    record Subject(Key key, Name reserved, Name target, long mount, PeerId peer, FileIdentity source) {}

    private final Subject subject;
    private final Intervals written;
    private final Intervals synced;
    private long unsyncedBytes;
    private long lastSync = System.nanoTime();
    private boolean syncing;

    Unfinished(Subject subject) {
        this(subject, new Intervals(), new Intervals());
    }

    private Unfinished(Subject subject, Intervals written, Intervals synced) {
        this.subject = subject;
        this.written = written;
        this.synced = synced;
    }

    Subject subject() {
        return subject;
    }

    /** Whether that is the staged file which this is about, untouched by others. */
    boolean isAbout(Name name, FileStat stat) {
        return stat.isRegular()
                && stat.links() == 1
                && stat.size() == subject.source().size()
                && name.equals(subject.reserved())
                && new Key(stat.device(), stat.inode()).equals(subject.key());
    }

    /** What is left of it where the page cache has gone: what was synced. */
    Unfinished onDisk(long mount) {
        Subject there = new Subject(
                subject.key(), subject.reserved(), subject.target(), mount, subject.peer(), subject.source());
        return new Unfinished(there, new Intervals(synced), synced);
    }

    void wrote(Range range) {
        written.add(range.offset(), range.end());
        unsyncedBytes += range.length();
    }

    void synced(List<Range> ranges) {
        for (Range range : ranges) {
            synced.add(range.offset(), range.end());
            written.add(range.offset(), range.end());
        }
        lastSync = System.nanoTime();
        syncing = false;
    }

    /** True for one caller, once enough has been written since the last sync. */
    boolean startsSync() {
        boolean due = unsyncedBytes >= SYNC_BYTES || System.nanoTime() - lastSync >= SYNC_NANOS;
        if (syncing || unsyncedBytes == 0 || !due) {
            return false;
        }
        syncing = true;
        unsyncedBytes = 0;
        return true;
    }

    List<Range> written() {
        return written.ranges();
    }

    /** Those of {@link #written} that are on disk. */
    List<Range> synced() {
        return synced.ranges();
    }

    /** What need not be asked for. Not the last byte: the source has to be confirmed, and so a range be sent. */
    List<Range> known() {
        return allButLastByte().ranges();
    }

    /** What is to be asked for. */
    List<Range> missing() {
        return allButLastByte().gaps(subject.source().size());
    }

    private Intervals allButLastByte() {
        Intervals known = new Intervals(written);
        long size = subject.source().size();
        known.remove(size - 1, size);
        return known;
    }
}
