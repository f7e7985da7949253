package io.zsync.node.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Errno;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.Tally;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a run replaces or removes is found in the backup tree afterwards. */
@Timeout(20)
class BackupsTest extends DeletionFixture {
    @BeforeEach
    void keepBackups() {
        deletion = new Deletion(true, Deletion.Limit.DEFAULT, KEPT);
    }

    /** On disk before what it was a backup of goes, where no sync of everything will see to it. */
    @ParameterizedTest
    @CsvSource({"BATCH, false", "FILE, true"})
    void forcesABackupByItselfWhereNothingElseWould(Durability asked, boolean isTrusted) throws Exception {
        durability = asked;
        trusted = isTrusted;
        plant("file");
        List<String> calls = Collections.synchronizedList(new ArrayList<>());
        fault = (call, arguments) -> {
            if (List.of("link", "sync", "rename").contains(call)) {
                calls.add(call);
            }
        };
        begin();
        file("file", 3);
        Tally tally = finish();
        assertEquals(
                List.of("link", "sync", "rename"), calls.subList(calls.indexOf("link"), calls.indexOf("rename") + 1));
        assertEquals(Durability.FILE, tally.durability());
        assertEquals("old file", read("kept/file"));
    }

    @Test
    void keepsWhatIsReplacedAndWhatIsRemoved() throws Exception {
        plant("d/file", "d/extra", "gone/1/x", "kind", "way/in", "dir");
        Files.createSymbolicLink(target.resolve("d/link"), Path.of("old"));
        Files.setPosixFilePermissions(target.resolve("gone"), PosixFilePermissions.fromString("r-xr-x---"));
        FileTime time = FileTime.from(Instant.ofEpochSecond(77, 7));
        Files.setLastModifiedTime(target.resolve("gone"), time);
        begin();
        directory("d");
        file("file", 3);
        symlink("link");
        complete();
        directory("dir");
        complete();
        symlink("kind");
        file("way", 3);
        Tally tally = finish();
        assertEquals(List.of(), problems);
        assertEquals(
                List.of(
                        "d",
                        "d/file",
                        "d/link",
                        "dir",
                        "kept",
                        "kept/d",
                        "kept/d/extra",
                        "kept/d/file",
                        "kept/d/link",
                        "kept/dir",
                        "kept/gone",
                        "kept/gone/1",
                        "kept/gone/1/x",
                        "kept/kind",
                        "kept/way",
                        "kept/way/in",
                        "kind",
                        "way"),
                tree());
        for (String path : List.of("d/file", "d/extra", "gone/1/x", "kind", "way/in", "dir")) {
            assertEquals("old " + path, read("kept/" + path));
        }
        assertEquals(
                "old", Files.readSymbolicLink(target.resolve("kept/d/link")).toString());
        assertEquals("new", read("d/file"));
        assertEquals(
                "rwxr-x---", PosixFilePermissions.toString(Files.getPosixFilePermissions(target.resolve("kept/gone"))));
        assertEquals(time, Files.getLastModifiedTime(target.resolve("kept/gone")));
        assertEquals(FileTime.from(Instant.ofEpochSecond(5, 5)), Files.getLastModifiedTime(target));
        assertEquals(5, tally.deleted());

        begin();
        directory("d");
        file("file", 3);
        symlink("link");
        complete();
        directory("dir");
        complete();
        symlink("kind");
        file("way", 3);
        assertEquals(6, finish().unchanged(), "a backup is no candidate, and metadata alone is not kept");
        assertEquals(18, tree().size());
    }

    @Test
    void keepsWhatIsReplacedAlsoWithoutDeleting() throws Exception {
        plant("a", "extra");
        deletion = new Deletion(false, Deletion.Limit.DEFAULT, RelativePath.of("deep/er/kept"));
        begin();
        file("a", 3);
        finish();
        assertEquals(List.of("a", "deep", "deep/er", "deep/er/kept", "deep/er/kept/a", "extra"), tree());
        assertEquals("old a", read("deep/er/kept/a"));
    }

    @Test
    void keepsNothingWhenOnlyMetadataChanges() throws Exception {
        plant("a");
        Files.writeString(target.resolve("a"), "abc");
        Files.setLastModifiedTime(target.resolve("a"), FileTime.from(Instant.ofEpochSecond(1_000_000, 7)));
        begin();
        file("a", 3);
        assertEquals(1, finish().changed());
        assertEquals(List.of("a"), tree());
    }

    @Test
    void replacesAnOlderBackupButNeverADirectory() throws Exception {
        plant("a", "b", "c", "x", "y", "kept/a", "kept/b/dir", "kept/x", "kept/y/dir");
        // Of a run that was killed.
        plant("kept/" + Name.reserved(0xABC));
        begin();
        file("a", 3);
        file("b", 3);
        file("c", 3);
        Tally tally = finish();
        assertEquals("old a", read("kept/a"));
        assertEquals("old x", read("kept/x"));
        assertEquals("old b", read("b"), "stays as it is");
        assertEquals("old y", read("y"));
        assertEquals("old kept/b/dir", read("kept/b/dir"));
        assertEquals("old c", read("kept/c"));
        assertEquals(List.of("b TARGET_FAILED", "y TARGET_FAILED"), problems);
        assertEquals(2, tally.failed());
        assertEquals(0, tree().stream().filter(path -> path.contains(".zsync-")).count());
    }

    @Test
    void takesAVictimThatIsItsOwnBackupAlready() throws Exception {
        plant("a", "x", "kept/here");
        Files.createLink(target.resolve("kept/a"), target.resolve("a"));
        Files.createLink(target.resolve("kept/x"), target.resolve("x"));
        begin();
        file("a", 3);
        finish();
        assertEquals(List.of(), problems);
        assertEquals(List.of("a", "kept", "kept/a", "kept/here", "kept/x"), tree());
        assertEquals("old a", read("kept/a"));
        assertEquals("new", read("a"));
    }

    @Test
    void everyPathIsCompleteAtEveryMoment() throws Exception {
        plant("a", "kind");
        Files.createDirectory(target.resolve("keep"));
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        fault = (call, arguments) -> {
            if (call.equals("rename")) {
                seen.add(exists("a") && exists("kind") ? "both" : "missing");
            }
        };
        begin();
        file("a", 3);
        directory("keep");
        complete();
        directory("kind");
        complete();
        finish();
        assertEquals(List.of("both", "both"), seen);
    }

    @Test
    void leavesAVictimThatCannotBeMovedThere() throws Exception {
        plant("a", "x", "keep");
        fault = (call, arguments) -> {
            boolean across = call.equals("rename") && arguments.length == 4;
            if (call.equals("link") || (across && arguments[3] == Directory.Rename.REPLACE)) {
                throw failure(Errno.XDEV);
            }
        };
        begin();
        file("a", 3);
        file("keep", 0);
        finish();
        assertEquals(
                List.of("a TARGET_FAILED", "keep TARGET_FAILED", "x TARGET_FAILED"),
                problems.stream().sorted().toList());
        assertEquals("old a", read("a"));
        assertEquals("old x", read("x"));
    }

    @Test
    void refusesEntriesInTheBackupTreeAndInItsWay() throws Exception {
        plant("a/kept/x", "a/y");
        deletion = new Deletion(true, Deletion.Limit.DEFAULT, RelativePath.of("a/kept"));
        begin();
        directory("a");
        directory("kept");
        file("x", 3);
        complete();
        complete();
        Tally tally = finish();
        assertEquals(List.of("a/kept NAME_REFUSED"), problems);
        assertEquals(2, tally.failed());
        assertEquals(List.of("a", "a/kept", "a/kept/a", "a/kept/a/y", "a/kept/x"), tree());
        begin();
        file("a", 3);
        finish();
        assertEquals(List.of("a NAME_REFUSED"), problems);
        assertTrue(exists("a/kept/x"));
    }

    @Test
    void deletesBesideTheBackupTreeOnTheWayToIt() throws Exception {
        plant("a/b/kept/x", "a/b/y", "a/z", "keep");
        deletion = new Deletion(true, Deletion.Limit.DEFAULT, RelativePath.of("a/b/kept"));
        begin();
        file("keep", 3);
        assertEquals(2, finish().deleted());
        assertEquals(
                List.of(
                        "a",
                        "a/b",
                        "a/b/kept",
                        "a/b/kept/a",
                        "a/b/kept/a/b",
                        "a/b/kept/a/b/y",
                        "a/b/kept/a/z",
                        "a/b/kept/keep",
                        "a/b/kept/x",
                        "keep"),
                tree());
    }

    @Test
    void countsAndLimitsDeletesAsWithoutBackups() throws Exception {
        plant("a", "b", "keep");
        deletion = new Deletion(true, new Deletion.Limit(Deletion.Unit.PATHS, 1), KEPT);
        begin();
        file("keep", 3);
        assertEquals(2, finish().withheld());
        assertEquals(List.of("a", "b", "keep", "kept", "kept/keep"), tree());
    }
}
