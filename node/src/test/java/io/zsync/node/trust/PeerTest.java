package io.zsync.node.trust;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.api.Endpoint;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.Protection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeerTest {
    private static final PeerId ID = Books.id(1);

    private static String refusal(Executable attempt) {
        return String.valueOf(
                assertThrows(IllegalArgumentException.class, attempt).getMessage());
    }

    private static Peer parse(String line) {
        return Peer.parse(List.of(line.replace("ID", ID.toString()).split(" ")));
    }

    @Test
    void readsWhatIsTypedAfterPeersAdd() {
        assertEquals(new Peer("a", ID, null, null, List.of()), parse("a ID"));
        assertEquals(
                new Peer(
                        "b.1_X-",
                        ID,
                        new Endpoint("host", 7419),
                        Protection.SAFE,
                        List.of(
                                new Grant("photos", EnumSet.allOf(Right.class)),
                                new Grant("music", Set.of(Right.READ)))),
                parse("b.1_X- ID Host --grant photos=delete,write,read --protect safe --grant music=read"));
    }

    @Test
    void printsItAsItIsTyped() {
        String line = "b " + ID + " [::1]:80 --protect private --grant photos=read,write,delete --grant m=write";

        assertEquals(line, parse(line).toString());
        assertEquals("a " + ID, parse("a ID").toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            a                                     | ID is missing
            a zs1-b                               | an id has 56 characters after zs1-, this one has 1
            a ID host host2                       | unexpected 'host2'
            a ID --protect safe host              | unexpected 'host'
            a ID --force                          | unexpected '--force'
            a ID -x                               | unexpected '-x'
            a ID ::1                              | IPv6 addresses stand in brackets
            a ID host:0                           | port 0 cannot be connected to
            a ID --protect                        | LEVEL is missing
            a ID --protect auto                   | 'auto' is no protection; these are: clear, safe, private
            a ID --protect SAFE                   | 'SAFE' is no protection; these are: clear, safe, private
            a ID --protect safe --protect safe    | unexpected '--protect'
            a ID --grant                          | SHARE=RIGHTS is missing
            a ID --grant s=read --grant s=write   | two grants for share s
            -a ID                                 | the name of a peer does not start with '-'
            .a ID                                 | the name of a peer does not start with '.'
            local ID                              | no peer is called local, which means this machine
            a/b ID                                | the name of a peer has no '/', only letters, digits, . _ and -
            \u00e4 ID                             | the name of a peer has no '\u00e4', only letters, digits, . _ and -
            """)
    void saysWhatIsWrongWithTheWords(String line, String reason) {
        assertEquals(reason, refusal(() -> parse(line)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            photos           | a grant reads SHARE=read,write,delete
            photos=          | '' is no right; these are: read, write, delete, with commas between
            photos=read,     | '' is no right; these are: read, write, delete, with commas between
            photos=rw        | 'rw' is no right; these are: read, write, delete, with commas between
            photos=READ      | 'READ' is no right; these are: read, write, delete, with commas between
            photos=read,read | a grant says 'read' twice
            =read            | the name of a share has 1 to 64 characters, not 0
            a/b=read         | the name of a share has no '/', only letters, digits, . _ and -
            ..=read          | the name of a share does not start with '.'
            """)
    void saysWhatIsWrongWithAGrant(String text, String reason) {
        assertEquals(reason, refusal(() -> Grant.parse(text)));
    }

    @Test
    void aGrantOfNothingIsNone() {
        assertEquals("a grant names at least one of read, write, delete", refusal(() -> new Grant("s", Set.of())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\0", "\u001b[1m", "\u202e", "\ud83d\ude00"})
    void whatCannotBePrintedIsEscapedInReasons(String text) {
        for (String reason : List.of(
                refusal(() -> Peer.parse(List.of(text, ID.toString()))),
                refusal(() -> Peer.parse(List.of("a", ID + text))),
                refusal(() -> Peer.parse(List.of("a", ID.toString(), "h", text))),
                refusal(() -> Peer.parse(List.of("a", ID.toString(), "--protect", text))),
                refusal(() -> Grant.parse(text + "=read")),
                refusal(() -> Grant.parse("s=" + text)))) {
            assertTrue(reason.codePoints().noneMatch(c -> c < ' ' || c == 0x202e), reason);
        }
    }

    @Test
    void namesHave64CharactersAtMost() {
        assertDoesNotThrow(() -> new Peer("a".repeat(64), ID, null, null, List.of()));
        refusal(() -> new Peer("a".repeat(65), ID, null, null, List.of()));
        refusal(() -> new Peer("", ID, null, null, List.of()));
        assertDoesNotThrow(() -> new Grant("a".repeat(64), Set.of(Right.READ)));
        refusal(() -> new Grant("a".repeat(65), Set.of(Right.READ)));
    }

    @Test
    void theLongestPeerFitsALine() {
        List<Grant> grants = IntStream.range(0, Peer.MAX_GRANTS)
                .mapToObj(i -> new Grant(String.format("%064d", i), EnumSet.allOf(Right.class)))
                .toList();
        Endpoint address = new Endpoint("fe80::1%" + "z".repeat(245), 65_535);
        Peer peer = new Peer("n".repeat(64), ID, address, Protection.PRIVATE, grants);

        assertTrue(
                peer.toString().length() < PeerBookText.MAX_LINE_LENGTH,
                "" + peer.toString().length());
        assertEquals(peer, Peer.parse(List.of(peer.toString().split(" "))));
    }

    @Test
    void thereAreNoMoreGrantsThanThat() {
        List<Grant> grants = IntStream.rangeClosed(0, Peer.MAX_GRANTS)
                .mapToObj(i -> new Grant("s" + i, Set.of(Right.READ)))
                .toList();

        assertEquals("33 grants to one peer, at most 32", refusal(() -> new Peer("a", ID, null, null, grants)));
    }
}
