package io.zsync.node.trust;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;

/**
 * Wraps a public key into the X.509 v3 certificate that TLS insists on. Only the key in it means anything: name, dates
 * and serial number are fillers that no zsync node looks at. The DER writer only writes; the JDK parses its output.
 */
final class SelfSignedCertificate {
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int OBJECT_IDENTIFIER = 0x06;
    private static final int UTF8_STRING = 0x0C;
    private static final int UTC_TIME = 0x17;
    private static final int GENERALIZED_TIME = 0x18;
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int EXPLICIT_0 = 0xA0;

    private static final int SERIAL_LENGTH = 16;
    private static final byte[] COMMON_NAME = {0x55, 0x04, 0x03};

    private SelfSignedCertificate() {}

    /** @param algorithm what signs, with its object identifier's content */
    static X509Certificate of(KeyPair keys, SignatureAlgorithm algorithm) throws GeneralSecurityException {
        byte[] serial = new byte[SERIAL_LENGTH];
        new SecureRandom().nextBytes(serial);
        byte[] signer = der(SEQUENCE, der(OBJECT_IDENTIFIER, algorithm.identifier()));
        byte[] name = der(
                SEQUENCE,
                der(SET, der(SEQUENCE, der(OBJECT_IDENTIFIER, COMMON_NAME), der(UTF8_STRING, ascii("zsync")))));
        byte[] validity =
                der(SEQUENCE, der(UTC_TIME, ascii("200101000000Z")), der(GENERALIZED_TIME, ascii("99991231235959Z")));
        byte[] toBeSigned = der(
                SEQUENCE,
                der(EXPLICIT_0, der(INTEGER, new byte[] {2})),
                der(INTEGER, new BigInteger(1, serial).toByteArray()),
                signer,
                name,
                validity,
                name,
                keys.getPublic().getEncoded());
        Signature signature = Signature.getInstance(algorithm.jcaName());
        signature.initSign(keys.getPrivate());
        signature.update(toBeSigned);
        byte[] certificate = der(SEQUENCE, toBeSigned, signer, der(BIT_STRING, new byte[1], signature.sign()));
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(certificate));
    }

    /** @param identifier the DER content of the algorithm's object identifier */
    record SignatureAlgorithm(String jcaName, byte[] identifier) {}

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] der(int tag, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + 4);
        out.write(tag);
        if (length >= 0x100) {
            out.write(0x82);
            out.write(length >> 8);
        } else if (length >= 0x80) {
            out.write(0x81);
        }
        out.write(length);
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
