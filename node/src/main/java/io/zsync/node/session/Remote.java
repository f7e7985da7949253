package io.zsync.node.session;

import io.zsync.node.api.Endpoint;
import io.zsync.node.trust.Identity;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RelativePath;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The other end of a run, and who this end is to it.
 *
 * @param peer the key that must answer at the endpoint
 * @param protection what is stored for the peer; null if nothing is
 */
public record Remote(
        Identity self,
        PeerId peer,
        Endpoint endpoint,
        @Nullable Protection protection,
        String share,
        RelativePath path) {

    /** Looked up each time, because they may change between two sessions. Empty if the host is unknown. */
    List<InetAddress> addresses() {
        try {
            return List.of(InetAddress.getAllByName(endpoint.host()));
        } catch (UnknownHostException e) {
            return List.of();
        }
    }
}
