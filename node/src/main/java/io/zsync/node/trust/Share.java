package io.zsync.node.trust;

import io.zsync.protocol.Limits;
import java.nio.file.Path;

/**
 * A directory that this node offers. Immutable.
 *
 * @param writable peers may write and delete, not only read
 * @param owner owners and special modes are applied as a peer sends them; only where it is writable
 */
public record Share(String name, Path directory, boolean writable, boolean owner) {
    /** @throws IllegalArgumentException with the reason in one line, fit for whoever typed it */
    public Share {
        requireName(name);
        if (owner && !writable) {
            throw new IllegalArgumentException("share " + name + " applies owners, so it must be writable (rw)");
        }
    }

    /** @throws IllegalArgumentException if no share can be called so, with the reason in one line */
    public static void requireName(String name) {
        Alphabet.require("share", name, Limits.SHARE_LENGTH);
    }
}
