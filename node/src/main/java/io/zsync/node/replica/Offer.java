package io.zsync.node.replica;

import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.protocol.Entry;
import io.zsync.protocol.FileIdentity;
import io.zsync.protocol.Name;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.RelativePath;
import java.io.IOException;

/**
 * A file of the source as it was found by the scan.
 *
 * @param file its number in the manifest
 * @param identity of the scan's own stat: what is sent or copied has to be that still
 */
public record Offer(long file, RelativePath directory, Name name, Entry.RegularFile entry, FileIdentity identity) {
    public RelativePath path() {
        return directory.child(name);
    }

    /** What it means for an offer that its file cannot be opened or read any more. */
    public static ProblemCode loss(IOException cause) {
        if (cause instanceof FileFailure failure) {
            Errno errno = failure.errno();
            if (errno == Errno.NOENT || errno == Errno.NOTDIR) {
                return ProblemCode.SOURCE_VANISHED;
            }
            if (errno == Errno.INVAL || errno == Errno.LOOP) {
                return ProblemCode.SOURCE_CHANGED;
            }
        }
        return ProblemCode.SOURCE_UNREADABLE;
    }

    /** The operation and the system's word for what went wrong, without a path. */
    public static String reason(IOException cause) {
        return Publisher.reason(cause);
    }
}
