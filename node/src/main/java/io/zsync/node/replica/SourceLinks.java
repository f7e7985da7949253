package io.zsync.node.replica;

import io.zsync.node.fs.FileStat;
import io.zsync.protocol.Limits;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The objects of a source tree of which more names are to come: each is remembered from its first name to its last, and no
 * longer.
 */
final class SourceLinks {
    private record Key(long device, long inode) {}

    private static final class Group {
        final long first;
        final int pathLength;
        int missing;

        Group(long first, int pathLength, int missing) {
            this.first = first;
            this.pathLength = pathLength;
            this.missing = missing;
        }
    }

    private final Map<Key, Group> live = new HashMap<>();
    private long pathsLength;

    /** The entry number of the object's first name, or null if this is the first. */
    @Nullable
    Long first(FileStat stat) {
        if (stat.links() < 2) {
            return null;
        }
        Key key = new Key(stat.device(), stat.inode());
        Group group = live.get(key);
        if (group == null) {
            return null;
        }
        group.missing--;
        if (group.missing == 0) {
            live.remove(key);
            pathsLength -= group.pathLength;
        }
        return group.first;
    }

    /**
     * @param pathLength of its first name's path, which the receiver has to keep
     * @return false if no more objects can be remembered: this name stands for itself
     */
    boolean remember(FileStat stat, long entry, int pathLength) {
        if (live.size() >= Limits.LINK_GROUPS || pathsLength + pathLength > Limits.LINK_PATHS_LENGTH) {
            return false;
        }
        pathsLength += pathLength;
        live.put(new Key(stat.device(), stat.inode()), new Group(entry, pathLength, stat.links() - 1));
        return true;
    }
}
