package io.zsync.node.trust;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.protocol.PeerId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityFileTest {
    @TempDir
    Path temp;

    private ConfigFolder folders;
    private Path home;
    private Path file;

    @BeforeEach
    void name() {
        home = temp.resolve("x/\u00e4 y/zsync");
        file = home.resolve("identity");
        folders = new ConfigFolder(home, home);
    }

    @Test
    void isMadeAtFirstUseAndTheSameEverAfter() throws Exception {
        assertEquals(Optional.empty(), Identity.load(folders));
        assertTrue(Files.notExists(temp.resolve("x")), "looking makes nothing");

        PeerId id = Identity.loadOrCreate(folders).id();

        assertEquals(id, Identity.loadOrCreate(folders).id());
        assertEquals(id, Identity.load(folders).orElseThrow().id());
        assertEquals("rw-------", mode(file));
        assertEquals("rwx------", mode(home));
        assertEquals("rwx------", mode(temp.resolve("x")));
        assertEquals(List.of(file), list(home));
    }

    @Test
    void theKeyThatComesBackIsTheKeyThatWent() throws Exception {
        Identity made = Identity.loadOrCreate(folders);

        Identity loaded = Identity.load(folders).orElseThrow();

        assertArrayEquals(made.key().getEncoded(), loaded.key().getEncoded());
        assertEquals(made.certificate(), loaded.certificate());
        assertNotNull(loaded.tlsContext(peer -> true));
    }

    @Test
    void opensslReadsIt() throws Exception {
        assumeTrue(Stream.of("/usr/bin/openssl").map(Path::of).allMatch(Files::exists), "there is no openssl");
        Identity.loadOrCreate(folders);

        for (String[] command : new String[][] {
            {"openssl", "pkey", "-noout", "-in", file.toString()},
            {"openssl", "verify", "-CAfile", file.toString(), "-no_check_time", file.toString()}
        }) {
            Process openssl =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(openssl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, openssl.waitFor(), said);
        }
    }

    @Test
    void manyFirstUsesAtOnceMakeOneIdentity() throws Exception {
        int threads = 8;
        CyclicBarrier start = new CyclicBarrier(threads);
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            for (int round = 0; round < 25; round++) {
                Path each = temp.resolve("round " + round);
                ConfigFolder shared = new ConfigFolder(each, each);
                List<Future<PeerId>> ids = new ArrayList<>();
                for (int i = 0; i < threads; i++) {
                    ids.add(pool.submit(() -> {
                        start.await();
                        return Identity.loadOrCreate(shared).id();
                    }));
                }
                Set<PeerId> seen = ConcurrentHashMap.newKeySet();
                for (Future<PeerId> id : ids) {
                    seen.add(id.get());
                }
                assertEquals(1, seen.size(), "round " + round);
                assertEquals(List.of(each.resolve("identity")), list(each));
            }
        }
    }

    @Test
    void twoProcessesThatStartTogetherMakeOneIdentity() throws Exception {
        Process first = Programs.start("C.UTF-8", FirstUseProgram.class, temp.toString(), "50");
        Process second = Programs.start("C.UTF-8", FirstUseProgram.class, temp.toString(), "50");
        for (Process each : List.of(first, second)) {
            assertEquals('r', each.getInputStream().read());
        }
        for (Process each : List.of(first, second)) {
            each.getOutputStream().write('\n');
            each.getOutputStream().flush();
        }

        String said = Programs.finish(first);

        assertEquals(50, said.lines().distinct().count(), said);
        assertEquals(said, Programs.finish(second));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw--w----", "rw----r--", "rw-----w-", "rwx-----x"})
    void isRefusedWhenOthersMayTouchIt(String mode) throws Exception {
        Identity.loadOrCreate(folders);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));

        RunFailure failure = refused();

        assertTrue(
                message(failure)
                        .matches("identity: others can (read|change) it, its mode is 0[0-7]{3} \\(" + file + "\\)"),
                message(failure));
        assertEquals("chmod go-rwx " + file, failure.wayOut());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
        Identity.loadOrCreate(folders);
    }

    @Test
    void isRefusedInAFolderThatOthersMayChange() throws Exception {
        Identity.loadOrCreate(folders);
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwx---"));

        RunFailure failure = refused();

        assertEquals("config folder: others can change it, its mode is 0770 (" + home + ")", message(failure));
        assertEquals("chmod go-w " + home, failure.wayOut());
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        Identity.loadOrCreate(folders);
    }

    @Test
    void isRefusedWhenItOrItsFolderBelongsToSomebodyElse() throws Exception {
        assumeTrue(Files.getAttribute(temp, "unix:uid").equals(0), "only the superuser gives files away");
        Identity.loadOrCreate(folders);

        Files.setAttribute(file, "unix:uid", 65_534);
        assertEquals("identity: belongs to user 65534 (" + file + ")", message(refused()));

        Files.setAttribute(file, "unix:uid", 0);
        Files.setAttribute(home, "unix:uid", 65_534);
        assertEquals("config folder: belongs to user 65534 (" + home + ")", message(refused()));
    }

    @Test
    void isRefusedWhenItIsNoRegularFile() throws Exception {
        Identity.loadOrCreate(folders);
        Path elsewhere = Files.move(file, home.resolve("elsewhere"));

        Files.createSymbolicLink(file, elsewhere);
        assertEquals("identity: no regular file (" + file + ")", message(refused()));
        Files.delete(file);
        Files.createSymbolicLink(file, home.resolve("nothing"));
        assertEquals("identity: no regular file (" + file + ")", message(refused()));
        Files.delete(file);
        Files.createDirectory(file);
        assertEquals("identity: no regular file (" + file + ")", message(refused()));
        Files.delete(file);
        assertEquals(0, new ProcessBuilder("mkfifo", file.toString()).start().waitFor());
        assertEquals("identity: no regular file (" + file + ")", message(refused()));
        assertTrue(Files.notExists(home.resolve("nothing")));
    }

    /** The folder is the user's own to name: dotfiles often are kept elsewhere. */
    @Test
    void theFolderItselfMayBeASymlink() throws Exception {
        PeerId id = Identity.loadOrCreate(folders).id();
        Path link = Files.createSymbolicLink(temp.resolve("link"), home);

        assertEquals(id, Identity.loadOrCreate(new ConfigFolder(link, link)).id());
    }

    @Test
    void noDamagedByteMakesAnotherIdentity() throws Exception {
        PeerId id = Identity.loadOrCreate(folders).id();
        byte[] whole = Files.readAllBytes(file);
        long seed = 3;
        Random random = new Random(seed);
        for (int at = 0; at < whole.length; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, damaged);
            if (!isSpare(id)) {
                assertDamaged("seed " + seed + ", byte " + at);
            }
        }
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertDamaged("length " + length);
        }
        Files.write(file, Arrays.copyOf(whole, whole.length + 1));
        assertDamaged("one byte more");
        Files.write(file, whole);
        assertTrue(Identity.load(folders).isPresent());
    }

    /** DER counts the bits of a signature that do not count; where those are zero anyway the count may be damaged. */
    private boolean isSpare(PeerId id) {
        try {
            return Identity.load(folders).orElseThrow().id().equals(id);
        } catch (RunFailure refused) {
            return false;
        }
    }

    private void assertDamaged(String which) {
        String message = message(refused());
        assertTrue(
                message.equals("identity: the file is damaged (" + file + ")")
                        || message.equals("identity: key and certificate do not belong together (" + file + ")"),
                which + ": " + message);
    }

    @Test
    void aKeyBesideAnotherKeysCertificateIsRefused() throws Exception {
        Identity.loadOrCreate(folders);
        String mine = Files.readString(file);
        Files.delete(file);
        Identity.loadOrCreate(folders);
        String other = Files.readString(file);
        String certificate = "-----BEGIN CERTIFICATE";

        Files.writeString(
                file, mine.substring(0, mine.indexOf(certificate)) + other.substring(other.indexOf(certificate)));

        assertNotEquals(mine, other);
        assertEquals("identity: key and certificate do not belong together (" + file + ")", message(refused()));
    }

    @Test
    void aHugeFileIsNotRead() throws Exception {
        Identity.loadOrCreate(folders);
        try (var channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
            channel.position(1L << 40).write(ByteBuffer.wrap(new byte[1]));
        }

        assertEquals("identity: more than 16384 bytes (" + file + ")", message(refused()));
    }

    @Test
    void aFolderThatCannotBeMadeIsSaid() throws Exception {
        Files.writeString(temp.resolve("x"), "a file");

        RunFailure failure = assertThrows(RunFailure.class, () -> Identity.loadOrCreate(folders));

        assertEquals(FailureKind.ROOT_UNUSABLE, failure.kind());
        assertEquals("identity: Not a directory (" + home + ")", message(failure));
    }

    /** Neither use accepts it, and neither makes another one in its place. */
    private RunFailure refused() {
        RunFailure failure = assertThrows(RunFailure.class, () -> Identity.load(folders));
        RunFailure same = assertThrows(RunFailure.class, () -> Identity.loadOrCreate(folders));
        assertEquals(FailureKind.NOT_TRUSTED, failure.kind());
        assertEquals(message(failure), message(same));
        assertNotNull(failure.wayOut());
        return failure;
    }

    private static String message(RunFailure failure) {
        return String.valueOf(failure.getMessage());
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> members = Files.list(directory)) {
            return members.toList();
        }
    }
}
