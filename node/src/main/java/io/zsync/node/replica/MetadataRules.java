package io.zsync.node.replica;

import io.zsync.node.fs.Inode;
import io.zsync.protocol.Message.Change;
import io.zsync.protocol.Metadata;
import java.io.IOException;

/**
 * Which metadata a receiver keeps, and the one order in which it is written: owner, mode, times. Owner first because
 * changing it clears setuid; times last because everything before them moves them.
 *
 * @param owner apply uid and gid
 * @param lentRights apply the setuid and setgid bits, which lend the rights of an owner or group to whoever runs a file
 */
public record MetadataRules(boolean owner, boolean lentRights) {
    private static final int LENT_RIGHTS = 06000;

    private int mode(Metadata metadata) {
        return lentRights ? metadata.mode() : metadata.mode() & ~LENT_RIGHTS;
    }

    /** The {@link Change} attributes in which an object differs from what its source has. Links have no mode. */
    int differences(Metadata source, Metadata existing, boolean hasMode) {
        int attributes = source.sameTime(existing) ? 0 : Change.TIME;
        if (hasMode && mode(source) != mode(existing)) {
            attributes |= Change.MODE;
        }
        if (owner && source.uid() != existing.uid()) {
            attributes |= Change.OWNER;
        }
        if (owner && source.gid() != existing.gid()) {
            attributes |= Change.GROUP;
        }
        return attributes;
    }

    /** Writes the metadata of an object, but its time only if told to; a symlink has no mode. */
    void apply(Inode inode, Metadata metadata, boolean time) throws IOException {
        if (owner) {
            inode.setOwner(metadata.uid(), metadata.gid());
        }
        inode.setMode(mode(metadata));
        if (time) {
            inode.setTime(metadata.mtimeSeconds(), metadata.mtimeNanos());
        }
    }
}
