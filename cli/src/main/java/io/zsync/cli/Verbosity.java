package io.zsync.cli;

/**
 * How much a run tells, and in which form.
 *
 * @param quiet only errors
 * @param changes what is told of each change
 * @param explain each file's data path
 * @param json events in place of lines
 */
record Verbosity(boolean quiet, Changes changes, boolean explain, boolean json, Progress progress) {
    enum Changes {
        NONE,
        PATHS,
        ITEMIZED
    }

    enum Progress {
        AUTO,
        ALWAYS,
        NEVER
    }

    static Verbosity of(Judge judge, RunFlags flags, Verb verb) throws UsageError {
        TellingFlags telling = flags.telling;
        if (telling.quiet && flags.verbose) {
            throw judge.refusal("-q and -v contradict each other");
        }
        if (telling.json && telling.itemize) {
            throw judge.refusal("--json and -i contradict each other", "Its change events say what the letters say.");
        }
        Progress progress = judge.word("--progress", telling.progress, Progress.AUTO, Progress.values());
        if (telling.progress != null && telling.alwaysProgress && progress != Progress.ALWAYS) {
            throw judge.refusal("-P and --progress " + telling.progress + " contradict each other");
        }
        boolean named = flags.verbose || (!verb.moves() && !telling.quiet);
        return new Verbosity(
                telling.quiet,
                telling.itemize ? Changes.ITEMIZED : named ? Changes.PATHS : Changes.NONE,
                telling.explain || (telling.json && verb.moves() && !telling.quiet),
                telling.json,
                telling.alwaysProgress ? Progress.ALWAYS : progress);
    }

    /** Whether the engine has to report each change. */
    boolean asksForChanges() {
        return changes != Changes.NONE || (json && !quiet);
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
