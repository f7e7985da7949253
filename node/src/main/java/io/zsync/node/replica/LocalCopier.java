package io.zsync.node.replica;

import io.zsync.node.copy.Copied;
import io.zsync.node.copy.Devices;
import io.zsync.node.copy.PathRefused;
import io.zsync.node.copy.RangeCopier;
import io.zsync.node.copy.SourceUnreadable;
import io.zsync.node.copy.Throttle;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileStat;
import io.zsync.node.fs.OpenFile;
import io.zsync.node.fs.Root;
import io.zsync.node.replica.LocalFile.Segment;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.Entry;
import io.zsync.protocol.FileIdentity;
import io.zsync.protocol.Limits;
import io.zsync.protocol.PathChoice;
import io.zsync.protocol.ProblemCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What one thread of a {@link LocalContent} does: brings files, or segments of them, into their staged files, and confirms
 * an attempt after a last look at the descriptor that it was copied from. A failing source or target costs its file. For
 * that thread.
 */
final class LocalCopier implements AutoCloseable {
    private final LocalContent content;
    private final EntryReader reader;
    private final DirectoryCursor sources;
    private final DirectoryCursor targets;
    private final RangeCopier ranges;
    private final Throttle throttle;
    private final ByteBuffer whole = ByteBuffer.allocateDirect(Limits.SMALL_FILE_LENGTH);

    LocalCopier(LocalContent content, Root source, Root target, EntryReader reader) {
        this.content = content;
        this.reader = reader;
        this.sources = new DirectoryCursor(source);
        this.targets = new DirectoryCursor(target);
        this.throttle = content.throttle();
        this.ranges = new RangeCopier(content.memory(), content.forced(), content.counters(), throttle);
    }

    /** @throws IOException if nothing is to be copied any more */
    void copy(LocalFile file) throws IOException, PathRefused {
        if (file.isUnsized()) {
            copyUnsized(file);
        } else if (content.isWhole(file)) {
            copyWhole(file);
        } else {
            copySegments(file);
        }
    }

    private OpenFile open(LocalFile file) throws IOException {
        Offer offer = file.offer();
        return sources.at(offer.directory()).open(offer.name());
    }

    private Fetch.Parent parent(LocalFile file) {
        return () -> targets.at(file.fetch().directory());
    }

    private void copyWhole(LocalFile file) throws IOException {
        throttle.await((int) file.size());
        FileIdentity identity = file.identity();
        try (OpenFile open = open(file)) {
            whole.clear().limit((int) file.size());
            // One look, behind the read: whatever moved since the scan shows in it.
            if (open.read(whole, 0) < file.size() || !open.stat().identity().equals(identity)) {
                changed(file);
                return;
            }
        } catch (IOException e) {
            lost(file, e);
            return;
        }
        PathChoice choice = content.forced() == null ? PathChoice.READ_AT_ONCE : PathChoice.FORCED;
        deliver(file, identity, whole.flip(), choice);
    }

    private void deliver(LocalFile file, FileIdentity identity, ByteBuffer bytes, PathChoice choice) {
        int length = bytes.remaining();
        content.counters().add(DataPath.BUFFERED, length);
        file.fetch().whole(file.attempt(), identity, bytes, parent(file));
        explain(file, DataPath.BUFFERED, choice, length);
    }

    /** What the kernel makes up as it is read: whatever one reading gives is a state that it had. */
    private void copyUnsized(LocalFile file) throws IOException {
        if (content.forced() != null && content.forced() != DataPath.BUFFERED) {
            refuseUnsized(
                    file,
                    "only reading finds its end, which is no "
                            + content.forced().word());
            return;
        }
        ByteBuffer read = file.kept();
        if (read == null) {
            try (OpenFile open = open(file)) {
                read = readToEnd(open);
            } catch (IOException e) {
                lost(file, e);
                return;
            }
        }
        Entry.RegularFile entry = file.entry();
        if (read.limit() > EntryReader.MEASURED_LENGTH) {
            refuseUnsized(file, EntryReader.MEASURED_LENGTH + " bytes are not the end of it");
        } else if (read.limit() != entry.size()) {
            file.keep(read);
            startOver(file, new Entry.RegularFile(entry.metadata(), read.limit(), false), file.identity());
        } else {
            throttle.await(read.limit());
            FileIdentity asRead = new FileIdentity(
                    entry.size(),
                    entry.metadata().mtimeSeconds(),
                    entry.metadata().mtimeNanos(),
                    0,
                    0,
                    0);
            deliver(file, asRead, read, PathChoice.SIZE_UNKNOWN);
        }
    }

    private static void refuseUnsized(LocalFile file, String why) {
        file.fetch().refuse(ProblemCode.SOURCE_UNREADABLE, "its file system does not say how long it is, and " + why);
    }

    /** Of what is longer than it may be one byte too many. */
    private static ByteBuffer readToEnd(OpenFile open) throws IOException {
        ByteBuffer read = ByteBuffer.allocateDirect(Limits.SMALL_FILE_LENGTH);
        while (open.read(read, read.position()) > 0 && read.position() <= EntryReader.MEASURED_LENGTH) {
            if (!read.hasRemaining()) {
                int longer = Math.min(2 * read.capacity(), EntryReader.MEASURED_LENGTH + 1);
                read = ByteBuffer.allocateDirect(longer).put(read.flip());
            }
        }
        return read.flip();
    }

    private void copySegments(LocalFile file) throws IOException, PathRefused {
        if (file.isFresh() && (!isOpened(file) || isCloned(file))) {
            return;
        }
        Segment segment = next(file);
        if (segment != null && file.hasMore()) {
            content.share(file);
        }
        while (segment != null && !content.isClosed()) {
            copy(file, segment);
            file.ended();
            segment = next(file);
        }
        if (file.isOver()) {
            conclude(file);
        }
    }

    /** Opens the source. @return false if it is not what this attempt is about */
    private boolean isOpened(LocalFile file) {
        try {
            OpenFile open = open(file);
            FileStat stat;
            try {
                stat = open.stat();
            } catch (IOException e) {
                open.close();
                throw e;
            }
            if (stat.identity().equals(file.identity())) {
                file.opened(open, new Devices(stat.device(), file.fetch().device()));
                return true;
            }
            open.close();
            changed(file);
        } catch (IOException e) {
            lost(file, e);
        }
        return false;
    }

    /** @return true if that was all there is to do for this attempt */
    private boolean isCloned(LocalFile file) throws IOException, PathRefused {
        if (!ranges.mayClone(file.devices())) {
            return false;
        }
        Segment all = file.all();
        RangeClaim claim = claim(file, all);
        boolean shared = false;
        try {
            OpenFile into = claim.file();
            shared = into != null && ranges.clone(file.source(), into, file.devices(), 0, all.length());
        } catch (FileFailure e) {
            refuse(file, claim, e);
        }
        if (!shared) {
            claim.damaged();
            file.notAtOnce();
            return false;
        }
        claim.verified();
        file.moved(
                all.length(), DataPath.CLONE, content.forced() == null ? PathChoice.BLOCKS_SHARED : PathChoice.FORCED);
        file.ended();
        conclude(file);
        return true;
    }

    private RangeClaim claim(LocalFile file, Segment segment) {
        return file.fetch().claim(segment.attempt(), segment.offset(), segment.length(), parent(file));
    }

    private @Nullable Segment next(LocalFile file) {
        try {
            return file.next();
        } catch (IOException e) {
            lost(file, e);
            return null;
        }
    }

    private void copy(LocalFile file, Segment segment) throws IOException, PathRefused {
        RangeClaim claim = claim(file, segment);
        boolean arrived = false;
        try {
            OpenFile into = claim.file();
            if (into != null && segment.hole()) {
                arrived = true;
            } else if (into != null) {
                Copied copied = ranges.copy(file.source(), into, file.devices(), segment.offset(), segment.length());
                file.moved(copied.length(), copied.path(), copied.choice());
                arrived = copied.length() == segment.length();
            }
        } catch (SourceUnreadable e) {
            lost(file, e.getCause() instanceof IOException cause ? cause : e);
        } catch (FileFailure e) {
            refuse(file, claim, e);
        } catch (PathRefused e) {
            requireSame(file, e);
        } finally {
            if (arrived) {
                claim.verified();
            } else {
                file.spoil();
                claim.abandoned();
            }
        }
    }

    /** A source that changes under the only path allowed is no fault of the path's. */
    private static void requireSame(LocalFile file, PathRefused refused) throws PathRefused {
        try {
            if (file.source().stat().identity().equals(file.identity())) {
                throw refused;
            }
        } catch (IOException e) {
            lost(file, e);
        }
    }

    /** The last thread of an attempt looks once more at what it was copied from. */
    private void conclude(LocalFile file) {
        OpenFile source = file.release();
        if (source == null) {
            return;
        }
        try (source) {
            FileIdentity identity = file.identity();
            if (file.isSpoilt() || !source.stat().identity().equals(identity)) {
                changed(file);
                return;
            }
            file.fetch().confirmed(file.attempt(), identity);
            explain(file, file.path(), file.choice(), file.bytes());
        } catch (IOException e) {
            lost(file, e);
        }
    }

    /** The source is not what this attempt is about: a fresh look at its name says what it is now. */
    private void changed(LocalFile file) {
        if (file.fetch().isGivenUp()) {
            return;
        }
        try (OpenFile open = open(file)) {
            FileStat now = open.stat();
            startOver(file, reader.fresh(open, now), now.identity());
        } catch (IOException e) {
            lost(file, e);
        }
    }

    private void startOver(LocalFile file, Entry.RegularFile fresh, FileIdentity identity) {
        content.window()
                .changed(file.fetch().file(), fresh.metadata().attributes().length());
        file.startOver(fresh, identity);
        file.fetch().sourceChanged(file.attempt(), fresh);
    }

    private static void lost(LocalFile file, IOException cause) {
        file.spoil();
        file.fetch().refuse(Offer.loss(cause), Publisher.reason(cause));
    }

    private static void refuse(LocalFile file, RangeClaim claim, FileFailure cause) {
        file.spoil();
        claim.failed(cause);
    }

    private void explain(LocalFile file, DataPath path, PathChoice choice, long bytes) {
        content.explained().copied(file.fetch().path(), path, choice, bytes);
    }

    @Override
    public void close() throws IOException {
        ranges.close();
        sources.close();
        targets.close();
    }
}
