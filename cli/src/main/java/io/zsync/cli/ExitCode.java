package io.zsync.cli;

import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunReport;
import io.zsync.protocol.ProblemCode;

/**
 * What the process tells its caller; rsync's numbers where rsync has one. The constants stand in order of precedence: of
 * several that apply, the first one wins.
 */
enum ExitCode {
    INTERNAL(70),
    USAGE(1),
    INTERRUPTED(20),
    NOT_ALLOWED(5),
    VERSIONS_DO_NOT_MEET(2),
    PROTOCOL_BROKEN(12),
    INTEGRITY(43),
    SAFETY_HALT(41),
    TARGET_LOCKED(42),
    CANNOT_CONNECT(35),
    NO_PROGRESS(30),
    SOCKET(10),
    ROOT_UNUSABLE(11),
    DELETE_LIMIT(25),
    FILES_FAILED(23),
    SOURCE_MOVED(24),
    DIFFERENCES(40),
    DONE(0);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    /** The one of the two that takes precedence. */
    ExitCode or(ExitCode other) {
        return compareTo(other) <= 0 ? this : other;
    }

    /** For a run that failed as a whole. */
    static ExitCode of(FailureKind kind) {
        return switch (kind) {
            case USAGE -> USAGE;
            case VERSIONS_DO_NOT_MEET -> VERSIONS_DO_NOT_MEET;
            case NOT_TRUSTED, NOT_ALLOWED -> NOT_ALLOWED;
            case SOCKET -> SOCKET;
            case ROOT_UNUSABLE -> ROOT_UNUSABLE;
            case PROTOCOL_BROKEN -> PROTOCOL_BROKEN;
            case INTERRUPTED -> INTERRUPTED;
            case NO_PROGRESS, PEER_SILENT -> NO_PROGRESS;
            case CANNOT_CONNECT -> CANNOT_CONNECT;
            case SAFETY_HALT -> SAFETY_HALT;
            case TARGET_LOCKED -> TARGET_LOCKED;
            case INTEGRITY -> INTEGRITY;
            case INTERNAL -> INTERNAL;
        };
    }

    /** For a run that came to its end. A failed path that no problem explains still counts as one. */
    static ExitCode of(RunReport report) {
        ExitCode worst = DONE;
        for (var problem : report.problems().entrySet()) {
            if (problem.getValue() > 0) {
                worst = worst.or(of(problem.getKey()));
            }
        }
        if (report.tally().withheld() > 0) {
            worst = worst.or(DELETE_LIMIT);
        }
        return worst == DONE && report.tally().failed() > 0 ? FILES_FAILED : worst;
    }

    /** Whether such a problem keeps a run from being done. */
    static boolean isFailure(ProblemCode code) {
        return of(code) != DONE;
    }

    private static ExitCode of(ProblemCode code) {
        return switch (code) {
            case SPECIAL_SKIPPED, METADATA_SKIPPED, NOT_RESUMABLE -> DONE;
            case SOURCE_VANISHED, SOURCE_CHANGED -> SOURCE_MOVED;
            case INTEGRITY -> INTEGRITY;
            case SOURCE_UNREADABLE, TARGET_FAILED, TARGET_CHANGED, DIRECTORY_IN_THE_WAY, NAME_REFUSED, METADATA_LOST ->
                FILES_FAILED;
        };
    }
}
