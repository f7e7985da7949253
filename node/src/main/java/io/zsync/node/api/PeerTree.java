package io.zsync.node.api;

import io.zsync.protocol.RelativePath;
import java.nio.file.Path;

/** A tree at the other end of a run. */
public sealed interface PeerTree {
    /** A directory on this machine, reached through a second node inside this process. */
    record Local(Path directory) implements PeerTree {}

    /**
     * A share of another node, or a subtree of it.
     *
     * @param peer as typed: a name in the peer book, or a host that the book knows as somebody's address, with its port or
     *     without
     */
    record Remote(String peer, String share, RelativePath path) implements PeerTree {
        public static final String DEFAULT_SHARE = "default";
    }
}
