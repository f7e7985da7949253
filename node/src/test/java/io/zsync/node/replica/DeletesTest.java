package io.zsync.node.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.fs.Errno;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.Durability;
import io.zsync.protocol.ManifestItem;
import io.zsync.protocol.Name;
import io.zsync.protocol.ProtocolException;
import io.zsync.protocol.Tally;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a run removes, what it never does, and when. */
@Timeout(20)
class DeletesTest extends DeletionFixture {
    @Test
    void removesWhatNoEntryMatchedChildrenFirst() throws Exception {
        plant("a", "d/keep", "d/x", "e/1/2", "e/3", "z");
        Files.createSymbolicLink(target.resolve("link"), Path.of("/nowhere"));
        begin();
        directory("d");
        file("keep", 3);
        complete();
        file("new", 3);
        Tally tally = finish();
        assertEquals(List.of("d", "d/keep", "new"), tree());
        assertEquals(8, tally.deleted());
        assertEquals(
                List.of(
                        "d/x FILE DELETE 7",
                        "a FILE DELETE 5",
                        "e/1/2 FILE DELETE 9",
                        "e/1 DIRECTORY DELETE 0",
                        "e/3 FILE DELETE 7",
                        "e DIRECTORY DELETE 0",
                        "link SYMLINK DELETE 0",
                        "z FILE DELETE 5"),
                changes.stream().filter(line -> line.contains(" DELETE ")).toList());
        assertTrue(changes.getLast().startsWith("z "), "deletes come last");
        assertEquals(List.of(), problems);
    }

    @Test
    void removesNothingUnlessAskedTo() throws Exception {
        plant("a", "d/x");
        deletion = Deletion.NONE;
        begin();
        assertEquals(0, finish().deleted());
        assertEquals(List.of("a", "d", "d/x"), tree());
    }

    @Test
    void givesADirectoryItsTimeBackWhenOnlyAMemberWasRemoved() throws Exception {
        plant("d/x");
        Files.setPosixFilePermissions(target.resolve("d"), PosixFilePermissions.fromString("rwxr-xr-x"));
        FileTime wanted = FileTime.from(java.time.Instant.ofEpochSecond(5, 5));
        Files.setLastModifiedTime(target.resolve("d"), wanted);
        begin();
        directory("d");
        complete();
        finish();
        assertEquals(List.of("d"), tree());
        assertEquals(wanted, Files.getLastModifiedTime(target.resolve("d")));
    }

    @Test
    void keepsWhatARuleLeavesOutAndTheDirectoriesAboveIt() throws Exception {
        plant("a.log", "b", "d/b.tmp", "d/c", "e/1/a.log", "e/1/x", "e/2", "cache/x");
        typed = "*.log\ncache/\n";
        begin();
        directory("d", "*.tmp\n");
        complete();
        Tally tally = finish();
        assertEquals(List.of("a.log", "cache", "cache/x", "d", "d/b.tmp", "e", "e/1", "e/1/a.log"), tree());
        assertEquals(4, tally.deleted());
        assertEquals(List.of(), problems);
    }

    @Test
    void refusesMoreRulesOfAPeerThanItCanTake() throws Exception {
        begin();
        String many = "a\n".repeat(IgnoreRules.PATTERNS + 1);
        assertThrows(ProtocolException.class, () -> directory("d", many));
    }

    @ParameterizedTest
    @EnumSource(names = {"PARTLY", "UNREADABLE"})
    void removesNothingBelowWhatTheSourceCouldNotList(ManifestItem.Listing listing) throws Exception {
        plant("d/x", "d/y/z", "e");
        begin();
        directory("d");
        end(listing);
        assertEquals(1, finish().deleted());
        assertEquals(List.of("d", "d/x", "d/y", "d/y/z"), tree());
    }

    @Test
    void removesNothingInADirectoryThatItCannotWorkIn() throws Exception {
        plant("d/x", "e");
        fault = (call, arguments) -> {
            if (call.equals("directory") && arguments[0].equals(Name.of("d"))) {
                throw failure(Errno.ACCES);
            }
        };
        begin();
        directory("d");
        directory("y");
        complete();
        complete();
        assertEquals(1, finish().deleted());
        assertEquals(List.of("d", "d/x"), tree());
    }

    @Test
    void keepsACandidateThatItCannotList() throws Exception {
        plant("d/e/x", "d/y", "keep");
        fault = (call, arguments) -> {
            if (call.equals("directory") && arguments[0].equals(Name.of("e"))) {
                throw failure(Errno.ACCES);
            }
        };
        begin();
        file("keep", 3);
        Tally tally = finish();
        assertEquals(1, tally.deleted());
        assertEquals(List.of("d", "d/e", "d/e/x", "keep"), tree());
        assertEquals(List.of("d/e TARGET_FAILED"), problems);
    }

    @ParameterizedTest
    @CsvSource({
        "PATHS,3,false",
        "PATHS,2,true",
        "PATHS,0,true",
        // 3 of 4 paths are candidates.
        "PERCENT,75,false",
        "PERCENT,74,true",
        "DEFAULT,0,false"
    })
    void removesNothingWhenItWouldBeMoreThanTheLimit(Deletion.Unit unit, long value, boolean withheld)
            throws Exception {
        plant("a", "d/x", "keep", "protected.log");
        typed = "*.log\n";
        deletion = limited(unit, value);
        begin();
        file("keep", 3);
        file("new", 3);
        Tally tally = finish();
        assertEquals(withheld ? 0 : 3, tally.deleted());
        assertEquals(withheld ? 3 : 0, tally.withheld());
        assertEquals(!withheld, !exists("d/x") && !exists("a"));
        assertEquals("new", read("new"), "everything else is applied");
        assertEquals("new", read("keep"));
        assertEquals(
                withheld ? 0 : 3,
                changes.stream().filter(line -> line.contains("DELETE")).count());
    }

    @Test
    void theDefaultLimitIsTheLargerOfAThousandAndHalf() throws Exception {
        for (int i = 0; i < 1_001; i++) {
            Files.createFile(target.resolve("f" + i));
        }
        begin();
        file("f0", 0);
        assertEquals(1_000, finish().deleted());
        for (int i = 0; i < 1_001; i++) {
            Files.createFile(target.resolve("g" + i));
        }
        begin();
        file("f0", 0);
        Tally tally = finish();
        assertEquals(0, tally.deleted());
        assertEquals(1_001, tally.withheld());
        assertEquals(1_002, tree().size());
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void haltsBeforeAnythingChangesWhenTheSourceIsEmpty(boolean dry) throws Exception {
        plant("a", ".zsync-0123456789abcdef");
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("r-xr-x---"));
        FileTime time = FileTime.from(java.time.Instant.ofEpochSecond(77));
        Files.setLastModifiedTime(target, time);
        dryRun = dry;
        openModes = true;
        begin();
        assertThrows(SafetyHalt.class, this::complete);
        applier().end();
        applier().abandon();
        assertEquals(time, Files.getLastModifiedTime(target));
        assertEquals("r-xr-x---", PosixFilePermissions.toString(Files.getPosixFilePermissions(target)));
        assertTrue(exists("a"));
    }

    /** Whoever waits for the end of a run does not wait for its deletes; what it has exchanged goes all the same. */
    @Test
    void stopsAtTheNextPathWhenTheRunIsOver() throws Exception {
        plant("a", "b", "c", "d/x", "kind");
        begin();
        symlink("kind");
        complete();
        fault = (call, arguments) -> {
            if (call.equals("unlink")) {
                applier().end();
            }
        };
        assertThrows(InterruptedException.class, applier()::finish);
        publisher.join();
        applier().abandon();
        assertEquals(List.of("b", "c", "d", "d/x", "kind"), tree());
        assertTrue(Files.isSymbolicLink(target.resolve("kind")));
        assertEquals(List.of(), problems);
    }

    @Test
    void looksForNothingMoreToRemoveWhenTheRunIsOver() throws Exception {
        plant("d/x", "e/y");
        begin();
        AtomicInteger listed = new AtomicInteger();
        fault = (call, arguments) -> {
            if (call.equals("list")) {
                listed.incrementAndGet();
                applier().end();
            }
        };
        assertThrows(InterruptedException.class, this::complete);
        publisher.join();
        applier().abandon();
        assertEquals(1, listed.get());
        assertEquals(List.of("d", "d/x", "e", "e/y"), tree());
    }

    /** Rules may take long, and what they protect is looked at no further. */
    @ParameterizedTest
    @CsvSource({"PATHS, 1, a.log", "DEFAULT, 0, a.log", "PATHS, 1, d/a.log"})
    void asksAheadOfEachMemberWhetherTheRunIsOver(Deletion.Unit unit, long value, String planted) throws Exception {
        plant(planted);
        typed = "*.log\n";
        deletion = limited(unit, value);
        begin();
        fault = (call, arguments) -> {
            if (call.equals("list")) {
                applier().end();
            }
        };
        if (!planted.contains("/")) {
            applier().end();
        }
        assertThrows(InterruptedException.class, this::complete);
    }

    /** Else who looks through a large target, and finds nothing to tell, would count as stuck. */
    @Test
    void countsEachMemberThatItLooksAtAsWork() throws Exception {
        plant("d/x", "d/a.log", "d/y", "b.log");
        typed = "*.log\n";
        deletion = limited(Deletion.Unit.PATHS, 9);
        begin();
        assertEquals(0, applier().pieces());
        complete();
        assertEquals(5, applier().pieces());
    }

    /** Three directories are synced one by one ahead of the deletes, and again with their final metadata. */
    @ParameterizedTest
    @CsvSource({"1, true", "4, false"})
    void syncsNoFurtherDirectoryWhenTheRunIsOver(int last, boolean stays) throws Exception {
        plant("d/x", "e/y");
        durability = Durability.FILE;
        begin();
        directory("d");
        complete();
        directory("e");
        complete();
        complete();
        AtomicInteger syncs = new AtomicInteger();
        fault = (call, arguments) -> {
            if (call.equals("sync") && syncs.incrementAndGet() == last) {
                applier().end();
            }
        };
        assertThrows(InterruptedException.class, applier()::finish);
        publisher.join();
        applier().abandon();
        assertEquals(last, syncs.get());
        assertEquals(stays ? List.of("d", "d/x", "e", "e/y") : List.of("d", "e"), tree());
    }

    @Test
    void emptiesATargetWhenTheLimitIsTyped() throws Exception {
        plant("a", "d/x");
        deletion = limited(Deletion.Unit.PERCENT, 100);
        begin();
        assertEquals(3, finish().deleted());
        assertEquals(List.of(), tree());
    }

    @Test
    void doesNotHaltWhenNothingWouldGo() throws Exception {
        plant("a.log");
        typed = "*.log\n";
        begin();
        assertEquals(0, finish().deleted());
        begin();
        end(ManifestItem.Listing.PARTLY);
        assertEquals(0, applier().finish().deleted());
        assertEquals(List.of("a.log"), tree());
    }

    @Test
    void leavesAloneWhatSomebodyElseHasChanged() throws Exception {
        plant("changed", "d/x", "gone", "replaced", "same", "keep");
        begin();
        file("keep", 3);
        complete();
        Files.writeString(target.resolve("changed"), "precious");
        Files.writeString(target.resolve("d/precious"), "precious");
        Files.delete(target.resolve("gone"));
        Files.delete(target.resolve("replaced"));
        Files.createDirectory(target.resolve("replaced"));
        Tally tally = applier().finish();
        assertEquals(List.of("changed", "d", "d/precious", "keep", "replaced"), tree());
        assertEquals(
                List.of("changed TARGET_CHANGED", "d TARGET_CHANGED", "replaced TARGET_CHANGED"),
                problems.stream().sorted().toList());
        assertEquals(2, tally.deleted());
        assertEquals(3, tally.failed());
    }

    @Test
    void goesOnBehindWhatItCannotRemove() throws Exception {
        plant("a", "d/e/stuck", "d/x", "z", "keep");
        fault = (call, arguments) -> {
            if (call.equals("unlink") && arguments[0].equals(Name.of("stuck"))) {
                throw failure(Errno.PERM);
            }
        };
        begin();
        file("keep", 3);
        Tally tally = finish();
        assertEquals(List.of("d", "d/e", "d/e/stuck", "keep"), tree());
        assertEquals(List.of("d/e/stuck TARGET_FAILED"), problems, "the directories above need no word of their own");
        assertEquals(3, tally.deleted());
    }

    @Test
    void removesWhatAKilledRunLeftInACandidate() throws Exception {
        plant("d/.zsync-0123456789abcdef", "d/x", "keep");
        begin();
        file("keep", 3);
        assertEquals(2, finish().deleted());
        assertEquals(List.of("keep"), tree());
    }

    @Test
    void leavesAloneWhatIsMountedInsideOrIsAMountPointItself() throws Exception {
        plant("d/mnt/precious", "d/x", "mnt/precious", "way/mnt/precious", "keep");
        begin();
        file("keep", 3);
        file("way", 3);
        assertEquals(1, finish().deleted());
        assertEquals(
                List.of(
                        "d",
                        "d/mnt",
                        "d/mnt/precious",
                        "keep",
                        "mnt",
                        "mnt/precious",
                        "way",
                        "way/mnt",
                        "way/mnt/precious"),
                tree());
        assertEquals(
                List.of(
                        "d/mnt TARGET_FAILED",
                        "mnt TARGET_FAILED",
                        "way DIRECTORY_IN_THE_WAY",
                        "way/mnt TARGET_FAILED"),
                problems.stream().sorted().toList());
    }

    @Test
    void removesBothNamesOfOneFile() throws Exception {
        plant("a", "keep");
        Files.createLink(target.resolve("b"), target.resolve("a"));
        begin();
        file("keep", 3);
        assertEquals(2, finish().deleted());
        assertEquals(List.of("keep"), tree());
    }

    @Test
    void tellsInADryRunWhatTheRealRunDoes() throws Exception {
        plant("a", "d/e/x", "d/y", "w/1", "w/2", "keep", "p.log/x");
        typed = "*.log\n";
        List<List<String>> told = new ArrayList<>();
        List<Tally> tallies = new ArrayList<>();
        List<String> before = tree();
        for (boolean dry : List.of(true, false)) {
            dryRun = dry;
            begin();
            directory("d");
            complete();
            file("keep", 3);
            file("w", 3);
            tallies.add(finish());
            told.add(List.copyOf(changes));
            if (dry) {
                assertEquals(before, tree());
            }
        }
        assertEquals(told.getFirst(), told.getLast());
        assertEquals(tallies.getFirst().deleted(), tallies.getLast().deleted());
        assertEquals(6, tallies.getLast().deleted());
        assertEquals(List.of("d", "keep", "p.log", "p.log/x", "w"), tree());
    }

    @ParameterizedTest
    @EnumSource(names = {"BATCH", "FILE"})
    void removesBehindASyncOfAllThatWasPublished(Durability wantedDurability) throws Exception {
        plant("a", "d/x");
        List<String> calls = Collections.synchronizedList(new ArrayList<>());
        fault = (call, arguments) -> {
            if (List.of("makeDirectory", "rename", "syncfs", "sync", "unlink", "setTime")
                    .contains(call)) {
                calls.add(call);
            }
        };
        durability = wantedDurability;
        begin();
        directory("fresh");
        file("moved", 3);
        complete();
        finish();
        List<String> expected = wantedDurability == Durability.BATCH
                ? List.of("makeDirectory", "syncfs", "rename", "sync", "syncfs", "unlink", "unlink")
                : List.of("makeDirectory", "rename", "sync", "sync", "sync", "syncfs", "unlink", "unlink");
        assertEquals(expected, calls.subList(0, expected.size()), calls.toString());
        assertTrue(calls.lastIndexOf("setTime") > calls.lastIndexOf("unlink"), "directories are finished last");
        assertEquals("syncfs", calls.getLast());
    }

    /** What is in its place may be of a killed run, and on no disk yet. */
    @Test
    void removesBehindASyncWhereNothingWasPublished() throws Exception {
        plant("d/x");
        List<String> calls = Collections.synchronizedList(new ArrayList<>());
        fault = (call, arguments) -> {
            if (List.of("syncfs", "unlink").contains(call)) {
                calls.add(call);
            }
        };
        durability = Durability.BATCH;
        begin();
        directory("d");
        complete();
        finish();
        assertEquals(List.of("syncfs", "unlink", "syncfs"), calls);
    }

    @Test
    void removesNothingWhenThatSyncFails() throws Exception {
        plant("a");
        failOnce("syncfs", 2, Errno.IO);
        durability = Durability.BATCH;
        begin();
        file("moved", 3);
        assertThrows(java.io.IOException.class, this::finish);
        assertTrue(exists("a") && exists("moved"));
    }

    /** The only name on the disk of what was moved may be the old one. */
    @ParameterizedTest
    @EnumSource(names = {"BATCH", "FILE"})
    void removesNothingWhenANewNameCouldNotBeSynced(Durability wantedDurability) throws Exception {
        plant("a");
        failOnce("sync", 1, Errno.IO);
        durability = wantedDurability;
        begin();
        file("moved", 3);
        Tally tally = finish();
        assertEquals(List.of("a", "moved"), tree());
        assertEquals(List.of(". TARGET_FAILED"), problems);
        assertEquals(1, tally.failed());
        assertFalse(tally.durable());
    }

    @Test
    void isNotDurableWhenADirectoryCouldNotBeForced() throws Exception {
        failOnce("sync", 1, Errno.IO);
        durability = Durability.FILE;
        begin();
        directory("d");
        complete();
        Tally tally = finish();
        assertEquals(List.of("d TARGET_FAILED"), problems);
        assertFalse(tally.durable());
    }

    /** The error is told once, and may be of what was found in its place: a later sync says nothing of that. */
    @Test
    void removesNothingBehindABatchWhoseSyncFailed() throws Exception {
        plant("a");
        failOnce("syncfs", 1, Errno.IO);
        durability = Durability.BATCH;
        begin();
        symlink("moved");
        Tally tally = finish();
        assertEquals(List.of("a", "moved"), tree());
        assertEquals(List.of(". TARGET_FAILED"), problems);
        assertEquals(1, tally.failed());
        assertFalse(tally.durable());
    }

    @Test
    void opensWhatItsOwnerMayNotWriteAndClosesWhatStays() throws Exception {
        plant("d/.zsyncignore", "d/x", "e/y", "keep", "stuck/s");
        typed = ".zsyncignore\n";
        for (String name : List.of("d", "e", "stuck")) {
            Files.setPosixFilePermissions(target.resolve(name), PosixFilePermissions.fromString("r-xr-x---"));
        }
        List<String> modes = Collections.synchronizedList(new ArrayList<>());
        fault = (call, arguments) -> {
            if (call.equals("setMode")) {
                modes.add(Integer.toOctalString((int) arguments[0]));
            }
            if (call.equals("unlink") && arguments[0].equals(Name.of("s"))) {
                throw failure(Errno.PERM);
            }
        };
        openModes = true;
        begin();
        file("keep", 3);
        finish();
        assertEquals(List.of("d", "d/.zsyncignore", "keep", "stuck", "stuck/s"), tree());
        assertEquals(List.of("750", "550", "750", "750", "550"), modes.subList(0, 5));
        assertEquals("r-xr-x---", mode("d"));
        assertEquals("r-xr-x---", mode("stuck"));
    }

    private String mode(String path) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(target.resolve(path)));
    }

    @Test
    void removesManyFromManyDirectories() throws Exception {
        deletion = limited(Deletion.Unit.PATHS, 2_020);
        for (int i = 0; i < 20; i++) {
            Path directory = Files.createDirectory(target.resolve("d" + i));
            for (int j = 0; j < 100; j++) {
                Files.createFile(directory.resolve("f" + j));
            }
        }
        begin();
        assertEquals(2_020, finish().deleted());
        assertEquals(List.of(), tree());
    }
}
