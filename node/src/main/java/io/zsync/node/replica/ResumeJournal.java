package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileStat;
import io.zsync.node.fs.OpenFile;
import io.zsync.node.fs.Root;
import io.zsync.node.trust.StateFile;
import io.zsync.protocol.FileIdentity;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Message.Range;
import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Which ranges of which staged files are verified, noted in the state folder for the run after this one. What was written is
 * believed as long as the file system stays mounted and no sync of it fails, because the page cache outlives a kill; what was synced always. One journal for each
 * target, whose lock makes its run the only writer. Where it cannot be read or written, files start over: nothing else is
 * lost. Thread safe.
 */
final class ResumeJournal implements AutoCloseable {
    private static final String WHAT = "resume journal";
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    /** A journal is written anew when it is longer, and much longer than what it has to say. */
    private static final long LONG = 1 << 20;

    private static final int FILES = 1_024;

    /** A boot that never was: of its journal only what was synced is believed. */
    private static final UUID NO_BOOT = new UUID(0, 0);

    private final JournalPlace place;
    private final Root root;
    private final boolean syncs;
    private final AtomicInteger syncsUnderWay = new AtomicInteger();
    private @Nullable Contents contents;
    private @Nullable StateFile file;
    private long rewriteAt;
    private boolean onDisk;
    private boolean broken;
    private boolean doubted;
    private @Nullable String trouble;

    /** What there is to say, and where. */
    private record Contents(Name name, UUID boot, Map<Unfinished.Key, Unfinished> files) {}

    /**
     * The journal of a target that this run has locked. Most runs never ask it anything, so it is read when first asked.
     *
     * @param syncs force staged files to disk now and then
     */
    ResumeJournal(JournalPlace place, Root root, boolean syncs) {
        this.place = place;
        this.root = root;
        this.syncs = syncs;
    }

    private Contents contents() throws IOException {
        Contents read = contents;
        if (read == null) {
            read = read();
            contents = read;
        }
        return read;
    }

    private Contents read() throws IOException {
        FileStat stat;
        try (Directory directory = root.directory(RelativePath.ROOT)) {
            stat = directory.stat();
        }
        Name name = Name.of("resume-" + Long.toHexString(stat.device()) + "-" + Long.toHexString(stat.inode()));
        byte[] journal;
        try {
            journal = StateFile.read(WHAT, place.folder(), name, JournalCodec.MAX_LENGTH);
        } catch (IOException notToBeBelieved) {
            journal = new byte[0];
        }
        onDisk = journal.length > 0;
        UUID boot = boot();
        Map<Unfinished.Key, Unfinished> files = JournalCodec.read(journal, boot);
        while (files.size() > FILES) {
            files.remove(files.keySet().iterator().next());
        }
        return new Contents(name, boot, files);
    }

    private static UUID boot() {
        try {
            return UUID.fromString(Files.readString(BOOT_ID).strip());
        } catch (IOException | IllegalArgumentException unknown) {
            // None that was or will be: nothing is believed that was only written.
            return UUID.randomUUID();
        }
    }

    /**
     * What is noted of a staged file met in a directory; null if nothing is that could be used.
     *
     * @param mount of that directory
     */
    synchronized @Nullable Unfinished find(Name reserved, FileStat stat, long mount) throws IOException {
        Map<Unfinished.Key, Unfinished> files = contents().files();
        Unfinished.Key key = new Unfinished.Key(stat.device(), stat.inode());
        Unfinished found = files.get(key);
        if (found == null || !found.subject().peer().equals(place.source()) || !found.isAbout(reserved, stat)) {
            return null;
        }
        if (doubted || mount == 0 || mount != found.subject().mount()) {
            found = found.onDisk(mount);
            files.put(key, found);
        }
        int ranges = found.known().size();
        return ranges == 0 || ranges >= Limits.FILE_FRAGMENTS ? null : found;
    }

    /** That staged file is about to go, whatever was noted of it: as long as it is there, no other one has its inode. */
    synchronized void forget(FileStat staged) throws IOException {
        Unfinished noted = contents().files().get(new Unfinished.Key(staged.device(), staged.inode()));
        if (noted != null) {
            end(noted);
        }
    }

    /**
     * Begins to note a staged file.
     *
     * @param mount that it is on
     */
    synchronized Unfinished begin(Name reserved, FileStat staged, long mount, Name target, FileIdentity source)
            throws IOException {
        Unfinished.Key key = new Unfinished.Key(staged.device(), staged.inode());
        Unfinished begun = new Unfinished(new Unfinished.Subject(key, reserved, target, mount, place.source(), source));
        contents().files().put(key, begun);
        append(JournalCodec.begin(begun));
        return begun;
    }

    /**
     * A range of a staged file is verified and written. Perhaps forces the file to disk.
     *
     * @throws IOException if that failed: the staged file is lost then
     */
    void wrote(Unfinished of, Range range, OpenFile staged) throws IOException {
        List<Range> written;
        synchronized (this) {
            if (!isNoted(of)) {
                return;
            }
            of.wrote(range);
            append(JournalCodec.wrote(of, range));
            if (!syncs || broken || !of.startsSync()) {
                return;
            }
            written = of.written();
        }
        syncsUnderWay.incrementAndGet();
        try {
            staged.sync();
        } finally {
            syncsUnderWay.decrementAndGet();
        }
        synchronized (this) {
            // It may have ended meanwhile, and a record of what does not begin ends the reading of all.
            if (!isNoted(of)) {
                return;
            }
            of.synced(written);
            append(JournalCodec.synced(of, written));
            sync();
        }
    }

    /** The sync of a file system failed: what is only written may be lost, and neither this run nor the next one is told. */
    synchronized void doubt() {
        doubted = true;
        try {
            if (file != null || !contents().files().isEmpty()) {
                rewrite();
            }
        } catch (IOException noRoomOrNoRight) {
            brokenBy(noRoomOrNoRight);
        }
    }

    /** A staged file is published, or about to go. */
    synchronized void end(Unfinished of) {
        if (contents != null && contents.files().remove(of.subject().key(), of) && file != null) {
            append(JournalCodec.end(of));
        }
    }

    /** Whether a later run would find what is noted of it. */
    synchronized boolean keeps(Unfinished of) {
        return !broken && isNoted(of);
    }

    private boolean isNoted(Unfinished of) {
        return contents != null && contents.files().get(of.subject().key()) == of;
    }

    /** True while a staged file is forced to disk. */
    boolean isSyncing() {
        return syncsUnderWay.get() > 0;
    }

    private void append(byte[] record) {
        if (broken) {
            return;
        }
        try {
            StateFile open = file;
            if (open == null || open.length() > rewriteAt) {
                rewrite();
            } else {
                open.append(ByteBuffer.allocateDirect(record.length).put(record).flip());
            }
        } catch (IOException noRoomOrNoRight) {
            brokenBy(noRoomOrNoRight);
        }
    }

    /** What is noted is in {@link #contents} already. */
    private void rewrite() throws IOException {
        closeFile();
        Contents said = contents();
        byte[] whole =
                JournalCodec.whole(doubted ? NO_BOOT : said.boot(), said.files().values());
        rewriteAt = Math.max(LONG, 4L * whole.length);
        file = StateFile.replace(place.folder(), said.name(), whole);
        onDisk = true;
    }

    private void sync() {
        StateFile open = file;
        if (broken || open == null) {
            return;
        }
        try {
            open.sync();
        } catch (IOException e) {
            brokenBy(e);
        }
    }

    private void brokenBy(IOException cause) {
        broken = true;
        // What is told to a peer names no path of this host.
        trouble = "state folder: " + (cause instanceof FileFailure ? Publisher.reason(cause) : "not to be used");
    }

    /** Why nothing can be noted any more; null if all is well, or somebody has asked before. */
    synchronized @Nullable String takeTrouble() {
        String told = trouble;
        trouble = null;
        return told;
    }

    private void closeFile() throws IOException {
        StateFile open = file;
        file = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public synchronized void close() {
        try {
            closeFile();
            if (onDisk && contents != null && contents.files().isEmpty()) {
                onDisk = false;
                StateFile.remove(place.folder(), contents.name());
            }
        } catch (IOException itSaysNothingThatHolds) {
            return;
        }
    }
}
