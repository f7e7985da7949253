package io.zsync.node.trust;

import io.zsync.node.api.Endpoint;
import io.zsync.protocol.InviteId;
import io.zsync.protocol.JoinCodec;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.Protection;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a serving node hands to another one, over a way that both users trust, so that it may join once. Who has it can
 * join: only {@link #text} gives the secret away, and nothing else here prints it. Immutable.
 */
public final class Invite {
    public static final int MAX_ADDRESSES = 4;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final List<Endpoint> addresses;
    private final PeerId server;
    private final InviteId id;
    private final byte[] secret;
    private final Instant expiry;
    private final @Nullable Protection protection;

    /** The expiry counts in whole seconds. */
    Invite(
            List<Endpoint> addresses,
            PeerId server,
            InviteId id,
            byte[] secret,
            Instant expiry,
            @Nullable Protection protection) {
        if (addresses.isEmpty() || addresses.size() > MAX_ADDRESSES) {
            throw new IllegalArgumentException(addresses.size() + " addresses, not 1 to " + MAX_ADDRESSES);
        }
        if (addresses.stream().anyMatch(address -> address.port() == 0)) {
            throw new IllegalArgumentException("port 0 cannot be connected to");
        }
        if (secret.length != JoinCodec.SECRET_LENGTH || !expiry.equals(expiry.truncatedTo(ChronoUnit.SECONDS))) {
            throw new IllegalArgumentException("secret of " + secret.length + " bytes, expiry " + expiry);
        }
        this.addresses = List.copyOf(addresses);
        this.server = server;
        this.id = id;
        this.secret = secret.clone();
        this.expiry = expiry;
        this.protection = protection;
    }

    /** A fresh one, with an id and a secret of its own. */
    public static Invite fresh(
            List<Endpoint> addresses, PeerId server, Instant expiry, @Nullable Protection protection) {
        return new Invite(
                addresses,
                server,
                InviteId.of(random(InviteId.LENGTH)),
                random(JoinCodec.SECRET_LENGTH),
                expiry,
                protection);
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    /**
     * Reads what {@link #text} wrote, in any case, with white space anywhere: mail breaks lines.
     *
     * @throws IllegalArgumentException with the reason in one line, which tells nothing of the text's content
     */
    public static Invite parse(String text) {
        return InviteText.parse(text);
    }

    /** The one string that is handed over. */
    public String text() {
        return InviteText.of(this);
    }

    /** Where the server may be found, in the order in which to try. */
    public List<Endpoint> addresses() {
        return addresses;
    }

    /** The key that must answer there. */
    public PeerId server() {
        return server;
    }

    public InviteId id() {
        return id;
    }

    byte[] secret() {
        return secret.clone();
    }

    /** What proves this invite to its server. */
    public byte[] key() {
        return JoinCodec.key(secret, id, server);
    }

    /** By the server's clock. */
    public Instant expiry() {
        return expiry;
    }

    /** The level that both ends will have stored; null for what is usual. */
    public @Nullable Protection protection() {
        return protection;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Invite invite
                && addresses.equals(invite.addresses)
                && server.equals(invite.server)
                && id.equals(invite.id)
                && Arrays.equals(secret, invite.secret)
                && expiry.equals(invite.expiry)
                && protection == invite.protection;
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "invite " + id + " of " + server + " at " + addresses + " until " + expiry;
    }
}
