package io.zsync.node.fs;

import io.zsync.protocol.Attribute;

/**
 * Which extended attributes count. {@code system.*} other than access control lists are the file system's own and never do.
 *
 * @param user {@code user.*}
 * @param acl POSIX access control lists
 * @param privileged with {@code user} also {@code trusted.*} and {@code security.*}, which only a superuser may write
 */
public record AttributeKinds(boolean user, boolean acl, boolean privileged) {
    public static final AttributeKinds NONE = new AttributeKinds(false, false, false);

    public boolean include(String name) {
        if (name.startsWith("user.")) {
            return user;
        }
        if (name.startsWith("trusted.") || name.startsWith("security.")) {
            return user && privileged;
        }
        return acl && (name.equals(Attribute.ACL_ACCESS) || name.equals(Attribute.ACL_DEFAULT));
    }

    public boolean isNone() {
        return !user && !acl;
    }
}
