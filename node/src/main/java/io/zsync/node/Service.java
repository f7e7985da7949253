package io.zsync.node;

import io.zsync.node.api.Endpoint;
import io.zsync.node.api.RunFailure;
import io.zsync.protocol.PeerId;
import java.io.Closeable;

/** A node that serves. Any thread. */
public interface Service extends Closeable {
    /** Where it listens, with the port that was taken. */
    Endpoint endpoint();

    /** Who it is. */
    PeerId id();

    /**
     * Reads the peer book again and ends the sessions that it would not let in any more.
     *
     * @throws RunFailure if the book cannot be read; the old one stays in force
     */
    void reload() throws RunFailure;

    /** Listens no more, lets running sessions end or parks them, and returns within 10 s. */
    @Override
    void close();
}
