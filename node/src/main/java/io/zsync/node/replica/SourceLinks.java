package io.zsync.node.replica;

import io.zsync.node.fs.FileStat;
import io.zsync.protocol.Limits;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The objects of a source tree of which more names are to come: each is remembered from its first name to its last, and no
 * longer. Names may go meanwhile and their inode come back as another object: one of another size or time is no name of it.
 */
final class SourceLinks {
    private record Key(long device, long inode) {}

    private static final class Group {
        final long first;
        final long size;
        final long mtimeSeconds;
        final int mtimeNanos;
        final int pathLength;
        int missing;

        Group(long first, FileStat stat, int pathLength) {
            this.first = first;
            this.size = stat.size();
            this.mtimeSeconds = stat.mtimeSeconds();
            this.mtimeNanos = stat.mtimeNanos();
            this.pathLength = pathLength;
            this.missing = stat.links() - 1;
        }

        boolean holds(FileStat name) {
            return name.size() == size && name.mtimeSeconds() == mtimeSeconds && name.mtimeNanos() == mtimeNanos;
        }
    }

    private final Map<Key, Group> live = new HashMap<>();
    /** As the receiver counts: what it was told of and not all names of, whether they are still to come or not. */
    private int groups;

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
        if (!group.holds(stat)) {
            live.remove(key);
            return null;
        }
        group.missing--;
        if (group.missing == 0) {
            live.remove(key);
            groups--;
            pathsLength -= group.pathLength;
        }
        return group.first;
    }

    /**
     * @param pathLength of its first name's path, which the receiver has to keep
     * @return false if no more objects can be remembered: this name stands for itself
     */
    boolean remember(FileStat stat, long entry, int pathLength) {
        if (groups >= Limits.LINK_GROUPS || pathsLength + pathLength > Limits.LINK_PATHS_LENGTH) {
            return false;
        }
        groups++;
        pathsLength += pathLength;
        live.put(new Key(stat.device(), stat.inode()), new Group(entry, stat, pathLength));
        return true;
    }
}
