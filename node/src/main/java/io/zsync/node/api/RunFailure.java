package io.zsync.node.api;

import org.jspecify.annotations.Nullable;

/** A run that failed as a whole. The message is one line, {@code WHAT: WHY (path or address)}, escaped. */
public final class RunFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final FailureKind kind;
    private final @Nullable String wayOut;

    public RunFailure(FailureKind kind, String message, @Nullable String wayOut, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.wayOut = wayOut;
    }

    public FailureKind kind() {
        return kind;
    }

    /** What the user can do about it, one line; null where there is nothing to say. */
    public @Nullable String wayOut() {
        return wayOut;
    }
}
