package io.zsync.cli;

import io.zsync.node.api.PeerTree;
import io.zsync.node.api.RunRequest;
import io.zsync.protocol.Comparison;
import io.zsync.protocol.Credits;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Mode;
import io.zsync.protocol.PathPolicy;
import io.zsync.protocol.Preservation;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RunOptions;
import io.zsync.protocol.Selection;
import io.zsync.protocol.Transfer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The judged options of a push, pull or diff: all of a request but which trees. */
record RunSettings(RunOptions options, @Nullable Protection protection, Duration timeout, int retries) {
    private static final int DEFAULT_TIMEOUT_SECONDS = 30;
    private static final int MAX_TIMEOUT_SECONDS = 86_400;
    private static final int DEFAULT_RETRIES = 5;
    private static final int MAX_RETRIES = 1_000;
    private static final int DEFAULT_STREAMS = 4;

    static RunSettings ofTransfer(Judge judge, TransferFlags flags) throws UsageError {
        int streams = Math.min(DEFAULT_STREAMS, Runtime.getRuntime().availableProcessors());
        RunOptions options = new RunOptions(
                flags.dryRun,
                flags.verbose,
                flags.explain,
                judge.word("--durability", flags.durability, Durability.BATCH, Durability.values()),
                new Transfer(
                        judge.word("--data-path", flags.dataPath, PathPolicy.AUTO, PathPolicy.values()),
                        judge.number("--streams", flags.streams, streams, 1, Limits.STREAMS),
                        false,
                        0),
                Comparison.BY_TIME,
                Selection.ALL,
                preservation(flags),
                Deletion.NONE);
        return of(judge, flags, options);
    }

    /** A push that is planned and told, and no more. */
    static RunSettings ofComparison(Judge judge, RunFlags flags) throws UsageError {
        return of(
                judge,
                flags,
                new RunOptions(
                        true,
                        !flags.quiet,
                        false,
                        Durability.BATCH,
                        new Transfer(PathPolicy.AUTO, 1, false, 0),
                        Comparison.BY_TIME,
                        Selection.ALL,
                        preservation(flags),
                        Deletion.NONE));
    }

    private static Preservation preservation(RunFlags flags) {
        return new Preservation(
                !flags.noOwner,
                true,
                true,
                false,
                false,
                false,
                Preservation.AS_SOURCE,
                Preservation.AS_SOURCE,
                List.of());
    }

    private static RunSettings of(Judge judge, RunFlags flags, RunOptions options) throws UsageError {
        int timeoutSeconds = judge.number("--timeout", flags.timeout, DEFAULT_TIMEOUT_SECONDS, 1, MAX_TIMEOUT_SECONDS);
        return new RunSettings(
                options,
                judge.protection("--protect", flags.protect, true),
                Duration.ofSeconds(timeoutSeconds),
                judge.number("--retries", flags.retries, DEFAULT_RETRIES, 0, MAX_RETRIES));
    }

    RunRequest request(Mode mode, Path directory, PeerTree peer) {
        return new RunRequest(mode, directory, peer, options, protection, timeout, retries, Credits.DEFAULT);
    }
}
