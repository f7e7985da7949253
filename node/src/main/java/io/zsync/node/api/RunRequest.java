package io.zsync.node.api;

import io.zsync.protocol.Credits;
import io.zsync.protocol.Mode;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RunOptions;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Make one tree hold what another holds, one of them here.
 *
 * @param mode PUSH: {@code directory} is the source, and must exist; PULL: it is the target, of which only the last
 *     component is made if it is missing
 * @param peer where the other tree is
 * @param protection what the wire must guarantee; null: what is stored for the peer, else clear if both ends are on
 *     loopback, else private
 * @param timeout no progress for this long is a failure
 * @param retries so many new sessions in a row may bring nothing before a broken connection is a failure; 0 or more
 * @param credits this end's bounds on what is outstanding
 */
public record RunRequest(
        Mode mode,
        Path directory,
        PeerTree peer,
        RunOptions options,
        @Nullable Protection protection,
        Duration timeout,
        int retries,
        Credits credits) {
    public RunRequest {
        if (retries < 0) {
            throw new IllegalArgumentException("retries " + retries);
        }
    }
}
