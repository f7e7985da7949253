package io.zsync.node.trust;

import io.zsync.node.api.Endpoint;
import io.zsync.node.api.RunFailure;
import io.zsync.protocol.Digest;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.Protection;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Peers and books for tests, made from a seed. */
final class Books {
    private static final String ALPHABET = "abcxyzABCXYZ0189._-";

    private Books() {}

    static PeerId id(long number) {
        byte[] bytes = new byte[Digest.LENGTH];
        new Random(number).nextBytes(bytes);
        return new PeerId(Digest.of(bytes));
    }

    static Peer peer(String name, Grant... grants) {
        return new Peer(name, id(name.hashCode()), null, null, List.of(grants));
    }

    static PeerBook of(Peer... peers) throws RunFailure {
        PeerBook book = PeerBook.EMPTY;
        for (Peer peer : peers) {
            book = book.with(peer);
        }
        return book;
    }

    static PeerBook random(Random random, int size) throws RunFailure {
        PeerBook book = PeerBook.EMPTY;
        for (int i = 0; i < size; i++) {
            book = book.with(new Peer(
                    name(random, 50) + i, id(random.nextLong()), address(random), protection(random), grants(random)));
        }
        return book;
    }

    private static @Nullable Endpoint address(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> null;
            case 1 -> new Endpoint("fe80::" + Integer.toHexString(random.nextInt(1 << 16)) + "%Eth0", 1);
            case 2 -> new Endpoint("h" + name(random, 200), 1 + random.nextInt(65_535));
            default -> new Endpoint("10.0.0." + random.nextInt(256), Endpoint.DEFAULT_PORT);
        };
    }

    private static @Nullable Protection protection(Random random) {
        return random.nextInt(4) == 0 ? null : any(random, List.of(Protection.values()));
    }

    private static List<Grant> grants(Random random) {
        List<Grant> grants = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            Set<Right> rights = EnumSet.of(any(random, List.of(Right.values())));
            rights.add(any(random, List.of(Right.values())));
            grants.add(new Grant(name(random, 60) + i, rights));
        }
        return grants;
    }

    private static <T> T any(Random random, List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    private static String name(Random random, int maxLength) {
        StringBuilder name = new StringBuilder("n");
        for (int i = random.nextInt(maxLength); i > 0; i--) {
            name.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return name.toString();
    }
}
