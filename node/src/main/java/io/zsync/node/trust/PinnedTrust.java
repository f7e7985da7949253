package io.zsync.node.trust;

import io.zsync.protocol.PeerId;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.function.BiPredicate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Trusts keys, not certificates: a chain of exactly one whose public key's id is accepted. Names, dates and usages are
 * ignored; TLS itself proves that the peer holds the private key. It is the extended class because JSSE wraps the plain one
 * in checks of its own.
 */
final class PinnedTrust extends X509ExtendedTrustManager {
    private final BiPredicate<PeerId, String> accepted;

    /** @param accepted asked with a peer's id and the ALPN name that was agreed on; an empty one if none was */
    PinnedTrust(BiPredicate<PeerId, String> accepted) {
        this.accepted = accepted;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, null);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        check(chain, null);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        check(chain, engine == null ? null : engine.getHandshakeApplicationProtocol());
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, null);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        check(chain, null);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        check(chain, engine == null ? null : engine.getHandshakeApplicationProtocol());
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }

    private void check(X509Certificate[] chain, @Nullable String protocol) throws CertificateException {
        if (chain.length != 1) {
            throw new CertificateException("a chain of " + chain.length + " certificates, not 1");
        }
        PeerId peer = Identity.idOf(chain[0].getPublicKey());
        if (!accepted.test(peer, protocol == null ? "" : protocol)) {
            throw new CertificateException("peer " + peer + " is not trusted here");
        }
    }
}
