package io.zsync.node.transport;

import io.zsync.protocol.TagKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A data stream that is its socket and nothing more.
 *
 * @param key makes the tags of level safe; null at level clear
 */
record PlainStream(SocketChannel bareChannel, @Nullable TagKey key) implements DataStream {
    @Override
    public int read(ByteBuffer target) throws IOException {
        return bareChannel.read(target);
    }

    @Override
    public void write(ByteBuffer... sources) throws IOException {
        int first = 0;
        while (first < sources.length) {
            if (!sources[first].hasRemaining()) {
                first++;
            } else if (first == sources.length - 1) {
                bareChannel.write(sources[first]);
            } else {
                bareChannel.write(sources, first, sources.length - first);
            }
        }
    }

    @Override
    public void close() throws IOException {
        bareChannel.close();
    }
}
