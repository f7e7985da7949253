package io.zsync.protocol;

import java.util.Arrays;
import java.util.HexFormat;

/** 8 random bytes that name one invite; no secret, but known to nobody who did not see the invite. Immutable. */
public final class InviteId {
    public static final int LENGTH = 8;

    private final byte[] bytes;

    private InviteId(byte[] bytes) {
        this.bytes = bytes;
    }

    /** @throws IllegalArgumentException unless there are 8 bytes; the array is copied */
    public static InviteId of(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("invite id of " + bytes.length + " bytes, not " + LENGTH);
        }
        return new InviteId(bytes.clone());
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof InviteId id && Arrays.equals(bytes, id.bytes);
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
