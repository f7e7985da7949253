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
import java.util.List;

/** Runs with nothing typed, for tests that run them in their own process, whose code is warm. */
final class Requests {
    private Requests() {}

    /** Everything, compared by time; what is not said is as with nothing typed. */
    static RunOptions options(
            boolean dryRun, Durability durability, Transfer transfer, Preservation preservation, Deletion deletion) {
        return new RunOptions(
                dryRun, false, false, durability, transfer, Comparison.BY_TIME, Selection.ALL, preservation, deletion);
    }

    /** What is always kept, permissions and hard links as said. */
    static Preservation preservation(boolean hardLinks) {
        return new Preservation(
                hardLinks, true, true, true, false, false, Preservation.AS_SOURCE, Preservation.AS_SOURCE, List.of());
    }

    static RunRequest of(Mode mode, Path directory, PeerTree peer, boolean dryRun) {
        RunOptions options = options(
                dryRun,
                Durability.BATCH,
                new Transfer(PathPolicy.AUTO, 1, false, 0),
                Preservation.ARCHIVE,
                Deletion.NONE);
        return new RunRequest(
                mode, directory, peer, options, Protection.CLEAR, Duration.ofSeconds(30), 0, Credits.DEFAULT);
    }
}
