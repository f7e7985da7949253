package io.zsync.node.copy;

import io.zsync.protocol.DataPath;

/** The only data path that was allowed cannot serve these two files. The message is one line. */
public final class PathRefused extends Exception {
    private static final long serialVersionUID = 1L;

    private final DataPath path;
    private final String reason;

    PathRefused(DataPath path, String reason) {
        super("data path " + path.word() + " is refused here: " + reason);
        this.path = path;
        this.reason = reason;
    }

    public DataPath path() {
        return path;
    }

    /** The system's text alone, or what it did instead of what was asked. */
    public String reason() {
        return reason;
    }
}
