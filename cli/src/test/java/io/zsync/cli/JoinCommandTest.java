package io.zsync.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.api.Endpoint;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.JoinReport;
import io.zsync.node.api.RunFailure;
import io.zsync.node.trust.Invite;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JoinCommandTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir
    Path temp;

    private final Typed typed = new Typed();
    private final Invite invite =
            Invite.fresh(List.of(new Endpoint("nas.lan", 7419)), FakeEngine.ID, Instant.EPOCH, null);

    private void pipe(String text) {
        typed.input = text.getBytes(US_ASCII);
    }

    private void assertJoined() {
        assertEquals(Map.of("nas", invite), typed.engine.joined, typed.screen.err());
    }

    @Test
    void theInviteComesFromStandardInput() {
        pipe(invite.text() + "\n");

        assertEquals(0, typed.run("join", "nas"));

        assertJoined();
        assertEquals("", typed.screen.out());
        assertEquals("joined nas at nas.lan:7419, which calls this node laptop\n", typed.screen.err());
    }

    @Test
    void theInviteComesFromAFile() throws IOException {
        Path file = Files.writeString(temp.resolve("invite"), "\n" + invite.text());

        assertEquals(0, typed.run("join", "nas", file.toString()));

        assertJoined();
    }

    @Test
    void aMailProgramMayHaveBrokenIt() {
        pipe(invite.text().replaceAll("(.{30})", "$1\r\n  "));

        assertEquals(0, typed.run("join", "nas"));

        assertJoined();
    }

    /** Nobody who pastes a line types Ctrl-D. */
    @Test
    void theEndOfACompleteLineIsEnough() throws Exception {
        try (PipedOutputStream keyboard = new PipedOutputStream();
                InputStream in = new PipedInputStream(keyboard, 4_096)) {
            typed.in = in;
            keyboard.write((invite.text() + "\n").getBytes(US_ASCII));
            keyboard.flush();

            assertEquals(0, assertTimeoutPreemptively(PATIENCE, () -> typed.run("join", "nas")));
        }
        assertJoined();
    }

    @Test
    void whoInterruptsItsWaitingIsNotKeptWaiting() throws Exception {
        try (PipedOutputStream keyboard = new PipedOutputStream();
                InputStream in = new PipedInputStream(keyboard, 4_096)) {
            typed.in = in;
            CompletableFuture<Integer> ended = CompletableFuture.supplyAsync(() -> typed.run("join", "nas"));
            while (typed.signals.cancel == null) {
                Thread.onSpinWait();
            }

            typed.stop();

            assertEquals(20, assertTimeoutPreemptively(PATIENCE, () -> ended.get()));
        }
        assertTrue(typed.engine.joined.isEmpty());
    }

    @Test
    void whoWasKnownThereAlreadyIsTold() {
        typed.engine.joining = any -> new JoinReport(new Endpoint("nas.lan", 7419), "old-name", true);
        pipe(invite.text());

        assertEquals(0, typed.run("join", "nas"));

        assertEquals("joined nas at nas.lan:7419, which knew this node already, as old-name\n", typed.screen.err());
    }

    @Test
    void aRefusalIsItsOwnExitCode() {
        typed.engine.joining = any -> {
            throw new RunFailure(FailureKind.NOT_TRUSTED, "join: no", "ask again", null);
        };
        pipe(invite.text());

        assertEquals(5, typed.run("join", "nas"));
        assertEquals("zsync: join: no\nask again\n", typed.screen.err());
    }

    @Test
    void aSlipIsFoundBeforeAnybodyIsAsked() {
        String text = invite.text();
        char last = text.charAt(text.length() - 8);
        String slip =
                text.substring(0, text.length() - 8) + (last == 'a' ? 'b' : 'a') + text.substring(text.length() - 7);
        pipe(slip);

        assertRefused("join: the invite is mistyped or cut off: its check characters do not match", "join", "nas");
        assertFalse(typed.screen.err().contains(slip.substring(5)), typed.screen.err());
    }

    @Test
    void anIdIsNoInvite() {
        pipe(FakeEngine.ID.toString());
        assertRefused("join: an invite starts with zsi1-", "join", "nas");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n \n"})
    void nothingIsNoInvite(String nothing) {
        pipe(nothing);
        assertRefused("join: there is no invite", "join", "nas");
    }

    @Test
    void anEndlessInputIsNotReadToItsEnd() {
        pipe("a".repeat(1 << 20));
        assertRefused("join: more than 4096 characters, which no invite has", "join", "nas");
    }

    @Test
    void aFileThatCannotBeReadIsToldWithTheWayOut() {
        assertRefused("join: no such file (/no/such)", "join", "nas", "/no/such");
        assertTrue(typed.screen.err().endsWith("Without FILE the invite is read from standard input.\n"));
    }

    @Test
    void aDirectoryIsNoFile() {
        assertRefused("join: cannot be read (" + temp + ")", "join", "nas", temp.toString());
    }

    /** It is in the shell's history and was in the process table; the message does not put it into a log as well. */
    @Test
    void onTheCommandLineItIsRefusedAndNotRepeated() {
        String error = "join: an invite does not go on the command line, where every user of this machine can see it";
        for (String[] words : List.of(
                new String[] {"join", "nas", invite.text()},
                new String[] {"join", invite.text()},
                new String[] {"join", "a", "b", invite.text()})) {
            Typed again = new Typed();
            assertEquals(1, again.run(words));
            assertEquals(error, again.error());
            assertFalse(again.screen.err().contains(invite.text().substring(5)), again.screen.err());
        }
    }

    @Test
    void theWordsAreJudgedBeforeTheInviteIsRead() {
        assertRefused("join: NAME is missing", "join");
        assertRefused("join: no peer is called local, which means this machine", "join", "local");
        assertRefused("join: the name of a peer has no '/', only letters, digits, . _ and -", "join", "a/b");
        assertRefused("join: unexpected word (c)", "join", "a", "b", "c");
    }

    private void assertRefused(String error, String... words) {
        Typed again = new Typed();
        again.input = typed.input;
        assertEquals(1, again.run(words));
        assertEquals(error, again.error());
        assertEquals(2, again.screen.err().lines().count(), "a way out: " + again.screen.err());
        assertTrue(again.engine.joined.isEmpty());
        typed.screen.console().tell(again.screen.err().stripTrailing());
    }
}
