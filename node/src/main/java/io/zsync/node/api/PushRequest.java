package io.zsync.node.api;

import io.zsync.protocol.Credits;
import io.zsync.protocol.RunOptions;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Make the tree at {@code target} hold what the tree at {@code source} holds, through a node in this process on loopback.
 *
 * @param source an existing directory
 * @param target a directory; of a missing one only the last component is created
 * @param dataPath how content is sent
 * @param explain tell a {@link Event.Moved} for each file
 * @param timeout no progress for this long is a failure
 * @param credits this end's bounds on what is outstanding
 */
public record PushRequest(
        Path source,
        Path target,
        RunOptions options,
        PathPolicy dataPath,
        boolean explain,
        Duration timeout,
        Credits credits) {

    /** Which data path content takes. */
    public enum PathPolicy {
        /** sendfile where it can serve, packs for small files. */
        AUTO,
        SENDFILE,
        MAPPED,
        BUFFERED
    }

    public boolean reportChanges() {
        return options.reportChanges();
    }
}
