package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.FileStat;
import io.zsync.node.fs.Root;
import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the objects that stand in the places of new ones: kept if the run keeps backups, removed behind all that
 * is published, and, of directories where the run may delete, emptied before anything takes their place. Thread safe.
 */
final class Displacement implements Publisher.Victims, AutoCloseable {
    private final Aftermath aftermath;
    private final boolean deletes;
    private final @Nullable Backups backups;
    private final Parking parking = new Parking();

    Displacement(Aftermath aftermath, boolean deletes, @Nullable Backups backups) {
        this.aftermath = aftermath;
        this.deletes = deletes;
        this.backups = backups;
    }

    @Nullable
    Backups backups() {
        return backups;
    }

    /** Whether a directory was in the way is not asked: one that is empty only waits a little longer. */
    @Override
    public boolean parks(Publication publication, Name reserved) {
        FileStat victim = publication.victim();
        if (!deletes || victim == null || !victim.isDirectory()) {
            return false;
        }
        parking.park(publication, victim, reserved);
        return true;
    }

    boolean isParked(RelativePath path) {
        return parking.holds(path);
    }

    /** Where an object is that goes, or went, to this place. */
    RelativePath whereIs(RelativePath path) {
        return parking.whereIs(path);
    }

    @Override
    public void keep(Directory directory, RelativePath path, FileStat victim) throws IOException {
        if (backups != null) {
            backups.keep(directory, path, victim);
        }
    }

    @Override
    public void removeLater(RelativePath directory, Name reserved, FileStat victim) throws IOException {
        aftermath.removeLater(directory, reserved, victim);
    }

    /** Called behind the deletes. */
    void publishParked(Root root, boolean durable, Parking.Outcomes outcomes) throws IOException {
        parking.publish(root, backups, durable, outcomes);
    }

    /** The run failed: what was parked is not published any more. */
    void discardParked(Root root) throws IOException {
        parking.discard(root);
    }

    @Override
    public void close() throws IOException {
        if (backups != null) {
            backups.close();
        }
    }
}
