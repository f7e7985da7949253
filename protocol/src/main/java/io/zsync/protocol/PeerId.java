package io.zsync.protocol;

/**
 * Who a node is: SHA-256 of its public key in SubjectPublicKeyInfo form. People see it as {@code zs1-} and 7 groups of 8
 * characters: 52 of base32 (RFC 4648, lower case) and 4 check characters.
 */
public record PeerId(Digest keyDigest) {
    /** @throws IllegalArgumentException with the reason in one line, fit for whoever typed the text */
    public static PeerId parse(String text) {
        return new PeerId(PeerIdText.parse(text));
    }

    @Override
    public String toString() {
        return PeerIdText.of(keyDigest);
    }
}
