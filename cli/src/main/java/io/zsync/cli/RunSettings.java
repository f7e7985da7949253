package io.zsync.cli;

import io.zsync.node.api.PeerTree;
import io.zsync.node.api.RunRequest;
import io.zsync.protocol.Comparison;
import io.zsync.protocol.Credits;
import io.zsync.protocol.Mode;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RunOptions;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The judged options of a run: all of a request but which trees. */
record RunSettings(RunOptions options, @Nullable Protection protection, Duration timeout, int retries) {
    static RunSettings of(Judge judge, RunFlags flags, Verb verb, Verbosity verbosity) throws UsageError {
        boolean moves = verb.moves();
        RunOptions options = new RunOptions(
                flags.telling.dryRun || !moves,
                verbosity.asksForChanges(),
                verbosity.explain(),
                flags.moving.durability(judge),
                flags.moving.transfer(judge),
                verb == Verb.VERIFY ? Comparison.BY_CHECKSUM : flags.choosing.comparison(),
                flags.choosing.selection(judge),
                flags.metadata.preservation(judge),
                moves ? flags.deleting.deletion(judge) : flags.deleting.difference(judge));
        return new RunSettings(
                options, flags.moving.protection(judge), flags.moving.timeout(judge), flags.moving.retries(judge));
    }

    RunRequest request(Mode mode, Path directory, PeerTree peer) {
        return new RunRequest(mode, directory, peer, options, protection, timeout, retries, Credits.DEFAULT);
    }
}
