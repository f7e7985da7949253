package io.zsync.protocol;

/**
 * The peer broke the protocol. Carries the stable code that goes into a {@link Message.Failure} and a detail for people.
 * The connection that caused it is closed; nothing that was being decoded is used.
 */
public final class ProtocolException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    public ProtocolException(ErrorCode code, String detail) {
        super(detail);
        this.code = code;
    }

    public ProtocolException(ErrorCode code, String detail, Throwable cause) {
        super(detail, cause);
        this.code = code;
    }

    /** A malformed, oversized or out of place frame or field. */
    public static ProtocolException malformed(String detail) {
        return new ProtocolException(ErrorCode.MALFORMED, detail);
    }

    /** A well-formed message that its sender was not entitled to send now. */
    public static ProtocolException violation(String detail) {
        return new ProtocolException(ErrorCode.VIOLATION, detail);
    }

    public ErrorCode code() {
        return code;
    }
}
