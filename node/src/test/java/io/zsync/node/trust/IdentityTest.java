package io.zsync.node.trust;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.zsync.protocol.PeerId;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class IdentityTest {
    private static final SelfSignedCertificate.SignatureAlgorithm ED25519 =
            new SelfSignedCertificate.SignatureAlgorithm("Ed25519", new byte[] {0x2B, 0x65, 0x70});

    @Test
    void twoIdentitiesDiffer() {
        assertNotEquals(Identity.generate().id(), Identity.generate().id());
    }

    /** Serial number, key and signature are random: each run has other bytes, leading zeros among them. */
    @RepeatedTest(50)
    void theCertificateIsWhatTheJdkReadsAndVerifies() throws Exception {
        KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();

        X509Certificate certificate = SelfSignedCertificate.of(keys, ED25519);

        certificate.verify(keys.getPublic());
        certificate.checkValidity();
        assertEquals(3, certificate.getVersion());
        assertEquals("CN=zsync", certificate.getSubjectX500Principal().getName());
        assertEquals("CN=zsync", certificate.getIssuerX500Principal().getName());
        assertEquals(1, certificate.getSerialNumber().signum());
        assertEquals(keys.getPublic(), certificate.getPublicKey());
    }

    @Test
    void theIdIsTheDigestOfThePublicKey() throws Exception {
        KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();

        PeerId id = Identity.idOf(keys.getPublic());

        assertArrayEquals(
                MessageDigest.getInstance("SHA-256").digest(keys.getPublic().getEncoded()),
                id.keyDigest().bytes());
    }

    @Test
    void trustIsInOneKeyAndNeverInAChain() throws Exception {
        KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        X509Certificate certificate = SelfSignedCertificate.of(keys, ED25519);
        PinnedTrust trust = new PinnedTrust((peer, protocol) -> peer.equals(Identity.idOf(keys.getPublic())));
        PinnedTrust other = new PinnedTrust((peer, protocol) -> false);

        X509Certificate[] alone = {certificate};
        assertDoesNotThrow(() -> trust.checkServerTrusted(alone, "UNKNOWN"));
        assertDoesNotThrow(() -> trust.checkClientTrusted(alone, "UNKNOWN"));
        assertThrows(CertificateException.class, () -> other.checkServerTrusted(alone, "UNKNOWN"));
        assertThrows(CertificateException.class, () -> other.checkClientTrusted(alone, "UNKNOWN"));
        X509Certificate[] chain = {certificate, certificate};
        assertThrows(CertificateException.class, () -> trust.checkServerTrusted(chain, "UNKNOWN"));
        assertThrows(CertificateException.class, () -> trust.checkClientTrusted(chain, "UNKNOWN"));
    }
}
