package io.zsync.node.trust;

import io.zsync.node.api.RunFailure;
import io.zsync.protocol.Digest;
import io.zsync.protocol.PeerId;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/**
 * A node's key pair with the self-signed certificate around it. What counts is the {@link #id}: peers know each other by
 * it and by nothing else. The private key goes into TLS and into the file that keeps it, nowhere else. Immutable, for any
 * thread.
 */
public final class Identity {
    static {
        // A resumed session would skip the pin. Tickets are already useless because every connection has a context of
        // its own; without them nothing is sent that could be resumed at all. Read once, when JSSE loads.
        System.setProperty("jdk.tls.server.newSessionTicketCount", "0");
    }

    /** 1.3.101.112 */
    private static final SelfSignedCertificate.SignatureAlgorithm SIGNATURE =
            new SelfSignedCertificate.SignatureAlgorithm("Ed25519", new byte[] {0x2B, 0x65, 0x70});

    private final PrivateKey key;
    private final X509Certificate certificate;
    private final PeerId id;

    /** The two must belong together. */
    Identity(PrivateKey key, X509Certificate certificate) {
        this.key = key;
        this.certificate = certificate;
        this.id = idOf(certificate.getPublicKey());
    }

    /** A fresh identity that lives in memory alone. */
    public static Identity generate() {
        try {
            KeyPair keys = KeyPairGenerator.getInstance(SIGNATURE.jcaName()).generateKeyPair();
            return new Identity(keys.getPrivate(), SelfSignedCertificate.of(keys, SIGNATURE));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks " + SIGNATURE.jcaName() + " or X.509", e);
        }
    }

    /**
     * The identity that this user's node has had since its first use; nothing if there was none.
     *
     * @throws RunFailure NOT_TRUSTED if the file is damaged or others could have read or changed it; ROOT_UNUSABLE
     */
    public static Optional<Identity> load(ConfigFolder folders) throws RunFailure {
        try (TrustedFolder folder = TrustedFolder.open(folders.config())) {
            return folder == null ? Optional.empty() : Optional.ofNullable(IdentityFile.read(folder));
        } catch (IOException e) {
            throw TrustedFolder.unusable("identity", e);
        }
    }

    /**
     * The same, made if there was none. Of any number of first uses at once all return the one that came first.
     *
     * @throws RunFailure as {@link #load}
     */
    public static Identity loadOrCreate(ConfigFolder folders) throws RunFailure {
        try (TrustedFolder folder = TrustedFolder.openOrCreate(folders.config())) {
            while (true) {
                Identity present = IdentityFile.read(folder);
                if (present != null) {
                    return present;
                }
                Identity fresh = generate();
                if (IdentityFile.create(folder, fresh)) {
                    return fresh;
                }
            }
        } catch (IOException e) {
            throw TrustedFolder.unusable("identity", e);
        }
    }

    PrivateKey key() {
        return key;
    }

    X509Certificate certificate() {
        return certificate;
    }

    public PeerId id() {
        return id;
    }

    /** The id that belongs to a public key: SHA-256 of its SubjectPublicKeyInfo. */
    public static PeerId idOf(PublicKey key) {
        try {
            return new PeerId(Digest.of(MessageDigest.getInstance("SHA-256").digest(key.getEncoded())));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks SHA-256", e);
        }
    }

    /**
     * A TLS 1.3 context that shows this identity and lets in those peers that {@code accepted} says yes to. One for each
     * connection: sessions cannot be resumed across contexts, so a removed key is refused at once.
     */
    public SSLContext tlsContext(Predicate<PeerId> accepted) {
        return tlsContext((peer, protocol) -> accepted.test(peer));
    }

    /** The same, where it also matters what for: the name that ALPN has agreed on, empty if none was. */
    public SSLContext tlsContext(BiPredicate<PeerId, String> accepted) {
        try {
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(
                    new KeyManager[] {new SingleKey(key, certificate)},
                    new TrustManager[] {new PinnedTrust(accepted)},
                    null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks TLS 1.3", e);
        }
    }
}
