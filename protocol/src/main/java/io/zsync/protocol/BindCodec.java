package io.zsync.protocol;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What opens a data stream and what answers it, frozen for all versions, big endian:
 *
 * <pre>
 * request  0 magic 5A 53 59 4E | 4 version | 5 level | 6 stream u16 | 8 session | 24 nonce | 40 MAC      72
 * reply    0 nonce | 16 MAC                                                                              48
 * </pre>
 * MACs are HMAC-SHA256: the initiator's key over the request's first 40 bytes; the responder's key over the whole
 * request and the reply's nonce. Stateless; any thread.
 */
public final class BindCodec {
    /** The first byte of a request, and so of a plain data stream; TLS begins with 0x16. */
    public static final byte FIRST_BYTE = 0x5A;

    private static final int MAGIC = 0x5A53594E;
    private static final int VERSION = 1;
    private static final int MACED_LENGTH = Integer.BYTES // magic
            + 2 * Byte.BYTES // version, level
            + Short.BYTES // stream
            + SessionId.LENGTH
            + BindRequest.NONCE_LENGTH;

    public static final int REQUEST_LENGTH = MACED_LENGTH + BindRequest.MAC_LENGTH;
    public static final int REPLY_LENGTH = BindRequest.NONCE_LENGTH + BindRequest.MAC_LENGTH;

    private static final Protection[] LEVELS = Protection.values();

    private BindCodec() {}

    /** The {@link #REQUEST_LENGTH} bytes that open a stream. */
    public static byte[] request(BindRequest bind, byte[] initiatorKey) {
        byte[] request = ByteBuffer.allocate(REQUEST_LENGTH)
                .putInt(MAGIC)
                .put((byte) VERSION)
                .put((byte) bind.protection().number())
                .putShort((short) bind.stream())
                .put(bind.session().bytes())
                .put(bind.nonce())
                .array();
        return withMac(request, requestMac(initiatorKey, request));
    }

    /**
     * What a request says. Nobody vouches for it before {@link #requestMatches}: it only tells whose key to try.
     *
     * @throws ProtocolException if it is no request
     */
    public static BindRequest readRequest(byte[] request) {
        if (request.length != REQUEST_LENGTH) {
            throw ProtocolException.malformed("bind request of " + request.length + " bytes, not " + REQUEST_LENGTH);
        }
        ByteBuffer in = ByteBuffer.wrap(request);
        int magic = in.getInt();
        int version = Byte.toUnsignedInt(in.get());
        if (magic != MAGIC || version != VERSION) {
            throw ProtocolException.malformed(
                    String.format("bind magic %08x version %d, not %08x version %d", magic, version, MAGIC, VERSION));
        }
        try {
            Protection level = Numbered.ofNumber(LEVELS, Byte.toUnsignedInt(in.get()), "protection");
            int stream = Short.toUnsignedInt(in.getShort());
            return new BindRequest(
                    level, SessionId.of(take(in, SessionId.LENGTH)), stream, take(in, BindRequest.NONCE_LENGTH));
        } catch (IllegalArgumentException e) {
            throw new ProtocolException(ErrorCode.MALFORMED, "bind request: " + e.getMessage(), e);
        }
    }

    /** True if the request was made with this key; compared in constant time. */
    public static boolean requestMatches(byte[] request, byte[] initiatorKey) {
        return request.length == REQUEST_LENGTH
                && MessageDigest.isEqual(
                        requestMac(initiatorKey, request), Arrays.copyOfRange(request, MACED_LENGTH, REQUEST_LENGTH));
    }

    /**
     * The {@link #REPLY_LENGTH} bytes that accept a request.
     *
     * @param nonce fresh, {@link BindRequest#NONCE_LENGTH} random bytes
     */
    public static byte[] reply(byte[] request, byte[] nonce, byte[] responderKey) {
        if (request.length != REQUEST_LENGTH || nonce.length != BindRequest.NONCE_LENGTH) {
            throw new IllegalArgumentException(
                    "bind request of " + request.length + " bytes, nonce of " + nonce.length + " bytes");
        }
        byte[] reply = Arrays.copyOf(nonce, REPLY_LENGTH);
        return withMac(reply, replyMac(responderKey, request, reply));
    }

    /** True if the reply answers this very request and was made with this key; compared in constant time. */
    public static boolean replyMatches(byte[] request, byte[] reply, byte[] responderKey) {
        return request.length == REQUEST_LENGTH
                && reply.length == REPLY_LENGTH
                && MessageDigest.isEqual(
                        replyMac(responderKey, request, reply),
                        Arrays.copyOfRange(reply, BindRequest.NONCE_LENGTH, REPLY_LENGTH));
    }

    private static byte[] requestMac(byte[] key, byte[] request) {
        Mac mac = hmac(key);
        mac.update(request, 0, MACED_LENGTH);
        return mac.doFinal();
    }

    private static byte[] replyMac(byte[] key, byte[] request, byte[] reply) {
        Mac mac = hmac(key);
        mac.update(request);
        mac.update(reply, 0, BindRequest.NONCE_LENGTH);
        return mac.doFinal();
    }

    private static Mac hmac(byte[] key) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HmacSHA256 is part of every Java platform", e);
        }
    }

    private static byte[] withMac(byte[] frame, byte[] mac) {
        System.arraycopy(mac, 0, frame, frame.length - mac.length, mac.length);
        return frame;
    }

    private static byte[] take(ByteBuffer in, int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }
}
