package io.zsync.node.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zsync.node.api.Endpoint;
import io.zsync.node.replica.NoteProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the kernel is asked to do, in what order, and what is left when it kills the process at that moment. */
class SystemCallsTest {
    private static final int KILLED = 128 + 9;

    @TempDir
    Path temp;

    private Path home;
    private ConfigFolder folders;

    @BeforeEach
    void plant() throws IOException, InterruptedException {
        assumeTrue(traces(), "there is no strace, or it may not trace");
        home = temp.resolve("folder 0");
        folders = new ConfigFolder(home, home);
    }

    private static boolean traces() throws InterruptedException {
        try {
            return new ProcessBuilder("strace", "-qq", "-o", "/dev/null", "true")
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException missing) {
            return false;
        }
    }

    @Test
    void anIdentityIsOnDiskBeforeAndAfterItGetsItsName() throws Exception {
        assertEquals(
                List.of(
                        "mkdirat folder 0",
                        "fsync " + temp.getFileName(),
                        "pwrite64 .zsync",
                        "fsync .zsync",
                        "renameat NOREPLACE",
                        "fsync folder 0"),
                changes(FirstUseProgram.class, temp, "1"));
    }

    @Test
    void aPeerBookIsOnDiskBeforeAndAfterItGetsItsName() throws Exception {
        assertEquals(
                List.of(
                        "mkdirat folder 0",
                        "fsync " + temp.getFileName(),
                        "pwrite64 peers.new",
                        "fsync peers.new",
                        "renameat",
                        "fsync folder 0"),
                changes(AddPeersProgram.class, home, "p", "1"));
    }

    @Test
    void anInviteIsBurntOnDiskBeforeItIsGranted() throws Exception {
        Invite invite = planted();
        assertEquals(
                List.of("pwrite64 invites.new", "fsync invites.new", "renameat", "fsync folder 0"),
                changes(UseInviteProgram.class, home, invite.id().toString()));
    }

    @Test
    void whatAResumeJournalCallsSyncedIsOnDiskBeforeAndTheRecordAfter() throws Exception {
        assertEquals(
                List.of(
                        "mkdirat folder 0",
                        "fsync " + temp.getFileName(),
                        "pwrite64 resume.new",
                        "fsync resume.new",
                        "renameat",
                        "fsync folder 0",
                        "pwrite64 resume",
                        "fsync .zsync",
                        "pwrite64 resume",
                        "fsync resume"),
                changes(NoteProgram.class, temp, temp.toString(), home.toString()));
    }

    private Invite planted() throws Exception {
        List<Endpoint> addresses = List.of(new Endpoint("h", 1));
        Invite invite = Invite.fresh(addresses, Books.id(1), Instant.ofEpochSecond(4_000_000_000L), null);
        new InviteFile(folders, InstantSource.system()).add(invite, null);
        return invite;
    }

    private List<String> changes(Class<?> program, Path under, String... arguments) throws Exception {
        Path trace = temp.resolve("trace");
        List<String> strace = List.of(
                "strace",
                "-f",
                "-qq",
                "-y",
                "-o",
                trace.toString(),
                "-e",
                "trace=mkdirat,pwrite64,fsync,?renameat,renameat2");
        finish(Programs.start(strace, "C.UTF-8", program, under.toString(), arguments));
        Pattern call = Pattern.compile("\\d+ +(mkdirat|pwrite64|fsync|renameat)2?\\((.*)");
        try (Stream<String> lines = Files.lines(trace)) {
            return lines.map(call::matcher)
                    .filter(Matcher::matches)
                    .filter(each -> each.group(2).contains(temp.toString()))
                    .filter(each -> !each.group(2).contains("EEXIST"))
                    .map(each -> (each.group(1) + " " + object(each.group(1), each.group(2))).strip())
                    .toList();
        }
    }

    /** Last component of what the call is about, without the part that no test knows; of a rename how it is done. */
    private static String object(String call, String arguments) {
        if (call.equals("renameat")) {
            return arguments.contains("RENAME_NOREPLACE") ? "NOREPLACE" : "";
        }
        Matcher path = Pattern.compile("[<\"]([^>\"]*/)?([^>\"]*)[>\"]").matcher(arguments);
        String last = "";
        if (path.find()) {
            last = path.group(2);
        }
        // mkdirat's first path is the working directory.
        if (call.equals("mkdirat") && path.find()) {
            last = path.group(2);
        }
        return last.replaceFirst("-[0-9a-f]{16}$", "").replaceFirst("^resume-[-0-9a-f]+", "resume");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mkdirat", "pwrite64", "fsync", "renameat2"})
    void aKillAtAnyCallLeavesAnIdentityOrNone(String call) throws Exception {
        for (int nth = 1; kill(call, nth, FirstUseProgram.class, temp, "1"); nth++) {
            boolean there = Files.exists(home.resolve("identity"));
            assertEquals(there, Identity.load(folders).isPresent(), call + " " + nth);
            assertEquals(
                    Identity.loadOrCreate(folders).id(),
                    Identity.load(folders).orElseThrow().id());
            Files.delete(home.resolve("identity"));
            deleteHome();
        }
    }

    /** Where nothing is forbidden the C library takes the older call. */
    @ParameterizedTest
    @ValueSource(strings = {"pwrite64", "fsync", "renameat"})
    void aKillAtAnyCallLeavesTheOldBookOrTheNewOne(String call) throws Exception {
        PeerBookFile file = new PeerBookFile(folders);
        Peer old = Books.peer("old");
        Peer added = Books.peer("p0");
        file.update(book -> book.with(old));
        for (int nth = 1; kill(call, nth, AddPeersProgram.class, home, "p", "1"); nth++) {
            PeerBook left = file.read();
            assertTrue(left.equals(Books.of(old)) || left.equals(Books.of(old, added)), call + " " + nth + ": " + left);
            file.update(book -> book.named("p0").isPresent() ? book.without("p0") : book);
            assertEquals(Books.of(old), file.update(book -> book));
        }
    }

    /** Only when it is burnt did anybody hear that it was granted. */
    @ParameterizedTest
    @ValueSource(strings = {"pwrite64", "fsync", "renameat"})
    void aKillAtAnyCallLeavesAnInviteOrABurntOne(String call) throws Exception {
        Path granted = temp.resolve("granted");
        InviteFile file = new InviteFile(folders, InstantSource.system());
        boolean going = true;
        for (int nth = 1; going; nth++) {
            Invite invite = planted();
            going = kill(call, nth, UseInviteProgram.class, home, invite.id().toString(), granted.toString());
            boolean open = file.isAnyOpen();
            assertTrue(!open || Files.notExists(granted), call + " " + nth + ": granted, and open still");
            assertTrue(going || !open, call + " " + nth + ": it came to its end");
            Files.deleteIfExists(granted);
            Files.deleteIfExists(home.resolve("invites"));
        }
    }

    /** @return false if there is no such call any more: the program came to its end */
    private static boolean kill(String call, int nth, Class<?> program, Path under, String... arguments)
            throws Exception {
        List<String> strace = List.of(
                "strace",
                "-f",
                "-qq",
                "-o",
                "/dev/null",
                "-e",
                "trace=" + call,
                "-e",
                "inject=" + call + ":signal=SIGKILL:when=" + nth);
        int exit = finish(Programs.start(strace, "C.UTF-8", program, under.toString(), arguments));
        assertTrue(exit == KILLED || exit == 0, "exit " + exit);
        assertTrue(nth > 1 || exit == KILLED, "the first " + call + " was never made");
        return exit == KILLED;
    }

    private static int finish(Process process) throws IOException, InterruptedException {
        process.getOutputStream().close();
        process.getInputStream().readAllBytes();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        return process.exitValue();
    }

    private void deleteHome() throws IOException {
        try (Stream<Path> left = Files.list(home)) {
            for (Path each : left.toList()) {
                Files.delete(each);
            }
        }
        Files.delete(home);
    }
}
