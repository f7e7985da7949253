package io.zsync.node.replica;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A bracket expression of a gitignore pattern as git's {@code wildmatch.c} reads it: the bytes that it stands for, never
 * {@code /}. Knows ranges, {@code !} and {@code ^}, escapes and the POSIX names in their ASCII meaning.
 *
 * @param bytes a fresh set that the caller may keep
 * @param end the index after its {@code ]}
 */
record BracketExpression(BitSet bytes, int end) {
    /** The expression that starts after the {@code [} before {@code from}, or null if it is malformed: it matches nothing. */
    static @Nullable BracketExpression parse(byte[] line, int from, int end) {
        BitSet bytes = new BitSet(256);
        int at = from;
        boolean negated = at < end && (line[at] == '!' || line[at] == '^');
        if (negated) {
            at++;
        }
        int previous = 0;
        for (int first = at; at < end && (line[at] != ']' || at == first); at++) {
            if (line[at] == '-' && previous != 0 && at + 1 < end && line[at + 1] != ']') {
                at += line[at + 1] == '\\' ? 2 : 1;
                if (at >= end) {
                    return null;
                }
                int last = line[at] & 0xff;
                bytes.set(previous, Math.max(previous, last + 1));
                previous = 0;
                continue;
            }
            if (line[at] == '[' && at + 1 < end && line[at + 1] == ':') {
                int close = at + 2;
                while (close < end && line[close] != ']') {
                    close++;
                }
                if (close == end) {
                    return null;
                }
                if (close > at + 2 && line[close - 1] == ':') {
                    IntPredicate named = named(new String(line, at + 2, close - at - 3, StandardCharsets.ISO_8859_1));
                    if (named == null) {
                        return null;
                    }
                    for (int b = 0; b < 128; b++) {
                        if (named.test(b)) {
                            bytes.set(b);
                        }
                    }
                    at = close;
                    previous = 0;
                    continue;
                }
            }
            if (line[at] == '\\' && ++at == end) {
                return null;
            }
            previous = line[at] & 0xff;
            bytes.set(previous);
        }
        if (at >= end) {
            return null;
        }
        if (negated) {
            bytes.flip(0, 256);
        }
        bytes.clear('/');
        return new BracketExpression(bytes, at + 1);
    }

    /** What an ASCII byte must be for a POSIX name, or null if there is no such name. */
    private static @Nullable IntPredicate named(String name) {
        return switch (name) {
            case "alnum" -> BracketExpression::isAlphanumeric;
            case "alpha" -> b -> isLower(b) || isUpper(b);
            case "blank" -> b -> b == ' ' || b == '\t';
            case "cntrl" -> b -> b < ' ' || b == 0x7f;
            case "digit" -> BracketExpression::isDigit;
            case "graph" -> b -> b > ' ' && b < 0x7f;
            case "lower" -> BracketExpression::isLower;
            case "print" -> b -> b >= ' ' && b < 0x7f;
            case "punct" -> b -> b > ' ' && b < 0x7f && !isAlphanumeric(b);
            case "space" -> b -> b == ' ' || b == '\t' || b == '\n' || b == '\r';
            case "upper" -> BracketExpression::isUpper;
            case "xdigit" -> b -> isDigit(b) || ((b | 0x20) >= 'a' && (b | 0x20) <= 'f');
            default -> null;
        };
    }

    private static boolean isAlphanumeric(int b) {
        return isLower(b) || isUpper(b) || isDigit(b);
    }

    private static boolean isLower(int b) {
        return b >= 'a' && b <= 'z';
    }

    private static boolean isUpper(int b) {
        return b >= 'A' && b <= 'Z';
    }

    private static boolean isDigit(int b) {
        return b >= '0' && b <= '9';
    }
}
