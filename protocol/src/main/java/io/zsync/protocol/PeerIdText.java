package io.zsync.protocol;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * An id as people read and type it. The check characters are the first 20 bits of SHA-256 over {@code zs1} and the 32
 * bytes. Without them a slip of the finger makes a well-formed id that belongs to nobody, which is found out days later, as
 * "not trusted" at the other end; with them all but one slip in a million is named where it is made. They prove nothing:
 * against an attacker only the whole id counts.
 */
final class PeerIdText {
    private static final String PREFIX = "zs1-";
    private static final int DIGEST_CHARACTERS = Base32.characters(Digest.LENGTH);
    private static final int CHECK_CHARACTERS = 4;
    private static final int CHARACTERS = DIGEST_CHARACTERS + CHECK_CHARACTERS;
    private static final int GROUP = 8;
    private static final int GROUPED_LENGTH = CHARACTERS + CHARACTERS / GROUP - 1;

    private PeerIdText() {}

    static String of(Digest digest) {
        String characters = characters(digest);
        StringBuilder out = new StringBuilder(PREFIX.length() + GROUPED_LENGTH).append(PREFIX);
        for (int i = 0; i < CHARACTERS; i += GROUP) {
            out.append(i == 0 ? "" : "-").append(characters, i, i + GROUP);
        }
        return out.toString();
    }

    /** Any case, with all hyphens between the groups or with none. */
    static Digest parse(String text) {
        String lower = Base32.lowerCase(text);
        if (!lower.startsWith(PREFIX)) {
            throw new IllegalArgumentException("an id starts with " + PREFIX);
        }
        String characters = withoutGroups(lower.substring(PREFIX.length()));
        Digest digest = Digest.of(Base32.decode(characters, Digest.LENGTH));
        // Making the text again checks the spare bits of the last character as well.
        if (!characters(digest).equals(characters)) {
            throw new IllegalArgumentException("the id is mistyped: its check characters do not match");
        }
        return digest;
    }

    private static String withoutGroups(String text) {
        boolean grouped = text.indexOf('-') >= 0;
        StringBuilder out = new StringBuilder(CHARACTERS);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '-') {
                continue;
            }
            if (!Base32.has(c)) {
                throw new IllegalArgumentException("an id has no '"
                        + Escape.text(Character.toString(text.codePointAt(i))) + "', only letters and 2 to 7");
            }
            out.append(c);
        }
        if (out.length() != CHARACTERS) {
            throw new IllegalArgumentException(
                    "an id has " + CHARACTERS + " characters after " + PREFIX + ", this one has " + out.length());
        }
        for (int i = GROUP; grouped && i < GROUPED_LENGTH; i += GROUP + 1) {
            if (text.length() != GROUPED_LENGTH || text.charAt(i) != '-') {
                throw new IllegalArgumentException("an id's hyphens stand after every " + GROUP + " characters");
            }
        }
        return out.toString();
    }

    private static String characters(Digest digest) {
        return Base32.encode(digest.bytes()) + Base32.encode(checkOf(digest), CHECK_CHARACTERS);
    }

    private static byte[] checkOf(Digest digest) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update("zs1".getBytes(StandardCharsets.US_ASCII));
            return sha.digest(digest.bytes());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime lacks SHA-256", e);
        }
    }
}
