package io.zsync.node.replica;

import io.zsync.protocol.ProblemCode;

/**
 * Where the content of wanted files comes from: a sender at the other end of a session, or a local tree. It fills each
 * {@link Fetch} it was asked for and is told when the fetch is over.
 */
public interface ContentSource {
    /** Asks for all of a file's content as part of its first attempt. @return false if there is no room for it now */
    boolean want(Fetch fetch);

    /**
     * Waits until there is room for this fetch.
     *
     * @throws InterruptedException if the run is over
     */
    void awaitRoom(Fetch fetch) throws InterruptedException;

    /**
     * Waits until everything that was asked for is over.
     *
     * @throws InterruptedException if the run is over
     */
    void awaitIdle() throws InterruptedException;

    /** The same for a further attempt at a file that still counts as outstanding. Never blocks. */
    void wantAgain(Fetch fetch);

    /**
     * Whether what fills this fetch's staged file wants the disk reserved first. Not where it comes with blocks of its own.
     */
    boolean fillsReserved(Fetch fetch);

    /** The fetch ended with its file published. */
    void done(Fetch fetch, boolean durable);

    /** The fetch ended without its file. */
    void refused(Fetch fetch, ProblemCode code);
}
