package io.zsync.node.fs;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One run per target, nested targets included. */
abstract class LockContract extends TreeFixture {
    LockContract(Kernel kernel) {
        super(kernel);
    }

    private LinuxRoot open(Path path) throws IOException {
        return LinuxRoot.open(path, kernel);
    }

    @Test
    void theSameTargetIsLockedOnceAndFreedByClosing() throws IOException {
        assertTrue(root.lock());
        assertTrue(root.lock(), "who has it keeps it");
        try (LinuxRoot second = open(inside)) {
            assertFalse(second.lock());
            root.close();
            assertTrue(second.lock());
        }
    }

    @Test
    void nestedTargetsExcludeEachOtherAndSiblingsDoNot() throws IOException {
        Path below = Files.createDirectories(inside.resolve("x/y"));
        try (LinuxRoot parent = open(temp)) {
            try (LinuxRoot lower = open(below);
                    LinuxRoot sibling = open(outside)) {
                assertTrue(lower.lock());
                assertFalse(root.lock(), "one below is held");
                assertTrue(sibling.lock());
                assertFalse(parent.lock());
            }
            assertTrue(root.lock());
            assertFalse(parent.lock());
            try (LinuxRoot again = open(below)) {
                assertFalse(again.lock(), "one above is held");
            }
        }
    }

    @Test
    void aRefusedLockLeavesNothingLocked() throws IOException {
        Path below = Files.createDirectories(inside.resolve("x/y"));
        try (LinuxRoot lower = open(below);
                LinuxRoot middle = open(inside.resolve("x"))) {
            assertTrue(root.lock());
            assertFalse(lower.lock());
            root.close();
            try (LinuxRoot again = open(below)) {
                assertTrue(again.lock(), "lower's own directory is free, though lower is still open");
            }
            assertTrue(middle.lock(), "and so are its ancestors");
        }
    }

    @Test
    void manyShareADirectoryAndTheFirstHasItForItselfAMoment() throws IOException {
        List<String> alone = new ArrayList<>();
        try (LinuxRoot parent = open(temp);
                LinuxRoot third = open(inside);
                LinuxRoot fourth = open(inside)) {
            try (LinuxRoot second = open(inside)) {
                assertTrue(root.share(() -> {
                    alone.add("first");
                    assertFalse(second.lock(), "not while somebody is alone in it");
                }));
                assertTrue(second.share(() -> alone.add("second")));
                assertEquals(List.of("first"), alone);
                assertFalse(third.lock(), "it is shared");
                assertFalse(parent.lock(), "what is below is shared");
            }
            root.close();
            assertTrue(third.lock());
            assertFalse(fourth.share(() -> alone.add("fourth")), "it is held");
            assertEquals(List.of("first"), alone);
        }
    }

    @Test
    void aDirectoryIsFreeAgainIfWhatIsDoneAloneFails() throws IOException {
        assertThrows(
                IOException.class,
                () -> root.share(() -> {
                    throw new IOException("on purpose");
                }));
        try (LinuxRoot second = open(inside)) {
            assertTrue(second.lock());
        }
    }

    @Test
    void throughASymlinkItIsTheSameTarget() throws IOException {
        Path link = Files.createSymbolicLink(outside.resolve("link"), inside);
        try (LinuxRoot other = open(link)) {
            assertTrue(other.lock());
            assertFalse(root.lock());
        }
    }

    @Test
    void otherProcessesAreExcludedUntilTheyDie() throws Exception {
        assertTrue(root.lock());
        assertEquals(1, exit("flock", "-n", "-x", inside.toString(), "true"));
        assertEquals(1, exit("flock", "-n", "-x", temp.toString(), "true"));
        assertEquals(0, exit("flock", "-n", "-s", temp.toString(), "true"));
        root.close();
        Process holder = new ProcessBuilder("flock", "-F", "-x", inside.toString(), "sleep", "600").start();
        try (LinuxRoot mine = open(inside)) {
            await().until(() -> exit("flock", "-n", "-x", inside.toString(), "true") == 1);
            assertFalse(mine.lock());
            holder.destroyForcibly();
            await().until(mine::lock);
        } finally {
            holder.destroyForcibly();
        }
    }

    @Test
    void aLockFileIsMadeOnceAndHeldByOneAtATime() throws IOException {
        try (Directory other = root.directory(RelativePath.ROOT)) {
            Closeable first = top.lock(A);
            assertNotNull(first);
            assertEquals(0600, top.stat(A).mode());
            assertNull(other.lock(A));
            assertNull(top.lock(A));
            first.close();
            try (Closeable second = other.lock(A)) {
                assertNotNull(second);
                assertNull(top.lock(A));
            }
        }
        assertTrue(top.stat(A).isRegular(), "it stays");
    }

    @Test
    void onlyARegularFileIsALockFile() throws IOException, InterruptedException {
        top.makeSymlink(LINK, bytes("a"));
        top.makeDirectory(B);
        run("mkfifo", inside.resolve("fifo").toString());

        refused(Errno.LOOP, () -> top.lock(LINK));
        refused(Errno.ISDIR, () -> top.lock(B));
        refused(Errno.INVAL, () -> top.lock(Name.of("fifo")));
        refused(Errno.NOENT, () -> top.stat(A));
    }
}
