package io.zsync.node.replica;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.protocol.ProtocolException;
import org.junit.jupiter.api.Test;

class OutstandingFilesTest {
    private static final int LARGEST = 128 << 10;

    private final OutstandingFiles files = new OutstandingFiles(1_000, 100);

    @Test
    void oneFileAlwaysHasRoom() {
        assertTrue(files.haveRoom(1_000, LARGEST));
        files.add(1, 1_000, LARGEST);
        assertFalse(files.haveRoom(1, 0));
        files.remove(1);
        assertTrue(files.isEmpty());
        assertTrue(files.haveRoom(1_000, LARGEST));
    }

    @Test
    void attributesTakeMemoryThatNoCreditCounts() {
        long room = OutstandingFiles.ATTRIBUTES / LARGEST;
        for (int i = 0; i < room; i++) {
            assertTrue(files.haveRoom(0, LARGEST), "file " + i);
            files.add(i, 0, LARGEST);
        }
        assertFalse(files.haveRoom(0, 1));
        assertTrue(files.haveRoom(0, 0));
        files.remove(0);
        assertTrue(files.haveRoom(0, LARGEST));
    }

    @Test
    void aPeerWhoseFilesGrowAttributesWithoutEndIsStopped() {
        long enough = OutstandingFiles.CHANGED_ATTRIBUTES / LARGEST;
        for (int i = 0; i <= enough; i++) {
            files.add(i, 0, 0);
        }
        for (int i = 0; i < enough; i++) {
            files.changed(i, LARGEST);
            files.changed(i, LARGEST);
        }
        assertThrows(ProtocolException.class, () -> files.changed(enough, LARGEST));
        // What is not outstanding is nobody's memory.
        files.changed(-1, LARGEST);
    }
}
