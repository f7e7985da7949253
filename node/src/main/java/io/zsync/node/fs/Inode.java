package io.zsync.node.fs;

import io.zsync.protocol.Attribute;
import io.zsync.protocol.Attributes;
import java.io.IOException;

/**
 * The metadata of one existing object: of an open file, of a directory, or of a member by its name ({@link
 * Directory#member}). Failures are {@link FileFailure}.
 */
public interface Inode {
    /** Changes owner and group, both unsigned. */
    void setOwner(int uid, int gid) throws IOException;

    /** Changes the permission bits, 0 to 07777. A symlink's have no meaning and are left alone. */
    void setMode(int mode) throws IOException;

    /** Changes the modification time; the access time stays. */
    void setTime(long mtimeSeconds, int mtimeNanos) throws IOException;

    /**
     * Every extended attribute of these kinds; none where the file system has none.
     *
     * @throws FileFailure also if one cannot be read, has a name that is not UTF-8, or all are beyond {@link
     *     io.zsync.protocol.Limits#ATTRIBUTES_LENGTH}
     */
    Attributes attributes(AttributeKinds kinds) throws IOException;

    /** Makes an extended attribute or changes its value. @throws FileFailure {@link Errno#OPNOTSUPP}, {@link Errno#PERM} */
    void setAttribute(Attribute attribute) throws IOException;

    /** Removes an extended attribute; a missing one is fine. */
    void removeAttribute(String name) throws IOException;
}
