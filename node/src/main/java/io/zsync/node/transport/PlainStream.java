package io.zsync.node.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** A data stream that is its socket and nothing more. */
record PlainStream(SocketChannel bareChannel) implements DataStream {
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
