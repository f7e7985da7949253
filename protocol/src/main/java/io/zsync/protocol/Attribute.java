package io.zsync.protocol;

import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One extended attribute of a file, directory or other object. Immutable.
 *
 * @param name with its namespace, as in {@code user.comment}: 1 to 255 bytes in UTF-8, no NUL
 * @param value 0 to 65,536 bytes
 */
public record Attribute(String name, byte[] value) {
    /** The name under which Linux keeps an object's POSIX access control list. */
    public static final String ACL_ACCESS = "system.posix_acl_access";

    /** The name under which Linux keeps the list that new members of a directory get. */
    public static final String ACL_DEFAULT = "system.posix_acl_default";

    public Attribute {
        int length = length(name);
        if (length < 1 || length > Limits.ATTRIBUTE_NAME_LENGTH) {
            throw new IllegalArgumentException(
                    "attribute name of " + length + " bytes, not 1.." + Limits.ATTRIBUTE_NAME_LENGTH);
        }
        if (name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("NUL in an attribute name");
        }
        if (value.length > Limits.ATTRIBUTE_VALUE_LENGTH) {
            throw new IllegalArgumentException("value of " + value.length + " bytes for attribute " + Escape.text(name)
                    + ", at most " + Limits.ATTRIBUTE_VALUE_LENGTH);
        }
        value = value.clone();
    }

    private static int length(String name) {
        try {
            return StandardCharsets.UTF_8
                    .newEncoder()
                    .encode(CharBuffer.wrap(name))
                    .remaining();
        } catch (CharacterCodingException unpaired) {
            throw new IllegalArgumentException("attribute name " + Escape.text(name) + " has no UTF-8", unpaired);
        }
    }

    /** The name in UTF-8. */
    public byte[] nameBytes() {
        return name.getBytes(StandardCharsets.UTF_8);
    }

    /** A copy of the bytes. */
    @Override
    public byte[] value() {
        return value.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Attribute attribute
                && name.equals(attribute.name)
                && Arrays.equals(value, attribute.value);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + Arrays.hashCode(value);
    }

    /** The name, escaped, and the value's length: values may be long and secret. */
    @Override
    public String toString() {
        return "Attribute[" + Escape.text(name) + ", " + value.length + " bytes]";
    }
}
