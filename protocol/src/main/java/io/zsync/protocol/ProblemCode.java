package io.zsync.protocol;

/** Why one path was not replicated while the run went on. Wire numbers are stable (SPEC.md, section "Errors"). */
public enum ProblemCode implements Numbered {
    /** The sender could not read this file or directory. */
    SOURCE_UNREADABLE(1),
    /** The source vanished between the scan and the transfer. */
    SOURCE_VANISHED(2),
    /** The source kept changing: every attempt met another state. */
    SOURCE_CHANGED(3),
    /** The receiver could not create, write, sync or publish. */
    TARGET_FAILED(4),
    /** The object to be replaced was changed by somebody else during the run; it was left alone. */
    TARGET_CHANGED(5),
    /** A directory that is not empty stands where a file should go. */
    DIRECTORY_IN_THE_WAY(6),
    /** A special or symlink that this run or this receiver does not replicate. Not a failure. */
    SPECIAL_SKIPPED(7),
    /** A range failed its check again and again. */
    INTEGRITY(8),
    /** A name, link target or path that the protocol cannot carry. */
    NAME_REFUSED(9),
    /** The path is replicated, but not all of its metadata could be kept. */
    METADATA_LOST(10),
    /** Metadata that this receiver does not take from its peers. Not a failure. */
    METADATA_SKIPPED(11),
    /** The receiver cannot note what has come of large files: a broken session starts them over. Not a failure. */
    NOT_RESUMABLE(12);

    private final int number;

    ProblemCode(int number) {
        this.number = number;
    }

    @Override
    public int number() {
        return number;
    }
}
