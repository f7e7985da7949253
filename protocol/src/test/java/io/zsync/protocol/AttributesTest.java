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
import java.util.Objects;
import org.junit.jupiter.api.Test;

class AttributesTest {
    @Test
    void sortsByUnsignedBytesOfTheirNames() {
        Attributes sorted = Attributes.of(List.of(empty("\ud83d\ude00"), empty("z"), empty("\uffee"), empty("é")));

        assertEquals(List.of(empty("z"), empty("é"), empty("\uffee"), empty("\ud83d\ude00")), sorted.asList());
        assertEquals(sorted, Attributes.ofAscending(sorted.asList()));
        assertThrows(
                IllegalArgumentException.class,
                () -> Attributes.ofAscending(sorted.asList().reversed()));
    }

    @Test
    void refusesOneNameTwice() {
        assertThrows(
                IllegalArgumentException.class,
                () -> Attributes.of(List.of(new Attribute("a", new byte[] {1}), new Attribute("a", new byte[] {2}))));
    }

    @Test
    void tellsOfNamesEscaped() {
        Attribute first = empty("user.a\033]0;x\007");
        Attribute second = empty("user.b\r");
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> Attributes.ofAscending(List.of(second, first)));
        assertEquals("attribute user.a\\x1b]0;x\\x07 after user.b\\r", refused.getMessage());
        assertEquals("user.b\\r=", second.toString());
    }

    @Test
    void boundsAllTogetherAndCountsEachEvenIfItIsEmpty() {
        int value = Limits.ATTRIBUTES_LENGTH / 2 - 9;
        Attribute first = new Attribute("a", new byte[value]);
        Attribute second = new Attribute("b", new byte[value]);
        assertEquals(2, Attributes.of(List.of(first, second)).asList().size());
        assertThrows(IllegalArgumentException.class, () -> Attributes.of(List.of(first, second, empty("c"))));

        List<Attribute> many = new ArrayList<>();
        for (int i = 0; i < Limits.ATTRIBUTES_LENGTH / 16; i++) {
            many.add(empty(String.format("%08x", i)));
        }
        assertEquals(many, Attributes.of(many).asList());
        many.add(empty("z"));
        assertThrows(IllegalArgumentException.class, () -> Attributes.of(many));
    }

    @Test
    void findsByName() {
        Attributes attributes = Attributes.of(List.of(new Attribute(Attribute.ACL_ACCESS, new byte[] {7}), empty("a")));

        Attribute acl = Objects.requireNonNull(attributes.get(Attribute.ACL_ACCESS));
        assertTrue(acl.isAcl());
        assertArrayEquals(new byte[] {7}, acl.value());
        assertNull(attributes.get(Attribute.ACL_DEFAULT));
        assertSame(Attributes.NONE, Attributes.of(List.of()));
    }

    @Test
    void namesAreBoundedInBytes() {
        new Attribute("é".repeat(127), new byte[0]);
        assertThrows(IllegalArgumentException.class, () -> empty("é".repeat(128)));
        assertThrows(IllegalArgumentException.class, () -> empty(""));
        assertThrows(IllegalArgumentException.class, () -> empty("user.\0"));
    }

    @Test
    void valuesAreBoundedAndNobodyElses() {
        byte[] value = new byte[Limits.ATTRIBUTE_VALUE_LENGTH];
        Attribute attribute = new Attribute("a", value);
        assertThrows(
                IllegalArgumentException.class, () -> new Attribute("a", new byte[Limits.ATTRIBUTE_VALUE_LENGTH + 1]));

        value[0] = 1;
        attribute.value()[1] = 1;
        assertEquals(new Attribute("a", new byte[Limits.ATTRIBUTE_VALUE_LENGTH]), attribute);
        assertNotEquals(new Attribute("b", attribute.value()), attribute);
        assertNotEquals(new Attribute("a", value), attribute);
    }

    private static Attribute empty(String name) {
        return new Attribute(name, new byte[0]);
    }
}
