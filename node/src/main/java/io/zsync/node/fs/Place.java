package io.zsync.node.fs;

import io.zsync.protocol.Escape;
import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;

/**
 * Where an open object was when it was opened, for messages only: text is made when something fails.
 *
 * @param root the operator's path, escaped
 */
record Place(String root, RelativePath path) {
    /** @param result a negated error number, as {@link Linux} returns it */
    FileFailure failure(String operation, long result) {
        return failure(operation, text(), result);
    }

    FileFailure failure(String operation, Name member, long result) {
        return failure(operation, text(member), result);
    }

    FileFailure failure(String operation, Name member, Errno errno, String reason) {
        return new FileFailure(operation, text(member), errno, reason);
    }

    FileFailure failure(String operation, Errno errno, String reason) {
        return new FileFailure(operation, text(), errno, reason);
    }

    void requireRegular(Name member, FileKind kind) throws FileFailure {
        if (kind != FileKind.REGULAR) {
            throw failure("open", member, Errno.INVAL, "expected a regular file, found " + kind);
        }
    }

    FileFailure closed(String operation) {
        return failure(operation, Errno.OTHER, "used after it was closed");
    }

    static FileFailure failure(String operation, String text, long result) {
        int errno = (int) -result;
        return new FileFailure(operation, text, Errno.of(errno), Linux.reason(errno));
    }

    String text() {
        return path.isRoot() ? root : below() + path;
    }

    /** A member's path, for messages. */
    String text(Name member) {
        return textOf(member.toString());
    }

    /** The same for bytes that are no {@link Name}. */
    String text(byte[] member) {
        return textOf(Escape.bytes(member));
    }

    private String textOf(String member) {
        return path.isRoot() ? below() + member : below() + path + "/" + member;
    }

    private String below() {
        return root.endsWith("/") ? root : root + "/";
    }
}
