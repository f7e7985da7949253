package io.zsync.protocol;

/** Why a session failed as a whole. The wire number is stable for all versions (SPEC.md, section "Errors"). */
public enum ErrorCode implements Numbered {
    MALFORMED(1),
    VIOLATION(2),
    VERSION(3),
    NOT_TRUSTED(4),
    NOT_ALLOWED(5),
    UNSUPPORTED(6),
    ROOT_MISSING(7),
    ROOT_UNUSABLE(8),
    TARGET_LOCKED(9),
    SAFETY_HALT(10),
    INTEGRITY(11),
    NO_PROGRESS(12),
    CANCELLED(13),
    BUSY(14),
    INTERNAL(15),
    /** What the initiator's user asked for cannot be meant, such as rules that leave nothing of the source. */
    INVALID_REQUEST(16);

    private final int number;

    ErrorCode(int number) {
        this.number = number;
    }

    @Override
    public int number() {
        return number;
    }
}
