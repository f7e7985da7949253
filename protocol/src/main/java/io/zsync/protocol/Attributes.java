package io.zsync.protocol;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The extended attributes of one object, in ascending order of their names as unsigned UTF-8 bytes. Names and values,
 * and 8 bytes for each, are at most {@link Limits#ATTRIBUTES_LENGTH}. Immutable.
 */
public final class Attributes {
    public static final Attributes NONE = new Attributes(List.of());

    private static final Comparator<Attribute> ORDER =
            Comparator.comparing(Attribute::nameBytes, Arrays::compareUnsigned);

    private final List<Attribute> sorted;

    private Attributes(List<Attribute> sorted) {
        this.sorted = sorted;
    }

    /** In any order. @throws IllegalArgumentException if two have one name, or they are too long together */
    public static Attributes of(List<Attribute> attributes) {
        return attributes.isEmpty()
                ? NONE
                : ofAscending(attributes.stream().sorted(ORDER).toList());
    }

    /** In the one order that they have on the wire. @throws IllegalArgumentException also if they are in another */
    static Attributes ofAscending(List<Attribute> attributes) {
        if (attributes.isEmpty()) {
            return NONE;
        }
        long length = 0;
        Attribute before = null;
        for (Attribute each : attributes) {
            if (before != null && ORDER.compare(before, each) >= 0) {
                throw new IllegalArgumentException("attribute " + each.shown() + " after " + before.shown());
            }
            before = each;
            length += each.length();
        }
        if (length > Limits.ATTRIBUTES_LENGTH) {
            throw new IllegalArgumentException(
                    "attributes of " + length + " bytes, at most " + Limits.ATTRIBUTES_LENGTH);
        }
        return new Attributes(List.copyOf(attributes));
    }

    public List<Attribute> asList() {
        return sorted;
    }

    /** What they count for in {@link Limits#ATTRIBUTES_LENGTH}. */
    public int length() {
        int length = 0;
        for (Attribute each : sorted) {
            length += each.length();
        }
        return length;
    }

    public @Nullable Attribute get(String name) {
        for (Attribute each : sorted) {
            if (each.name().equals(name)) {
                return each;
            }
        }
        return null;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Attributes attributes && sorted.equals(attributes.sorted);
    }

    @Override
    public int hashCode() {
        return sorted.hashCode();
    }

    @Override
    public String toString() {
        return sorted.toString();
    }
}
