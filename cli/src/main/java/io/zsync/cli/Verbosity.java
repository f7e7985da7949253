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

    static Verbosity of(PushFlags flags) throws UsageError {
        if (flags.quiet && flags.verbose) {
            throw new UsageError("push: -q and -v contradict each other", null);
        }
        Progress progress = Progress.AUTO;
        if (flags.progress != null) {
            progress = switch (flags.progress.text()) {
                case "auto" -> Progress.AUTO;
                case "always" -> Progress.ALWAYS;
                case "never" -> Progress.NEVER;
                default -> throw PushCommand.notOneOf("--progress", flags.progress, "auto, always, never");
            };
            if (flags.alwaysProgress && progress != Progress.ALWAYS) {
                throw new UsageError("push: -P and --progress " + flags.progress + " contradict each other", null);
            }
        }
        return new Verbosity(
                flags.quiet,
                flags.verbose,
                flags.veryVerbose,
                flags.explain,
                flags.alwaysProgress ? Progress.ALWAYS : progress);
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
