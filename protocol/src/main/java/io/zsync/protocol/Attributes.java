package io.zsync.protocol;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The extended attributes of one object, in order of their names as unsigned UTF-8 bytes, each name once; names and values
 * together at most {@link Limits#ATTRIBUTES_LENGTH} bytes. Immutable.
 */
public final class Attributes {
    public static final Attributes NONE = new Attributes(List.of());

    private final List<Attribute> sorted;

    private Attributes(List<Attribute> sorted) {
        this.sorted = sorted;
    }

    /** @param attributes in any order. @throws IllegalArgumentException if a name comes twice or all are too long */
    public static Attributes of(List<Attribute> attributes) {
        if (attributes.isEmpty()) {
            return NONE;
        }
        List<Attribute> sorted = new ArrayList<>(attributes);
        sorted.sort((a, b) -> Arrays.compareUnsigned(a.nameBytes(), b.nameBytes()));
        long length = 0;
        for (int i = 0; i < sorted.size(); i++) {
            Attribute each = sorted.get(i);
            if (i > 0 && each.name().equals(sorted.get(i - 1).name())) {
                throw new IllegalArgumentException("attribute " + Escape.text(each.name()) + " twice");
            }
            length += each.nameBytes().length + each.value().length;
        }
        if (length > Limits.ATTRIBUTES_LENGTH) {
            throw new IllegalArgumentException(
                    "attributes of " + length + " bytes, at most " + Limits.ATTRIBUTES_LENGTH);
        }
        return new Attributes(List.copyOf(sorted));
    }

    public boolean isEmpty() {
        return sorted.isEmpty();
    }

    public List<Attribute> asList() {
        return sorted;
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
        return "Attributes" + sorted;
    }
}
