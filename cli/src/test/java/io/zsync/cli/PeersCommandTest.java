package io.zsync.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zsync.node.trust.Peer;
import io.zsync.node.trust.PeerBook;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeersCommandTest {
    private static final String ID = FakeEngine.ID.toString();

    private final Typed typed = new Typed();

    private Peer added(String... words) {
        assertEquals(0, typed.run(words), typed.screen.err());
        return typed.engine.book.peers().getLast();
    }

    private static Peer line(String line) {
        return Peer.parse(List.of(line.split(" ")));
    }

    @Test
    void theIdStandsAloneOnStandardOutput() {
        assertEquals(0, typed.run("id"));

        assertEquals(ID + "\n", typed.screen.out());
        assertEquals("", typed.screen.err());
    }

    @Test
    void aPeerIsAddedAsItIsTyped() {
        assertEquals(line("nas " + ID), added("peers", "add", "nas", ID));
        assertEquals("", typed.screen.out() + typed.screen.err(), "there is nothing to say");
    }

    @Test
    void aPeerMayHaveAnAddressALevelAndGrants() {
        String expected = "nas " + ID + " [fd00::7]:7000 --protect private --grant a=read --grant b=read,write,delete";

        assertEquals(
                line(expected),
                added(
                        "peers",
                        "add",
                        "--grant=a=read",
                        "nas",
                        "--protect",
                        "private",
                        ID.toUpperCase(java.util.Locale.ROOT).replace("ZS1", "zs1"),
                        "[fd00::7]:7000",
                        "--grant",
                        "b=read,write,delete"));
    }

    /** What list prints, add reads: a book can be carried to another node line by line. */
    @Test
    void eachLineOfTheListIsWhatAddReads() {
        added("peers", "add", "nas", ID, "nas.example.org", "--protect=safe", "--grant=a=write");

        assertEquals(0, typed.run("peers", "list"));

        String line = "nas " + ID + " nas.example.org:7419 --protect safe --grant a=write";
        assertEquals(line + "\n", typed.screen.out());
        typed.engine.book = PeerBook.EMPTY;
        added(("peers add " + line).split(" "));
        assertEquals(line, typed.engine.book.peers().getFirst().toString());
    }

    @Test
    void anEmptyBookIsNoLine() {
        assertEquals(0, typed.run("peers", "list"));
        assertEquals("", typed.screen.out() + typed.screen.err());
    }

    @Test
    void aRemovedPeerIsGone() {
        added("peers", "add", "nas", ID);

        assertEquals(0, typed.run("peers", "remove", "nas"));

        assertEquals(PeerBook.EMPTY, typed.engine.book);
    }

    @Test
    void aNameThatIsTakenIsRefusedWithTheWayOut() {
        added("peers", "add", "nas", ID);

        assertEquals(1, typed.run("peers", "add", "nas", ID));

        assertEquals("""
                zsync: peer nas: this name is in the peer book already
                zsync peers remove nas first, or choose another name
                """, typed.screen.err());
    }

    @Test
    void aNameThatIsNotThereIsRefusedWithTheWayOut() {
        assertEquals(1, typed.run("peers", "remove", "na\u001bs"));

        assertEquals("""
                zsync: peer na\\x1bs: not in the peer book
                zsync peers list shows who is
                """, typed.screen.err());
    }

    @Test
    void aMistypedIdSaysWhatIsWrongWithIt() {
        char last = ID.charAt(ID.length() - 1);
        String mistyped = ID.substring(0, ID.length() - 1) + (last == 'a' ? 'b' : 'a');

        assertEquals(1, typed.run("peers", "add", "nas", mistyped));

        assertEquals(
                "zsync: peers add: the id is mistyped: its check characters do not match (" + mistyped + ")\n"
                        + "zsync id, typed on that node, prints it.\n",
                typed.screen.err());
        assertEquals(PeerBook.EMPTY, typed.engine.book);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "id x|id: unexpected word (x)",
                "id --json|id --json: no such option",
                "peers|peers: list, add or remove is missing",
                "peers show|peers: neither list nor add nor remove (show)",
                "peers list x|peers list: unexpected word (x)",
                "peers list --grant a=read|peers list --grant: no such option",
                "peers add|peers add: NAME and ID are missing",
                "peers add nas|peers add: ID is missing (nas)",
                "peers add nas zs1-x|peers add: an id has 56 characters after zs1-, this one has 1 (zs1-x)",
                "peers add nas host:7|peers add: an id starts with zs1- (host:7)",
                "peers add local ID|peers add: no peer is called local, which means this machine",
                "peers add a/b ID|peers add: the name of a peer has no '/', only letters, digits, . _ and -",
                "peers add nas ID h:0|peers add: port 0 cannot be connected to",
                "peers add nas ID h:x|peers add: port 'x' is no number up to 65535",
                "peers add nas ID h i|peers add: unexpected word (i)",
                "peers add nas ID --protect auto|peers add --protect auto: not one of clear, safe, private",
                "peers add nas ID --grant a|peers add: a grant reads SHARE=read,write,delete",
                "peers add nas ID --grant a=all|peers add: 'all' is no right; these are: read, write, delete, with commas between",
                "peers add nas ID --grant a=read --grant a=write|peers add: two grants for share a",
                "peers remove|peers remove: NAME is missing",
                "peers remove a b|peers remove: unexpected word (b)"
            })
    void whatCannotBeCarriedOutIsRefused(String words, String error) {
        assertEquals(1, typed.run(words.replace(" ID", " " + ID).split(" ")));

        assertEquals(error, typed.error());
        assertEquals(2, typed.screen.err().lines().count(), "a way out: " + typed.screen.err());
        assertEquals("", typed.screen.out());
        assertEquals(PeerBook.EMPTY, typed.engine.book);
    }
}
