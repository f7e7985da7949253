package io.zsync.node.fs;

import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One open directory of a {@link Root}. Every call names at most one component in it, and acts on the directory that was
 * opened even if it has been moved since. No symlink is followed, but by the calls that read in a root that follows ({@link
 * Links}): {@link #list}, {@link #stat(Name)}, {@link #directory} and {@link #open}. For use by one thread at a time.
 * Failures are {@link FileFailure} with operation, path and {@link Errno}.
 */
public interface Directory extends Inode, Closeable {
    /** One name and its stat; where symlinks are followed, of what it leads to. */
    record Member(Name name, FileStat stat) {}

    /**
     * A directory's members in manifest order, {@code .}, {@code ..} and reserved names left out.
     *
     * @param members those that could be listed and looked at
     * @param reserved zsync's own names met here
     * @param failures names that were listed but could not be looked at, and why, among them symlinks to be followed that
     *     lead nowhere or may not be; a vanished one is in neither list; more than 1,000 fail the listing
     */
    record Listing(List<Member> members, List<Name> reserved, List<Unseen> failures) {}

    /**
     * A name that was listed but could not be looked at.
     *
     * @param name null for bytes that are too long for one
     */
    record Unseen(@Nullable Name name, FileFailure why) {
        /** What to call it: its own path, or where that is none the directory's. */
        public RelativePath path(RelativePath directory) {
            return name != null && directory.fits(name) ? directory.child(name) : directory;
        }
    }

    Listing list() throws IOException;

    /** Stat of this directory itself. */
    FileStat stat() throws IOException;

    /**
     * False where the kernel makes up the content of files as it is read, as in {@code /proc} and {@code /sys}: their sizes say
     * nothing, and only reading finds the end. Of this directory's own file system.
     */
    boolean hasTrueSizes() throws IOException;

    /**
     * The number of the mount that this directory is on, which no other mount has or had since the machine started; 0 where
     * the kernel does not tell it (before 6.8).
     */
    long mount() throws IOException;

    /** Stat of a member. @throws FileFailure {@link Errno#NOENT} if there is none */
    FileStat stat(Name name) throws IOException;

    /** Opens a member directory. @throws FileFailure {@link Errno#NOTDIR} or {@link Errno#LOOP} if it is none */
    Directory directory(Name name) throws IOException;

    byte[] readLink(Name name) throws IOException;

    /** Opens a regular file for reading; anything else is {@link Errno#INVAL}, and a FIFO is never waited for. */
    OpenFile open(Name name) throws IOException;

    /** Creates a regular file, mode 0600, open for reading and writing. @throws FileFailure {@link Errno#EXIST} */
    OpenFile create(Name name) throws IOException;

    /** Opens a regular file for reading and writing; anything else is {@link Errno#INVAL}. */
    OpenFile reopen(Name name) throws IOException;

    /** Creates a directory, mode 0700. */
    void makeDirectory(Name name) throws IOException;

    void makeSymlink(Name name, byte[] target) throws IOException;

    /**
     * Creates a FIFO, socket or device, mode 0600.
     *
     * @param device number of a device, as {@link FileStat#special} tells it; 0 for a FIFO or socket
     * @throws FileFailure {@link Errno#EXIST}; {@link Errno#PERM} for a device, if this is no superuser
     */
    void makeSpecial(Name name, FileKind kind, long device) throws IOException;

    enum Rename {
        /** Whatever non-directory stands at the new name is replaced. */
        REPLACE,
        /** {@link Errno#EXIST} if anything stands at the new name. */
        NO_REPLACE,
        /** Both names exist and swap their objects. */
        EXCHANGE
    }

    /** Renames within this directory, atomically. */
    default void rename(Name source, Name target, Rename how) throws IOException {
        rename(source, this, target, how);
    }

    /**
     * Renames to a directory of the same or another root, atomically.
     *
     * @throws FileFailure {@link Errno#XDEV} if that is on another file system
     */
    void rename(Name source, Directory into, Name target, Rename how) throws IOException;

    /**
     * Gives a non-directory a second name, of a symlink the link itself.
     *
     * @throws FileFailure {@link Errno#EXIST}, {@link Errno#XDEV} on another file system, {@link Errno#MLINK} if it has too
     *     many names
     */
    void link(Name source, Directory into, Name target) throws IOException;

    /** Removes a non-directory. */
    void unlink(Name name) throws IOException;

    /** Removes an empty directory. @throws FileFailure {@link Errno#NOTEMPTY} */
    void removeDirectory(Name name) throws IOException;

    /**
     * The metadata of whatever has this name when it is asked for or changed; of a symlink its own. Only {@link
     * Inode#attributes} follows one, in a root that does. Valid as long as this directory is open.
     */
    Inode member(Name name);

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

    /**
     * What is left on a file system.
     *
     * @param files that can still be made; {@link Long#MAX_VALUE} where there is no such bound
     */
    record Room(long bytes, long files) {}

    /** See {@link Directory#fileSystem()}. */
    interface FileSystemSync extends Closeable {
        long device();

        /** False for file systems not known to honour {@link #sync()} and to report its errors (network, FUSE). */
        boolean trusted();

        /** What is left for this user. */
        Room room() throws IOException;

        /** {@code syncfs}: everything written to this file system reaches the disk. */
        void sync() throws IOException;

        @Override
        void close() throws IOException;
    }

    @Override
    void close() throws IOException;
}
