package io.zsync.node.replica;

import io.zsync.node.fs.FileStat;
import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import org.jspecify.annotations.Nullable;

/**
 * Where a staged object is to go.
 *
 * @param entry its number in the manifest
 * @param device of the file system that it is staged on
 * @param victim what the plan found under the name, which must still be there; null if nothing was
 * @param linked true if further names of it may be asked for
 */
record Destination(
        long entry,
        RelativePath directory,
        Name name,
        long device,
        @Nullable FileStat victim,
        boolean linked) {
    RelativePath path() {
        return directory.child(name);
    }
}
