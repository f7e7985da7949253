package io.zsync.protocol;

/**
 * Bytes as text that people copy and type: RFC 4648's base32, lower case, without padding. The last character has spare
 * bits, which are zero; {@link #decode} does not look at them, so that a reader who wants one spelling only writes what it
 * read again and compares.
 */
public final class Base32 {
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
    private static final int BITS = 5;

    private Base32() {}

    /** Characters for so many bytes. */
    public static int characters(int bytes) {
        return (bytes * Byte.SIZE + BITS - 1) / BITS;
    }

    public static String encode(byte[] bytes) {
        return encode(bytes, characters(bytes.length));
    }

    /** The first {@code count} characters. */
    static String encode(byte[] bytes, int count) {
        StringBuilder out = new StringBuilder(count);
        for (int i = 0; i < count; i++) {
            int value = 0;
            for (int bit = i * BITS; bit < (i + 1) * BITS; bit++) {
                int at = bit / Byte.SIZE;
                int set = at < bytes.length ? bytes[at] >> (Byte.SIZE - 1 - bit % Byte.SIZE) & 1 : 0;
                value = value << 1 | set;
            }
            out.append(ALPHABET.charAt(value));
        }
        return out.toString();
    }

    /** The whole bytes that the characters make, all of which {@link #has}. */
    public static byte[] decode(String characters) {
        return decode(characters, characters.length() * BITS / Byte.SIZE);
    }

    /** The first {@code count} of them. */
    static byte[] decode(String characters, int count) {
        byte[] bytes = new byte[count];
        for (int bit = 0; bit < count * Byte.SIZE; bit++) {
            int value = ALPHABET.indexOf(characters.charAt(bit / BITS));
            int set = value >> (BITS - 1 - bit % BITS) & 1;
            bytes[bit / Byte.SIZE] |= (byte) (set << (Byte.SIZE - 1 - bit % Byte.SIZE));
        }
        return bytes;
    }

    /** Whether it is one of the 32 characters. */
    public static boolean has(char c) {
        return ALPHABET.indexOf(c) >= 0;
    }

    /** ASCII letters alone: Unicode knows other characters whose lower case is one of ours. */
    public static String lowerCase(String text) {
        StringBuilder out = new StringBuilder(text);
        for (int i = 0; i < out.length(); i++) {
            char c = out.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                out.setCharAt(i, (char) (c - 'A' + 'a'));
            }
        }
        return out.toString();
    }
}
