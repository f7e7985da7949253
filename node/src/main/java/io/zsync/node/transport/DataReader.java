package io.zsync.node.transport;

import io.zsync.protocol.FrameHeader;
import io.zsync.protocol.Limits;
import io.zsync.protocol.PackCodec;
import io.zsync.protocol.ProtocolException;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The receiving end of one data stream: reads frames until the peer ends it, and hands each payload to the sink from the
 * buffer it was read into and checked in. No field is used before the header check matched; no pack before all of it did.
 * {@link #run} is for one platform thread, {@link #close} for any.
 */
public final class DataReader implements Closeable {
    private static final int SLICE_LENGTH = 256 << 10;

    private final DataStream source;
    private final int stream;
    private final ChunkSink sink;
    private final Arrivals arrivals;
    private final FrameCheck check;

    /** Behind a payload the next header is often there already; further than that nothing is read ahead. */
    private final int betweenLength;

    private final ByteBuffer buffer;
    private long sequence;

    /**
     * @param source closed with this reader
     * @param arrivals grows as bytes come; may be shared by streams
     */
    public DataReader(DataStream source, int stream, ChunkSink sink, Arrivals arrivals) {
        this.source = source;
        this.stream = stream;
        this.sink = sink;
        this.arrivals = arrivals;
        check = FrameCheck.of(source);
        betweenLength = check.length() + check.headerLength();
        buffer = ByteBuffer.allocateDirect(Limits.PACK_LENGTH + betweenLength);
        buffer.limit(0);
    }

    /**
     * Returns when the peer has ended the stream between two frames.
     *
     * @throws EOFException if it ended the stream inside one
     * @throws IOException if the stream broke
     * @throws ProtocolException if the peer sent what it must not
     */
    public void run() throws IOException {
        while (fill(check.headerLength(), check.headerLength()) || buffer.hasRemaining()) {
            require(check.headerLength(), check.headerLength(), "header");
            FrameHeader header = check.readHeader(buffer);
            if (header.sequence() != sequence) {
                throw ProtocolException.violation(
                        "stream " + stream + ": frame " + header.sequence() + " in place of " + sequence);
            }
            if (header.isCompressed()) {
                throw ProtocolException.violation("stream " + stream + ": a compressed frame that nobody asked for");
            }
            switch (header.type()) {
                case CHUNK -> readChunk(header);
                case PACK -> readPack(header);
                case HOLE -> sink.claim(header).verified();
            }
            sequence++;
        }
    }

    @Override
    public void close() throws IOException {
        source.close();
    }

    private void readChunk(FrameHeader header) throws IOException {
        ChunkSink.Claim claim = sink.claim(header);
        boolean complete = false;
        try {
            int done = 0;
            while (done < header.wireLength()) {
                int length = Math.min(SLICE_LENGTH, header.wireLength() - done);
                require(length, length, "chunk");
                check.update(buffer.slice(buffer.position(), length));
                claim.write(buffer.slice(buffer.position(), length), header.offset() + done);
                buffer.position(buffer.position() + length);
                done += length;
            }
            require(check.length(), betweenLength, "payload check");
            complete = true;
        } finally {
            if (!complete) {
                claim.abandoned();
            }
        }
        if (check.matches(buffer)) {
            arrivals.verified().add(header.wireLength());
            claim.verified();
        } else {
            claim.damaged();
        }
    }

    private void readPack(FrameHeader header) throws IOException {
        int length = header.wireLength();
        require(length + check.length(), length + betweenLength, "pack");
        ByteBuffer pack = buffer.slice(buffer.position(), length);
        check.update(pack.duplicate());
        buffer.position(buffer.position() + length);
        if (check.matches(buffer)) {
            PackCodec.read(pack, header.file(), sink::packed);
            arrivals.verified().add(length);
        } else {
            sink.packDamaged(stream, sequence);
        }
    }

    private void require(int length, int most, String part) throws IOException {
        if (!fill(length, most)) {
            throw new EOFException("stream " + stream + ": the peer ended it inside the " + part + " of frame "
                    + sequence + ", " + buffer.remaining() + " of " + length + " bytes");
        }
    }

    /** Reads until {@code length} bytes are in the buffer, and up to {@code most} of them. @return false at the end */
    private boolean fill(int length, int most) throws IOException {
        if (buffer.remaining() >= length) {
            return true;
        }
        buffer.compact().limit(most);
        int read = 0;
        while (buffer.position() < length && read >= 0) {
            read = source.read(buffer);
            arrivals.read().add(Math.max(0, read));
        }
        buffer.flip();
        return buffer.remaining() >= length;
    }
}
