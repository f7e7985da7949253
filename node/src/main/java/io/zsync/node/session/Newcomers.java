package io.zsync.node.session;

import io.zsync.protocol.JoinReply;
import io.zsync.protocol.JoinRequest;
import io.zsync.protocol.PeerId;
import java.util.Optional;
import java.util.function.Predicate;

/** Who may become a peer, though no book knows it yet. Any thread; may wait for a file's lock. */
public interface Newcomers {
    /** Nobody, ever. */
    Newcomers NONE = new Newcomers() {
        @Override
        public boolean areExpected() {
            return false;
        }

        @Override
        public Optional<JoinReply> admit(PeerId peer, String from, JoinRequest request, Predicate<byte[]> proof) {
            return Optional.empty();
        }
    };

    /** Whether a key that nobody knows may shake hands at all. */
    boolean areExpected();

    /**
     * Makes a peer of who proves an invite, for good and from now on.
     *
     * @param from the address, for the log
     * @param proof says whether the request was made with this key
     * @return what to answer; empty if it is to hear nothing
     */
    Optional<JoinReply> admit(PeerId peer, String from, JoinRequest request, Predicate<byte[]> proof);
}
