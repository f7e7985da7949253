package io.zsync.node.api;

/** Where a node listens, or is to be found. */
public record Endpoint(String host, int port) {
    public static final int DEFAULT_PORT = 7419;
}
