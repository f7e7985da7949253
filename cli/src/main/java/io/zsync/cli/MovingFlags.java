package io.zsync.cli;

import com.beust.jcommander.Parameter;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Limits;
import io.zsync.protocol.PathPolicy;
import io.zsync.protocol.Protection;
import io.zsync.protocol.Transfer;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How content moves, and over what. */
final class MovingFlags {
    private static final int DEFAULT_TIMEOUT_SECONDS = 30;
    private static final int MAX_TIMEOUT_SECONDS = 86_400;
    private static final int DEFAULT_RETRIES = 5;
    private static final int MAX_RETRIES = 1_000;
    private static final int DEFAULT_STREAMS = 4;

    @Parameter(names = "-z")
    boolean compressed;

    @Parameter(names = "--compress")
    @Nullable
    Argument compress;

    @Parameter(names = "--bwlimit")
    @Nullable
    Argument rate;

    @Parameter(names = "--streams")
    @Nullable
    Argument streams;

    @Parameter(names = "--data-path")
    @Nullable
    Argument dataPath;

    @Parameter(names = "--durability")
    @Nullable
    Argument durability;

    @Parameter(names = "--protect")
    @Nullable
    Argument protect;

    @Parameter(names = "--timeout")
    @Nullable
    Argument timeout;

    @Parameter(names = "--retries")
    @Nullable
    Argument retries;

    private enum Compression {
        NEVER,
        ALWAYS
    }

    /** Over a wire. */
    Transfer transfer(Judge judge) throws UsageError {
        PathPolicy path = judge.word("--data-path", dataPath, PathPolicy.AUTO, PathPolicy.values());
        boolean compresses = compresses(judge);
        if (compresses && path != PathPolicy.AUTO && path != PathPolicy.BUFFERED) {
            throw judge.refusal("--data-path " + path.name().toLowerCase(Locale.ROOT)
                    + " sends files as they are, so it cannot compress them");
        }
        return transfer(judge, path, compresses);
    }

    /** From file to file, by {@link #dataPath}. */
    Transfer copying(Judge judge) throws UsageError {
        return transfer(judge, PathPolicy.AUTO, false);
    }

    private Transfer transfer(Judge judge, PathPolicy path, boolean compresses) throws UsageError {
        int cores = Math.min(DEFAULT_STREAMS, Runtime.getRuntime().availableProcessors());
        return new Transfer(
                path,
                judge.number("--streams", streams, cores, 1, Limits.STREAMS),
                compresses,
                Rate.parse(judge, "--bwlimit", rate));
    }

    /** The only one that a copy may take; null for the best that serves. */
    @Nullable
    DataPath dataPath(Judge judge) throws UsageError {
        return judge.wordOrAuto("--data-path", dataPath, DataPath.values());
    }

    Durability durability(Judge judge) throws UsageError {
        return judge.word("--durability", durability, Durability.BATCH, Durability.values());
    }

    @Nullable
    Protection protection(Judge judge) throws UsageError {
        return judge.protection("--protect", protect, true);
    }

    Duration timeout(Judge judge) throws UsageError {
        return Duration.ofSeconds(judge.number("--timeout", timeout, DEFAULT_TIMEOUT_SECONDS, 1, MAX_TIMEOUT_SECONDS));
    }

    int retries(Judge judge) throws UsageError {
        return judge.number("--retries", retries, DEFAULT_RETRIES, 0, MAX_RETRIES);
    }

    private boolean compresses(Judge judge) throws UsageError {
        Compression chosen = judge.word("--compress", compress, Compression.NEVER, Compression.values());
        if (compressed && compress != null && chosen == Compression.NEVER) {
            throw judge.refusal("-z and --compress never contradict each other");
        }
        return compressed || chosen == Compression.ALWAYS;
    }
}
