package io.zsync.node.api;

/**
 * How a join ended well.
 *
 * @param address where the other node was found
 * @param calledThere what it calls this node
 * @param alreadyKnown it did so before, and no invite was used up
 */
public record JoinReport(Endpoint address, String calledThere, boolean alreadyKnown) {}
