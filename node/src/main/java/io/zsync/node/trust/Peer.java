package io.zsync.node.trust;

import io.zsync.node.api.Endpoint;
import io.zsync.protocol.Escape;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.Protection;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Another node as the peer book knows it. Immutable.
 *
 * @param name what people call it here
 * @param address where it listens; null for one that is only let in
 * @param protection what is asked for on the wire to it; null for what is usual
 * @param grants what it may do here, at most one for each share; none: whatever each share allows
 */
public record Peer(
        String name,
        PeerId id,
        @Nullable Endpoint address,
        @Nullable Protection protection,
        List<Grant> grants) {
    static final int MAX_NAME_LENGTH = 64;

    /** So that the longest peer there can be fits a line of the peer book. */
    static final int MAX_GRANTS = 32;

    /** @throws IllegalArgumentException with the reason in one line, fit for whoever typed it */
    public Peer {
        requireName(name);
        if (address != null && address.port() == 0) {
            throw new IllegalArgumentException("port 0 cannot be connected to");
        }
        if (grants.size() > MAX_GRANTS) {
            throw new IllegalArgumentException(grants.size() + " grants to one peer, at most " + MAX_GRANTS);
        }
        grants = List.copyOf(grants);
        Set<String> shares = new HashSet<>();
        for (Grant grant : grants) {
            if (!shares.add(grant.share())) {
                throw new IllegalArgumentException("two grants for share " + grant.share());
            }
        }
    }

    /** @throws IllegalArgumentException if no peer can be called so, with the reason in one line */
    public static void requireName(String name) {
        Alphabet.require("peer", name, MAX_NAME_LENGTH);
        if (name.equals("local")) {
            throw new IllegalArgumentException("no peer is called local, which means this machine");
        }
    }

    /**
     * Reads {@code NAME ID [HOST:PORT] [--protect LEVEL] [--grant SHARE=RIGHTS]...}, the options in any order.
     *
     * @throws IllegalArgumentException with the reason in one line, fit for whoever typed the words
     */
    public static Peer parse(List<String> words) {
        Iterator<String> rest = words.iterator();
        String name = next(rest, "NAME");
        // Checked first, so that the first wrong word is the one that is named.
        Alphabet.require("peer", name, MAX_NAME_LENGTH);
        PeerId id = PeerId.parse(next(rest, "ID"));
        Endpoint address = null;
        Protection protection = null;
        List<Grant> grants = new ArrayList<>();
        for (int at = 2; rest.hasNext(); at++) {
            String word = rest.next();
            if (word.equals("--protect") && protection == null) {
                protection = protection(next(rest, "LEVEL"));
            } else if (word.equals("--grant")) {
                grants.add(Grant.parse(next(rest, "SHARE=RIGHTS")));
            } else if (at == 2 && !word.startsWith("-")) {
                address = Endpoint.parse(word);
            } else {
                throw new IllegalArgumentException("unexpected '" + Escape.text(word) + "'");
            }
        }
        return new Peer(name, id, address, protection, grants);
    }

    private static String next(Iterator<String> rest, String what) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException(what + " is missing");
        }
        return rest.next();
    }

    static Protection protection(String word) {
        for (Protection protection : Protection.values()) {
            if (word(protection).equals(word)) {
                return protection;
            }
        }
        throw new IllegalArgumentException(
                "'" + Escape.text(word) + "' is no protection; these are: clear, safe, private");
    }

    static String word(Protection protection) {
        return protection.name().toLowerCase(Locale.ROOT);
    }

    /** What {@link #parse} reads, with single blanks between the words. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder(name).append(' ').append(id);
        if (address != null) {
            line.append(' ').append(address);
        }
        if (protection != null) {
            line.append(" --protect ").append(word(protection));
        }
        grants.forEach(grant -> line.append(" --grant ").append(grant));
        return line.toString();
    }
}
