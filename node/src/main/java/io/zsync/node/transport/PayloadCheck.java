package io.zsync.node.transport;

/** What a payload check came to, up to 16 bytes of it; to be compared with another of the same level, and nothing else. */
public record PayloadCheck(long high, long low) {}
