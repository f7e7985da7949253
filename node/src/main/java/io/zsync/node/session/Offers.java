package io.zsync.node.session;

import io.zsync.node.fs.FileStat;
import io.zsync.node.replica.Offer;
import io.zsync.protocol.Entry;
import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The files of the manifest parts that the receiver has not acknowledged yet: what it may still ask for. Nothing else can
 * be asked for, and what is acknowledged and was not asked for is forgotten, so this holds some parts' worth of entries
 * whatever the tree. Thread safe.
 */
final class Offers {
    private final TreeMap<Long, Offer> offered = new TreeMap<>();

    synchronized void offer(long file, RelativePath directory, Name name, Entry.RegularFile entry, FileStat stat) {
        offered.put(file, new Offer(file, directory, name, entry, stat.identity()));
    }

    /** Takes an offer up; it can be taken once. @return null if there is none */
    synchronized @Nullable Offer take(long file) {
        return offered.remove(file);
    }

    /** Everything up to this entry is planned: what was not taken is not wanted. */
    synchronized void forget(long throughEntry) {
        offered.headMap(throughEntry, true).clear();
    }
}
