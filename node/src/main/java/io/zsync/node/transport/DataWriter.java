package io.zsync.node.transport;

import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.FrameHeader;
import io.zsync.protocol.PathChoice;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The sending end of one data stream. Owns the sequence numbers. Every frame is on its way when its method returns. A source that fails or is
 * short never breaks a frame: its declared length is filled up with zeros and the check spoilt. An IOException always means
 * that the stream is lost. For one platform thread; {@link #close} from any.
 */
public final class DataWriter implements Closeable {
    private final DataStream stream;
    private final PathCounters counters;
    private final FrameCheck check;
    private final ChunkSender chunks;
    private final OutboundPack pack;
    private final ByteBuffer frame;
    private long sequence;

    /** @param stream closed with this writer */
    public DataWriter(DataStream stream, PathCounters counters) {
        this.stream = stream;
        this.counters = counters;
        this.check = FrameCheck.of(stream);
        this.pack = new OutboundPack(check);
        this.frame = ByteBuffer.allocateDirect(check.headerLength());
        this.chunks = new ChunkSender(stream, check, counters);
    }

    /**
     * A chunk that went out.
     *
     * @param header as sent; with {@link #resend} it answers a rejection
     * @param check the payload check as sent, or as it would have been if the chunk is not whole
     * @param path how the bytes went; of several the last
     * @param whole false if the source ended or failed first, so that the receiver is certain to reject the chunk
     * @param failure why the source could not be read to the chunk's end; null if it was merely short
     */
    public record Sent(
            FrameHeader header,
            PayloadCheck check,
            DataPath path,
            PathChoice choice,
            boolean whole,
            @Nullable IOException failure) {}

    /**
     * Sends a range of a file as one frame.
     *
     * @param path SENDFILE, MAPPED or BUFFERED; one that is refused gives way to the next of them
     * @throws IllegalArgumentException if that path cannot lead into this stream: the kernel does not encrypt
     */
    public Sent chunk(OpenFile source, long file, int attempt, long offset, int length, DataPath path)
            throws IOException {
        PathChoice choice = switch (path) {
            case SENDFILE -> {
                if (stream.bareChannel() == null) {
                    throw new IllegalArgumentException("sendfile into a stream that is encrypted here");
                }
                yield PathChoice.KERNEL_SENDS;
            }
            case MAPPED -> PathChoice.FORCED;
            case BUFFERED -> stream.bareChannel() == null ? PathChoice.ENCRYPTED : PathChoice.FORCED;
            case CLONE, COPY_RANGE -> throw new IllegalArgumentException(path + " does not reach a socket");
        };
        FrameHeader header =
                new FrameHeader(FrameHeader.Type.CHUNK, 0, attempt, sequence, file, offset, length, length);
        check.appendHeader(header, frame.clear());
        chunks.send(frame.flip(), source, offset, length, path);
        frame.clear();
        check.appendTo(frame, !chunks.whole());
        stream.write(frame.flip());
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
        stream.write(frame.flip());
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
        stream.write(pack.seal(sequence));
        pack.clear();
        return sequence++;
    }

    /**
     * Sends a rejected chunk once more, out of memory, if the source still holds what was sent then: what goes out now is
     * what was compared, whatever happens to the source meanwhile.
     *
     * @param rejected its header as sent
     * @param sum its payload check as sent
     * @return the chunk as it went out; null if the source does not hold it any more, and nothing was sent
     * @throws SourceUnreadable if the source could not be read; the stream is not concerned
     */
    public @Nullable Sent resend(OpenFile source, FrameHeader rejected, PayloadCheck sum)
            throws IOException, SourceUnreadable {
        if (!check.wireMayDamage()) {
            return null;
        }
        ByteBuffer content = ByteBuffer.allocateDirect(rejected.wireLength());
        try {
            while (content.hasRemaining()) {
                if (source.read(content, rejected.offset() + content.position()) == 0) {
                    return null;
                }
            }
        } catch (IOException e) {
            throw new SourceUnreadable(e);
        }
        content.flip();
        check.appendHeader(rejected, frame.clear());
        check.update(content.duplicate());
        if (!check.value().equals(sum)) {
            return null;
        }
        FrameHeader header = new FrameHeader(
                FrameHeader.Type.CHUNK,
                0,
                rejected.attempt(),
                sequence,
                rejected.file(),
                rejected.offset(),
                rejected.wireLength(),
                rejected.plainLength());
        check.appendHeader(header, frame.clear());
        check.update(content.duplicate());
        stream.write(frame.flip(), content);
        counters.add(DataPath.BUFFERED, rejected.wireLength());
        frame.clear();
        check.appendTo(frame, false);
        stream.write(frame.flip());
        sequence++;
        return new Sent(header, check.value(), DataPath.BUFFERED, PathChoice.SENT_AGAIN, true, null);
    }

    /** A source that failed while a stream did not. */
    public static final class SourceUnreadable extends Exception {
        private static final long serialVersionUID = 1L;

        private final IOException reason;

        SourceUnreadable(IOException reason) {
            super(reason);
            this.reason = reason;
        }

        public IOException reason() {
            return reason;
        }
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
