package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileStat;
import io.zsync.protocol.Name;
import java.io.IOException;

/** The last look before an object is replaced or removed: is it still the one that was planned for? */
final class Victim {
    private Victim() {}

    /** True if nothing has this name. */
    static boolean isGone(Directory directory, Name name) throws IOException {
        try {
            directory.stat(name);
            return false;
        } catch (FileFailure e) {
            if (e.errno() == Errno.NOENT) {
                return true;
            }
            throw e;
        }
    }

    /** True if the same object stands there, in whatever state. */
    static boolean isSameObject(FileStat planned, Directory directory, Name name) throws IOException {
        if (isGone(directory, name)) {
            return false;
        }
        FileStat now = directory.stat(name);
        return now.kind() == planned.kind() && now.sameObject(planned);
    }

    /**
     * False if the name is gone, or another object or another state of it stands there now.
     *
     * @param own what this run itself has done to objects with several names
     */
    static boolean isStill(FileStat planned, Directory directory, Name name, OwnUpdates own) throws IOException {
        FileStat now;
        try {
            now = directory.stat(name);
        } catch (FileFailure e) {
            if (e.errno() == Errno.NOENT) {
                return false;
            }
            throw e;
        }
        if (now.kind() != planned.kind() || !now.sameObject(planned)) {
            return false;
        }
        if (planned.isDirectory()) {
            // Planned for because it was empty, or is by now.
            try (Directory open = directory.directory(name)) {
                return open.list().members().isEmpty();
            }
        }
        boolean sameTime = now.metadata().sameTime(planned.metadata()) || own.contains(planned);
        boolean sameContent = now.size() == planned.size() && sameTime;
        // With several names, replacing one of them moves the ctime of the others.
        boolean sameChange = planned.links() > 1
                || (now.ctimeSeconds() == planned.ctimeSeconds() && now.ctimeNanos() == planned.ctimeNanos());
        return sameContent && sameChange;
    }
}
