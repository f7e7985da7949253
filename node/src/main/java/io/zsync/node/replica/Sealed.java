package io.zsync.node.replica;

import io.zsync.protocol.Name;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A staged object that is complete and on its way to its name.
 *
 * @param alone on the disk already, as far as it has content
 */
record Sealed(Publication publication, Name reserved, boolean alone) {
    /** The file systems that these are staged on. */
    static Set<Long> devices(List<Sealed> batch) {
        Set<Long> devices = new TreeSet<>();
        batch.forEach(each -> devices.add(each.publication.device()));
        return devices;
    }

    /** Removes it: it will not get to its name. */
    void remove(DirectoryCursor cursor) {
        try {
            StagedFile.remove(cursor.at(publication.directory()), reserved);
        } catch (IOException directoryGone) {
            return;
        }
    }
}
