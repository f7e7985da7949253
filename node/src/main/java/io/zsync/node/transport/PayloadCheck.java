package io.zsync.node.transport;

import java.nio.ByteBuffer;

/** A payload check as it was sent, up to 16 bytes of it; to be compared at the same level, and nothing else. */
public record PayloadCheck(long high, long low) {
    static PayloadCheck of(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return new PayloadCheck(in.getLong(), in.getLong());
    }

    byte[] bytes() {
        return ByteBuffer.allocate(2 * Long.BYTES).putLong(high).putLong(low).array();
    }

    /** What it is worth is nobody's to read in a log. */
    @Override
    public String toString() {
        return "PayloadCheck";
    }
}
