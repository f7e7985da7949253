package io.zsync.node.copy;

import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.protocol.DataPath;
import java.io.IOException;

/** What the failure of a data path means for the range, the file and all others of its pair of devices. */
enum Verdict {
    /** The path cannot serve this pair of devices: it is not asked again, and the next path goes on. */
    REFUSED_FOR_DEVICES,
    /** The next path goes on; other files may fare better. If it is the disk's or the rights' fault, plain calls will say so. */
    REFUSED_FOR_FILE,
    /** The range cannot be copied by any path. */
    FAILED;

    static Verdict of(DataPath path, IOException failure) {
        if (path == DataPath.BUFFERED) {
            return FAILED;
        }
        return failure instanceof FileFailure refused ? of(refused.errno()) : REFUSED_FOR_FILE;
    }

    /**
     * The one table. {@link Errno#PERM} may come from a seccomp filter and then holds for every file, or from an immutable
     * or append-only one: the two cannot be told apart, and to ask again for each file costs less than a microsecond.
     */
    static Verdict of(Errno errno) {
        return switch (errno) {
            // Two file systems, one that cannot, a kernel or filter that does not know the call or the ioctl.
            case XDEV, OPNOTSUPP, NOSYS, NOTTY -> REFUSED_FOR_DEVICES;
            // The target's, whoever says it.
            case NOSPC, DQUOT, FBIG -> FAILED;
            // Ranges off the blocks' borders, swap files, encrypted, compressed or not copied on write unlike the other
            // file.
            case INVAL, TXTBSY, OVERFLOW -> REFUSED_FOR_FILE;
            // A mapped source that shrank or cannot be read.
            case FAULT -> REFUSED_FOR_FILE;
            // Of a second open: rights that are gone, no /proc, no free descriptor.
            case PERM, ACCES, NOENT, NFILE, MFILE -> REFUSED_FOR_FILE;
            case IO, STALE, ROFS -> REFUSED_FOR_FILE;
            case EXIST, NOTDIR, ISDIR, MLINK, NAMETOOLONG, NOTEMPTY, LOOP, NODATA, OTHER -> REFUSED_FOR_FILE;
        };
    }
}
