package io.zsync.node.trust;

import io.zsync.protocol.InviteId;
import io.zsync.protocol.JoinCodec;
import io.zsync.protocol.Protection;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An invite as its server keeps it: what proves it, but not the secret itself, and what it is good for. Immutable.
 *
 * @param key drawn from the secret, for this server alone
 * @param wrongProofs made for it so far
 * @param grant what the peer may do here; null for whatever each share allows
 */
record OpenInvite(
        InviteId id,
        byte[] key,
        Instant expiry,
        int wrongProofs,
        @Nullable Protection protection,
        @Nullable Grant grant) {
    /** The last one of these voids the invite. */
    static final int MAX_WRONG_PROOFS = 5;

    OpenInvite {
        if (key.length != JoinCodec.KEY_LENGTH || wrongProofs < 0 || wrongProofs >= MAX_WRONG_PROOFS) {
            throw new IllegalArgumentException("key of " + key.length + " bytes, " + wrongProofs + " wrong proofs");
        }
    }

    static OpenInvite of(Invite invite, @Nullable Grant grant) {
        return new OpenInvite(invite.id(), invite.key(), invite.expiry(), 0, invite.protection(), grant);
    }

    boolean isOpen(Instant now) {
        return now.isBefore(expiry);
    }

    /** Whether the next wrong proof voids it. */
    boolean isLastChance() {
        return wrongProofs + 1 >= MAX_WRONG_PROOFS;
    }

    OpenInvite afterAWrongProof() {
        return new OpenInvite(id, key, expiry, wrongProofs + 1, protection, grant);
    }

    /**
     * Reads {@code ID KEY EXPIRY WRONG [--protect LEVEL] [--grant SHARE=RIGHTS]}, in hex and seconds since 1970.
     *
     * @throws IllegalArgumentException with the reason in one line, which shows nothing of the line
     */
    static OpenInvite parse(String line) {
        Iterator<String> words = List.of(line.split(" ", -1)).iterator();
        try {
            InviteId id = InviteId.of(HexFormat.of().parseHex(next(words)));
            byte[] key = HexFormat.of().parseHex(next(words));
            Instant expiry = Instant.ofEpochSecond(Long.parseLong(next(words)));
            int wrongProofs = Integer.parseInt(next(words));
            Protection protection = null;
            Grant grant = null;
            while (words.hasNext()) {
                switch (words.next()) {
                    case "--protect" -> protection = Peer.protection(next(words));
                    case "--grant" -> grant = Grant.parse(next(words));
                    default -> throw new IllegalArgumentException("an unknown word");
                }
            }
            OpenInvite invite = new OpenInvite(id, key, expiry, wrongProofs, protection, grant);
            if (!invite.line().equals(line)) {
                throw new IllegalArgumentException("another spelling");
            }
            return invite;
        } catch (IllegalArgumentException | java.time.DateTimeException e) {
            throw new IllegalArgumentException("it is no invite", e);
        }
    }

    private static String next(Iterator<String> words) {
        if (!words.hasNext()) {
            throw new IllegalArgumentException("a word is missing");
        }
        return words.next();
    }

    /** What {@link #parse} reads. */
    String line() {
        return id + " " + HexFormat.of().formatHex(key) + " " + expiry.getEpochSecond() + " " + wrongProofs
                + (protection == null ? "" : " --protect " + Peer.word(protection))
                + (grant == null ? "" : " --grant " + grant);
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "invite " + id + " until " + expiry;
    }
}
