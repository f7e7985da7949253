package io.zsync.node.transport;

import io.zsync.node.api.DataPath;
import io.zsync.node.api.PathChoice;
import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.FrameHeader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * The sending end of one data stream. Owns the sequence numbers and the bare channel, which is never wrapped: behind any
 * wrapper {@code transferTo} silently copies. Every frame is on its way when its method returns. A source that fails or is
 * short never breaks a frame: its declared length is filled up with zeros and the check spoilt. An IOException always means
 * that the stream is lost. For one platform thread; {@link #close} from any.
 */
public final class DataWriter implements Closeable {
    private final SocketChannel channel;
    private final PathCounters counters;
    private final FrameCheck check = new FrameCheck();
    private final ChunkSender chunks;
    private final OutboundPack pack = new OutboundPack();
    private final ByteBuffer frame = ByteBuffer.allocateDirect(FrameCheck.HEADER_LENGTH);
    private long sequence;

    /** @param channel blocking, bound; closed with this writer */
    public DataWriter(SocketChannel channel, PathCounters counters) {
        this.channel = channel;
        this.counters = counters;
        this.chunks = new ChunkSender(channel, check, counters);
    }

    /**
     * A chunk that went out.
     *
     * @param header as sent; with {@link #check(OpenFile, FrameHeader)} it answers a rejection
     * @param check the payload check as sent, or as it would have been if the chunk is not whole
     * @param path how the bytes went; of several the last
     * @param whole false if the source ended or failed first, so that the receiver is certain to reject the chunk
     * @param failure why the source could not be read to the chunk's end; null if it was merely short
     */
    public record Sent(
            FrameHeader header,
            int check,
            DataPath path,
            PathChoice choice,
            boolean whole,
            @Nullable IOException failure) {}

    /**
     * Sends a range of a file as one frame.
     *
     * @param path SENDFILE, MAPPED or BUFFERED; one that is refused gives way to the next of them
     */
    public Sent chunk(OpenFile source, long file, int attempt, long offset, int length, DataPath path)
            throws IOException {
        PathChoice choice = switch (path) {
            case SENDFILE -> PathChoice.KERNEL_SENDS;
            case MAPPED, BUFFERED -> PathChoice.FORCED;
            case CLONE, COPY_RANGE -> throw new IllegalArgumentException(path + " does not reach a socket");
        };
        FrameHeader header =
                new FrameHeader(FrameHeader.Type.CHUNK, 0, attempt, sequence, file, offset, length, length);
        check.appendHeader(header, frame.clear());
        chunks.send(frame.flip(), source, offset, length, path);
        frame.clear();
        check.appendTo(frame, !chunks.whole());
        write(frame.flip());
        sequence++;
        return new Sent(
                header,
                check.value(),
                chunks.path(),
                chunks.path() == path ? choice : PathChoice.TRANSFER_REFUSED,
                chunks.whole(),
                chunks.failure());
    }

    /** Sends word of a hole: a header alone. @return its sequence */
    public long hole(long file, int attempt, long offset, long length) throws IOException {
        FrameHeader header = new FrameHeader(FrameHeader.Type.HOLE, 0, attempt, sequence, file, offset, 0, length);
        check.appendHeader(header, frame.clear());
        write(frame.flip());
        return sequence++;
    }

    /** The pack that {@link #sendPack} will send. */
    public OutboundPack pack() {
        return pack;
    }

    /** The sequence of the next frame. */
    public long nextSequence() {
        return sequence;
    }

    /** Sends what was added to {@link #pack} and empties it. @return its sequence. @throws IllegalStateException if empty */
    public long sendPack() throws IOException {
        counters.add(DataPath.BUFFERED, pack.contentLength());
        write(pack.seal(sequence, check));
        pack.clear();
        return sequence++;
    }

    /**
     * Computes once more the payload check of a chunk that was rejected. The one that was sent: the wire's fault. Another:
     * the source has changed.
     *
     * @throws IOException if the source cannot be read; the stream is not concerned
     */
    public int check(OpenFile source, FrameHeader header) throws IOException {
        check.appendHeader(header, frame.clear());
        long end = header.offset() + header.wireLength();
        return chunks.sum(source, header.offset(), end) == end ? check.value() : ~check.value();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
