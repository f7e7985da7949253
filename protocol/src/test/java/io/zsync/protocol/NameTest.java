package io.zsync.protocol;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NameTest {
    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "/", "a/b", "/a", "a/", "\0", "a\0b"})
    void refusesWhatIsNoComponent(String text) {
        assertThrows(IllegalArgumentException.class, () -> Name.of(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "...", ".a", "..a", "a.", " ", "\n", "-rf", "\\", "ä", "~"})
    void takesEveryOtherByte(String text) {
        assertEquals(Name.of(text), Name.of(Name.of(text).bytes()));
    }

    @Test
    void has255BytesAtMost() {
        assertEquals(255, Name.of("n".repeat(255)).length());
        assertThrows(IllegalArgumentException.class, () -> Name.of("n".repeat(256)));
        assertThrows(IllegalArgumentException.class, () -> Name.of("ä".repeat(128)), "bytes count, not characters");
    }

    @Test
    void keepsBytesThatAreNotUtf8() {
        byte[] bytes = {(byte) 0xFF, 'a', (byte) 0x80};

        assertArrayEquals(bytes, Name.of(bytes).bytes());
        assertEquals("\\xffa\\x80", Name.of(bytes).toString());
    }

    @Test
    void isNotChangedThroughTheArraysItCameFromOrGaveAway() {
        byte[] bytes = {'a'};
        Name name = Name.of(bytes);

        bytes[0] = '/';
        name.bytes()[0] = '/';

        assertEquals(Name.of("a"), name);
    }

    @Test
    void readsAPieceOfALargerArray() {
        byte[] bytes = "x/name/y".getBytes(US_ASCII);

        assertEquals(Name.of("name"), Name.of(bytes, 2, 6));
        assertThrows(IllegalArgumentException.class, () -> Name.of(bytes, 0, 2));
    }

    @Test
    void ordersAsUnsignedBytes() {
        List<Name> sorted = Stream.of(
                        new byte[] {1},
                        "A".getBytes(US_ASCII),
                        "a".getBytes(US_ASCII),
                        "a-b".getBytes(US_ASCII),
                        "a.b".getBytes(US_ASCII))
                .map(Name::of)
                .toList();
        for (int i = 0; i + 1 < sorted.size(); i++) {
            assertTrue(sorted.get(i).compareTo(sorted.get(i + 1)) < 0, "entry " + i);
        }
        assertTrue(Name.of("a0").compareTo(Name.of(new byte[] {-1})) < 0, "\\xff is the last");
        assertNotEquals(Name.of("a"), Name.of("A"));
    }

    @Test
    void knowsItsReservedNamesAndNoOthers() {
        assertEquals(".zsync-00000000000000ff", Name.reserved(255).toString());
        assertTrue(Name.reserved(-1).isReserved());
        for (String other : List.of(
                ".zsync-",
                ".zsync-0123456789abcde",
                ".zsync-0123456789abcdef0",
                ".zsync-0123456789ABCDEF",
                ".zsync",
                "zsync-0123456789abcdef",
                ".zsync-0123456789abcdeg",
                ".Zsync-0123456789abcdef")) {
            assertFalse(Name.of(other).isReserved(), other);
        }
    }
}
