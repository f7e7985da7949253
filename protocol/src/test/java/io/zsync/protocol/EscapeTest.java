package io.zsync.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EscapeTest {
    /** Bytes in hex, and what people see. */
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "61, a",
                "c3a4, ä",
                "f09f9880, 😀",
                "0a, \\n",
                "09, \\t",
                "0d, \\r",
                "5c, \\\\",
                "5c6e, \\\\n",
                "00, \\x00",
                "1b5b316d, \\x1b[1m",
                "7f, \\x7f",
                "c280, \\u{80}",
                "ff, \\xff",
                "61ff62, a\\xffb",
                "fffe, \\xff\\xfe",
                "80, \\x80",
                "c3, \\xc3",
                "e282, \\xe2\\x82",
                "e28261, \\xe2\\x82a",
                "f09f98, \\xf0\\x9f\\x98",
                "c0af, \\xc0\\xaf",
                "eda080, \\xed\\xa0\\x80",
                "f4908080, \\xf4\\x90\\x80\\x80",
                "e280ae, \\u{202e}",
                "e2808b, \\u{200b}",
                "e280a8, \\u{2028}",
                "efbbbf, \\u{feff}",
            })
    void showsBytes(String hex, String shown) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        assertEquals(shown, Escape.bytes(bytes));
    }

    @Test
    void showsTextTheSameWay() {
        assertEquals("a\\nb\\u{202e}", Escape.text("a\nb\u202e"));
        assertEquals("\\u{d800}", Escape.text("\ud800"), "half a character");
        assertEquals("", Escape.text(""));
        assertEquals("", Escape.bytes(new byte[0]));
    }

    @Test
    void neverLetsALineEndOrAControlThroughAndNeverShowsTwoNamesAlike() {
        long seed = 7;
        Random random = new Random(seed);
        var seen = new java.util.HashMap<String, String>();
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = new byte[random.nextInt(6)];
            random.nextBytes(bytes);
            if (random.nextBoolean()) {
                bytes = new String(bytes, UTF_8).getBytes(UTF_8);
            }
            String shown = Escape.bytes(bytes);
            assertTrue(shown.codePoints().noneMatch(Character::isISOControl), () -> "seed " + seed + ": " + shown);
            assertFalse(shown.contains("\u2028"), shown);
            String hex = HexFormat.of().formatHex(bytes);
            String other = seen.put(shown, hex);
            assertTrue(other == null || other.equals(hex), () -> hex + " and " + other + " both show as " + shown);
        }
    }
}
