package io.zsync.node.session;

import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * Where somebody connects from, as far as that can be told apart: an IPv4 address, or the 64 bits that name an IPv6 network,
 * in which a host gives itself as many addresses as it likes.
 *
 * @param bytes of the address's family, 4 or 16
 */
record Origin(int bytes, long prefix) {
    static Origin of(InetAddress address) {
        ByteBuffer raw = ByteBuffer.wrap(address.getAddress());
        return new Origin(raw.remaining(), raw.remaining() < Long.BYTES ? raw.getInt() : raw.getLong());
    }
}
