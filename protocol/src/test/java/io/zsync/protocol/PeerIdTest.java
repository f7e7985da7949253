package io.zsync.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeerIdTest {
    private static final long SEED = 7_419;

    /** Made by Python's base64 and hashlib. */
    private static final String BYTES = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    private static final String TEXT = "zs1-aaaqeaye-audaocaj-bifqydio-b4ibceqt-cqkrmfyy-denbwha5-dypqlvoa";

    @Test
    void readsAsPeopleKnowIt() {
        PeerId id = new PeerId(Digest.of(HexFormat.of().parseHex(BYTES)));

        assertEquals(TEXT, id.toString());
        assertEquals(id, PeerId.parse(TEXT));
    }

    @Test
    void everyIdComesBackFromItsTextInAnyCaseAndWithoutGroups() {
        for (PeerId id : ids(1_000)) {
            String text = id.toString();
            assertTrue(text.matches("zs1(-[a-z2-7]{8}){7}"), text);
            assertEquals(id, PeerId.parse(text));
            assertEquals(id, PeerId.parse(text.toUpperCase(Locale.ROOT)));
            assertEquals(id, PeerId.parse("Zs1-" + text.substring(4).replace("-", "")));
        }
    }

    /** One slip in a million passes, so it is these ids that are safe, not all; some 85,000 slips. */
    @Test
    void aCharacterThatIsAnotherOneIsCaught() {
        for (PeerId id : ids(50)) {
            String text = id.toString();
            for (int at = 0; at < text.length(); at++) {
                for (char c : "abcdefghijklmnopqrstuvwxyz0123456789-".toCharArray()) {
                    if (text.charAt(at) != c) {
                        refused(text.substring(0, at) + c + text.substring(at + 1));
                    }
                }
            }
        }
    }

    @Test
    void neighboursThatSwapTheirPlacesAreCaught() {
        for (PeerId id : ids(500)) {
            for (String text :
                    List.of(id.toString(), "zs1-" + id.toString().substring(4).replace("-", ""))) {
                for (int at = 0; at + 1 < text.length(); at++) {
                    if (text.charAt(at) != text.charAt(at + 1)) {
                        refused(text.substring(0, at) + text.charAt(at + 1) + text.charAt(at) + text.substring(at + 2));
                    }
                }
            }
        }
    }

    @Test
    void aCharacterTooFewOrTooManyIsCaught() {
        String text = ids(1).getFirst().toString();
        for (int at = 0; at < text.length(); at++) {
            refused(text.substring(0, at) + text.substring(at + 1));
            refused(text.substring(0, at) + "a" + text.substring(at));
        }
    }

    /** The 52nd character carries one bit; the other four have one value only. */
    @Test
    void spareBitsAreNoSecondSpelling() {
        PeerId id = new PeerId(Digest.of(new byte[Digest.LENGTH]));
        String text = "zs1-" + id.toString().substring(4).replace("-", "");
        assertEquals('a', text.charAt(4 + 51));

        refused(text.substring(0, 4 + 51) + "b" + text.substring(4 + 52));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                                            | an id starts with zs1-
            aeaqcaib                                      | an id starts with zs1-
            zs2-aeaqcaib                                  | an id starts with zs1-
            zs1-                                          | an id has 56 characters after zs1-, this one has 0
            zs1-aeaqcaib                                  | an id has 56 characters after zs1-, this one has 8
            zs1-aeaqcai0                                  | an id has no '0', only letters and 2 to 7
            zs1-aeaqcai\u212A                             | an id has no '\u212A', only letters and 2 to 7
            zs1-aeaq caib                                 | an id has no ' ', only letters and 2 to 7
            """)
    void saysWhatIsWrongWithIt(String text, String reason) {
        assertEquals(reason, refused(text));
    }

    @Test
    void saysWhereHyphensStandAndEscapesWhatCannotBe() {
        assertEquals("an id's hyphens stand after every 8 characters", refused(TEXT.replaceFirst("-a", "-a-")));
        assertEquals("an id's hyphens stand after every 8 characters", refused(TEXT + "-"));
        assertEquals("an id has no '\\n', only letters and 2 to 7", refused(TEXT + "\n"));
        assertEquals(
                "the id is mistyped: its check characters do not match",
                refused(TEXT.substring(0, TEXT.length() - 1) + (TEXT.endsWith("a") ? "b" : "a")));
    }

    private static String refused(String text) {
        try {
            PeerId id = PeerId.parse(text);
            return fail("seed " + SEED + ": " + text + " was taken for " + id);
        } catch (IllegalArgumentException e) {
            return Objects.requireNonNull(e.getMessage());
        }
    }

    private static List<PeerId> ids(int count) {
        Random random = new Random(SEED);
        List<PeerId> ids = new ArrayList<>();
        byte[] bytes = new byte[Digest.LENGTH];
        for (int i = 0; i < count; i++) {
            random.nextBytes(bytes);
            ids.add(new PeerId(Digest.of(bytes)));
        }
        return ids;
    }
}
