package io.zsync.node.session;

import io.zsync.node.api.RunFailure;
import io.zsync.protocol.Message;
import io.zsync.protocol.PeerId;
import java.nio.file.Path;

/** Decides what a peer may do, before any path is opened. */
public interface Access {
    /**
     * What was granted.
     *
     * @param directory the operator's directory that the run is about
     * @param owner apply owners here if the initiator asks for it
     */
    record Grant(Path directory, boolean owner) {}

    /** @throws RunFailure NOT_ALLOWED if this peer may not do this here */
    Grant grant(PeerId peer, Message.Open open) throws RunFailure;
}
