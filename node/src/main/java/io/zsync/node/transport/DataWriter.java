package io.zsync.node.transport;

import io.zsync.node.copy.PathCounters;
import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.FrameHeader;
import io.zsync.protocol.Limits;
import io.zsync.protocol.PackCodec;
import io.zsync.protocol.PathChoice;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The sending end of one data stream. Owns the sequence numbers. Every frame is on its way when its method returns. A source that fails or is
 * short never breaks a frame: its declared length is filled up with zeros and the check spoilt. An IOException always means
 * that the stream is lost. For one platform thread; {@link #close} from any.
 */
public final class DataWriter implements Closeable {
    private static final ByteBuffer NO_HEAD = ByteBuffer.allocate(0);

    private final DataStream stream;
    private final PathCounters counters;
    private final PacedOutput output;
    private final FrameCheck check;
    private final ChunkSender chunks;
    private final @Nullable PayloadCompressor compressor;
    private final OutboundPack pack;
    private final ByteBuffer frame;
    private final int chunkLength;
    private @Nullable ByteBuffer content;
    private long sequence;

    /**
     * @param stream closed with this writer
     * @param pace of the run's payload
     * @param compress the receiver expects LZ4, where it is worth it
     */
    public DataWriter(DataStream stream, PathCounters counters, Pace pace, boolean compress) {
        this(stream, FrameCheck.of(stream), counters, pace, compress);
    }

    DataWriter(DataStream stream, FrameCheck check, PathCounters counters, Pace pace, boolean compress) {
        this.stream = stream;
        this.counters = counters;
        this.output = new PacedOutput(stream, pace);
        this.check = check;
        this.compressor = compress ? new PayloadCompressor() : null;
        int smallFile = PackCodec.HEAD_LENGTH + Limits.SMALL_FILE_LENGTH;
        this.pack = new OutboundPack(check, pace.frameLength(smallFile, Limits.PACK_LENGTH), compressor);
        this.frame = ByteBuffer.allocateDirect(check.headerLength());
        this.chunks = new ChunkSender(output, check, counters);
        this.chunkLength = pace.frameLength(Limits.SMALL_FILE_LENGTH, Limits.CHUNK_LENGTH);
    }

    /**
     * What has to be known of a chunk that went out to answer a rejection of it, by {@link #resend} of any stream.
     *
     * @param header as sent
     * @param check the payload check as sent
     * @param by what sent it: at level safe nothing else can tell whether a check is its own
     */
    public record SentChunk(FrameHeader header, PayloadCheck check, DataWriter by) {
        private boolean isOf(ByteBuffer payload) {
            return by.check.isCheckOf(header, payload, check);
        }
    }

    /**
     * A chunk that went out.
     *
     * @param path how the bytes went; of several the last
     * @param whole false if the source ended or failed first, so that the receiver is certain to reject the chunk
     * @param failure why the source could not be read to the chunk's end; null if it was merely short
     */
    public record Sent(
            SentChunk chunk,
            DataPath path,
            PathChoice choice,
            boolean whole,
            @Nullable IOException failure) {}

    /** The longest chunk that should be sent as one frame. */
    public int chunkLength(boolean compressed) {
        return compressed ? Math.min(chunkLength, Limits.COMPRESSED_CHUNK_LENGTH) : chunkLength;
    }

    /**
     * Whether the beginning of a range shrinks so much that it is worth compressing the file.
     *
     * @return false without a look if the receiver does not expect it
     */
    public boolean shrinks(OpenFile source, long offset, long length) throws IOException {
        if (compressor == null) {
            return false;
        }
        ByteBuffer sample = content().limit((int) Math.min(PayloadCompressor.SAMPLE_LENGTH, length));
        source.read(sample, offset);
        return sample.flip().hasRemaining() && compressor.shrinks(sample);
    }

    /**
     * Sends a range of a file as one frame, compressed if that makes it shorter.
     *
     * @param length at most {@link #chunkLength} says
     * @throws IllegalStateException if the receiver does not expect it
     */
    public Sent compressed(OpenFile source, long file, int attempt, long offset, int length) throws IOException {
        if (compressor == null) {
            throw new IllegalStateException("the receiver expects nothing compressed");
        }
        ByteBuffer read = content().limit(length);
        IOException failure = null;
        try {
            source.read(read, offset);
        } catch (IOException e) {
            failure = e;
        }
        boolean whole = failure == null && !read.hasRemaining();
        while (read.hasRemaining()) {
            read.put((byte) 0);
        }
        ByteBuffer block = compressor.compress(read.flip());
        ByteBuffer payload = block == null ? read : block;
        FrameHeader header = header(file, attempt, offset, block != null, payload.remaining(), length);
        return sendFromMemory(header, payload, PathChoice.COMPRESSED, whole, failure);
    }

    /** Sends a chunk whose payload nobody can change any more. */
    private Sent sendFromMemory(
            FrameHeader header, ByteBuffer payload, PathChoice choice, boolean whole, @Nullable IOException failure)
            throws IOException {
        check.appendHeader(header, frame.clear());
        check.update(payload.duplicate());
        output.write(frame.flip(), payload);
        counters.add(DataPath.BUFFERED, header.plainLength());
        frame.clear();
        check.appendTo(frame, !whole);
        stream.write(frame.flip());
        sequence++;
        return new Sent(sent(header), DataPath.BUFFERED, choice, whole, failure);
    }

    private SentChunk sent(FrameHeader header) {
        return new SentChunk(header, check.sent(), this);
    }

    private FrameHeader header(
            long file, int attempt, long offset, boolean compressed, int wireLength, long plainLength) {
        int flags = compressed ? FrameHeader.LZ4 : 0;
        return new FrameHeader(FrameHeader.Type.CHUNK, flags, attempt, sequence, file, offset, wireLength, plainLength);
    }

    /** Room for a chunk that is compressed, and empty; sending one that is not needs no more than slices. */
    private ByteBuffer content() {
        if (content == null) {
            content = ByteBuffer.allocateDirect(Limits.COMPRESSED_CHUNK_LENGTH);
        }
        return content.clear();
    }

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
        FrameHeader header = header(file, attempt, offset, false, length, length);
        check.appendHeader(header, frame.clear());
        chunks.send(frame.flip(), source, offset, length, path);
        frame.clear();
        check.appendTo(frame, !chunks.whole());
        stream.write(frame.flip());
        sequence++;
        return new Sent(
                sent(header),
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

    /**
     * Sends what was added to {@link #pack} and empties it.
     *
     * @param before is told the frame's header when nothing of it is out yet: the receiver may be done as soon as it is
     * @throws IllegalStateException if empty
     */
    public void sendPack(Consumer<FrameHeader> before) throws IOException {
        counters.add(DataPath.BUFFERED, pack.contentLength());
        OutboundPack.Sealed sealed = pack.seal(sequence);
        before.accept(sealed.header());
        output.write(NO_HEAD, sealed.frame());
        pack.clear();
        sequence++;
    }

    /**
     * Sends a rejected chunk once more, out of memory, if the source still holds what was sent then: what goes out now is
     * what was compared, whatever happens to the source meanwhile. For who has room for it in {@link HeldChunks}.
     *
     * @return the chunk as it went out; null if the source does not hold it any more, and nothing was sent
     * @throws SourceUnreadable if the source could not be read; the stream is not concerned
     */
    public @Nullable Sent resend(OpenFile source, SentChunk chunk) throws IOException, SourceUnreadable {
        if (!check.wireMayDamage()) {
            return null;
        }
        FrameHeader rejected = chunk.header();
        ByteBuffer again = ByteBuffer.allocateDirect((int) rejected.plainLength());
        try {
            while (again.hasRemaining()) {
                if (source.read(again, rejected.offset() + again.position()) == 0) {
                    return null;
                }
            }
        } catch (IOException e) {
            throw new SourceUnreadable(e);
        }
        ByteBuffer payload = again.flip();
        if (rejected.isCompressed()) {
            payload = compressor == null ? null : compressor.compress(payload);
        }
        if (payload == null || payload.remaining() != rejected.wireLength()) {
            return null;
        }
        if (!chunk.isOf(payload)) {
            return null;
        }
        FrameHeader header = header(
                rejected.file(),
                rejected.attempt(),
                rejected.offset(),
                rejected.isCompressed(),
                rejected.wireLength(),
                rejected.plainLength());
        return sendFromMemory(header, payload, PathChoice.SENT_AGAIN, true, null);
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
