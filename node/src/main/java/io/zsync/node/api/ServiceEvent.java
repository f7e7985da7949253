package io.zsync.node.api;

import io.zsync.protocol.Mode;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.Tally;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a serving node tells its operator. */
public sealed interface ServiceEvent {
    /** Who opened a session, and for what. {@code peer} is the name in the peer book, {@code from} the address. */
    record Visit(String peer, String from, Mode mode, boolean dryRun, String share, RelativePath path) {}

    /** A session was let in. */
    record Opened(Visit visit, Protection protection) implements ServiceEvent {}

    /**
     * A session is over.
     *
     * @param tally what was done; null if the session failed
     * @param failure why, one line; null if it did not
     */
    record Ended(
            Visit visit, @Nullable Tally tally, @Nullable String failure, Duration elapsed) implements ServiceEvent {}

    /**
     * Somebody was turned away.
     *
     * @param reason one line, for the operator; the peer may have been told less
     */
    record Refused(String from, String reason) implements ServiceEvent {}

    /** Somebody used an invite, and is a peer from now on. {@code peer} is the name it got in the peer book. */
    record Joined(String peer, String from, PeerId id) implements ServiceEvent {}

    /** Something of this node's own is not as it should be; it goes on without. One line. */
    record Trouble(String reason) implements ServiceEvent {}
}
