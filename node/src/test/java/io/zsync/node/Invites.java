package io.zsync.node;

import io.zsync.node.api.Endpoint;
import io.zsync.node.trust.Invite;
import io.zsync.protocol.Base32;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;

/** Invites that no node has made, of bytes of one that it has. */
final class Invites {
    private static final String PREFIX = "zsi1-";
    private static final int CHECK = 5;
    private static final int ID = 32;
    private static final int SECRET = 40;
    private static final int EXPIRY = 56;

    private Invites() {}

    /** What somebody has who knows all of it but that. */
    static Invite withWrongSecret(Invite invite) {
        byte[] content = content(invite);
        content[SECRET] ^= 1;
        return of(content);
    }

    /** The same invite, leading elsewhere. */
    static Invite at(Invite invite, List<Endpoint> addresses) {
        byte[] other = content(Invite.fresh(addresses, invite.server(), invite.expiry(), invite.protection()));
        System.arraycopy(content(invite), ID, other, ID, EXPIRY - ID);
        return of(other);
    }

    private static byte[] content(Invite invite) {
        byte[] bytes = Base32.decode(invite.text().substring(PREFIX.length()));
        return Arrays.copyOf(bytes, bytes.length - CHECK);
    }

    private static Invite of(byte[] content) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update("zsi1".getBytes(StandardCharsets.US_ASCII));
            byte[] check = sha.digest(content);
            byte[] whole = Arrays.copyOf(content, content.length + CHECK);
            System.arraycopy(check, 0, whole, content.length, CHECK);
            return Invite.parse(PREFIX + Base32.encode(whole));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
