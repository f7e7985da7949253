package io.zsync.node.fs;

/** What an object in a directory is. */
public enum FileKind {
    REGULAR,
    DIRECTORY,
    SYMLINK,
    FIFO,
    SOCKET,
    CHARACTER_DEVICE,
    BLOCK_DEVICE
}
