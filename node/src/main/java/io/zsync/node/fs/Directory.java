package io.zsync.node.fs;

import io.zsync.protocol.Name;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One open directory of a {@link Root}. Every call names at most one component in it, never follows a symlink, and acts on
 * the directory that was opened even if it has been moved since. For use by one thread at a time. Failures are {@link
 * FileFailure} with operation, path and {@link Errno}.
 */
public interface Directory extends Closeable {
    /** One name and its stat, taken without following. */
    record Member(Name name, FileStat stat) {}

    /**
     * A directory's members in manifest order, {@code .}, {@code ..} and reserved names left out.
     *
     * @param members those that could be listed and looked at
     * @param reserved zsync's own names met here
     * @param failures names that were listed but could not be looked at, and why; a vanished one is in neither list; more
     *     than 1,000 fail the listing
     */
    record Listing(List<Member> members, List<Name> reserved, List<FileFailure> failures) {}

    Listing list() throws IOException;

    /** Stat of this directory itself. */
    FileStat stat() throws IOException;

    /** Stat of a member. @throws FileFailure {@link Errno#NOENT} if there is none */
    FileStat stat(Name name) throws IOException;

    /** Opens a member directory. @throws FileFailure {@link Errno#NOTDIR} or {@link Errno#LOOP} if it is none */
    Directory directory(Name name) throws IOException;

    byte[] readLink(Name name) throws IOException;

    /** Opens a regular file for reading; anything else is {@link Errno#INVAL}, and a FIFO is never waited for. */
    OpenFile open(Name name) throws IOException;

    /** Creates a regular file, mode 0600, open for reading and writing. @throws FileFailure {@link Errno#EXIST} */
    OpenFile create(Name name) throws IOException;

    /** Creates a directory, mode 0700. */
    void makeDirectory(Name name) throws IOException;

    void makeSymlink(Name name, byte[] target) throws IOException;

    enum Rename {
        /** Whatever non-directory stands at the new name is replaced. */
        REPLACE,
        /** {@link Errno#EXIST} if anything stands at the new name. */
        NO_REPLACE,
        /** Both names exist and swap their objects. */
        EXCHANGE
    }

    /** Renames within this directory, atomically. */
    void rename(Name source, Name target, Rename how) throws IOException;

    /** Removes a non-directory. */
    void unlink(Name name) throws IOException;

    /** Removes an empty directory. @throws FileFailure {@link Errno#NOTEMPTY} */
    void removeDirectory(Name name) throws IOException;

    /** Changes a member's owner and group, of a symlink its own. */
    void setOwner(Name name, int uid, int gid) throws IOException;

    /** Changes a member's permission bits, 0 to 07777. A symlink's have no meaning and are left alone. */
    void setMode(Name name, int mode) throws IOException;

    /** Changes a member's modification time, of a symlink its own; the access time stays. */
    void setTime(Name name, long mtimeSeconds, int mtimeNanos) throws IOException;

    void setOwner(int uid, int gid) throws IOException;

    void setMode(int mode) throws IOException;

    void setTime(long mtimeSeconds, int mtimeNanos) throws IOException;

    /**
     * Takes the exclusive right that a member file of this name stands for; makes the file, mode 0600, where there is none,
     * and never removes it. Freed by closing what is returned or by the death of the process.
     *
     * @return null while another has it, in this process or in any
     */
    @Nullable
    Closeable lock(Name name) throws IOException;

    /** Forces this directory's entries to disk. */
    void sync() throws IOException;

    /**
     * A handle for syncing the file system that this directory is on. Opened before the first write, so that it sees every
     * write-back error since.
     */
    FileSystemSync fileSystem() throws IOException;

    /** See {@link Directory#fileSystem()}. */
    interface FileSystemSync extends Closeable {
        long device();

        /** False for file systems not known to honour {@link #sync()} and to report its errors (network, FUSE). */
        boolean trusted();

        /** {@code syncfs}: everything written to this file system reaches the disk. */
        void sync() throws IOException;

        @Override
        void close() throws IOException;
    }

    @Override
    void close() throws IOException;
}
