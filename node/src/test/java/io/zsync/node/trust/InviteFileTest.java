package io.zsync.node.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.api.Endpoint;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.protocol.JoinRequest;
import io.zsync.protocol.Protection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InviteFileTest {
    private static final Grant GRANT = Grant.parse("photos=read,write");
    private static final long SEED = 7_419;

    @TempDir
    Path temp;

    private Instant now = Instant.parse("2026-11-25T12:00:00Z");
    private Path home;
    private Path file;
    private InviteFile invites;

    @BeforeEach
    void name() {
        home = temp.resolve("zsync");
        file = home.resolve("invites");
        invites = again();
    }

    /** What another process, or the next one, has. */
    private InviteFile again() {
        return new InviteFile(new ConfigFolder(home, home), () -> now);
    }

    private Invite made(int seconds, @Nullable Protection protection, @Nullable Grant grant) throws RunFailure {
        List<Endpoint> addresses = List.of(new Endpoint("h", 1));
        Invite invite = Invite.fresh(addresses, Books.id(1), now.plusSeconds(seconds), protection);
        invites.add(invite, grant);
        return invite;
    }

    private static Optional<InviteFile.Terms> used(InviteFile file, Invite invite) throws RunFailure {
        return file.redeem(request(invite), key -> Arrays.equals(key, invite.key()));
    }

    private static JoinRequest request(Invite invite) {
        return new JoinRequest(invite.id(), invite.protection(), "laptop");
    }

    @Test
    void anInviteIsGoodOnceAndForWhatItSays() throws Exception {
        assertFalse(invites.isAnyOpen());
        assertTrue(Files.notExists(home), "looking makes nothing");
        Invite invite = made(10, Protection.CLEAR, GRANT);
        Invite other = made(10, null, null);

        assertTrue(again().isAnyOpen());
        assertEquals(Optional.of(new InviteFile.Terms(Protection.CLEAR, List.of(GRANT))), used(again(), invite));

        assertEquals(Optional.empty(), used(again(), invite));
        assertEquals(Optional.of(new InviteFile.Terms(null, List.of())), used(again(), other));
        assertFalse(again().isAnyOpen());
    }

    @Test
    void itExpiresByThisNodesClock() throws Exception {
        Invite invite = made(10, null, null);
        now = invite.expiry().minusNanos(1);
        assertTrue(again().isAnyOpen());

        now = invite.expiry();

        assertFalse(again().isAnyOpen());
        assertEquals(Optional.empty(), used(again(), invite));
    }

    @Test
    void fiveWrongProofsVoidItWhicheverProcessesCountThem() throws Exception {
        Invite invite = made(10, null, null);
        Invite spared = made(10, null, null);
        for (int i = 0; i < 4; i++) {
            assertEquals(Optional.empty(), again().redeem(request(invite), key -> false));
        }
        Invite lucky = made(10, null, null);
        assertEquals(Optional.empty(), again().redeem(request(lucky), key -> false));

        assertEquals(Optional.empty(), again().redeem(request(invite), key -> false));

        assertEquals(Optional.empty(), used(again(), invite), "the fifth was one too many");
        assertTrue(used(again(), lucky).isPresent(), "each has a count of its own");
        assertTrue(used(again(), spared).isPresent());
    }

    @Test
    void fourWrongProofsDoNot() throws Exception {
        Invite invite = made(10, null, GRANT);
        for (int i = 0; i < 4; i++) {
            again().redeem(request(invite), key -> false);
        }
        assertEquals(Optional.of(new InviteFile.Terms(null, List.of(GRANT))), used(again(), invite));
    }

    @Test
    void anotherLevelThanTheInvitesIsAWrongProof() throws Exception {
        Invite invite = made(10, Protection.PRIVATE, null);
        JoinRequest lowered = new JoinRequest(invite.id(), Protection.CLEAR, "laptop");
        for (int i = 0; i < 5; i++) {
            assertEquals(Optional.empty(), invites.redeem(lowered, key -> true));
        }
        assertEquals(Optional.empty(), used(again(), invite));
    }

    @Test
    void whoNamesNoInviteChangesNothing() throws Exception {
        made(10, null, null);
        Object before = Files.getAttribute(file, "unix:ctime");
        Invite elsewhere = Invite.fresh(List.of(new Endpoint("h", 1)), Books.id(1), now.plusSeconds(9), null);

        assertEquals(Optional.empty(), again().redeem(request(elsewhere), key -> true));

        assertEquals(before, Files.getAttribute(file, "unix:ctime"));
    }

    /** Also from one process: flock is between open files, not between processes. */
    @Test
    void ofManyAtOnceOneGetsIt() throws Exception {
        for (int round = 0; round < 10; round++) {
            Invite invite = made(10, null, null);
            List<Callable<Optional<InviteFile.Terms>>> attempts = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                attempts.add(() -> used(again(), invite));
            }
            int winners = 0;
            try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
                for (Future<Optional<InviteFile.Terms>> attempt : pool.invokeAll(attempts)) {
                    winners += attempt.get().isPresent() ? 1 : 0;
                }
            }
            assertEquals(1, winners);
        }
    }

    @Test
    void noMoreThanAHundredWaitAndWhatHasExpiredMakesRoom() throws Exception {
        for (int i = 0; i < 100; i++) {
            made(i < 99 ? 10 : 20, Protection.PRIVATE, Grant.parse("s".repeat(64) + "=read,write,delete"));
        }
        RunFailure full = assertThrows(RunFailure.class, () -> made(10, null, null));
        assertEquals("invites: 100 wait to be used already (" + file + ")", full.getMessage());
        assertEquals(FailureKind.USAGE, full.kind());
        long length = Files.size(file);

        now = now.plusSeconds(15);
        made(10, null, null);

        assertTrue(Files.size(file) < length / 10, "what has expired is not kept");
        assertTrue(again().isAnyOpen());
    }

    @Test
    void whatIsStoredIsForThisUserAloneAndHasNoSecret() throws Exception {
        Invite invite = made(10, null, null);

        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertFalse(Files.readString(file).contains(HexFormat.of().formatHex(invite.secret())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----"})
    void isRefusedWhenOthersMayReadIt(String mode) throws Exception {
        Invite invite = made(10, null, null);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));

        assertEquals(FailureKind.NOT_TRUSTED, refused(() -> again().isAnyOpen()).kind());
        assertEquals(
                "chmod go-rwx " + file, refused(() -> used(again(), invite)).wayOut());
        refused(() -> made(10, null, null));
    }

    @Test
    void isRefusedWhenItIsASymlink() throws Exception {
        Invite invite = made(10, null, null);
        Files.move(file, home.resolve("real"));
        Files.createSymbolicLink(file, home.resolve("real"));

        refused(() -> used(again(), invite));
        assertTrue(Files.isSymbolicLink(file));
    }

    /** Nobody gets in because a count could not be kept, or a burn not be written. */
    @Test
    void whatCannotBeWrittenDownIsNotGranted() throws Exception {
        Invite invite = made(10, null, null);
        Files.delete(home.resolve("invites.lock"));
        Files.createDirectory(home.resolve("invites.lock"));

        refused(() -> used(again(), invite));

        Files.delete(home.resolve("invites.lock"));
        assertTrue(used(again(), invite).isPresent());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "# zsync invites, version 2\n",
                "# zsync invites, version 1",
                "# zsync invites, version 1\nx\n"
            })
    void aFileThatIsWrongLetsNobodyIn(String text) throws Exception {
        Invite invite = made(10, null, null);
        Files.writeString(file, text);

        RunFailure failure = refused(() -> used(again(), invite));

        assertEquals(FailureKind.USAGE, failure.kind());
        assertTrue(String.valueOf(failure.getMessage()).startsWith("invites: line "), failure.getMessage());
        refused(() -> made(10, null, null));
        assertEquals(text, Files.readString(file), "nor is it replaced");
    }

    @Test
    void everyMutationIsUnderstoodOrRefused() throws Exception {
        made(10, Protection.CLEAR, GRANT);
        byte[] whole = Files.readAllBytes(file);
        Random random = new Random(SEED);
        int understood = 0;
        int rounds = 1_000;
        for (int round = 0; round < rounds; round++) {
            byte[] bytes = whole.clone();
            int at = random.nextInt(bytes.length);
            bytes[at] = random.nextBoolean() ? (byte) random.nextInt() : whole[random.nextInt(whole.length)];
            Files.write(file, random.nextInt(4) == 0 ? Arrays.copyOf(bytes, at) : bytes);
            try {
                again().isAnyOpen();
                understood++;
            } catch (RunFailure failure) {
                assertTrue(
                        String.valueOf(failure.getMessage()).matches("invites: line [12]: [^\\p{Cntrl}]+ \\(.*\\)"),
                        () -> "seed " + SEED + ": " + failure.getMessage());
            }
        }
        assertTrue(understood > rounds / 100 && understood < rounds / 2, "understood " + understood);
    }

    private static RunFailure refused(org.junit.jupiter.api.function.Executable what) throws IOException {
        RunFailure failure = assertThrows(RunFailure.class, what);
        assertTrue(failure.wayOut() != null, "a way out");
        return failure;
    }
}
