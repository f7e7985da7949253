package io.zsync.node.replica;

import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.protocol.Durability;
import io.zsync.protocol.ProblemCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The first half of publishing: completes the staged objects of a batch and forces their contents to disk, unless told
 * otherwise. One thread seals; any may ask.
 */
final class Sealer {
    private final Durability durability;
    private final FileSystems fileSystems;
    private volatile boolean syncing;

    Sealer(Durability durability, FileSystems fileSystems) {
        this.durability = durability;
        this.fileSystems = fileSystems;
    }

    /** True while a sync runs. */
    boolean isSyncing() {
        return syncing;
    }

    /** True if what is staged on this device is forced to disk one by one. */
    boolean syncsAlone(long device) {
        return durability == Durability.FILE || (durability == Durability.BATCH && !fileSystems.trusted(device));
    }

    /**
     * @param cursor the calling thread's own
     * @return what may be renamed, in the same order; everything else has its outcome
     */
    List<Sealed> seal(List<Publication> batch, DirectoryCursor cursor) {
        try {
            List<Sealed> sealed = complete(batch);
            if (durability == Durability.BATCH) {
                sealed = synced(sealed, cursor);
            }
            return sealed;
        } finally {
            syncing = false;
        }
    }

    private List<Sealed> complete(List<Publication> batch) {
        List<Sealed> sealed = new ArrayList<>(batch.size());
        for (Publication publication : batch) {
            boolean alone = publication.isAlone() || syncsAlone(publication.device());
            syncing = alone;
            try {
                sealed.add(new Sealed(publication, publication.seal(alone), alone));
            } catch (IOException e) {
                fileSystems.noticed(publication.device(), e);
                publication.refused(ProblemCode.TARGET_FAILED, Publisher.reason(e));
            }
        }
        return sealed;
    }

    /** What has reached the disk: if the sync of all together fails, only what was synced alone. */
    private List<Sealed> synced(List<Sealed> sealed, DirectoryCursor cursor) {
        List<Sealed> together = sealed.stream().filter(each -> !each.alone()).toList();
        syncing = true;
        try {
            fileSystems.sync(Sealed.devices(together));
            return sealed;
        } catch (IOException e) {
            List<Sealed> alone = new ArrayList<>();
            for (Sealed each : sealed) {
                if (each.alone()) {
                    alone.add(each);
                } else {
                    each.remove(cursor);
                    each.publication().syncFailed(failure(e));
                }
            }
            return alone;
        }
    }

    private static FileFailure failure(IOException e) {
        return e instanceof FileFailure failure
                ? failure
                : new FileFailure("syncfs", "target", Errno.IO, Publisher.reason(e));
    }
}
