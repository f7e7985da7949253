package io.zsync.cli;

import io.zsync.protocol.Escape;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Standard output and standard error, always UTF-8, and at most one status line at the end of the latter that no other
 * line ever tears. A stream that fails is dead from then on and writing to it does nothing: who reads along decides
 * nothing about the run. Thread safe.
 */
final class Console {
    private static final int BUFFER_LENGTH = 8 << 10;

    private final OutputStream out;
    private final OutputStream err;
    private final StringBuilder pending = new StringBuilder();
    private String status = "";
    private boolean outGone;
    private boolean errGone;
    private boolean traces;

    Console(OutputStream out, OutputStream err) {
        this.out = out;
        this.err = err;
    }

    static Console ofProcess() {
        return new Console(new FileOutputStream(FileDescriptor.out), new FileOutputStream(FileDescriptor.err));
    }

    /** From now on errors come with their stack traces. */
    synchronized void showTraces() {
        traces = true;
    }

    /** A line of what was asked for, on standard output; buffered until {@link #flush}. */
    synchronized void print(String line) {
        if (outGone) {
            return;
        }
        pending.append(line).append('\n');
        if (pending.length() >= BUFFER_LENGTH) {
            flush();
        }
    }

    /** Lines about the run, on standard error, behind what was printed so far and above the status line. */
    synchronized void tell(String lines) {
        flush();
        writeError(erased() + lines + "\n" + status);
    }

    /** {@code zsync: WHAT: WHY (path or address)}, and the way out if there is one; the cause only with traces. */
    synchronized void error(String message, @Nullable String wayOut, Throwable cause) {
        tell("zsync: " + message + (wayOut == null ? "" : "\n" + wayOut));
        if (traces) {
            StringWriter trace = new StringWriter();
            cause.printStackTrace(new PrintWriter(trace, true));
            tell(trace.toString().stripTrailing());
        }
    }

    /** A bug, in one line; with traces it shows where. */
    synchronized void bug(Throwable bug) {
        error(messageOf(bug), traces ? null : "With -vv it shows where.", bug);
    }

    static String messageOf(Throwable bug) {
        return "internal error: " + Escape.text(bug.toString());
    }

    /** Replaces the status line; an empty one takes it away. */
    synchronized void status(String text) {
        if (!text.equals(status)) {
            String shorterBy = " ".repeat(Math.max(0, status.length() - text.length()));
            writeError(text.isEmpty() ? erased() : "\r" + text + shorterBy + "\b".repeat(shorterBy.length()));
            status = text;
        }
    }

    /** Hands over what was printed. */
    synchronized void flush() {
        if (pending.isEmpty() || outGone) {
            return;
        }
        byte[] bytes = pending.toString().getBytes(StandardCharsets.UTF_8);
        pending.setLength(0);
        // Both streams may be the same terminal: the status line steps aside.
        if (!status.isEmpty()) {
            writeError(erased());
        }
        try {
            out.write(bytes);
            out.flush();
        } catch (IOException e) {
            outGone = true;
        }
        if (!status.isEmpty()) {
            writeError(status);
        }
    }

    private String erased() {
        return status.isEmpty() ? "" : "\r" + " ".repeat(status.length()) + "\r";
    }

    private void writeError(String text) {
        if (errGone || text.isEmpty()) {
            return;
        }
        try {
            err.write(text.getBytes(StandardCharsets.UTF_8));
            err.flush();
        } catch (IOException e) {
            errGone = true;
        }
    }
}
