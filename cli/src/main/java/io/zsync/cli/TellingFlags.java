package io.zsync.cli;

import com.beust.jcommander.Parameter;
import org.jspecify.annotations.Nullable;

/** What a run tells, and whether it does more than that. */
final class TellingFlags {
    @Parameter(names = {"-n", "--dry-run"})
    boolean dryRun;

    @Parameter(names = {"-i", "--itemize"})
    boolean itemize;

    @Parameter(names = "-q")
    boolean quiet;

    @Parameter(names = "--json")
    boolean json;

    @Parameter(names = "--explain")
    boolean explain;

    @Parameter(names = "--progress")
    @Nullable
    Argument progress;

    @Parameter(names = "-P")
    boolean alwaysProgress;
}
