package io.zsync.node.trust;

import io.zsync.node.api.Endpoint;
import io.zsync.protocol.Base32;
import io.zsync.protocol.Digest;
import io.zsync.protocol.Escape;
import io.zsync.protocol.InviteId;
import io.zsync.protocol.JoinCodec;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.Protection;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An invite as one string: {@code zsi1-} and base32 of
 *
 * <pre>
 * 0 server id | 32 invite id | 40 secret | 56 expiry s64 | 64 level or 0 | 65 count | each: port u16, length u8, host | check
 * </pre>
 * The check is the first 5 bytes of SHA-256 over {@code zsi1} and what precedes it: a slip is told from a wrong secret.
 * Each invite has one spelling, but for case and white space. Messages never show a part of the text.
 */
final class InviteText {
    /** Room for the longest there can be, and for line ends. */
    static final int MAX_LENGTH = 4 << 10;

    static final String PREFIX = "zsi1-";
    static final int CHECK_LENGTH = 5;
    private static final int HEAD_LENGTH =
            Digest.LENGTH + InviteId.LENGTH + JoinCodec.SECRET_LENGTH + Long.BYTES + 2 * Byte.BYTES;
    private static final int MAX_HOST_LENGTH = 253;
    private static final int MAX_BYTES = HEAD_LENGTH + Invite.MAX_ADDRESSES * (3 + MAX_HOST_LENGTH) + CHECK_LENGTH;

    /** What an Instant can be without surprises: the years up to 9999. */
    private static final long LAST_SECOND = 253_402_300_799L;

    private InviteText() {}

    static String of(Invite invite) {
        Protection protection = invite.protection();
        ByteBuffer out = ByteBuffer.allocate(MAX_BYTES)
                .put(invite.server().keyDigest().bytes())
                .put(invite.id().bytes())
                .put(invite.secret())
                .putLong(invite.expiry().getEpochSecond())
                .put((byte) (protection == null ? 0 : protection.number()))
                .put((byte) invite.addresses().size());
        for (Endpoint address : invite.addresses()) {
            byte[] host = address.host().getBytes(StandardCharsets.US_ASCII);
            out.putShort((short) address.port()).put((byte) host.length).put(host);
        }
        byte[] content = Arrays.copyOf(out.array(), out.position());
        out.put(checkOf(content));
        return PREFIX + Base32.encode(Arrays.copyOf(out.array(), out.position()));
    }

    static Invite parse(String text) {
        if (text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("more than " + MAX_LENGTH + " characters, which no invite has");
        }
        String lower = Base32.lowerCase(text.replaceAll("[ \t\r\n]+", ""));
        if (!lower.startsWith(PREFIX)) {
            throw new IllegalArgumentException("an invite starts with " + PREFIX);
        }
        String characters = lower.substring(PREFIX.length());
        for (int i = 0; i < characters.length(); i++) {
            if (!Base32.has(characters.charAt(i))) {
                throw new IllegalArgumentException("an invite has no '"
                        + Escape.text(Character.toString(characters.codePointAt(i))) + "', only letters and 2 to 7");
            }
        }
        byte[] bytes = Base32.decode(characters);
        int length = bytes.length - CHECK_LENGTH;
        if (length < HEAD_LENGTH) {
            throw new IllegalArgumentException("the invite is cut off");
        }
        byte[] content = Arrays.copyOf(bytes, length);
        // Making the text again checks the spare bits of the last character as well.
        if (!MessageDigest.isEqual(checkOf(content), Arrays.copyOfRange(bytes, length, bytes.length))
                || !Base32.encode(bytes).equals(characters)) {
            throw new IllegalArgumentException("the invite is mistyped or cut off: its check characters do not match");
        }
        return read(content);
    }

    /** Somebody has made these bytes on purpose, but perhaps not zsync. */
    private static Invite read(byte[] content) {
        try {
            ByteBuffer in = ByteBuffer.wrap(content);
            PeerId server = new PeerId(Digest.of(take(in, Digest.LENGTH)));
            InviteId id = InviteId.of(take(in, InviteId.LENGTH));
            byte[] secret = take(in, JoinCodec.SECRET_LENGTH);
            long expiry = in.getLong();
            if (expiry < 0 || expiry > LAST_SECOND) {
                throw new IllegalArgumentException("its end is no time");
            }
            Protection protection = protection(in.get());
            List<Endpoint> addresses = addresses(in, in.get());
            if (in.hasRemaining()) {
                throw new IllegalArgumentException("there is more behind its end");
            }
            return new Invite(addresses, server, id, secret, Instant.ofEpochSecond(expiry), protection);
        } catch (IllegalArgumentException | BufferUnderflowException e) {
            throw new IllegalArgumentException("the invite was not made by this version of zsync", e);
        }
    }

    private static List<Endpoint> addresses(ByteBuffer in, int count) {
        if (count < 1 || count > Invite.MAX_ADDRESSES) {
            throw new IllegalArgumentException(count + " addresses");
        }
        List<Endpoint> addresses = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int port = Short.toUnsignedInt(in.getShort());
            String host = new String(take(in, Byte.toUnsignedInt(in.get())), StandardCharsets.ISO_8859_1);
            Endpoint address = new Endpoint(host, port);
            if (!address.host().equals(host)) {
                throw new IllegalArgumentException("a host in another spelling");
            }
            addresses.add(address);
        }
        return addresses;
    }

    private static @Nullable Protection protection(byte number) {
        if (number == 0) {
            return null;
        }
        for (Protection protection : Protection.values()) {
            if (protection.number() == number) {
                return protection;
            }
        }
        throw new IllegalArgumentException("no such level");
    }

    private static byte[] take(ByteBuffer in, int length) {
        if (length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    /** What follows these bytes in a text. */
    static byte[] checkOf(byte[] content) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update("zsi1".getBytes(StandardCharsets.US_ASCII));
            return Arrays.copyOf(sha.digest(content), CHECK_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime lacks SHA-256", e);
        }
    }
}
