package io.zsync.node.transport;

import io.zsync.protocol.FrameHeader;
import io.zsync.protocol.Limits;
import io.zsync.protocol.PackCodec;
import io.zsync.protocol.ProtocolException;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

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
    private final @Nullable PayloadExpander expander;
    private long sequence;

    /**
     * @param source closed with this reader
     * @param arrivals grows as bytes come; may be shared by streams
     * @param compressed the sender may compress; if not, a compressed frame is a violation
     */
    public DataReader(DataStream source, int stream, ChunkSink sink, Arrivals arrivals, boolean compressed) {
        this(source, FrameCheck.of(source), stream, sink, arrivals, compressed);
    }

    DataReader(DataStream source, FrameCheck check, int stream, ChunkSink sink, Arrivals arrivals, boolean compressed) {
        this.source = source;
        this.check = check;
        this.stream = stream;
        this.sink = sink;
        this.arrivals = arrivals;
        this.expander = compressed ? new PayloadExpander() : null;
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
            if (header.isCompressed() && expander == null) {
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
        boolean matches = false;
        boolean complete = false;
        try {
            matches = (expander != null && header.isCompressed())
                    ? storeExpanded(header, claim, expander)
                    : storePlain(header, claim);
            complete = true;
        } finally {
            if (!complete) {
                claim.abandoned();
            }
        }
        if (matches) {
            arrivals.verified().add(header.plainLength());
            claim.verified();
        } else {
            claim.damaged();
        }
    }

    /** Slice by slice, before they are verified: a large chunk is never held. */
    private boolean storePlain(FrameHeader header, ChunkSink.Claim claim) throws IOException {
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
        return check.matches(buffer);
    }

    /** All of it, verified before it is expanded. */
    private boolean storeExpanded(FrameHeader header, ChunkSink.Claim claim, PayloadExpander expanding)
            throws IOException {
        ByteBuffer block = payload(header, "chunk");
        if (!check.matches(buffer)) {
            return false;
        }
        claim.write(expanding.expand(block, header), header.offset());
        return true;
    }

    /** Waits for a whole payload and the check behind it, and adds the payload to the check. */
    private ByteBuffer payload(FrameHeader header, String part) throws IOException {
        int length = header.wireLength();
        require(length + check.length(), length + betweenLength, part);
        ByteBuffer payload = buffer.slice(buffer.position(), length);
        check.update(payload.duplicate());
        buffer.position(buffer.position() + length);
        return payload;
    }

    private void readPack(FrameHeader header) throws IOException {
        ByteBuffer pack = payload(header, "pack");
        if (check.matches(buffer)) {
            if (expander != null && header.isCompressed()) {
                pack = expander.expand(pack, header);
            }
            PackCodec.read(pack, header.file(), sink::packed);
            arrivals.verified().add(header.plainLength());
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
