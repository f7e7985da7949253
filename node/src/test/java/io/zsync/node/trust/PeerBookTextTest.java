package io.zsync.node.trust;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PeerBookTextTest {
    private static final String HEADER = "# zsync peers, version 1\n";
    private static final long SEED = 10;

    private static PeerBook parse(String text) throws RunFailure {
        return PeerBookText.parse(text.getBytes(UTF_8), "/p").book();
    }

    private static String of(PeerBook book) {
        return new String(PeerBookText.EMPTY.showing(book).bytes(), UTF_8);
    }

    @Test
    void aBookIsOneLineForEachPeer() throws RunFailure {
        PeerBook book = Books.of(Books.peer("a", Grant.parse("s=read")), Books.peer("b"));

        assertEquals(
                HEADER + "a " + Books.id("a".hashCode()) + " --grant s=read\nb " + Books.id("b".hashCode()) + "\n",
                of(book));
        assertEquals(HEADER, of(PeerBook.EMPTY));
        assertEquals(PeerBook.EMPTY, parse(HEADER));
    }

    @Test
    void everyBookComesBackFromItsText() throws RunFailure {
        Random random = new Random(SEED);
        for (int size = 0; size < 60; size++) {
            PeerBook book = Books.random(random, size);
            assertEquals(book, parse(of(book)), "seed " + SEED + ", size " + size);
        }
    }

    @Test
    void blanksCommentsAndAMissingLastLineEndAreAllowed() throws RunFailure {
        String line = Books.peer("a").toString();

        assertEquals(
                Books.of(Books.peer("a")),
                parse(HEADER + "\n \t\n# gr\u00fc\u00dfe\n  #x\n\t" + line.replace(" ", " \t ") + "  "));
    }

    @Test
    void peoplesOwnLinesSurviveAChange() throws RunFailure {
        String a = Books.peer("a").toString().replace(" ", "   ") + "\n";
        String b = Books.peer("b") + "\n";
        PeerBookText text = PeerBookText.parse((HEADER + "# one\n" + a + "\n# two\n" + b).getBytes(UTF_8), "/p");

        PeerBook changed = text.book().without("b").with(Books.peer("c"));

        assertEquals(
                HEADER + "# one\n" + a + "\n# two\n" + Books.peer("c") + "\n",
                new String(text.showing(changed).bytes(), UTF_8));
    }

    @Test
    void aPeerThatIsChangedMovesToTheEnd() throws RunFailure {
        PeerBookText text = PeerBookText.parse(
                of(Books.of(Books.peer("a"), Books.peer("b"))).getBytes(UTF_8), "/p");

        PeerBook changed = text.book().without("a").with(Books.peer("a", Grant.parse("s=read")));

        assertEquals(
                HEADER + Books.peer("b") + "\n" + Books.peer("a") + " --grant s=read\n",
                new String(text.showing(changed).bytes(), UTF_8));
    }

    @Test
    void saysWhichLineIsWrongAndWhy() {
        String a = Books.peer("a").toString();
        String b = Books.peer("b").toString();
        assertRefused("line 1: it is not '# zsync peers, version 1'", "");
        assertRefused("line 1: it is not '# zsync peers, version 1'", a);
        assertRefused("line 1: it is not '# zsync peers, version 1'", "# zsync peers, version 2\n");
        assertRefused("line 1: it is not '# zsync peers, version 1'", "\ufeff" + HEADER);
        assertRefused("line 3: this name is in the peer book already", HEADER + a + "\n" + a);
        assertRefused("line 4: this id is in the peer book already, as a", HEADER + a + "\n\n" + "c" + a.substring(1));
        assertRefused("line 3: the id is mistyped: its check characters do not match", HEADER + a + "\n" + mistyped(b));
        assertRefused("line 2: unexpected '#mine'", HEADER + a + " host #mine");
        assertRefused("line 2: unexpected '--force'", HEADER + a + " --force");
        assertRefused("line 2: it has 4097 bytes, at most 4096", HEADER + "#".repeat(4_097));
        assertRefused("line 2: an id has no '\\r', only letters and 2 to 7", HEADER + a + "\r\n");
    }

    @Test
    void invalidUtf8IsSaidWithItsLine() {
        for (String bad : new String[] {"# \u00ff", "# \u00c3", "# \u00ed\u00a0\u0080", "# \u00c0\u0080"}) {
            byte[] bytes = (HEADER + "# ok\n" + bad + "\n# ok\n").getBytes(ISO_8859_1);
            RunFailure failure = assertThrows(RunFailure.class, () -> PeerBookText.parse(bytes, "/p"));
            assertEquals("peer book: line 3: it is not UTF-8 (/p)", failure.getMessage());
        }
    }

    @Test
    void tenThousandPeersAreReadAndOneMoreIsNot() throws RunFailure {
        StringBuilder text = new StringBuilder(HEADER);
        for (int i = 0; i < PeerBook.MAX_PEERS; i++) {
            text.append('p').append(i).append(' ').append(Books.id(i)).append('\n');
        }
        assertEquals(10_000, parse(text.toString()).peers().size());

        assertRefused("line 10002: the peer book is full, it holds 10000", text.toString() + Books.peer("more"));
    }

    /** Whatever a file turns into, it is a book or a refusal of one line. */
    @Test
    void everyMutationIsABookOrARefusal() throws RunFailure {
        Random random = new Random(SEED);
        int books = 0;
        int refusals = 0;
        byte[] whole = {};
        for (int round = 0; round < 10_000; round++) {
            whole = round % 20 == 0 ? of(Books.random(random, 3)).getBytes(UTF_8) : whole;
            byte[] bytes = mutate(whole, random);
            try {
                PeerBook book = PeerBookText.parse(bytes, "/p").book();
                assertEquals(book, parse(of(book)), "seed " + SEED + ", round " + round);
                books++;
            } catch (RunFailure refused) {
                String message = String.valueOf(refused.getMessage());
                assertTrue(
                        message.matches("peer book: line [0-9]+: [^\\p{Cntrl}]+ \\(/p\\)"),
                        "seed " + SEED + ", round " + round + ": " + message);
                refusals++;
            }
        }
        assertTrue(books > 100 && refusals > 1_000, books + " books, " + refusals + " refusals");
    }

    private static byte[] mutate(byte[] bytes, Random random) {
        byte[] mutated = bytes;
        for (int i = random.nextInt(3); i >= 0 && mutated.length > 0; i--) {
            int at = random.nextInt(mutated.length);
            int length = random.nextInt(Math.min(40, mutated.length - at) + 1);
            mutated = switch (random.nextInt(5)) {
                case 0 -> flipped(mutated, at, random);
                case 1 -> Arrays.copyOf(mutated, at);
                case 2 -> joined(mutated, at, new byte[0], at + length);
                case 3 -> joined(mutated, at, Arrays.copyOfRange(mutated, at, at + length), at);
                default -> joined(mutated, at, odd(random), at);
            };
        }
        return mutated;
    }

    private static byte[] flipped(byte[] bytes, int at, Random random) {
        byte[] flipped = bytes.clone();
        flipped[at] ^= (byte) (1 << random.nextInt(8));
        return flipped;
    }

    private static byte[] odd(Random random) {
        String[] odd = {
            "\n", " ", "\0", "--grant ", "--protect ", "=", ",", "#", "[", "]", ":", "-", "\u2028", "\ud83d\ude00"
        };
        return odd[random.nextInt(odd.length)].getBytes(UTF_8);
    }

    private static byte[] joined(byte[] bytes, int head, byte[] middle, int tail) {
        byte[] joined = new byte[head + middle.length + bytes.length - tail];
        System.arraycopy(bytes, 0, joined, 0, head);
        System.arraycopy(middle, 0, joined, head, middle.length);
        System.arraycopy(bytes, tail, joined, head + middle.length, bytes.length - tail);
        return joined;
    }

    private static String mistyped(String line) {
        return line.substring(0, line.length() - 1) + (line.endsWith("a") ? "b" : "a");
    }

    private static void assertRefused(String reason, String text) {
        RunFailure failure = assertThrows(RunFailure.class, () -> parse(text));
        assertEquals("peer book: " + reason + " (/p)", failure.getMessage());
        assertEquals(FailureKind.USAGE, failure.kind());
    }
}
