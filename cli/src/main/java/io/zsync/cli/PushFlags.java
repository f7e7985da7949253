package io.zsync.cli;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was typed behind {@code push}, not yet judged: {@link PushCommand} makes a request of it. */
@Parameters(separators = "=")
final class PushFlags {
    /** Options that the command line promises for later; they are refused by name, not as unknown. */
    static final List<String> NOT_YET = List.of(
            "-i",
            "--itemize",
            "--json",
            "--delete",
            "--max-delete",
            "--backup-dir",
            "--exclude",
            "--include",
            "--exclude-from",
            "--ignore-file",
            "-c",
            "--checksum",
            "-u",
            "--update",
            "-x",
            "--one-file-system",
            "-L",
            "--copy-links",
            "--skip-links",
            "-H",
            "-X",
            "-A",
            "--no-perms",
            "--no-times",
            "--chmod",
            "--chown",
            "-z",
            "--compress",
            "--bwlimit",
            "--retries");

    @Parameter
    List<Argument> words = new ArrayList<>();

    @Parameter(names = {"-n", "--dry-run"})
    boolean dryRun;

    @Parameter(names = "-v")
    boolean verbose;

    @Parameter(names = "-vv")
    boolean veryVerbose;

    @Parameter(names = "-q")
    boolean quiet;

    @Parameter(names = "--explain")
    boolean explain;

    @Parameter(names = "--progress")
    @Nullable
    Argument progress;

    @Parameter(names = "-P")
    boolean alwaysProgress;

    @Parameter(names = "--durability")
    @Nullable
    Argument durability;

    @Parameter(names = "--streams")
    @Nullable
    Argument streams;

    @Parameter(names = "--protect")
    @Nullable
    Argument protect;

    @Parameter(names = "--data-path")
    @Nullable
    Argument dataPath;

    @Parameter(names = "--timeout")
    @Nullable
    Argument timeout;

    @Parameter(names = "--no-owner")
    boolean noOwner;

    /** rsync's letters for what is always on. */
    @Parameter(names = {"-a", "-r", "-l", "-p", "-t", "-o", "-g", "-D"})
    boolean alwaysOn;
}
