package io.zsync.node.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.fs.FileKind;
import io.zsync.node.fs.FileStat;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Message.Change;
import io.zsync.protocol.ProtocolException;
import io.zsync.protocol.RelativePath;
import org.junit.jupiter.api.Test;

/** What both ends keep of objects with names to come is bounded in bytes, too, and what has all its names is forgotten. */
class LinksBoundTest {
    private static final String NAME = "x".repeat(Limits.NAME_LENGTH);
    private static final RelativePath LONG = RelativePath.of((NAME + "/").repeat(15) + NAME);

    private static final int FIT = (int) (Limits.LINK_PATHS_LENGTH / LONG.length());

    private static FileStat twice(long inode) {
        return new FileStat(FileKind.REGULAR, 0644, 0, 0, 1, 1, 1, 2, 3, 4, inode, 1, 2, 0);
    }

    @Test
    void theReceiverRefusesMoreBytesOfPaths() throws Exception {
        try (TargetLinks links = new TargetLinks()) {
            for (int entry = 1; entry <= FIT; entry++) {
                links.begin(entry, LONG, Change.Kind.FILE, 2);
            }
            links.next(1);
            links.begin(FIT + 1, LONG, Change.Kind.FILE, 2);

            ProtocolException refused =
                    assertThrows(ProtocolException.class, () -> links.begin(FIT + 2, LONG, Change.Kind.FILE, 2));

            assertEquals(
                    "objects with names still to come, whose paths take more than 67108864 bytes",
                    refused.getMessage());
        }
    }

    @Test
    void theSenderLetsSuchANameStandForItself() {
        SourceLinks links = new SourceLinks();
        FileStat first = twice(1);
        assertTrue(links.remember(first, 1, LONG.length()));
        for (int inode = 2; inode <= FIT; inode++) {
            assertTrue(links.remember(twice(inode), inode, LONG.length()));
        }
        assertFalse(links.remember(twice(FIT + 1), FIT + 1, LONG.length()));

        assertNotNull(links.first(first));
        assertTrue(links.remember(twice(FIT + 1), FIT + 1, LONG.length()));
    }

    @Test
    void theSenderCountsWhatTheReceiverWaitsForInVain() {
        SourceLinks links = new SourceLinks();
        for (int inode = 1; inode <= FIT; inode++) {
            assertTrue(links.remember(twice(inode), inode, LONG.length()));
        }
        FileStat another = new FileStat(FileKind.REGULAR, 0644, 0, 0, 2, 1, 1, 2, 3, 4, 1, 1, 2, 0);
        assertNull(links.first(another));
        assertFalse(links.remember(another, FIT + 1, LONG.length()));
    }
}
