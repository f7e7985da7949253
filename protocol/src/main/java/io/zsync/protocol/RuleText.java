package io.zsync.protocol;

import java.util.Arrays;

/** Rules in gitignore's form as they were written: bytes, because names are. At most {@link Limits#RULES_LENGTH}. */
public record RuleText(byte[] bytes) {
    public static final RuleText NONE = new RuleText(new byte[0]);

    public RuleText {
        if (bytes.length > Limits.RULES_LENGTH) {
            throw new IllegalArgumentException("rules of " + bytes.length + " bytes, at most " + Limits.RULES_LENGTH);
        }
        bytes = bytes.clone();
    }

    @Override
    public byte[] bytes() {
        return bytes.clone();
    }

    public int length() {
        return bytes.length;
    }

    public boolean isEmpty() {
        return bytes.length == 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RuleText text && Arrays.equals(bytes, text.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return Escape.bytes(bytes);
    }
}
