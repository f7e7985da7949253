package io.zsync.cli;

import org.jspecify.annotations.Nullable;

/** The command line cannot be carried out as typed. The message is one line, escaped. */
final class UsageError extends Exception {
    private static final long serialVersionUID = 1L;

    private final @Nullable String wayOut;

    UsageError(String message, @Nullable String wayOut) {
        super(message);
        this.wayOut = wayOut;
    }

    @Nullable
    String wayOut() {
        return wayOut;
    }
}
