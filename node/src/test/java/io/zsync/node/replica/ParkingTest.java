package io.zsync.node.replica;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Errno;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Name;
import io.zsync.protocol.Preservation;
import io.zsync.protocol.Tally;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files, symlinks and empty files that come to stand where directories with content are. */
@Timeout(20)
class ParkingTest extends DeletionFixture {
    @ParameterizedTest
    @EnumSource(Durability.class)
    void emptiesDirectoriesThatAreInTheWay(Durability wantedDurability) throws Exception {
        plant("a/1/x", "b/y", "c/z", "empty/gone", "keep");
        Files.delete(target.resolve("empty/gone"));
        durability = wantedDurability;
        begin();
        file("a", 3);
        file("b", 0);
        symlink("c");
        file("empty", 3);
        file("keep", 3);
        Tally tally = finish();
        assertEquals(List.of("a", "b", "c", "empty", "keep"), tree());
        assertEquals("new", read("a"));
        assertEquals("", read("b"));
        assertEquals("new", read("empty"));
        assertTrue(Files.isSymbolicLink(target.resolve("c")));
        assertEquals(4, tally.deleted());
        assertEquals(5, tally.changed());
        assertEquals(0, tally.failed());
        assertEquals(
                List.of("a/1/x FILE DELETE 9", "a/1 DIRECTORY DELETE 0", "b/y FILE DELETE 7", "c/z FILE DELETE 7"),
                changes.stream().filter(line -> line.contains("DELETE")).toList());
    }

    @Test
    void refusesWithoutBeingAskedToDelete() throws Exception {
        plant("a/x");
        deletion = Deletion.NONE;
        begin();
        file("a", 3);
        finish();
        assertEquals(List.of("a DIRECTORY_IN_THE_WAY"), problems);
        assertEquals(List.of("a", "a/x"), tree());
        assertEquals(List.of(), wanted);
    }

    @Test
    void givesItsCreditBackWhileItWaitsAndIsSyncedBeforeAnythingIsRemoved() throws Exception {
        plant("a/x", "keep");
        List<String> calls = Collections.synchronizedList(new ArrayList<>());
        fault = (call, arguments) -> {
            if (List.of("syncfs", "unlink", "removeDirectory").contains(call)) {
                calls.add(call);
            }
            if (call.equals("rename")) {
                calls.add("rename " + arguments[arguments.length - 1]);
            }
            if (call.equals("unlink")) {
                assertEquals(List.of("a done"), ended);
            }
        };
        durability = Durability.BATCH;
        begin();
        file("a", 3);
        file("keep", 0);
        Tally tally = finish();
        assertEquals(List.of("a done"), ended);
        assertTrue(tally.durable());
        assertTrue(calls.indexOf("syncfs") < calls.indexOf("unlink"), calls.toString());
        assertTrue(calls.indexOf("unlink") < calls.indexOf("rename EXCHANGE"), calls.toString());
        assertEquals("syncfs", calls.getLast());
        assertEquals("new", read("a"));
    }

    @Test
    void discardsWhatWaitedWhenTheLimitWithholds() throws Exception {
        plant("a/x", "b/y", "keep");
        Files.delete(target.resolve("b/y"));
        deletion = limited(Deletion.Unit.PATHS, 0);
        begin();
        file("a", 3);
        file("b", 3);
        file("keep", 3);
        Tally tally = finish();
        assertEquals(List.of("a DIRECTORY_IN_THE_WAY"), problems);
        assertEquals(List.of("a", "a/x", "b", "keep"), tree());
        assertEquals("new", read("b"), "an empty directory needs no deletes");
        assertEquals(1, tally.withheld());
        assertEquals(1, tally.failed());
    }

    @Test
    void refusesWhenSomethingInsideIsProtectedOrUnreadable() throws Exception {
        plant("a/x", "a/y.log", "b/c/x", "keep", "z");
        typed = "*.log\n";
        deletion = limited(Deletion.Unit.PATHS, 1);
        fault = (call, arguments) -> {
            if (call.equals("directory") && arguments[0].equals(Name.of("c"))) {
                throw failure(Errno.ACCES);
            }
        };
        begin();
        file("a", 3);
        file("b", 3);
        file("keep", 3);
        Tally tally = finish();
        assertEquals(
                List.of("a DIRECTORY_IN_THE_WAY", "b DIRECTORY_IN_THE_WAY", "b/c TARGET_FAILED"),
                problems.stream().sorted().toList());
        assertEquals(List.of("a", "a/x", "a/y.log", "b", "b/c", "b/c/x", "keep"), tree());
        assertEquals(1, tally.deleted(), "what does not make way does not count");
    }

    @Test
    void removesNothingForAFileThatDoesNotCome() throws Exception {
        plant("a/x", "b", "keep");
        lost.add("a");
        begin();
        file("a", 3);
        file("keep", 3);
        assertEquals(1, finish().deleted());
        assertEquals(List.of("a SOURCE_VANISHED"), problems);
        assertEquals(List.of("a", "a/x", "keep"), tree());
    }

    @Test
    void leavesADirectoryThatSomebodyPutsSomethingInto() throws Exception {
        plant("a/x", "b/x", "keep");
        fault = (call, arguments) -> {
            if (call.equals("rename") && arguments[arguments.length - 1] == Directory.Rename.EXCHANGE) {
                // After the last look.
                writeOnce("b/precious");
            }
        };
        begin();
        file("a", 3);
        file("b", 3);
        file("keep", 3);
        complete();
        Files.writeString(target.resolve("a/precious"), "precious");
        applier().finish();
        assertEquals(List.of("a", "a/precious", "b", "b/precious", "keep"), tree());
        assertEquals(List.of("a DIRECTORY_IN_THE_WAY", "b TARGET_CHANGED"), problems);
    }

    private void writeOnce(String path) {
        try {
            if (Files.isDirectory(target.resolve("b"))) {
                Files.writeString(target.resolve(path), "precious");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void leavesADirectoryThatCannotBeEmptied() throws Exception {
        plant("a/x", "keep");
        fault = (call, arguments) -> {
            if (call.equals("unlink") && arguments[0].equals(Name.of("x"))) {
                throw failure(Errno.PERM);
            }
        };
        begin();
        file("a", 3);
        file("keep", 3);
        finish();
        assertEquals(List.of("a/x TARGET_FAILED", "a DIRECTORY_IN_THE_WAY"), problems);
        assertEquals(List.of("a", "a/x", "keep"), tree());
    }

    @Test
    void leavesNothingBehindWhenTheRunFails() throws Exception {
        plant("a/x", "keep");
        begin();
        file("a", 3);
        file("keep", 3);
        await().until(() -> ended.contains("a done"));
        applier().end();
        applier().abandon();
        assertEquals(List.of("a", "a/x", "keep"), tree());
    }

    @Test
    void linksFurtherNamesOfAFileThatWaitsAndWhereDirectoriesAre() throws Exception {
        plant("a/x", "b/y", "keep");
        preservation = new Preservation(true, true, true, true, false, false, -1, -1, List.of());
        begin();
        linkedFile("a", 3, 3);
        hardLink("b", 1);
        hardLink("c", 1);
        file("keep", 3);
        assertEquals(0, finish().failed());
        assertEquals(List.of("a", "b", "c", "keep"), tree());
        assertEquals("new", read("a"));
        assertTrue(Files.isSameFile(target.resolve("a"), target.resolve("b")));
        assertTrue(Files.isSameFile(target.resolve("a"), target.resolve("c")));
    }

    @Test
    void exchangesADirectoryOfAKilledRunsLeftovers() throws Exception {
        plant("a/.zsync-0123456789abcdef", "a/x", "keep");
        begin();
        file("a", 3);
        file("keep", 3);
        finish();
        assertEquals(List.of(), problems);
        assertEquals(List.of("a", "keep"), tree());
    }
}
