package io.zsync.cli;

import com.beust.jcommander.Parameter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What may be typed behind {@code push} and {@code pull}, not yet judged. */
final class TransferFlags extends RunFlags {
    /** The options below: where nothing moves they have no meaning. */
    static final List<String> OPTIONS =
            List.of("-n", "--dry-run", "--explain", "--durability", "--streams", "--data-path");

    @Parameter(names = {"-n", "--dry-run"})
    boolean dryRun;

    @Parameter(names = "--explain")
    boolean explain;

    @Parameter(names = "--durability")
    @Nullable
    Argument durability;

    @Parameter(names = "--streams")
    @Nullable
    Argument streams;

    @Parameter(names = "--data-path")
    @Nullable
    Argument dataPath;
}
