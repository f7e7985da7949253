package io.zsync.node.trust;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.api.Endpoint;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.node.fuzz.FuzzTarget;
import io.zsync.node.fuzz.Mutations;
import io.zsync.protocol.Base32;
import io.zsync.protocol.Protection;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The peer book, the file of invites and an invite's text, of any bytes: refused in one line, or written as they were read. */
public class TrustFuzzTest {
    private static final long SEED = 27;
    private static final Instant EXPIRY = Instant.parse("2026-11-25T12:00:00Z");
    private static final Invite INVITE = Invite.fresh(
            List.of(new Endpoint("10.0.0.2", 7419), new Endpoint("fd00::7", 1), new Endpoint("backup1.lan", 65_535)),
            Books.id(1),
            EXPIRY,
            Protection.SAFE);

    public static List<FuzzTarget> targets() {
        Grant grant = new Grant("docs", EnumSet.allOf(Right.class));
        Invite plain = Invite.fresh(List.of(new Endpoint("h", 1)), Books.id(2), EXPIRY, null);
        return List.of(
                new FuzzTarget("peer-book", List.of(book(3), book(1), ownLines()), TrustFuzzTest::isPeerBook),
                new FuzzTarget(
                        "invite-file",
                        List.of(
                                InviteFile.bytes(List.of()),
                                InviteFile.bytes(List.of(OpenInvite.of(INVITE, grant), OpenInvite.of(plain, null)))),
                        TrustFuzzTest::isInviteFile),
                new FuzzTarget(
                        "invite-text",
                        List.of(INVITE.text().getBytes(US_ASCII), plain.text().getBytes(US_ASCII)),
                        TrustFuzzTest::mended,
                        TrustFuzzTest::isInvite));
    }

    @ParameterizedTest
    @MethodSource("targets")
    void mutationsOfWhatIsBelievedKeepItsLaw(FuzzTarget target) {
        Mutations mutations = Mutations.ofEach(40_000, 1_000_000);

        Mutations.Outcome outcome = mutations.run(target);

        assertEquals(mutations.executions(), outcome.executions());
        assertTrue(outcome.reachesBothEnds(), outcome::toString);
    }

    private static byte[] book(int size) {
        try {
            return PeerBookText.EMPTY
                    .showing(Books.random(new Random(SEED), size))
                    .bytes();
        } catch (RunFailure e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] ownLines() {
        String text =
                new String(PeerBookText.EMPTY.bytes(), UTF_8) + "# gr\u00fc\u00dfe\n\n\t" + Books.peer("a") + "  \n";
        return text.getBytes(UTF_8);
    }

    private static boolean isPeerBook(byte[] bytes) {
        PeerBookText text;
        try {
            text = PeerBookText.parse(bytes, "/p");
        } catch (RunFailure refused) {
            return isRefused(refused);
        }
        byte[] again = text.bytes();
        int length = bytes.length > 0 && bytes[bytes.length - 1] == '\n' ? bytes.length : again.length - 1;
        assertArrayEquals(bytes, Arrays.copyOf(again, length), "every line survives, but for a last line end");
        PeerBook book = text.book();
        assertEquals(text, text.showing(book), "a book that did not change changes no line");
        return true;
    }

    private static boolean isInviteFile(byte[] bytes) {
        List<OpenInvite> invites;
        try {
            invites = InviteFile.parse(bytes, "/i");
        } catch (RunFailure refused) {
            return isRefused(refused);
        }
        assertArrayEquals(bytes, InviteFile.bytes(invites), "no other encoding");
        return true;
    }

    private static boolean isRefused(RunFailure refused) {
        assertEquals(FailureKind.USAGE, refused.kind());
        assertTrue(String.valueOf(refused.getMessage()).lines().count() == 1, "a reason in one line");
        return false;
    }

    private static boolean isInvite(byte[] bytes) {
        String text = new String(bytes, ISO_8859_1);
        Invite invite;
        try {
            invite = Invite.parse(text);
        } catch (IllegalArgumentException refused) {
            assertTrue(String.valueOf(refused.getMessage()).lines().count() == 1, "a reason in one line");
            return false;
        }
        assertEquals(text.replaceAll("[ \t\r\n]", "").toLowerCase(Locale.ROOT), invite.text(), "no other spelling");
        return true;
    }

    /** Makes the check characters match what is before them. */
    private static byte[] mended(byte[] bytes) {
        String text = new String(bytes, ISO_8859_1);
        String characters = text.substring(Math.min(text.length(), InviteText.PREFIX.length()));
        if (!text.startsWith(InviteText.PREFIX) || !characters.chars().allMatch(c -> Base32.has((char) c))) {
            return bytes;
        }
        byte[] decoded = Base32.decode(characters);
        byte[] content = Arrays.copyOf(decoded, Math.max(0, decoded.length - InviteText.CHECK_LENGTH));
        ByteBuffer whole = ByteBuffer.allocate(content.length + InviteText.CHECK_LENGTH)
                .put(content)
                .put(InviteText.checkOf(content));
        return (InviteText.PREFIX + Base32.encode(whole.array())).getBytes(US_ASCII);
    }
}
