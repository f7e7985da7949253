package io.zsync.node.trust;

import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.Share;
import io.zsync.protocol.Escape;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Mode;
import io.zsync.protocol.PeerId;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What this node offers, and who may do what with it. Decides from the peer book and the names alone, before any path is
 * looked at. A peer learns of a share only if it has a right in it. Immutable, for any thread.
 */
public final class Shares {
    private final Map<String, Share> byName = new LinkedHashMap<>();

    /** @throws IllegalArgumentException for names that cannot be, or are not unique, with the reason in one line */
    public Shares(Collection<Share> shares) {
        for (Share share : shares) {
            requireName(share.name());
            if (byName.putIfAbsent(share.name(), share) != null) {
                throw new IllegalArgumentException("two shares are called " + share.name());
            }
        }
    }

    /** @throws IllegalArgumentException if no share can be called so, with the reason in one line */
    public static void requireName(String name) {
        Alphabet.require("share", name, Limits.SHARE_LENGTH);
    }

    public List<Share> all() {
        return List.copyOf(byName.values());
    }

    /**
     * The share, if this peer may push to it or pull from it.
     *
     * @param deletes whether the push is to remove what only the share has
     * @param name as the peer sent it
     * @throws RunFailure NOT_TRUSTED if the peer is not in the book; NOT_ALLOWED, in the same words for a share that does
     *     not exist and one that is not for this peer
     */
    public Share allow(PeerBook book, PeerId id, Mode mode, boolean deletes, String name) throws RunFailure {
        Peer peer = book.withId(id)
                .orElseThrow(() ->
                        new RunFailure(FailureKind.NOT_TRUSTED, "peer " + id + ": not in the peer book", null, null));
        Share share = byName.get(name);
        Set<Right> rights = share == null ? Set.of() : rights(peer, share);
        if (share != null && rights.contains(needed(mode))) {
            if (mode == Mode.PUSH && deletes && !rights.contains(Right.DELETE)) {
                throw refusal("this peer may not delete in it", name);
            }
            return share;
        }
        throw refusal(share != null && rights.contains(Right.READ) ? writing(share) : "not offered to this peer", name);
    }

    private static Right needed(Mode mode) {
        return switch (mode) {
            case PUSH -> Right.WRITE;
            case PULL -> Right.READ;
        };
    }

    private static String writing(Share share) {
        return share.writable() ? "this peer may only read it" : "it is read-only";
    }

    private static RunFailure refusal(String why, String name) {
        return new RunFailure(FailureKind.NOT_ALLOWED, "share " + Escape.text(name) + ": " + why, null, null);
    }

    /** What both the share and the peer's grants say; without any grant what the share says. */
    private static Set<Right> rights(Peer peer, Share share) {
        Set<Right> rights = share.writable() ? EnumSet.allOf(Right.class) : EnumSet.of(Right.READ);
        if (!peer.grants().isEmpty()) {
            Set<Right> granted = EnumSet.noneOf(Right.class);
            for (Grant grant : peer.grants()) {
                if (grant.share().equals(share.name())) {
                    granted.addAll(grant.rights());
                }
            }
            rights.retainAll(granted);
        }
        return rights;
    }
}
