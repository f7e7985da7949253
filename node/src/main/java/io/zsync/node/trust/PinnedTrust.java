package io.zsync.node.trust;

import io.zsync.protocol.PeerId;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.function.Predicate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Trusts keys, not certificates: a chain of exactly one whose public key's id is accepted. Names, dates and usages are
 * ignored; TLS itself proves that the peer holds the private key. It is the extended class because JSSE wraps the plain one
 * in checks of its own.
 */
final class PinnedTrust extends X509ExtendedTrustManager {
    private final Predicate<PeerId> accepted;

    PinnedTrust(Predicate<PeerId> accepted) {
        this.accepted = accepted;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        if (chain.length != 1) {
            throw new CertificateException("a chain of " + chain.length + " certificates, not 1");
        }
        PeerId peer = Identity.idOf(chain[0].getPublicKey());
        if (!accepted.test(peer)) {
            throw new CertificateException("peer " + peer + " is not trusted here");
        }
    }
}
