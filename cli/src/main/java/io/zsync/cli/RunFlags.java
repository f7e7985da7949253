package io.zsync.cli;

import com.beust.jcommander.Parameter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What may be typed behind {@code push}, {@code pull} and {@code diff} alike, not yet judged. */
class RunFlags extends CommonFlags {
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
            "--bwlimit");

    @Parameter(names = "-q")
    boolean quiet;

    @Parameter(names = "--progress")
    @Nullable
    Argument progress;

    @Parameter(names = "-P")
    boolean alwaysProgress;

    @Parameter(names = "--protect")
    @Nullable
    Argument protect;

    @Parameter(names = "--timeout")
    @Nullable
    Argument timeout;

    @Parameter(names = "--retries")
    @Nullable
    Argument retries;

    @Parameter(names = "--no-owner")
    boolean noOwner;

    /** rsync's letters for what is always on. */
    @Parameter(names = {"-a", "-r", "-l", "-p", "-t", "-o", "-g", "-D"})
    boolean alwaysOn;
}
