package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.protocol.Name;
import java.io.IOException;

/** What killed runs have left under reserved names. Under a target's lock such a name can be nothing else. */
public final class Leftovers {
    private Leftovers() {}

    /** Removes all of them in a directory. @throws IOException at the first that cannot be removed */
    public static void remove(Directory directory) throws IOException {
        for (Name stale : directory.list().reserved()) {
            remove(directory, stale, directory.stat(stale).isDirectory());
        }
    }

    static void remove(Directory directory, Name name, boolean isDirectory) throws IOException {
        if (isDirectory) {
            directory.removeDirectory(name);
        } else {
            directory.unlink(name);
        }
    }
}
