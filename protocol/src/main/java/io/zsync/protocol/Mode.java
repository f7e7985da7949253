package io.zsync.protocol;

/** Which way a session moves data, seen from its initiator. */
public enum Mode {
    PUSH,
    PULL
}
