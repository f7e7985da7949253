package io.zsync.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The one frame with which an invited node asks to become a peer, and its answer, frozen for all versions, big endian:
 *
 * <pre>
 * request  0 magic 5A 53 4A 4E | 4 version | 5 level or 0 | 6 name length | 7 zero | 8 invite | 16 name | 80 zeros | 224 MAC   256
 * reply    0 magic 5A 53 4A 4E | 4 version | 5 outcome    | 6 name length | 7 zero | 8 name | 72 zeros                         128
 * </pre>
 * The MAC is HMAC-SHA256 with a key drawn from the invite's secret, over key material of this very TLS connection, the ids
 * of responder and initiator, and the request's first 224 bytes. Stateless; any thread.
 */
public final class JoinCodec {
    public static final int REQUEST_LENGTH = 256;
    public static final int REPLY_LENGTH = 128;
    public static final int SECRET_LENGTH = 16;
    public static final int KEY_LENGTH = 32;

    /** What both ends draw from their TLS connection, with the invite's id as the context, for {@link #EXPORT_LENGTH} bytes. */
    public static final String EXPORT_LABEL = "EXPORTER-zsync-join";

    public static final int EXPORT_LENGTH = 32;

    private static final int MAGIC = 0x5A534A4E;
    private static final int VERSION = 1;
    private static final int MAC_LENGTH = 32;
    private static final int MACED_LENGTH = REQUEST_LENGTH - MAC_LENGTH;
    private static final byte[] KEY_LABEL = "zsync-join/1".getBytes(StandardCharsets.US_ASCII);

    private static final Protection[] LEVELS = Protection.values();
    private static final JoinReply.Outcome[] OUTCOMES = JoinReply.Outcome.values();

    private JoinCodec() {}

    /**
     * Who is at the two ends of one connection, and what only they know of it.
     *
     * @param exported key material of the connection
     */
    public record Binding(byte[] exported, PeerId responder, PeerId initiator) {}

    /** The key that proves an invite: what a responder keeps in place of the secret, and good for this responder alone. */
    public static byte[] key(byte[] secret, InviteId invite, PeerId responder) {
        if (secret.length != SECRET_LENGTH) {
            throw new IllegalArgumentException("secret of " + secret.length + " bytes, not " + SECRET_LENGTH);
        }
        Mac mac = hmac(secret);
        mac.update(KEY_LABEL);
        mac.update(invite.bytes());
        mac.update(responder.keyDigest().bytes());
        return mac.doFinal();
    }

    /** The {@link #REQUEST_LENGTH} bytes. */
    public static byte[] request(JoinRequest join, byte[] key, Binding binding) {
        byte[] name = join.name().getBytes(StandardCharsets.US_ASCII);
        Protection level = join.protection();
        byte[] request = ByteBuffer.allocate(REQUEST_LENGTH)
                .putInt(MAGIC)
                .put((byte) VERSION)
                .put((byte) (level == null ? 0 : level.number()))
                .put((byte) name.length)
                .put((byte) 0)
                .put(join.invite().bytes())
                .put(name)
                .array();
        System.arraycopy(mac(key, binding, request), 0, request, MACED_LENGTH, MAC_LENGTH);
        return request;
    }

    /**
     * What a request says. Nobody vouches for it before {@link #requestMatches}: it only tells which invite's key to try.
     *
     * @throws ProtocolException if it is no request
     */
    public static JoinRequest readRequest(byte[] request) {
        try {
            ByteBuffer in = header(request, REQUEST_LENGTH);
            int level = Byte.toUnsignedInt(in.get());
            int length = nameLength(in);
            byte[] invite = new byte[InviteId.LENGTH];
            in.get(invite);
            String name = name(in, length);
            expectZeros(in, MACED_LENGTH);
            return new JoinRequest(InviteId.of(invite), protection(level), name);
        } catch (IllegalArgumentException e) {
            throw new ProtocolException(ErrorCode.MALFORMED, "join request: " + e.getMessage(), e);
        }
    }

    /** True if the request was made with this key on this connection by its initiator; compared in constant time. */
    public static boolean requestMatches(byte[] request, byte[] key, Binding binding) {
        return request.length == REQUEST_LENGTH
                && MessageDigest.isEqual(
                        mac(key, binding, request), Arrays.copyOfRange(request, MACED_LENGTH, REQUEST_LENGTH));
    }

    /** The {@link #REPLY_LENGTH} bytes. */
    public static byte[] reply(JoinReply reply) {
        byte[] name = reply.name().getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(REPLY_LENGTH)
                .putInt(MAGIC)
                .put((byte) VERSION)
                .put((byte) reply.outcome().number())
                .put((byte) name.length)
                .put((byte) 0)
                .put(name)
                .array();
    }

    /** @throws ProtocolException if it is no reply */
    public static JoinReply readReply(byte[] reply) {
        try {
            ByteBuffer in = header(reply, REPLY_LENGTH);
            JoinReply.Outcome outcome = Numbered.ofNumber(OUTCOMES, Byte.toUnsignedInt(in.get()), "outcome");
            String name = name(in, nameLength(in));
            expectZeros(in, REPLY_LENGTH);
            return new JoinReply(outcome, name);
        } catch (IllegalArgumentException e) {
            throw new ProtocolException(ErrorCode.MALFORMED, "join reply: " + e.getMessage(), e);
        }
    }

    private static ByteBuffer header(byte[] frame, int expected) {
        if (frame.length != expected) {
            throw new IllegalArgumentException(frame.length + " bytes, not " + expected);
        }
        ByteBuffer in = ByteBuffer.wrap(frame);
        int magic = in.getInt();
        int version = Byte.toUnsignedInt(in.get());
        if (magic != MAGIC || version != VERSION) {
            throw new IllegalArgumentException(
                    String.format("magic %08x version %d, not %08x version %d", magic, version, MAGIC, VERSION));
        }
        return in;
    }

    private static @Nullable Protection protection(int level) {
        return level == 0 ? null : Numbered.ofNumber(LEVELS, level, "protection");
    }

    private static int nameLength(ByteBuffer in) {
        int length = Byte.toUnsignedInt(in.get());
        if (length > JoinRequest.NAME_LENGTH) {
            throw new IllegalArgumentException("name of " + length + " bytes, at most " + JoinRequest.NAME_LENGTH);
        }
        expectZeros(in, in.position() + 1);
        return length;
    }

    /** A name's bytes, whose characters the value judges: any byte is one of Latin 1's. */
    private static String name(ByteBuffer in, int length) {
        byte[] name = new byte[length];
        in.get(name);
        return new String(name, StandardCharsets.ISO_8859_1);
    }

    private static void expectZeros(ByteBuffer in, int end) {
        while (in.position() < end) {
            if (in.get() != 0) {
                throw new IllegalArgumentException("byte " + (in.position() - 1) + " is not zero");
            }
        }
    }

    private static byte[] mac(byte[] key, Binding binding, byte[] request) {
        if (key.length != KEY_LENGTH || binding.exported().length != EXPORT_LENGTH) {
            throw new IllegalArgumentException(
                    "key of " + key.length + " bytes, exported " + binding.exported().length + " bytes");
        }
        Mac mac = hmac(key);
        mac.update(binding.exported());
        mac.update(binding.responder().keyDigest().bytes());
        mac.update(binding.initiator().keyDigest().bytes());
        mac.update(request, 0, MACED_LENGTH);
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
}
