package io.zsync.node.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.Share;
import io.zsync.protocol.Mode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SharesTest {
    /** Directories that do not exist: nobody looks. */
    private static final Share OPEN = new Share("open", Path.of("/nowhere/open"), true, false);

    private static final Share SHUT = new Share("shut", Path.of("/nowhere/shut"), false, false);
    private static final Shares SHARES = new Shares(List.of(OPEN, SHUT));

    /** Every case of rights on the share, the peer's grants and what is asked. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            open | -                        | PUSH | yes
            open | -                        | PULL | yes
            shut | -                        | PUSH | it is read-only
            shut | -                        | PULL | yes
            none | -                        | PUSH | not offered to this peer
            none | -                        | PULL | not offered to this peer
            open | open=read                | PUSH | this peer may only read it
            open | open=read,delete         | PUSH | this peer may only read it
            open | open=read                | PULL | yes
            open | open=write               | PUSH | yes
            open | open=write               | PULL | not offered to this peer
            open | open=delete              | PUSH | not offered to this peer
            open | open=delete              | PULL | not offered to this peer
            open | open=read,write,delete   | PUSH | yes
            open | open=read,write,delete   | PULL | yes
            open | shut=read                | PUSH | not offered to this peer
            open | shut=read                | PULL | not offered to this peer
            open | none=read,write          | PULL | not offered to this peer
            open | shut=read open=read      | PULL | yes
            shut | shut=read                | PULL | yes
            shut | shut=read,write          | PUSH | it is read-only
            shut | shut=write,delete        | PUSH | not offered to this peer
            shut | shut=write,delete        | PULL | not offered to this peer
            none | none=read,write          | PULL | not offered to this peer
            none | none=read,write          | PUSH | not offered to this peer
            none | open=read                | PULL | not offered to this peer
            """)
    void aPeerGetsWhatBothItsGrantsAndTheShareAllow(String share, String grants, Mode mode, String answer)
            throws RunFailure {
        Peer peer = grants.equals("-")
                ? Books.peer("p")
                : Books.peer(
                        "p",
                        List.of(grants.split(" ")).stream().map(Grant::parse).toArray(Grant[]::new));
        PeerBook book = Books.of(Books.peer("other"), peer);

        if (answer.equals("yes")) {
            assertSame(share.equals("open") ? OPEN : SHUT, SHARES.allow(book, peer.id(), mode, false, share));
        } else {
            RunFailure failure =
                    assertThrows(RunFailure.class, () -> SHARES.allow(book, peer.id(), mode, false, share));
            assertEquals("share " + share + ": " + answer, failure.getMessage());
            assertEquals(FailureKind.NOT_ALLOWED, failure.kind());
            assertEquals(null, failure.wayOut());
            assertEquals(null, failure.getCause());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "-,yes",
        "'open=read,write',no",
        "'open=write',no",
        "'open=write,delete',yes",
        "'open=read,write,delete',yes"
    })
    void whoDeletesNeedsTheRightTo(String grants, String answer) throws RunFailure {
        Peer peer = grants.equals("-") ? Books.peer("p") : Books.peer("p", Grant.parse(grants));
        PeerBook book = Books.of(peer);

        if (answer.equals("yes")) {
            assertSame(OPEN, SHARES.allow(book, peer.id(), Mode.PUSH, true, "open"));
        } else {
            RunFailure failure =
                    assertThrows(RunFailure.class, () -> SHARES.allow(book, peer.id(), Mode.PUSH, true, "open"));
            assertEquals("share open: this peer may not delete in it", failure.getMessage());
        }
        // Nothing of the peer's is removed when it only fetches.
        if (grants.contains("read") || grants.equals("-")) {
            assertSame(OPEN, SHARES.allow(book, peer.id(), Mode.PULL, true, "open"));
        }
    }

    @Test
    void whoIsNotInTheBookIsNotTrustedWhateverTheShare() throws RunFailure {
        PeerBook book = Books.of(Books.peer("other"));
        for (String share : List.of("open", "shut", "none")) {
            RunFailure failure =
                    assertThrows(RunFailure.class, () -> SHARES.allow(book, Books.id(9), Mode.PULL, false, share));
            assertEquals(FailureKind.NOT_TRUSTED, failure.kind());
            assertEquals("peer " + Books.id(9) + ": not in the peer book", failure.getMessage());
        }
    }

    @Test
    void aNameFromThePeerIsEscaped() throws RunFailure {
        PeerBook book = Books.of(Books.peer("p"));

        RunFailure failure = assertThrows(
                RunFailure.class,
                () -> SHARES.allow(book, Books.peer("p").id(), Mode.PUSH, false, "../\n\u001b[1m\u202e"));

        assertEquals("share ../\\n\\x1b[1m\\u{202e}: not offered to this peer", failure.getMessage());
    }

    @Test
    void namesAreUniqueAndOwnersNeedWriting() {
        assertEquals(List.of(OPEN, SHUT), SHARES.all());
        assertThrows(IllegalArgumentException.class, () -> new Shares(List.of(OPEN, OPEN)));
        assertThrows(IllegalArgumentException.class, () -> new Share("s", Path.of("/"), false, true));
        assertThrows(IllegalArgumentException.class, () -> new Shares(List.of(called("a/b"))));
        assertThrows(IllegalArgumentException.class, () -> new Shares(List.of(called("s".repeat(65)))));
    }

    private static Share called(String name) {
        return new Share(name, Path.of("/"), false, false);
    }
}
