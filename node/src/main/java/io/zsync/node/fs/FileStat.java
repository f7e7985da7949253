package io.zsync.node.fs;

import io.zsync.protocol.FileIdentity;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Metadata;
import java.io.IOException;

/**
 * What the kernel says of one object; a symlink that a root follows ({@link Links}) is what it leads to.
 *
 * @param mode permission bits with setuid, setgid and sticky, 0 to 07777
 * @param size bytes; of a symlink the length of its target
 * @param blocks allocated units of 512 bytes
 * @param special device number of a character or block device, else 0
 */
public record FileStat(
        FileKind kind,
        int mode,
        int uid,
        int gid,
        long size,
        long blocks,
        long mtimeSeconds,
        int mtimeNanos,
        long ctimeSeconds,
        int ctimeNanos,
        long inode,
        long device,
        int links,
        long special) {
    private static final int BLOCK_LENGTH = 512;

    public boolean isRegular() {
        return kind == FileKind.REGULAR;
    }

    public boolean isDirectory() {
        return kind == FileKind.DIRECTORY;
    }

    /** Fewer blocks than the size needs: there may be holes. */
    public boolean isSparse() {
        return kind == FileKind.REGULAR && blocks * BLOCK_LENGTH < size;
    }

    /** Bytes of the size that have no blocks yet. */
    public long unallocated() {
        return Math.max(0, size - blocks * BLOCK_LENGTH);
    }

    /** Longer than any file that can be replicated: it has no {@link #identity}. */
    public boolean isTooLong() {
        return size > Limits.FILE_LENGTH;
    }

    /** @param path escaped, for people */
    public FileFailure tooLong(String path) {
        return new FileFailure("statx", path, Errno.FBIG, size + " bytes, at most " + Limits.FILE_LENGTH);
    }

    public Metadata metadata() {
        return new Metadata(mode, uid, gid, mtimeSeconds, mtimeNanos);
    }

    /** With the extended attributes of these kinds, which only the object itself can tell. */
    public Metadata metadata(Inode object, AttributeKinds kinds) throws IOException {
        return kinds.isNone() ? metadata() : metadata().with(object.attributes(kinds));
    }

    public FileIdentity identity() {
        return new FileIdentity(size, mtimeSeconds, mtimeNanos, ctimeSeconds, ctimeNanos, inode);
    }

    public boolean sameObject(FileStat other) {
        return device == other.device && inode == other.inode;
    }
}
