package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.Node;
import io.zsync.node.api.PeerTree;
import io.zsync.node.api.RunReport;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Memory and queues are bounded by credits, never by the number of files. */
class ManyFilesIT {
    @RegisterExtension
    final Workspace work = new Workspace();

    @Test
    void anyNumberOfFilesPassesThroughBothEndsIn64MiB() {
        int directories = Machine.LONG ? 1_000 : 200;
        Path source = work.path("source");
        Path target = work.path("target");
        makeFiles(source, directories, 1_000, "");

        Outcome first =
                Checkout.push(source, target).with("ZSYNC_HEAP", "64m").run().exits(0);

        System.out.println("ManyFiles, 64 MiB: " + first.err());
        Trees.assertSameEntries(source, target);
        assertEquals(directories * 1_000L, Trees.count(target, "-type", "f"));

        Outcome second = Checkout.push(source, target, "-v")
                .with("ZSYNC_HEAP", "64m")
                .run()
                .exits(0);

        System.out.println("ManyFiles, again: " + second.err());
        assertEquals("", second.out(), "no change");
    }

    /** Files with content: empty ones need no credit of files or bytes. */
    @Test
    void everyCreditAtOneIsSlowerButNoDeadlock() throws Exception {
        int directories = Machine.LONG ? 100 : 20;
        Path source = work.path("source");
        Path target = work.path("target");
        makeFiles(source, directories, 1_000, "x");
        RunOptions options = new RunOptions(
                false,
                false,
                false,
                Durability.NONE,
                new Transfer(PathPolicy.AUTO, 2, false, 0),
                Comparison.BY_TIME,
                Selection.ALL,
                Preservation.ARCHIVE,
                Deletion.NONE);
        RunRequest request = new RunRequest(
                Mode.PUSH,
                source,
                new PeerTree.Local(target),
                options,
                Protection.CLEAR,
                Duration.ofSeconds(30),
                0,
                new Credits(1, 1, 1));

        RunReport report;
        try (Node node = new Node()) {
            report = node.run(request, event -> {});
        }

        System.out.println("ManyFiles, credits at 1: " + report);
        assertEquals(directories * 1_000L, report.tally().files());
        assertEquals(0, report.tally().failed());
        assertTrue(report.problems().isEmpty(), report::toString);
        Trees.assertMirrors(source, target);
    }

    private static void makeFiles(Path root, int directories, int filesEach, String content) {
        Command.script("""
                        mkdir -- "$1"
                        for ((d = 0; d < $2; d++)); do
                            mkdir -- "$1/d$d"
                            cd -- "$1/d$d"
                            if [ -z "$4" ]; then
                                seq -f f%g "$3" | xargs touch -d '2026-01-02 03:04:05.678901234' --
                            else
                                for ((f = 0; f < $3; f++)); do printf %s "$4" >f$f; done
                            fi
                        done""", root, directories, filesEach, content).output();
    }
}
