package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.Message.Change;
import io.zsync.protocol.Metadata;
import io.zsync.protocol.Name;
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

    /** Writes all metadata of a staged file through its own descriptor. */
    void apply(OpenFile file, Metadata metadata) throws IOException {
        if (owner) {
            file.setOwner(metadata.uid(), metadata.gid());
        }
        file.setMode(mode(metadata));
        file.setTime(metadata.mtimeSeconds(), metadata.mtimeNanos());
    }

    /** Writes all metadata of a member; a symlink has no mode. */
    void apply(Directory parent, Name name, Metadata metadata, boolean hasMode, boolean time) throws IOException {
        if (owner) {
            parent.setOwner(name, metadata.uid(), metadata.gid());
        }
        if (hasMode) {
            parent.setMode(name, mode(metadata));
        }
        if (time) {
            parent.setTime(name, metadata.mtimeSeconds(), metadata.mtimeNanos());
        }
    }

    /** Writes all metadata of an open directory. */
    void apply(Directory directory, Metadata metadata) throws IOException {
        if (owner) {
            directory.setOwner(metadata.uid(), metadata.gid());
        }
        directory.setMode(mode(metadata));
        directory.setTime(metadata.mtimeSeconds(), metadata.mtimeNanos());
    }
}
