package io.zsync.node.session;

import io.zsync.node.fs.Root;
import io.zsync.node.replica.Applier;
import io.zsync.node.replica.DirectoryCursor;
import io.zsync.node.replica.Fetch;
import io.zsync.node.replica.RangeClaim;
import io.zsync.node.transport.ChunkSink;
import io.zsync.protocol.FrameHeader;
import io.zsync.protocol.Message;
import io.zsync.protocol.PackRecord;
import io.zsync.protocol.ProtocolException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Brings what one data stream delivers to the fetches it belongs to. For that stream's thread. */
final class StreamSink implements ChunkSink, AutoCloseable {
    private static final ChunkSink.Claim DISCARD = new ChunkSink.Claim() {
        @Override
        public void write(ByteBuffer bytes, long offset) {
            bytes.position(bytes.limit());
        }

        @Override
        public void verified() {}

        @Override
        public void damaged() {}

        @Override
        public void abandoned() {}
    };

    private final Session session;
    private final Applier applier;
    private final RemoteContent content;
    private final DirectoryCursor cursor;

    StreamSink(Session session, Root root, Applier applier, RemoteContent content) {
        this.session = session;
        this.applier = applier;
        this.content = content;
        this.cursor = new DirectoryCursor(root);
    }

    @Override
    public ChunkSink.Claim claim(FrameHeader header) {
        Fetch fetch = find(header.file());
        if (fetch == null) {
            return DISCARD;
        }
        RangeClaim claim = fetch.claim(
                header.attempt(), header.offset(), header.plainLength(), () -> cursor.at(fetch.directory()));
        return new ChunkSink.Claim() {
            @Override
            public void write(ByteBuffer bytes, long offset) {
                claim.write(bytes, offset);
            }

            @Override
            public void verified() {
                claim.verified();
            }

            @Override
            public void damaged() {
                if (claim.damaged()) {
                    session.send(new Message.ChunkRejected(
                            header.file(), header.attempt(), header.offset(), header.plainLength()));
                }
            }

            @Override
            public void abandoned() {
                claim.abandoned();
            }
        };
    }

    @Override
    public void packed(PackRecord record, ByteBuffer bytes) {
        Fetch fetch = find(record.file());
        if (fetch != null) {
            fetch.packed(record, bytes, () -> cursor.at(fetch.directory()));
        }
    }

    @Override
    public void packDamaged(int stream, long sequence) {
        session.send(new Message.PackRejected(stream, sequence));
    }

    private @Nullable Fetch find(long file) {
        Fetch fetch = applier.fetch(file);
        if (fetch == null && !content.isParted(file)) {
            throw ProtocolException.violation("content of file " + file + ", which was not asked for");
        }
        return fetch;
    }

    @Override
    public void close() throws IOException {
        cursor.close();
    }
}
