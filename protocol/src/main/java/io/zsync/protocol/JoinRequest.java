package io.zsync.protocol;

import org.jspecify.annotations.Nullable;

/**
 * What asks to be let in for an invite, before its proof.
 *
 * @param protection the level that the invite gives; null if it gives none
 * @param name what its sender would like to be called: 1 to 64 characters of ASCII that can be seen. Only a wish, and only
 *     as good as the responder's own rules for names
 */
public record JoinRequest(InviteId invite, @Nullable Protection protection, String name) {
    public static final int NAME_LENGTH = 64;

    public JoinRequest {
        requireName(name);
    }

    static void requireName(String name) {
        if (name.isEmpty() || name.length() > NAME_LENGTH) {
            throw new IllegalArgumentException("name of " + name.length() + " characters, not 1 to " + NAME_LENGTH);
        }
        if (name.chars().anyMatch(c -> c <= ' ' || c >= 0x7F)) {
            throw new IllegalArgumentException("name with a character that is not ASCII or cannot be seen");
        }
    }
}
