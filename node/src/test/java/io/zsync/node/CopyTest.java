package io.zsync.node;

import static io.zsync.node.TreeAssert.assertThat;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zsync.node.api.Event;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.node.fs.LinuxRoot;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.PathChoice;
import io.zsync.protocol.PathPolicy;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What only a copy without a connection does: one file, files without a size, paths that cannot serve. */
class CopyTest extends PushFixture {
    private static final int SEGMENTS = 200 << 20;

    private Path tree;

    @BeforeEach
    void beginWithATree() {
        local = true;
        tree = source;
    }

    private Path lone(String name, int length) throws IOException {
        source = file(name, length);
        return source;
    }

    @Test
    void oneFileBecomesThePathThatWasNamed() throws IOException {
        Path original = lone("a.iso", 100_000);
        setTime(original, 1_000_000, 7);
        Path there = Files.createDirectory(temp.resolve("there"));
        Files.writeString(there.resolve("other"), "stays");
        FileTime before = Files.getLastModifiedTime(Files.setLastModifiedTime(there, FileTime.fromMillis(5)));
        target = there.resolve("b.iso");

        RunReport report = push();

        assertArrayEquals(Files.readAllBytes(original), Files.readAllBytes(target));
        assertEquals(Files.getLastModifiedTime(original), Files.getLastModifiedTime(target));
        assertEquals(1, report.tally().created());
        assertEquals(1, report.tally().files());
        assertTrue(report.tally().bytes() == 100_000 && report.protection() == null && report.network() == null);
        assertEquals("stays", Files.readString(there.resolve("other")));
        assertNotEquals(before, Files.getLastModifiedTime(there), "a directory that something came into");
        assertEquals(List.of("b.iso FILE CREATE 0 100000"), changes());
        assertEquals(1, push().tally().unchanged());
    }

    @Test
    void oneFileReplacesWhatHasItsName() throws IOException {
        Path original = lone("a", 70_000);
        Path elsewhere = Files.writeString(temp.resolve("elsewhere"), "behind a link");
        target = Files.createSymbolicLink(temp.resolve("link"), elsewhere);
        push();
        assertFalse(Files.isSymbolicLink(target));
        assertEquals(-1, Files.mismatch(original, target));
        assertEquals("behind a link", Files.readString(elsewhere));
        assertThat(temp).holdsNothingStaged();

        Files.writeString(original, "something else");
        push();
        assertEquals("something else", Files.readString(target));
    }

    @Test
    void aPathThatLeadsToTheFileWillDo() throws IOException {
        Path original = lone("a", 10);
        source = Files.createSymbolicLink(temp.resolve("latest"), original);
        push();
        assertTrue(Files.isRegularFile(target, java.nio.file.LinkOption.NOFOLLOW_LINKS));
        assertEquals(-1, Files.mismatch(original, target));
    }

    @Test
    void oneFileIsNotPutIntoADirectoryUnasked() throws IOException {
        lone("a", 10);
        Files.createDirectory(target);
        RunFailure failure = pushFails();
        assertEquals(FailureKind.USAGE, failure.kind());
        assertEquals("name the file in it: " + target + "/a", failure.wayOut());
        assertTrue(Files.isDirectory(target));
    }

    @Test
    void theSameFileTwiceIsRefused() throws IOException {
        target = lone("a", 10);
        assertEquals(FailureKind.USAGE, pushFails().kind());
        target = Files.createLink(temp.resolve("second name"), source);
        assertEquals(FailureKind.USAGE, pushFails().kind());
        target = Files.createSymbolicLink(temp.resolve("link"), source);
        assertEquals(FailureKind.USAGE, pushFails().kind());
    }

    @Test
    void besideOneFileNothingIsDeleted() throws IOException {
        lone("a", 10);
        deletion = new Deletion(true, Deletion.Limit.DEFAULT, RelativePath.ROOT);
        RunFailure failure = pushFails();
        assertEquals(FailureKind.USAGE, failure.kind());
        assertTrue(failure.toString().contains("--delete"), failure.toString());
    }

    @Test
    void oneFileMakesNoDirectories() throws IOException {
        lone("a", 10);
        target = temp.resolve("missing/b");
        assertEquals(FailureKind.ROOT_UNUSABLE, pushFails().kind());
        assertFalse(Files.exists(temp.resolve("missing")));
    }

    @Test
    void filesGoIntoOneDirectorySideBySideButNotIntoATreeThatIsHeld() throws IOException {
        lone("a", 10);
        Path there = Files.createDirectory(temp.resolve("there"));
        target = there.resolve("b");
        try (LinuxRoot other = LinuxRoot.open(there)) {
            assertTrue(other.share(() -> {}));
            push();
            assertTrue(Files.exists(target));
        }
        target = there.resolve("c");
        for (Path held : List.of(there, temp)) {
            try (LinuxRoot other = LinuxRoot.open(held)) {
                assertTrue(other.lock());
                assertEquals(FailureKind.TARGET_LOCKED, pushFails().kind());
            }
        }
        assertFalse(Files.exists(target));
    }

    @Test
    void whatAKilledRunLeftGoesUnlessSomebodyIsAtIt() throws IOException {
        lone("a", 10);
        Path there = Files.createDirectory(temp.resolve("there"));
        Path stale = Files.writeString(there.resolve(".zsync-0123456789abcdef"), "half a file");
        target = there.resolve("b");
        try (LinuxRoot other = LinuxRoot.open(there)) {
            // It may be this one's.
            assertTrue(other.share(() -> {}));
            push();
            assertTrue(Files.exists(stale));
        }
        push();
        assertFalse(Files.exists(stale));
    }

    @Test
    void aDryRunOfOneFileTouchesNothing() throws IOException {
        lone("a", 10);
        dryRun = true;
        RunReport report = push();
        assertEquals(1, report.tally().created());
        assertFalse(Files.exists(target));
    }

    @Test
    void filesThatTheKernelMakesUpAreReadToTheirEnd() throws IOException {
        source = Path.of("/proc/version");
        push();
        assertEquals(Files.readString(source), Files.readString(target));
        Event.Moved moved = moved().getFirst();
        assertEquals(PathChoice.SIZE_UNKNOWN, moved.choice());
        assertEquals(DataPath.BUFFERED, moved.dataPath());

        source = Path.of("/sys/kernel/mm/transparent_hugepage");
        assumeTrue(Files.isReadable(source.resolve("enabled")), "no /sys here");
        target = temp.resolve("sys");
        push();
        assertEquals(Files.readString(source.resolve("enabled")), Files.readString(target.resolve("enabled")));
    }

    private List<Event.Moved> moved() {
        synchronized (events) {
            return events.stream()
                    .filter(Event.Moved.class::isInstance)
                    .map(Event.Moved.class::cast)
                    .toList();
        }
    }

    @Test
    void aPathThatCannotServeFailsTheRunAndLeavesNothing() throws IOException, InterruptedException {
        Path shared = Files.createTempDirectory(Path.of("/dev/shm"), "zsync-test");
        try {
            file("a", 10);
            file("b", 300_000);
            target = shared.resolve("target");
            localPath = DataPath.CLONE;
            RunFailure failure = pushFails();
            assertEquals(FailureKind.USAGE, failure.kind());
            assertTrue(failure.toString().contains("--data-path clone"), failure.toString());
            assertThat(target).holdsNothingStaged();
        } finally {
            run("rm", "-r", shared.toString());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "SENDFILE", "BUFFERED"})
    void aLargeFileGoesSegmentBySegmentThroughManyThreads(PathPolicy policy) throws IOException {
        dataPath = policy;
        Path large = file("large", SEGMENTS);
        try (RandomAccessFile sparse =
                new RandomAccessFile(tree.resolve("sparse").toFile(), "rw")) {
            sparse.setLength(3L << 30);
            sparse.seek(1L << 30);
            sparse.write(new byte[] {1, 2, 3});
        }
        push();
        assertEquals(-1, Files.mismatch(large, target.resolve("large")));
        assertThat(target).mirrors(source);
        assertTrue(blocks(target.resolve("sparse")) <= 64, "holes are holes");
        for (Event.Moved moved : moved()) {
            RelativePath path = moved.path();
            long data = path.toString().equals("large") ? SEGMENTS : 3;
            assertTrue(moved.bytes() >= data && moved.bytes() < data + (1 << 20), moved.toString());
        }
    }

    private static long blocks(Path file) throws IOException {
        Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
        return Long.parseLong(stat.inputReader().readLine());
    }

    @Test
    void noMoreThanTheRateIsCopied() throws IOException {
        bytesPerSecond = 4 << 20;
        file("a", 2 << 20);
        file("b", 60_000);
        long start = System.nanoTime();
        RunReport report = push();
        double seconds = (System.nanoTime() - start) / 1e9;
        assertThat(target).mirrors(source);
        assertTrue(seconds > 0.45, seconds + " s for half a second's worth");
        assertEquals(Map.of(), report.problems());
    }
}
