package io.zsync.node.transport;

import java.security.cert.X509Certificate;
import javax.net.ssl.X509TrustManager;

/** A client that does not care whom it talks to. */
final class TrustAll implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
