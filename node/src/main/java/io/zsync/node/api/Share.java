package io.zsync.node.api;

import java.nio.file.Path;

/**
 * A directory that a node offers.
 *
 * @param name what peers call it
 * @param writable peers may push into it; otherwise they may only pull
 * @param owner owners, setuid and setgid bits are applied to what is pushed; otherwise files belong to the node's user
 */
public record Share(String name, Path directory, boolean writable, boolean owner) {
    /** @throws IllegalArgumentException with the reason in one line, fit for whoever typed it */
    public Share {
        if (owner && !writable) {
            throw new IllegalArgumentException("share " + name + " applies owners, so it must be writable (rw)");
        }
    }
}
