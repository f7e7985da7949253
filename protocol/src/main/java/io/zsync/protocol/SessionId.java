package io.zsync.protocol;

import java.util.Arrays;
import java.util.HexFormat;

/** 16 random bytes that name one session; no secret. Immutable. */
public final class SessionId {
    public static final int LENGTH = 16;

    private final byte[] bytes;

    private SessionId(byte[] bytes) {
        this.bytes = bytes;
    }

    /** @throws IllegalArgumentException unless there are 16 bytes; the array is copied */
    public static SessionId of(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("session id of " + bytes.length + " bytes, not " + LENGTH);
        }
        return new SessionId(bytes.clone());
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SessionId id && Arrays.equals(bytes, id.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
