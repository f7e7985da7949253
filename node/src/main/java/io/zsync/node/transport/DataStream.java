package io.zsync.node.transport;

import io.zsync.protocol.TagKey;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A bound data stream as its reader and its writer see it, whatever protects it. Everything blocks. One thread may read and
 * one other write; {@link #close} is for any, and frees both.
 */
public sealed interface DataStream extends Closeable permits PlainStream, TlsStream {
    /**
     * At level clear, or before it is bound.
     *
     * @param channel blocking; closed with the stream
     */
    static DataStream plain(SocketChannel channel) {
        return new PlainStream(channel, null);
    }

    /**
     * At level safe.
     *
     * @param channel blocking, bound; closed with the stream
     */
    static DataStream tagged(SocketChannel channel, TagKey key) {
        return new PlainStream(channel, key);
    }

    /** Waits for bytes. @return how many came, at least one if there is room; -1 if the peer has ended the stream */
    int read(ByteBuffer target) throws IOException;

    /** Writes all that remains of each, in that order; the positions show how far it got if it fails. */
    void write(ByteBuffer... sources) throws IOException;

    /**
     * The channel itself, for {@code transferTo}: through any wrapper that silently copies. Null if bytes have to pass
     * through here, because they are encrypted on the way.
     */
    @Nullable
    SocketChannel bareChannel();
}
