package io.zsync.node.trust;

import io.zsync.protocol.Escape;

/** What the names of peers and shares are made of: nothing that a shell, a path or a line of the peer book reads otherwise. */
final class Alphabet {
    private Alphabet() {}

    /**
     * @param what the thing that has this name, for people
     * @throws IllegalArgumentException with the reason in one line, fit for whoever typed the name
     */
    static void require(String what, String name, int maxLength) {
        if (name.isEmpty() || name.length() > maxLength) {
            throw new IllegalArgumentException(
                    "the name of a " + what + " has 1 to " + maxLength + " characters, not " + name.length());
        }
        for (int i = 0; i < name.length(); i++) {
            if (!isPart(name.charAt(i))) {
                throw new IllegalArgumentException("the name of a " + what + " has no '"
                        + Escape.text(Character.toString(name.codePointAt(i)))
                        + "', only letters, digits, . _ and -");
            }
        }
        if (name.startsWith("-") || name.startsWith(".")) {
            throw new IllegalArgumentException(
                    "the name of a " + what + " does not start with '" + name.charAt(0) + "'");
        }
    }

    private static boolean isPart(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '_'
                || c == '-';
    }
}
