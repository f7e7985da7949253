package io.zsync.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * One component of a path, as bytes: 1 to 255 of them, no {@code /}, no NUL, neither {@code .} nor {@code ..}. Ordered as
 * unsigned bytes, which is the order of siblings in a manifest whatever their kind. Immutable.
 */
public final class Name implements Comparable<Name> {
    private static final byte[] RESERVED_PREFIX = ".zsync-".getBytes(StandardCharsets.US_ASCII);
    private static final int RESERVED_DIGITS = 16;

    private final byte[] bytes;

    private Name(byte[] bytes) {
        this.bytes = bytes;
    }

    /** @throws IllegalArgumentException if the bytes are no valid component; the array is copied */
    public static Name of(byte[] bytes) {
        return of(bytes, 0, bytes.length);
    }

    /** The component in these bytes of a larger array, copied. */
    static Name of(byte[] bytes, int from, int to) {
        String reason = reasonAgainst(bytes, from, to);
        if (reason != null) {
            throw new IllegalArgumentException(
                    "name " + Escape.bytes(Arrays.copyOfRange(bytes, from, to)) + ": " + reason);
        }
        return new Name(Arrays.copyOfRange(bytes, from, to));
    }

    /** The component with these characters in UTF-8. */
    public static Name of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The reserved name of a staged file: {@code .zsync-} and the number as 16 hex digits. */
    public static Name reserved(long number) {
        return of(".zsync-" + HexFormat.of().toHexDigits(number));
    }

    /** Why these bytes are no component, or null if they are one. */
    static @Nullable String reasonAgainst(byte[] bytes, int from, int to) {
        int length = to - from;
        if (length == 0) {
            return "empty component";
        }
        if (length > Limits.NAME_LENGTH) {
            return "component of " + length + " bytes, at most " + Limits.NAME_LENGTH;
        }
        if (bytes[from] == '.' && (length == 1 || (length == 2 && bytes[from + 1] == '.'))) {
            return "component . or ..";
        }
        for (int i = from; i < to; i++) {
            if (bytes[i] == '/') {
                return "slash in a component";
            }
            if (bytes[i] == 0) {
                return "NUL in a component";
            }
        }
        return null;
    }

    /** True for the names zsync keeps for staged objects: never scanned, offered, accepted or counted. */
    public boolean isReserved() {
        if (bytes.length != RESERVED_PREFIX.length + RESERVED_DIGITS
                || !Arrays.equals(bytes, 0, RESERVED_PREFIX.length, RESERVED_PREFIX, 0, RESERVED_PREFIX.length)) {
            return false;
        }
        for (int i = RESERVED_PREFIX.length; i < bytes.length; i++) {
            byte b = bytes[i];
            if (!(b >= '0' && b <= '9') && !(b >= 'a' && b <= 'f')) {
                return false;
            }
        }
        return true;
    }

    public int length() {
        return bytes.length;
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Copies the bytes to {@code target} at {@code offset}. */
    public void copyTo(byte[] target, int offset) {
        System.arraycopy(bytes, 0, target, offset, bytes.length);
    }

    @Override
    public int compareTo(Name other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Name name && Arrays.equals(bytes, name.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** The name for people: control bytes and invalid UTF-8 escaped. */
    @Override
    public String toString() {
        return Escape.bytes(bytes);
    }
}
