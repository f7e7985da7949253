package io.zsync.node.trust;

import io.zsync.node.api.RunFailure;
import io.zsync.protocol.Name;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code identity}: the key in PKCS#8 and its certificate, both PEM, in one spelling only. So every byte that is
 * not as it was written is noticed, be it one that no parser would look at.
 */
final class IdentityFile {
    private static final Name NAME = Name.of("identity");
    private static final String WHAT = "identity";
    private static final String KEY = "PRIVATE KEY";
    private static final String CERTIFICATE = "CERTIFICATE";
    private static final int MAX_LENGTH = 16 << 10;
    private static final int LINE_LENGTH = 64;
    private static final String WAY_OUT =
            "bring it back from a backup; without it this node gets a new id, which its peers have to be told";

    private IdentityFile() {}

    /** @return null if there is none */
    static @Nullable Identity read(TrustedFolder folder) throws IOException, RunFailure {
        byte[] bytes = folder.read(WHAT, NAME, MAX_LENGTH, TrustedFolder.OPEN_TO_OTHERS);
        if (bytes == null) {
            return null;
        }
        String path = folder.pathOf(NAME);
        try {
            Identity identity = parse(new String(bytes, StandardCharsets.ISO_8859_1));
            if (!Arrays.equals(bytes, text(identity))) {
                throw TrustedFolder.refused(WHAT, "the file is damaged", path, WAY_OUT);
            }
            requireMatch(identity, path);
            return identity;
        } catch (GeneralSecurityException | IllegalArgumentException damaged) {
            throw TrustedFolder.refused(WHAT, "the file is damaged", path, WAY_OUT);
        }
    }

    /** @return false if there is one already */
    static boolean create(TrustedFolder folder, Identity identity) throws IOException {
        return folder.create(NAME, text(identity));
    }

    private static void requireMatch(Identity identity, String path) throws GeneralSecurityException, RunFailure {
        X509Certificate certificate = identity.certificate();
        certificate.verify(certificate.getPublicKey());
        byte[] probe = certificate.getEncoded();
        Signature signature = Signature.getInstance(identity.key().getAlgorithm());
        signature.initSign(identity.key());
        signature.update(probe);
        byte[] signed = signature.sign();
        signature.initVerify(certificate.getPublicKey());
        signature.update(probe);
        if (!signature.verify(signed)) {
            throw TrustedFolder.refused(WHAT, "key and certificate do not belong together", path, WAY_OUT);
        }
    }

    private static Identity parse(String text) throws GeneralSecurityException {
        PrivateKey key = KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(section(text, KEY)));
        byte[] certificate = section(text, CERTIFICATE);
        return new Identity(key, (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(certificate)));
    }

    private static byte[] section(String text, String label) {
        int begin = text.indexOf(begin(label));
        int end = text.indexOf(end(label));
        if (begin < 0 || end < begin) {
            throw new IllegalArgumentException("no " + label);
        }
        return Base64.getMimeDecoder()
                .decode(text.substring(begin + begin(label).length(), end));
    }

    private static byte[] text(Identity identity) {
        try {
            String text = pem(KEY, identity.key().getEncoded())
                    + pem(CERTIFICATE, identity.certificate().getEncoded());
            return text.getBytes(StandardCharsets.US_ASCII);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate that was made or parsed has no encoding", e);
        }
    }

    private static String pem(String label, byte[] der) {
        byte[] newline = {'\n'};
        String lines = Base64.getMimeEncoder(LINE_LENGTH, newline).encodeToString(der);
        return begin(label) + "\n" + lines + "\n" + end(label) + "\n";
    }

    private static String begin(String label) {
        return "-----BEGIN " + label + "-----";
    }

    private static String end(String label) {
        return "-----END " + label + "-----";
    }
}
