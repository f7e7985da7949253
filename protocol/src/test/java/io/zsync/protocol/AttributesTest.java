package io.zsync.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttributesTest {
    private static Attribute attribute(String name, int length) {
        return new Attribute(name, new byte[length]);
    }

    @Test
    void namesHaveOneTo255BytesOfUtf8() {
        assertEquals("\u20ac".repeat(85), attribute("\u20ac".repeat(85), 0).name());
        assertEquals(255, attribute("\u20ac".repeat(85), 0).nameBytes().length);
        for (String bad : List.of("", "\u20ac".repeat(85) + "x", "x".repeat(256), "user.\0", "user.\ud800")) {
            assertThrows(IllegalArgumentException.class, () -> attribute(bad, 0), bad);
        }
    }

    @Test
    void valuesHaveUpTo64KibibytesAndAreCopied() {
        assertEquals(65_536, attribute("user.x", 65_536).value().length);
        assertThrows(IllegalArgumentException.class, () -> attribute("user.x", 65_537));
        byte[] given = {1, 2};
        Attribute attribute = new Attribute("user.x", given);
        given[0] = 9;
        attribute.value()[1] = 9;
        assertArrayEquals(new byte[] {1, 2}, attribute.value());
    }

    @Test
    void attributesAreEqualByContentAndKeepTheirValueToThemselves() {
        Attribute one = new Attribute("user.x", new byte[] {77});
        assertEquals(one, new Attribute("user.x", new byte[] {77}));
        assertEquals(one.hashCode(), new Attribute("user.x", new byte[] {77}).hashCode());
        assertNotEquals(one, new Attribute("user.x", new byte[] {78}));
        assertNotEquals(one, new Attribute("user.y", new byte[] {77}));
        assertEquals("Attribute[user.\\n, 3 bytes]", attribute("user.\n", 3).toString());
    }

    @Test
    void aSetIsInOrderOfUnsignedBytes() {
        // In UTF-16 the last two are the other way round.
        List<Attribute> sorted = List.of(
                attribute("A", 1),
                attribute("a", 1),
                attribute("ab", 1),
                attribute("\uffee", 1),
                attribute("\ud83d\ude00", 1));
        Attributes attributes = Attributes.of(sorted.reversed());
        assertEquals(sorted, attributes.asList());
        assertEquals(Attributes.of(sorted), attributes);
        assertEquals(Attributes.of(sorted).hashCode(), attributes.hashCode());
        assertNotEquals(Attributes.of(sorted.subList(1, 4)), attributes);
        assertEquals(attribute("ab", 1), attributes.get("ab"));
        assertNull(attributes.get("b"));
        assertThrows(
                UnsupportedOperationException.class, () -> attributes.asList().clear());
    }

    @Test
    void aSetHasNoNameTwice() {
        List<Attribute> twice = List.of(attribute("a", 1), attribute("b", 1), attribute("a", 2));
        assertThrows(IllegalArgumentException.class, () -> Attributes.of(twice));
    }

    @Test
    void aSetHasUpTo128KibibytesOfNamesAndValues() {
        List<Attribute> most =
                new ArrayList<>(List.of(attribute("a", 65_536), attribute("b", 65_532), attribute("c", 1)));
        assertEquals(3, Attributes.of(most).asList().size());
        most.set(2, attribute("\u00e4", 1));
        assertThrows(IllegalArgumentException.class, () -> Attributes.of(most));
        most.set(2, attribute("c", 2));
        assertThrows(IllegalArgumentException.class, () -> Attributes.of(most));
    }

    @Test
    void nothingIsNone() {
        assertSame(Attributes.NONE, Attributes.of(List.of()));
        assertTrue(Attributes.NONE.isEmpty());
        assertNotEquals(true, Attributes.of(List.of(attribute("a", 0))).isEmpty());
    }
}
