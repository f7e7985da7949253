package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileStat;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Name;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The second half of publishing: renames a sealed batch to its final names, forces those to disk unless told otherwise, and
 * acknowledges it. One thread renames; any may ask.
 */
final class Renamer {
    /** More touched directories than this are cheaper to sync all at once. */
    private static final int SINGLE_DIRECTORY_SYNCS = 16;

    /** What becomes of the objects that stand in the places of new ones. */
    interface Victims {
        /** True if it has to be emptied first: then the new object is kept until it is. */
        boolean parks(Publication publication, Name reserved);

        /** Called before an object is replaced. */
        void keep(Directory directory, RelativePath path, FileStat victim) throws IOException;

        /** A removal put off until everything published is durable. */
        void removeLater(RelativePath directory, Name reserved, FileStat victim) throws IOException;
    }

    private final Durability durability;
    private final FileSystems fileSystems;
    private final Victims victims;
    private final OwnUpdates own;
    private volatile boolean syncing;

    Renamer(Durability durability, FileSystems fileSystems, Victims victims, OwnUpdates own) {
        this.durability = durability;
        this.fileSystems = fileSystems;
        this.victims = victims;
        this.own = own;
    }

    /** True while a sync runs. */
    boolean isSyncing() {
        return syncing;
    }

    /**
     * Gives each object of the batch its outcome.
     *
     * @param cursor the calling thread's own
     */
    void publish(List<Sealed> batch, DirectoryCursor cursor) {
        List<Sealed> sorted = new ArrayList<>(batch);
        // Streams deliver side by side: by directory, so that each is opened once.
        sorted.sort(Comparator.comparing(each -> each.publication().directory()));
        List<Sealed> visible = new ArrayList<>(sorted.size());
        for (Sealed each : sorted) {
            if (rename(each, cursor)) {
                visible.add(each);
            }
        }
        acknowledge(visible, cursor);
    }

    private boolean rename(Sealed each, DirectoryCursor cursor) {
        Publication publication = each.publication();
        FileStat victim = publication.victim();
        try {
            Directory directory = cursor.at(publication.directory());
            if (victim == null) {
                directory.rename(each.reserved(), publication.name(), Directory.Rename.NO_REPLACE);
                return true;
            }
            if (victims.parks(publication, each.reserved())) {
                publication.parked();
                return false;
            }
            if (!Victim.isStill(victim, directory, publication.name(), own)) {
                each.remove(cursor);
                publication.refused(ProblemCode.TARGET_CHANGED, "changed in the target since it was planned");
                return false;
            }
            victims.keep(directory, publication.directory().child(publication.name()), victim);
            if (victim.kind() == publication.kind()) {
                directory.rename(each.reserved(), publication.name(), Directory.Rename.REPLACE);
            } else {
                // Written down first: an old object that nobody knows of would stay for ever.
                victims.removeLater(publication.directory(), each.reserved(), victim);
                directory.rename(each.reserved(), publication.name(), Directory.Rename.EXCHANGE);
            }
            return true;
        } catch (IOException e) {
            each.remove(cursor);
            fileSystems.noticed(publication.device(), e);
            boolean appeared = victim == null && e instanceof FileFailure failure && failure.errno() == Errno.EXIST;
            publication.refused(
                    appeared ? ProblemCode.TARGET_CHANGED : ProblemCode.TARGET_FAILED,
                    appeared ? "appeared in the target since it was planned" : Publisher.reason(e));
            return false;
        }
    }

    private void acknowledge(List<Sealed> visible, DirectoryCursor cursor) {
        boolean durable = durability != Durability.NONE && areOnDisk(visible, cursor);
        visible.forEach(each -> each.publication().published(durable));
    }

    /** @return false if not all names may be on disk yet: the contents are, and they are visible */
    private boolean areOnDisk(List<Sealed> visible, DirectoryCursor cursor) {
        Set<RelativePath> touched = new LinkedHashSet<>();
        visible.forEach(each -> touched.add(each.publication().directory()));
        syncing = true;
        try {
            if (touched.size() > SINGLE_DIRECTORY_SYNCS && visible.stream().noneMatch(Sealed::alone)) {
                fileSystems.syncNames(Sealed.devices(visible));
            } else {
                for (RelativePath path : touched) {
                    cursor.at(path).sync();
                }
            }
            return true;
        } catch (IOException e) {
            return false;
        } finally {
            syncing = false;
        }
    }
}
