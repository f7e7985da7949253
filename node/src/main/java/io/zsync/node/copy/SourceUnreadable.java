package io.zsync.node.copy;

import java.io.IOException;

/** A plain read of the source failed: the fault is not the target's. The cause names the operation and the path. */
public final class SourceUnreadable extends IOException {
    private static final long serialVersionUID = 1L;

    SourceUnreadable(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
