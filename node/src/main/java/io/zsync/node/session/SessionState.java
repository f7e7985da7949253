package io.zsync.node.session;

/** Where a session stands; SPEC.md section "Session" draws the same table. */
enum SessionState {
    /** Control messages flow, data streams are being bound. */
    BINDING,
    /** Manifest, wants and content flow. */
    RUNNING,
    /** The receiver has said that everything is applied. */
    APPLIED,
    /** Over, as planned. */
    CLOSED,
    /** Over, for a reason that was told to the peer where it could be. */
    FAILED;

    boolean mayBecome(SessionState next) {
        return switch (this) {
            case BINDING -> next == RUNNING || next == FAILED;
            case RUNNING -> next == APPLIED || next == FAILED;
            case APPLIED -> next == CLOSED || next == FAILED;
            case CLOSED, FAILED -> false;
        };
    }
}
