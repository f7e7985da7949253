package io.zsync.node.session;

import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.replica.SafetyHalt;
import io.zsync.node.transport.NoAnswerException;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.Escape;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Message;
import io.zsync.protocol.ProtocolException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What went wrong, put in the three languages it is told in: this node's, the wire's, and the peer's. */
final class Failures {
    private Failures() {}

    /** Any failure as one of a run. */
    static RunFailure of(Throwable cause) {
        return switch (cause) {
            case RunFailure failure -> failure;
            case ProtocolException e -> new RunFailure(kind(e.code()), text(e), wayOut(e.code()), e);
            case SafetyHalt e -> new RunFailure(FailureKind.SAFETY_HALT, text(e), wayOut(ErrorCode.SAFETY_HALT), e);
            case FileFailure e ->
                new RunFailure(
                        FailureKind.ROOT_UNUSABLE, e.operation() + ": " + e.reason() + " (" + e.path() + ")", null, e);
            case IOException e -> new RunFailure(FailureKind.SOCKET, "connection lost: " + text(e), null, e);
            case OutOfMemoryError e ->
                new RunFailure(FailureKind.INTERNAL, "out of memory", "give the JVM more heap: ZSYNC_HEAP=1g", e);
            default -> new RunFailure(FailureKind.INTERNAL, "internal error: " + cause, null, cause);
        };
    }

    static RunFailure interrupted() {
        return new RunFailure(FailureKind.INTERRUPTED, "interrupted", null, null);
    }

    static RunFailure noProgress(String what, String wayOut, Exception cause) {
        return new RunFailure(FailureKind.NO_PROGRESS, "no progress: " + what, wayOut, cause);
    }

    /** Somebody takes the connection and says nothing. */
    static RunFailure mute(NoAnswerException cause) {
        return noProgress(
                String.valueOf(cause.getMessage()), "is it zsync serve that listens there, and does it run?", cause);
    }

    /** What the peer gave as the reason for ending the session. */
    static RunFailure fromPeer(Message.Failure failure) {
        return new RunFailure(
                kind(failure.code()), "peer: " + Escape.text(failure.detail()), wayOut(failure.code()), null);
    }

    /** What to tell the peer. */
    static Message.Failure toPeer(RunFailure failure) {
        ErrorCode code = failure.getCause() instanceof ProtocolException e ? e.code() : code(failure.kind());
        String detail = failure.getMessage() == null ? "" : failure.getMessage();
        int length = Math.min(detail.length(), Limits.DETAIL_LENGTH / 4);
        return new Message.Failure(code, detail.substring(0, length));
    }

    private static String text(Throwable e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }

    private static FailureKind kind(ErrorCode code) {
        return switch (code) {
            case MALFORMED, VIOLATION, UNSUPPORTED -> FailureKind.PROTOCOL_BROKEN;
            case VERSION -> FailureKind.VERSIONS_DO_NOT_MEET;
            case NOT_TRUSTED -> FailureKind.NOT_TRUSTED;
            case NOT_ALLOWED -> FailureKind.NOT_ALLOWED;
            case INVALID_REQUEST -> FailureKind.USAGE;
            case ROOT_MISSING, ROOT_UNUSABLE -> FailureKind.ROOT_UNUSABLE;
            case TARGET_LOCKED -> FailureKind.TARGET_LOCKED;
            case SAFETY_HALT -> FailureKind.SAFETY_HALT;
            case INTEGRITY -> FailureKind.INTEGRITY;
            case NO_PROGRESS -> FailureKind.NO_PROGRESS;
            // Not this end's user: whoever runs the other node has stopped it, and may start it again.
            case CANCELLED -> FailureKind.SOCKET;
            case BUSY -> FailureKind.CANNOT_CONNECT;
            case INTERNAL -> FailureKind.INTERNAL;
        };
    }

    private static ErrorCode code(FailureKind kind) {
        return switch (kind) {
            case USAGE -> ErrorCode.INVALID_REQUEST;
            case VERSIONS_DO_NOT_MEET -> ErrorCode.VERSION;
            case NOT_TRUSTED -> ErrorCode.NOT_TRUSTED;
            case NOT_ALLOWED -> ErrorCode.NOT_ALLOWED;
            case SOCKET, CANNOT_CONNECT, INTERRUPTED -> ErrorCode.CANCELLED;
            case ROOT_UNUSABLE -> ErrorCode.ROOT_UNUSABLE;
            case PROTOCOL_BROKEN -> ErrorCode.VIOLATION;
            case NO_PROGRESS, PEER_SILENT -> ErrorCode.NO_PROGRESS;
            case SAFETY_HALT -> ErrorCode.SAFETY_HALT;
            case TARGET_LOCKED -> ErrorCode.TARGET_LOCKED;
            case INTEGRITY -> ErrorCode.INTEGRITY;
            case INTERNAL -> ErrorCode.INTERNAL;
        };
    }

    private static @Nullable String wayOut(ErrorCode code) {
        return switch (code) {
            case TARGET_LOCKED -> "wait for the other run to end, then run this one again";
            case SAFETY_HALT -> "if the source is meant to be empty, --max-delete N says so";
            case NO_PROGRESS -> "a larger --timeout waits longer";
            case BUSY -> "try again later";
            case INVALID_REQUEST ->
                "patterns are gitignore's, and the last match wins: --exclude '*.tmp' leaves out that name anywhere,"
                        + " --exclude '/build/' a directory at the root, --include 'keep.tmp' after them takes a name back";
            default -> null;
        };
    }
}
