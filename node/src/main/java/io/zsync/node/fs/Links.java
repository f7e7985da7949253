package io.zsync.node.fs;

/** What a {@link Root} does with the symlinks in its tree. Names are never followed to be written. */
public enum Links {
    /** They are objects of their own, and no call goes through one. */
    KEEP,
    /** Reading goes through them wherever they lead: for the tree of whoever runs zsync. */
    FOLLOW_ANYWHERE,
    /** Reading goes through them unless they lead out of the operator's directory: for a share. */
    FOLLOW_BENEATH
}
