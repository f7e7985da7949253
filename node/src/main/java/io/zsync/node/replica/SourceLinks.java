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
        int missing;

        Group(long first, int missing) {
            this.first = first;
            this.missing = missing;
        }
    }

    private final Map<Key, Group> live = new HashMap<>();

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
        }
        return group.first;
    }

    /** @return false if no more objects can be remembered: this name stands for itself */
    boolean remember(FileStat stat, long entry) {
        if (live.size() >= Limits.LINK_GROUPS) {
            return false;
        }
        live.put(new Key(stat.device(), stat.inode()), new Group(entry, stat.links() - 1));
        return true;
    }
}
