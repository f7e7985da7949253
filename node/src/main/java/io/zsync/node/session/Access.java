package io.zsync.node.session;

import io.zsync.node.api.RunFailure;
import io.zsync.node.replica.JournalPlace;
import io.zsync.node.transport.Connection;
import io.zsync.protocol.Message;
import io.zsync.protocol.PeerId;
import org.jspecify.annotations.Nullable;

/** Decides what a peer may do, before any path is opened. Any thread. */
public interface Access {
    /**
     * What was granted.
     *
     * @param tree the directory that the run is about
     * @param owner apply owners, setuid and setgid bits here if the initiator asks for it
     * @param streams at most so many data streams
     * @param place where to note what has come of large files; null: nowhere
     */
    record Grant(
            OpenTree.Location tree,
            boolean owner,
            int streams,
            @Nullable JournalPlace place) {}

    /** What the operator calls a peer that was let in, for the log. */
    String name(PeerId peer);

    /** @throws RunFailure NOT_TRUSTED or NOT_ALLOWED if this peer may not do this here, in this way */
    Grant grant(Connection connection, Message.Open open) throws RunFailure;

    /** Asks again for a session that was let in, when who may do what has changed. @throws RunFailure if it may not go on */
    void review(PeerId peer, Message.Open open) throws RunFailure;
}
