package io.zsync.tests.system;

import io.zsync.node.api.PeerTree;
import io.zsync.node.api.RunRequest;
import io.zsync.protocol.Comparison;
import io.zsync.protocol.Credits;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Mode;
import io.zsync.protocol.PathPolicy;
import io.zsync.protocol.Preservation;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RunOptions;
import io.zsync.protocol.Selection;
import io.zsync.protocol.Transfer;
import java.nio.file.Path;
import java.time.Duration;

/** Runs with nothing typed, for tests that run them in their own process, whose code is warm. */
final class Requests {
    private Requests() {}

    static RunRequest of(Mode mode, Path directory, PeerTree peer, boolean dryRun) {
        RunOptions options = new RunOptions(
                dryRun,
                false,
                false,
                Durability.BATCH,
                new Transfer(PathPolicy.AUTO, 1, false, 0),
                Comparison.BY_TIME,
                Selection.ALL,
                Preservation.ARCHIVE,
                Deletion.NONE);
        return new RunRequest(
                mode, directory, peer, options, Protection.CLEAR, Duration.ofSeconds(30), 0, Credits.DEFAULT);
    }
}
