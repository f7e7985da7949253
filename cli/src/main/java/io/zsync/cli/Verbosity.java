package io.zsync.cli;

/**
 * How much a run tells.
 *
 * @param quiet only errors
 * @param changes a line for each change
 * @param traces stack traces behind errors
 * @param explain a line for each file's data path
 */
record Verbosity(boolean quiet, boolean changes, boolean traces, boolean explain, Progress progress) {
    enum Progress {
        AUTO,
        ALWAYS,
        NEVER
    }

    static Verbosity of(Judge judge, RunFlags flags, boolean changes, boolean explain) throws UsageError {
        if (flags.quiet && flags.verbose) {
            throw judge.refusal("-q and -v contradict each other");
        }
        Progress progress = judge.word("--progress", flags.progress, Progress.AUTO, Progress.values());
        if (flags.progress != null && flags.alwaysProgress && progress != Progress.ALWAYS) {
            throw judge.refusal("-P and --progress " + flags.progress + " contradict each other");
        }
        return new Verbosity(
                flags.quiet, changes, flags.veryVerbose, explain, flags.alwaysProgress ? Progress.ALWAYS : progress);
    }

    /** Columns that a status line may fill; 0 for no line. {@code terminalColumns} is 0 where there is no terminal. */
    int statusColumns(int terminalColumns) {
        int columns = terminalColumns > 0 ? terminalColumns : 80;
        return switch (progress) {
            case ALWAYS -> columns;
            case NEVER -> 0;
            case AUTO -> quiet || terminalColumns <= 0 ? 0 : columns;
        };
    }
}
