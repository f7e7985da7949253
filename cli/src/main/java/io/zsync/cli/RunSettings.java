package io.zsync.cli;

import io.zsync.node.api.CopyRequest;
import io.zsync.node.api.PeerTree;
import io.zsync.node.api.RunRequest;
import io.zsync.protocol.Comparison;
import io.zsync.protocol.Credits;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.Mode;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RunOptions;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The judged options of a run: all of a request but which trees.
 *
 * @param dataPath the one that a copy is to take; null of all else, whose options have it
 */
record RunSettings(
        RunOptions options,
        @Nullable DataPath dataPath,
        @Nullable Protection protection,
        Duration timeout,
        int retries) {
    static RunSettings of(Judge judge, RunFlags flags, Verb verb, Verbosity verbosity) throws UsageError {
        boolean moves = verb.moves();
        boolean copies = verb == Verb.COPY;
        RunOptions options = new RunOptions(
                flags.telling.dryRun || !moves,
                verbosity.asksForChanges(),
                verbosity.explain(),
                flags.moving.durability(judge),
                copies ? flags.moving.copying(judge) : flags.moving.transfer(judge),
                verb == Verb.VERIFY ? Comparison.BY_CHECKSUM : flags.choosing.comparison(),
                flags.choosing.selection(judge),
                flags.metadata.preservation(judge),
                moves ? flags.deleting.deletion(judge) : flags.deleting.difference(judge));
        return new RunSettings(
                options,
                copies ? flags.moving.dataPath(judge) : null,
                flags.moving.protection(judge),
                flags.moving.timeout(judge),
                flags.moving.retries(judge));
    }

    /** Between a directory here and the tree of a peer. */
    Runs.Step over(Mode mode, Path directory, PeerTree peer) {
        RunRequest request =
                new RunRequest(mode, directory, peer, options, protection, timeout, retries, Credits.DEFAULT);
        return (engine, events) -> engine.run(request, events);
    }

    /** Between two local paths. */
    Runs.Step here(Path source, Path target) {
        CopyRequest request = new CopyRequest(source, target, dataPath, options);
        return (engine, events) -> engine.copy(request, events);
    }
}
