package io.zsync.node.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.api.Endpoint;
import io.zsync.protocol.Base32;
import io.zsync.protocol.Protection;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InviteTest {
    private static final long SEED = 20_261_125;
    private static final Instant EXPIRY = Instant.parse("2026-11-25T12:00:00Z");
    private static final List<Endpoint> ADDRESSES =
            List.of(new Endpoint("10.0.0.2", 7419), new Endpoint("fd00::7", 1), new Endpoint("backup1.lan", 65_535));

    private final Invite invite = Invite.fresh(ADDRESSES, Books.id(1), EXPIRY, Protection.PRIVATE);

    @Test
    void whatIsHandedOverIsReadAsTheSameInvite() {
        assertEquals(invite, Invite.parse(invite.text()));
        Invite plain = Invite.fresh(List.of(new Endpoint("h", 1)), Books.id(2), Instant.EPOCH, null);
        assertEquals(plain, Invite.parse(plain.text()));
        assertTrue(invite.text().matches("zsi1-[a-z2-7]+"), "one word to a shell, and to who clicks it twice");
    }

    @Test
    void twoInvitesHaveNothingSecretInCommon() {
        Invite other = Invite.fresh(ADDRESSES, Books.id(1), EXPIRY, Protection.PRIVATE);

        assertNotEquals(invite.id(), other.id());
        assertFalse(Arrays.equals(invite.secret(), other.secret()));
        assertFalse(Arrays.equals(invite.key(), other.key()));
    }

    @Test
    void theLongestFits() {
        Endpoint longest = new Endpoint("h".repeat(253), 65_535);
        Invite longer = Invite.fresh(Collections.nCopies(4, longest), Books.id(1), EXPIRY, Protection.SAFE);

        assertEquals(longer, Invite.parse(longer.text().replaceAll("(.{20})", "$1\r\n")));
    }

    @Test
    void caseAndWhiteSpaceDoNotMatter() {
        String text = invite.text();
        String mailed =
                "  " + text.substring(0, 40) + "\r\n" + text.substring(40).toUpperCase(Locale.ROOT) + "\n\n";

        assertEquals(invite, Invite.parse(mailed));
    }

    @Test
    void everyOtherCharacterIsNoticed() {
        String text = invite.text();
        for (int i = 0; i < text.length(); i++) {
            for (char other : "abcdefghijklmnopqrstuvwxyz234567-1. ".toCharArray()) {
                if (other != text.charAt(i)) {
                    assertRefused(text.substring(0, i) + other + text.substring(i + 1));
                }
            }
            assertRefused(text.substring(0, i));
            assertRefused(text.substring(0, i) + text.substring(i + 1));
            assertRefused(text.substring(0, i) + "a" + text.substring(i));
        }
        assertRefused(text + "a");
        assertRefused(text + text);
    }

    /** With check characters that match: what was made on purpose, and not by zsync. */
    @Test
    void whatIsBehindTheCheckIsBelievedNoMore() throws Exception {
        Random random = new Random(SEED);
        byte[] content = Base32.decode(invite.text().substring(5));
        int read = 0;
        int refused = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] mutated =
                    Arrays.copyOf(content, content.length - 5 - (random.nextInt(4) == 0 ? random.nextInt(9) : 0));
            // Past the server's id and the secret, which may be any bytes.
            mutated[56 + random.nextInt(mutated.length - 56)] = (byte) random.nextInt();
            String text = "zsi1-" + Base32.encode(withCheck(mutated));
            try {
                assertEquals(text, Invite.parse(text).text(), "seed " + SEED + ", round " + round);
                read++;
            } catch (IllegalArgumentException e) {
                assertEquals("the invite was not made by this version of zsync", e.getMessage());
                refused++;
            }
        }
        assertTrue(read > 1_000 && refused > 1_000, read + " read, " + refused + " refused");
    }

    private static byte[] withCheck(byte[] content) throws Exception {
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        sha.update("zsi1".getBytes(StandardCharsets.US_ASCII));
        byte[] check = sha.digest(content);
        byte[] whole = Arrays.copyOf(content, content.length + 5);
        System.arraycopy(check, 0, whole, content.length, 5);
        return whole;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "zs1-abc|an invite starts with zsi1-",
                "zsi1-|the invite is cut off",
                "zsi1-abc1|an invite has no '1', only letters and 2 to 7",
                "zsi1-a\u001bb|an invite has no '\\x1b', only letters and 2 to 7"
            })
    void whatIsNoInviteSaysWhy(String text, String why) {
        assertEquals(
                why,
                assertThrows(IllegalArgumentException.class, () -> Invite.parse(text))
                        .getMessage());
    }

    @Test
    void aHugeTextIsNotReadAtAll() {
        assertRefused("zsi1-" + "a".repeat(10_000));
    }

    @Test
    void nothingButItsTextGivesTheSecretAway() {
        String secret = HexFormat.of().formatHex(invite.secret());
        String key = HexFormat.of().formatHex(invite.key());
        OpenInvite open = OpenInvite.of(invite, null);

        assertFalse(invite.toString().contains(secret) || invite.toString().contains(key));
        assertFalse(open.toString().contains(key));
        assertFalse(open.line().contains(secret), "what is stored proves it to this server, and is not the secret");
    }

    private static void assertRefused(String text) {
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> Invite.parse(text), text)
                .getMessage());
        assertTrue(message.length() < 100, message);
    }
}
