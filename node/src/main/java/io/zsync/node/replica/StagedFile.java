package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.Entry;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Message.Range;
import io.zsync.protocol.Metadata;
import io.zsync.protocol.Name;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The temporary sibling that collects a file's ranges under a reserved name until it is published by a rename. Its life:
 * created with mode 0600, written at any offset by any number of threads, sealed once (owner, mode, times, if asked a
 * sync, close), then renamed or discarded. A failed write, sync or close kills it: it is never retried on the same inode.
 * Writers hold it by {@link #retain}, so that no descriptor is closed, and its number reused, under a write.
 */
final class StagedFile {
    /** Below this a file is not worth a reservation: the disk is found full by the write itself. */
    private static final long ALLOCATE_FROM = 1 << 20;

    private final Name reserved;
    private final OpenFile file;
    private int users = 1;
    private @Nullable IOException failure;

    private StagedFile(Name reserved, OpenFile file) {
        this.reserved = reserved;
        this.file = file;
    }

    /** Creates the file under a name from {@code names}, with its full size and, if dense and large, its blocks. */
    static StagedFile create(Directory directory, StagedNames names, Entry.RegularFile entry) throws IOException {
        return create(directory, names, entry, true);
    }

    /** @param reserve false if what comes brings blocks of its own */
    static StagedFile create(Directory directory, StagedNames names, Entry.RegularFile entry, boolean reserve)
            throws IOException {
        Name reserved = names.next();
        OpenFile file;
        while (true) {
            try {
                file = directory.create(reserved);
                break;
            } catch (FileFailure e) {
                if (e.errno() != Errno.EXIST) {
                    throw e;
                }
                reserved = names.next();
            }
        }
        StagedFile staged = new StagedFile(reserved, file);
        try {
            if (reserve && entry.size() >= ALLOCATE_FROM && !entry.sparse()) {
                file.allocate(entry.size());
            } else if (entry.size() >= Limits.SMALL_FILE_LENGTH || entry.sparse()) {
                file.setSize(entry.size());
            }
            return staged;
        } catch (IOException e) {
            staged.discard(directory);
            throw e;
        }
    }

    /**
     * Goes on with what an earlier run has left. In a sparse file what is not known is made a hole: what was damaged under way
     * may be one now, of which nothing is written.
     *
     * @return null if it is not that any more
     */
    static @Nullable StagedFile adopt(Directory directory, Unfinished left, boolean sparse) throws IOException {
        Name reserved = left.subject().reserved();
        OpenFile file = directory.reopen(reserved);
        boolean adopted = false;
        try {
            if (!left.isAbout(reserved, file.stat())) {
                return null;
            }
            if (sparse) {
                for (Range unknown : left.missing()) {
                    file.makeHole(unknown.offset(), unknown.length());
                }
            }
            adopted = true;
            return new StagedFile(reserved, file);
        } finally {
            if (!adopted) {
                file.close();
            }
        }
    }

    Name reserved() {
        return reserved;
    }

    /** The file itself, for a caller that retains it. */
    OpenFile file() {
        return file;
    }

    /** Keeps the descriptor open until the matching {@link #release}. */
    synchronized void retain() {
        if (users == 0) {
            throw new IllegalStateException("staged file " + reserved + " is closed");
        }
        users++;
    }

    /** Ends one use; the last one closes. A failure to close is kept as this file's failure. */
    synchronized void release() {
        users--;
        if (users == 0) {
            try {
                file.close();
            } catch (IOException e) {
                failure = e;
            }
        }
    }

    /** Writes the buffer at {@code offset}; the caller retains this file. */
    void write(ByteBuffer content, long offset) throws IOException {
        file.write(content, offset);
    }

    /**
     * Ends the writing: sets metadata, syncs if asked, closes. Metadata that cannot be set is a loss, not a failure.
     *
     * @throws IOException if anything failed; the file must then be discarded
     */
    void seal(MetadataRules rules, Metadata metadata, boolean sync, MetadataRules.Losses losses) throws IOException {
        try {
            rules.apply(file, metadata, MetadataRules.ALL, true, losses);
            if (sync) {
                file.sync();
            }
        } finally {
            release();
        }
        synchronized (this) {
            if (users > 0) {
                throw new IllegalStateException("staged file " + reserved + " sealed while being written");
            }
            if (failure != null) {
                throw failure;
            }
        }
    }

    /** Removes the file before it was sealed. Its descriptor closes with its last writer. */
    void discard(Directory directory) {
        release();
        remove(directory, reserved);
    }

    /** Removes a staged object; what cannot be removed now is stale, and the next run removes it. */
    static void remove(Directory directory, Name reserved) {
        try {
            directory.unlink(reserved);
        } catch (IOException alreadyGoneOrNotOurs) {
            return;
        }
    }
}
