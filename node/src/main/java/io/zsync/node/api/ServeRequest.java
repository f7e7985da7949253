package io.zsync.node.api;

import io.zsync.protocol.Protection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a serving node offers, and to whom it listens.
 *
 * @param shares at least one, with names of their own
 * @param listen port 0 takes any free one
 * @param minProtection no session runs below it; null: clear from loopback, private from elsewhere
 * @param maxSessions sessions at once, 1 or more; further ones are told that the node is busy
 */
public record ServeRequest(
        List<Share> shares, Endpoint listen, @Nullable Protection minProtection, int maxSessions) {
    public ServeRequest {
        shares = List.copyOf(shares);
        if (shares.isEmpty() || maxSessions < 1) {
            throw new IllegalArgumentException(shares.size() + " shares, " + maxSessions + " sessions");
        }
    }
}
