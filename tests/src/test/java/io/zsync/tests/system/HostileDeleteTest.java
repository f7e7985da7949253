package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.api.FailureKind;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.Message;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.RunOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Fault A5: a server that is pulled from with {@code --delete} leaves things out, and lies about how much it could list. What
 * goes is what the client itself finds extra, below its own target, no more than it allowed (CVE-2026-53789).
 */
class HostileDeleteTest {
    @RegisterExtension
    final Workspace work = new Workspace();

    private static RunOptions deleting(Deletion.Limit limit) {
        return HostilePair.options(false, HostilePair.OPTIONS.transfer(), new Deletion(true, limit, RelativePath.ROOT));
    }

    private HostilePair pair(int files) throws Exception {
        HostilePair pair = new HostilePair(work.path("pair"));
        Path directory = Files.createDirectory(pair.target().resolve("d"));
        for (int i = 0; i < files; i++) {
            Files.writeString(directory.resolve("f" + i), "mine");
        }
        Files.writeString(pair.target().resolve("kept"), "");
        Files.writeString(pair.outside().resolve("f"), "precious");
        // A way out, that is extra: the link goes, and not what it leads to.
        Files.createSymbolicLink(directory.resolve("out"), pair.outside());
        return pair;
    }

    /** All that was there is left out of a listing that is said to be complete. */
    @Test
    void onlyWhatIsExtraBelowTheTargetGoes() throws Exception {
        try (HostilePair pair = pair(5)) {
            Outside outside = Outside.of(pair.outside());
            Outside source = Outside.of(pair.source());
            try (HostilePeer peer = pair.sends(HostilePair.Caller.NODE, deleting(Deletion.Limit.DEFAULT))) {
                peer.send(RawManifest.root().file("kept", 0).end().part());
                peer.await(Message.Applied.class);
                HostilePeerTest.end(peer, HostilePair.Caller.NODE);
            }
            assertEquals(7, pair.report().tally().deleted());
            assertEquals(1, Trees.count(pair.target()));
            outside.assertUntouched();
            source.assertUntouched();
        }
    }

    @Test
    void noMoreGoesThanIsAllowed() throws Exception {
        for (Deletion.Limit limit :
                new Deletion.Limit[] {Deletion.Limit.DEFAULT, new Deletion.Limit(Deletion.Unit.PATHS, 1_001)}) {
            try (HostilePair pair = pair(1_000)) {
                Outside target = Outside.of(pair.target().resolve("d"));
                try (HostilePeer peer = pair.sends(HostilePair.Caller.NODE, deleting(limit))) {
                    peer.send(RawManifest.root().file("kept", 0).end().part());
                    peer.await(Message.Applied.class);
                    HostilePeerTest.end(peer, HostilePair.Caller.NODE);
                }
                assertEquals(0, pair.report().tally().deleted());
                assertEquals(1_002, pair.report().tally().withheld());
                target.assertUntouched();
            }
            Command.of("rm", "-rf", "--", work.path("pair").toString()).output();
        }
    }

    @Test
    void nothingGoesForASourceThatIsEmpty() throws Exception {
        try (HostilePair pair = pair(5)) {
            Outside target = Outside.of(pair.target().resolve("d"));
            try (HostilePeer peer = pair.sends(HostilePair.Caller.NODE, deleting(Deletion.Limit.DEFAULT))) {
                peer.send(RawManifest.root().end().part());

                peer.assertRefused(System.nanoTime(), ErrorCode.SAFETY_HALT, "");
                assertEquals(FailureKind.SAFETY_HALT, pair.failure().kind());
            }
            target.assertUntouched();
        }
    }

    /** Below what the server says that it could not list; and nothing at all where the client did not ask for it. */
    @Test
    void nothingGoesBelowWhatWasNotListedOrUnasked() throws Exception {
        try (HostilePair pair = pair(5)) {
            Outside target = Outside.of(pair.target().resolve("d"));
            for (int listing = 2; listing <= 3; listing++) {
                try (HostilePeer peer = pair.sends(HostilePair.Caller.NODE, deleting(Deletion.Limit.DEFAULT))) {
                    peer.send(RawManifest.root().file("kept", 0).end(listing).part());
                    peer.await(Message.Applied.class);
                    HostilePeerTest.end(peer, HostilePair.Caller.NODE);
                }
                assertEquals(0, pair.report().tally().deleted());
            }
            try (HostilePeer peer = pair.sends(HostilePair.Caller.NODE, HostilePair.OPTIONS)) {
                peer.send(RawManifest.root().file("kept", 0).end().part());
                peer.await(Message.Applied.class);
                HostilePeerTest.end(peer, HostilePair.Caller.NODE);
            }
            assertEquals(0, pair.report().tally().deleted());
            target.assertUntouched();
        }
    }

    /** A server tells a pushing client what it deleted: that is only told. */
    @Test
    void wordOfDeletionsDeletesNothing() throws Exception {
        try (HostilePair pair = new HostilePair(work.path("pair"))) {
            Files.writeString(pair.source().resolve("f"), "mine");
            Outside source = Outside.of(pair.source());
            try (HostilePeer peer =
                    pair.receives(HostilePair.Caller.NODE, deleting(new Deletion.Limit(Deletion.Unit.PERCENT, 100)))) {
                Message[] acknowledgements =
                        HostilePeerTest.readManifest(peer, new java.util.TreeMap<>(), new java.util.TreeMap<>());
                peer.send(new Message.Change(
                        RelativePath.of("f"),
                        Message.Change.Kind.FILE,
                        Message.Change.Action.DELETE,
                        0,
                        4,
                        new byte[0]));
                peer.send(acknowledgements);
                peer.send(new Message.Applied(HostilePeerTest.NOTHING));
                assertTrue(peer.await(Message.Bye.class) != null);
            }
            source.assertUntouched();
        }
    }
}
