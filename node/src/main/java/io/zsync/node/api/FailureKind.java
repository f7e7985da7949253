package io.zsync.node.api;

/** Why a run failed as a whole. What a process makes of it, an exit code say, is its own affair. */
public enum FailureKind {
    USAGE,
    VERSIONS_DO_NOT_MEET,
    NOT_TRUSTED,
    NOT_ALLOWED,
    SOCKET,
    ROOT_UNUSABLE,
    PROTOCOL_BROKEN,
    INTERRUPTED,
    NO_PROGRESS,
    PEER_SILENT,
    CANNOT_CONNECT,
    SAFETY_HALT,
    TARGET_LOCKED,
    INTEGRITY,
    INTERNAL
}
