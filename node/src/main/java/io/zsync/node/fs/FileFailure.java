package io.zsync.node.fs;

import java.io.IOException;

/** A file operation that the system refused: which operation, on what, and why. The message is one line, escaped. */
public final class FileFailure extends IOException {
    private static final long serialVersionUID = 1L;

    private final String operation;
    private final String path;
    private final Errno errno;
    private final String reason;

    /**
     * @param operation the system call, e.g. {@code openat2}
     * @param path escaped, for people
     * @param reason the system's text, e.g. {@code Permission denied}
     */
    public FileFailure(String operation, String path, Errno errno, String reason) {
        super(operation + " " + path + ": " + reason);
        this.operation = operation;
        this.path = path;
        this.errno = errno;
        this.reason = reason;
    }

    public String operation() {
        return operation;
    }

    public String path() {
        return path;
    }

    /** The system's text alone. */
    public String reason() {
        return reason;
    }

    public Errno errno() {
        return errno;
    }
}
