package io.zsync.node.trust;

import io.zsync.node.api.Endpoint;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.protocol.Escape;
import io.zsync.protocol.PeerId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The peers that this node knows, each name and each id once, in the order they came. Immutable, for any thread. */
public final class PeerBook {
    public static final int MAX_PEERS = 10_000;

    public static final PeerBook EMPTY = new Builder().build();

    private final Map<String, Peer> byName;
    private final Map<PeerId, Peer> byId;

    private PeerBook(Map<String, Peer> byName, Map<PeerId, Peer> byId) {
        this.byName = byName;
        this.byId = byId;
    }

    public List<Peer> peers() {
        return List.copyOf(byName.values());
    }

    public Optional<Peer> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    public Optional<Peer> withId(PeerId id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** Those that listen there. More than one means that the address alone does not say which key to expect. */
    public List<Peer> at(Endpoint address) {
        return byName.values().stream()
                .filter(peer -> address.equals(peer.address()))
                .toList();
    }

    /** @throws RunFailure USAGE if the name or the id is in the book already, or the book is full */
    public PeerBook with(Peer peer) throws RunFailure {
        Builder builder = new Builder(this);
        String reason = builder.add(peer);
        if (reason != null) {
            String wayOut = byName.containsKey(peer.name())
                    ? "zsync peers remove " + peer.name() + " first, or choose another name"
                    : null;
            throw new RunFailure(FailureKind.USAGE, "peer " + peer.name() + ": " + reason, wayOut, null);
        }
        return builder.build();
    }

    /**
     * A name for a peer that chose {@code wish} for itself: that, or the first of {@code wish-2}, {@code wish-3} and so on
     * by which nobody here is or could be meant. So a peer takes no name away from another one, nor from a host.
     *
     * @param wish a peer's name
     */
    public String freeName(String wish) {
        Set<String> taken = new HashSet<>();
        for (Peer peer : byName.values()) {
            taken.add(peer.name().toLowerCase(Locale.ROOT));
            if (peer.address() != null) {
                taken.add(peer.address().host());
            }
        }
        String name = wish;
        for (int i = 2; taken.contains(name.toLowerCase(Locale.ROOT)); i++) {
            String suffix = "-" + i;
            name = wish.substring(0, Math.min(wish.length(), Peer.MAX_NAME_LENGTH - suffix.length())) + suffix;
        }
        return name;
    }

    /** @throws RunFailure USAGE if there is none of this name */
    public PeerBook without(String name) throws RunFailure {
        if (!byName.containsKey(name)) {
            throw new RunFailure(
                    FailureKind.USAGE,
                    "peer " + Escape.text(name) + ": not in the peer book",
                    "zsync peers list shows who is",
                    null);
        }
        Builder builder = new Builder(this);
        builder.remove(name);
        return builder.build();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PeerBook book && peers().equals(book.peers());
    }

    @Override
    public int hashCode() {
        return peers().hashCode();
    }

    @Override
    public String toString() {
        return peers().toString();
    }

    /** A book in the making; not used any more once it is built. */
    static final class Builder {
        private final Map<String, Peer> byName = new LinkedHashMap<>();
        private final Map<PeerId, Peer> byId = new HashMap<>();

        Builder() {}

        private Builder(PeerBook book) {
            byName.putAll(book.byName);
            byId.putAll(book.byId);
        }

        /** @return why this peer cannot be in the book, or null if it now is */
        @Nullable
        String add(Peer peer) {
            if (byName.containsKey(peer.name())) {
                return "this name is in the peer book already";
            }
            Peer same = byId.get(peer.id());
            if (same != null) {
                return "this id is in the peer book already, as " + same.name();
            }
            if (byName.size() == MAX_PEERS) {
                return "the peer book is full, it holds " + MAX_PEERS;
            }
            byName.put(peer.name(), peer);
            byId.put(peer.id(), peer);
            return null;
        }

        private void remove(String name) {
            Peer removed = byName.remove(name);
            if (removed != null) {
                byId.remove(removed.id());
            }
        }

        PeerBook build() {
            return new PeerBook(byName, byId);
        }
    }
}
