package io.zsync.node.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeerBookFileTest {
    private static final Peer A = Books.peer("a");

    @TempDir
    Path temp;

    private Path home;
    private Path file;
    private PeerBookFile book;

    @BeforeEach
    void name() {
        home = temp.resolve("x/zsync");
        file = home.resolve("peers");
        book = new PeerBookFile(new ConfigFolder(home, home));
    }

    @Test
    void isEmptyUntilTheFirstChangeMakesIt() throws Exception {
        assertEquals(PeerBook.EMPTY, book.read());
        assertTrue(Files.notExists(temp.resolve("x")), "looking makes nothing");

        assertEquals(Books.of(A), book.update(peers -> peers.with(A)));

        assertEquals(Books.of(A), book.read());
        assertEquals("rw-------", mode(file));
        assertEquals("rwx------", mode(home));
        assertEquals(Set.of("peers", "peers.lock"), names());
        assertEquals(PeerBook.EMPTY, book.update(peers -> peers.without("a")));
        assertEquals(PeerBook.EMPTY, book.read());
    }

    @Test
    void aChangeThatRefusesLeavesTheFileAlone() throws Exception {
        book.update(peers -> peers.with(A));
        Object before = Files.getAttribute(file, "unix:ctime");

        assertThrows(RunFailure.class, () -> book.update(peers -> peers.with(A)));
        book.update(peers -> peers);

        assertEquals(before, Files.getAttribute(file, "unix:ctime"));
    }

    @Test
    void whatSomebodyWroteByHandStays() throws Exception {
        book.update(peers -> peers.with(A));
        Files.writeString(file, Files.readString(file) + "# mine\n");

        book.update(peers -> peers.with(Books.peer("b")));

        assertTrue(Files.readString(file).contains("\n# mine\n" + Books.peer("b")), Files.readString(file));
    }

    @Test
    void aFileThatIsWrongIsNeverReplaced() throws Exception {
        book.update(peers -> peers.with(A));
        Files.writeString(file, "# zsync peers, version 1\nnonsense\n");

        RunFailure failure = assertThrows(RunFailure.class, () -> book.update(peers -> peers.with(A)));

        assertEquals("peer book: line 2: ID is missing (" + file + ")", failure.getMessage());
        assertEquals("# zsync peers, version 1\nnonsense\n", Files.readString(file));
        assertThrows(RunFailure.class, book::read);
    }

    @Test
    void aChangeThatDiedHalfWayIsNotInTheWay() throws Exception {
        book.update(peers -> peers.with(A));
        Files.writeString(home.resolve("peers.new"), "half a bo");

        book.update(peers -> peers.with(Books.peer("b")));

        assertEquals(Books.of(A, Books.peer("b")), book.read());
        assertEquals(Set.of("peers", "peers.lock"), names());
    }

    /** Also from one process: flock is between open files, not between processes. */
    @Test
    void changesFromManyThreadsAreAllThere() throws Exception {
        try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
            List<Future<PeerBook>> changes = new ArrayList<>();
            for (int i = 0; i < 80; i++) {
                Peer peer = Books.peer("p" + i);
                changes.add(pool.submit(() -> book.update(peers -> peers.with(peer))));
            }
            for (Future<PeerBook> change : changes) {
                change.get();
            }
        }

        assertEquals(80, book.read().peers().size());
    }

    @Test
    void changesFromManyProcessesAreAllThere() throws Exception {
        List<Process> processes = new ArrayList<>();
        for (String prefix : List.of("a", "b", "c")) {
            processes.add(Programs.start("C.UTF-8", AddPeersProgram.class, home.toString(), prefix, "40"));
        }
        for (Process process : processes) {
            assertEquals("", Programs.finish(process));
        }

        assertEquals(120, book.read().peers().size());
        assertEquals(Set.of("peers", "peers.lock"), names());
    }

    @Test
    void aChangeThatTakesTooLongIsNotWaitedForForEver() throws Exception {
        PeerBookFile impatient = new PeerBookFile(new ConfigFolder(home, home), Duration.ofMillis(50));
        impatient.update(peers -> peers.with(A));
        RunFailure[] seen = new RunFailure[1];

        impatient.update(peers -> {
            seen[0] = assertThrows(RunFailure.class, () -> impatient.update(again -> again.without("a")));
            assertEquals(peers, impatient.read(), "reading waits for nobody");
            return peers;
        });

        assertEquals(
                "peer book: another zsync is changing it (" + home.resolve("peers.lock") + ")", seen[0].getMessage());
        assertEquals(FailureKind.TARGET_LOCKED, seen[0].kind());
        assertEquals(Books.of(A), impatient.read());
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw--w----", "rw-----w-", "rw-rw-rw-"})
    void isRefusedWhenOthersMayChangeIt(String mode) throws Exception {
        book.update(peers -> peers.with(A));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));

        RunFailure failure = refused();

        assertTrue(
                String.valueOf(failure.getMessage()).startsWith("peer book: others can change it, its mode is 0"),
                failure.getMessage());
        assertEquals("chmod go-w " + file, failure.wayOut());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertEquals(Books.of(A), book.read());
    }

    @Test
    void isRefusedWhenItIsASymlink() throws Exception {
        book.update(peers -> peers.with(A));
        Files.move(file, home.resolve("real"));
        Files.createSymbolicLink(file, home.resolve("real"));

        assertEquals("peer book: no regular file (" + file + ")", refused().getMessage());
        assertEquals(Set.of("peers", "peers.lock", "real"), names());
        assertTrue(Files.isSymbolicLink(file));
    }

    @Test
    void aLockFileThatIsASymlinkIsNotFollowed() throws Exception {
        book.update(peers -> peers.with(A));
        Files.delete(home.resolve("peers.lock"));
        Files.createSymbolicLink(home.resolve("peers.lock"), temp.resolve("outside"));

        assertThrows(RunFailure.class, () -> book.update(peers -> peers.without("a")));

        assertTrue(Files.notExists(temp.resolve("outside")));
        assertEquals(Books.of(A), book.read());
    }

    @Test
    void isRefusedWhenItBelongsToSomebodyElse() throws Exception {
        assumeTrue(Files.getAttribute(temp, "unix:uid").equals(0), "only the superuser gives files away");
        book.update(peers -> peers.with(A));
        Files.setAttribute(file, "unix:uid", 65_534);

        assertEquals(
                "peer book: belongs to user 65534 (" + file + ")", refused().getMessage());
    }

    @Test
    void aHugeFileIsNotRead() throws Exception {
        book.update(peers -> peers.with(A));
        Files.write(file, new byte[(4 << 20) + 1]);

        assertEquals(
                "peer book: more than 4194304 bytes (" + file + ")", refused().getMessage());
    }

    @Test
    void aChangeThatWouldMakeItHugeIsRefused() throws Exception {
        book.update(peers -> peers.with(A));
        String comments = ("#".repeat(4_000) + "\n").repeat(1_048);
        Files.writeString(file, "# zsync peers, version 1\n" + comments + "#".repeat(1_200) + "\n");

        RunFailure failure = assertThrows(RunFailure.class, () -> book.update(peers -> peers.with(A)));

        assertEquals(FailureKind.USAGE, failure.kind());
        assertTrue(String.valueOf(failure.getMessage()).contains("at most 4194304"), failure.getMessage());
        assertEquals(PeerBook.EMPTY, book.read());
    }

    private RunFailure refused() {
        RunFailure failure = assertThrows(RunFailure.class, book::read);
        RunFailure same = assertThrows(RunFailure.class, () -> book.update(peers -> peers.with(Books.peer("z"))));
        assertEquals(FailureKind.NOT_TRUSTED, failure.kind());
        assertEquals(failure.getMessage(), same.getMessage());
        assertNotNull(failure.wayOut());
        return failure;
    }

    private Set<String> names() throws IOException {
        try (Stream<Path> members = Files.list(home)) {
            return members.map(each -> each.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
