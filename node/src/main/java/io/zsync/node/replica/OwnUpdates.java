package io.zsync.node.replica;

import io.zsync.node.fs.FileStat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Objects with several names whose metadata this run has written through one of them, which shows under the others, too:
 * it must not be taken for somebody else's work there. Any thread.
 */
final class OwnUpdates {
    /** Beyond it an update through another name is taken for a stranger's: reported, and done by the next run. */
    private static final int OBJECTS = 100_000;

    private record Key(long device, long inode) {
        Key(FileStat object) {
            this(object.device(), object.inode());
        }
    }

    private final Set<Key> objects = ConcurrentHashMap.newKeySet();

    void add(FileStat object) {
        if (object.links() > 1 && objects.size() < OBJECTS) {
            objects.add(new Key(object));
        }
    }

    boolean contains(FileStat object) {
        return object.links() > 1 && objects.contains(new Key(object));
    }
}
