package io.zsync.protocol;

/** Who a node is: SHA-256 of its public key in SubjectPublicKeyInfo form. */
public record PeerId(Digest keyDigest) {
    @Override
    public String toString() {
        return keyDigest.toString();
    }
}
