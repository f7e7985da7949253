package io.zsync.cli;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.api.Endpoint;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.ServeRequest;
import io.zsync.node.api.Share;
import io.zsync.protocol.Protection;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class ServeCommandTest {
    private final Typed typed = new Typed();

    /** Runs until it is stopped, which these do before the node is even up. */
    private ServeRequest request(String... words) {
        typed.engine.serving = events -> typed.stop();
        assertEquals(0, typed.run(words), typed.screen.err());
        return typed.engine.served.getFirst();
    }

    @Test
    void withoutOptionsItListensToThisMachineAlone() {
        ServeRequest request = request("serve", "--share", "photos=/srv/photos");

        assertEquals(
                new ServeRequest(
                        List.of(new Share("photos", Path.of("/srv/photos"), false, false)),
                        new Endpoint("127.0.0.1", 7419),
                        null,
                        32),
                request);
    }

    @Test
    void everyOptionArrivesInTheRequest() {
        ServeRequest request = request(
                "serve",
                "--share=a=/a",
                "--listen=[::]:0",
                "--share=b=/b:rw,owner",
                "--min-protect=private",
                "--max-sessions=1000");

        assertEquals(
                new ServeRequest(
                        List.of(new Share("a", Path.of("/a"), false, false), new Share("b", Path.of("/b"), true, true)),
                        new Endpoint("::", 0),
                        Protection.PRIVATE,
                        1000),
                request);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "serve|serve: --share is missing",
                "serve --share a=/x b|serve: unexpected word (b)",
                "serve --share a|serve: share: it reads NAME=DIR[:ro/:rw][,owner] (a)",
                "serve --share a=/x --share a=/y|serve: two shares are called a",
                "serve --share a=/x --listen :7|serve: listen: the host is empty (:7)",
                "serve --share a=/x --listen ::1|serve: listen: IPv6 addresses stand in brackets (::1)",
                "serve --share a=/x --listen h:x|serve: listen: port 'x' is no number up to 65535 (h:x)",
                "serve --share a=/x --min-protect auto|serve --min-protect auto: not one of clear, safe, private",
                "serve --share a=/x --max-sessions 0|serve --max-sessions 0: not a number from 1 to 1,000",
                "serve --share a=/x --max-sessions 1001|serve --max-sessions 1001: not a number from 1 to 1,000",
                "serve --share a=/x -qv|serve: -q and -v contradict each other",
                "serve --share a=/x --listen a --listen b|serve --listen: given more than once",
                "serve --share|serve --share: a value is missing",
                "serve --delete|serve --delete: no such option"
            })
    void whatCannotBeServedIsRefusedBeforeAnythingListens(String words, String error) {
        assertEquals(1, typed.run(words.split(" ")));

        assertEquals(error.replace("ro/", "ro|"), typed.error());
        assertTrue(typed.screen.err().lines().count() <= 2, typed.screen.err());
        assertEquals(List.of(), typed.engine.served);
    }

    @Test
    void theReadyLineSaysWhereItListensAndWhoItIs() {
        request("serve", "-q", "--share", "a=/x", "--listen", "[::1]:0");

        assertEquals("listening on [::1]:4711  id " + FakeEngine.ID + "\n", typed.screen.out());
        assertEquals("", typed.screen.err());
    }

    @Test
    void aSignalClosesItAndEndsWith0() {
        request("serve", "--share", "a=/x");

        assertEquals(ExitCode.DONE, typed.signals.end);
        assertEquals(1, typed.engine.closed);
    }

    @Test
    void aNodeThatCannotListenIsAFailure() {
        typed.engine.serving = events -> {
            throw new RunFailure(FailureKind.SOCKET, "listen: address in use (127.0.0.1:7419)", "Stop it.", null);
        };

        assertEquals(10, typed.run("serve", "--share", "a=/x"));
        assertEquals("zsync: listen: address in use (127.0.0.1:7419)\nStop it.\n", typed.screen.err());
        assertEquals("", typed.screen.out());
    }

    @Test
    void aHangUpReadsThePeerBookAgainAndAFailingOneLeavesItServing() {
        int[] reloads = {0};
        typed.engine.reloading = () -> {
            if (reloads[0]++ == 0) {
                throw new RunFailure(FailureKind.USAGE, "peer book: line 3: NAME is missing (/x/peers)", null, null);
            }
        };
        CompletableFuture<Integer> served = CompletableFuture.supplyAsync(() -> typed.run("serve", "--share", "a=/x"));
        await().until(() -> typed.screen.out().startsWith("listening on "));

        typed.hangUp();
        await().until(() -> typed.screen.err().contains("not reloaded"));
        typed.hangUp();
        await().until(() -> typed.screen.err().contains("zsync: reloaded"));
        typed.stop();

        assertEquals(0, served.join());
        assertEquals("""
                zsync: peer book: line 3: NAME is missing (/x/peers)
                zsync: not reloaded: the peer book as it was before stays in force
                zsync: reloaded the peer book
                """, typed.screen.err());
        assertEquals(1, typed.engine.closed);
    }

    /** A burst of them while one waits is one. */
    @Test
    void hangUpsThatComeBeforeItIsReadyAreOneReload() {
        int[] reloads = {0};
        typed.engine.reloading = () -> reloads[0]++;
        typed.engine.serving = events -> {
            for (int i = 0; i < 1000; i++) {
                typed.hangUp();
            }
            typed.stop();
        };

        assertEquals(0, typed.run("serve", "-q", "--share", "a=/x"));

        assertEquals(1, reloads[0]);
        assertEquals("", typed.screen.err());
    }
}
