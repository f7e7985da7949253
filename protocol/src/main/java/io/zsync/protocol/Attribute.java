package io.zsync.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One extended attribute. POSIX ACLs are attributes with the two names below and the kernel's own bytes as value.
 *
 * @param name UTF-8, 1 to {@link Limits#ATTRIBUTE_NAME_LENGTH} bytes without a NUL, its namespace in front
 * @param value 0 to {@link Limits#ATTRIBUTE_VALUE_LENGTH} bytes
 */
public record Attribute(String name, byte[] value) {
    public static final String ACL_ACCESS = "system.posix_acl_access";
    public static final String ACL_DEFAULT = "system.posix_acl_default";

    /** More than the two lengths take on the wire, so that very many empty ones have a bound, too. */
    private static final int OVERHEAD = 8;

    public Attribute {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        if (length < 1 || length > Limits.ATTRIBUTE_NAME_LENGTH || name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("attribute name of " + length + " bytes, or with a NUL");
        }
        if (value.length > Limits.ATTRIBUTE_VALUE_LENGTH) {
            throw new IllegalArgumentException(
                    "attribute value of " + value.length + " bytes, at most " + Limits.ATTRIBUTE_VALUE_LENGTH);
        }
        value = value.clone();
    }

    @Override
    public byte[] value() {
        return value.clone();
    }

    /** True for the two names of POSIX ACLs. */
    public boolean isAcl() {
        return name.equals(ACL_ACCESS) || name.equals(ACL_DEFAULT);
    }

    public byte[] nameBytes() {
        return name.getBytes(StandardCharsets.UTF_8);
    }

    /** What it counts for in {@link Limits#ATTRIBUTES_LENGTH}. */
    public int length() {
        return OVERHEAD + nameBytes().length + value.length;
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

    @Override
    public String toString() {
        return shown() + "=" + Escape.bytes(value);
    }

    /** The name, escaped. */
    String shown() {
        return Escape.text(name);
    }
}
