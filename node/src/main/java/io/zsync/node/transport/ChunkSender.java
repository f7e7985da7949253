package io.zsync.node.transport;

import io.zsync.node.copy.PathCounters;
import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.DataPath;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Moves one range at a time from a file to a data stream, by the path asked for or by the next that works, and adds what
 * went out to the check. Whether a failed call was the file's fault or the stream's is not guessed: the next path goes on
 * from the byte that was reached, and the stream's failure shows in its plain write. For one thread.
 */
final class ChunkSender {
    /** One read, one write, one step of the check. */
    static final int SLICE_LENGTH = 256 << 10;

    private final DataStream stream;
    private final PacedOutput output;
    private final FrameCheck check;
    private final PathCounters counters;
    private final ByteBuffer slice = ByteBuffer.allocateDirect(SLICE_LENGTH);
    private final byte[] heap = new byte[SLICE_LENGTH];

    private ByteBuffer head = ByteBuffer.allocate(0);
    private long position;
    private long end;
    private DataPath path = DataPath.SENDFILE;
    private boolean sourceEnded;
    private @Nullable IOException failure;

    ChunkSender(PacedOutput output, FrameCheck check, PathCounters counters) {
        this.stream = output.stream();
        this.output = output;
        this.check = check;
        this.counters = counters;
    }

    /**
     * Sends {@code head} and exactly {@code length} bytes, zeros where the source has none.
     *
     * @throws IOException only if the stream is broken
     */
    void send(ByteBuffer head, OpenFile source, long offset, int length, DataPath wanted) throws IOException {
        this.head = head;
        position = offset;
        end = offset + length;
        sourceEnded = false;
        failure = null;
        path = wanted;
        if (path == DataPath.SENDFILE) {
            sendByKernel(source, Objects.requireNonNull(stream.bareChannel()));
            path = needsMore() ? DataPath.MAPPED : path;
        }
        if (path == DataPath.MAPPED) {
            sendMapped(source);
            path = needsMore() ? DataPath.BUFFERED : path;
        }
        if (path == DataPath.BUFFERED) {
            sendBuffered(source);
        }
        pad();
    }

    /** The path that moved the last bytes of the last chunk. */
    DataPath path() {
        return path;
    }

    /** Every byte of the last chunk came from the source. */
    boolean whole() {
        return !sourceEnded && failure == null;
    }

    @Nullable
    IOException failure() {
        return failure;
    }

    /** Adds a range of the file to the check. @return the first offset that the file could not provide */
    long sum(OpenFile source, long offset, long limit) throws IOException {
        long reached = sumMapped(source, offset, limit);
        while (reached < limit) {
            slice.clear().limit((int) Math.min(SLICE_LENGTH, limit - reached));
            int read = source.read(slice, reached);
            if (read == 0) {
                break;
            }
            check.update(slice.flip());
            reached += read;
        }
        return reached;
    }

    private boolean needsMore() {
        return position < end && !sourceEnded && failure == null;
    }

    private void sendByKernel(OpenFile source, SocketChannel channel) throws IOException {
        stream.write(head);
        long start = position;
        try {
            FileChannel file = source.channel();
            while (position < end) {
                long sent = file.transferTo(position, output.grant(end - position), channel);
                if (sent == 0) {
                    // Past the end it says 0 for ever; before it, it is a refusal.
                    sourceEnded = file.size() <= position;
                    break;
                }
                output.used(sent);
                counters.add(DataPath.SENDFILE, sent);
                position += sent;
            }
        } catch (IOException e) {
            if (!channel.isOpen()) {
                throw e;
            }
        }
        try {
            // After the payload, so that the peer is busy with it meanwhile.
            sourceEnded |= check.readsPayload() && sum(source, start, position) < position;
        } catch (IOException e) {
            failure = e;
        }
    }

    private void sendMapped(OpenFile source) {
        try (Arena arena = Arena.ofConfined()) {
            MappedByteBuffer window = map(source, arena, position, end);
            while (window.hasRemaining()) {
                int length = Math.min(SLICE_LENGTH, window.remaining());
                boolean encrypts = stream.bareChannel() == null;
                if (encrypts || check.readsPayload()) {
                    window.get(window.position(), heap, 0, length);
                }
                // What encrypts is native code, and must not meet the end of a file that shrank.
                ByteBuffer piece =
                        encrypts ? ByteBuffer.wrap(heap, 0, length) : window.slice(window.position(), length);
                try {
                    output.write(head, piece);
                } finally {
                    check.update(heap, piece.position());
                    counters.add(DataPath.MAPPED, piece.position());
                    window.position(window.position() + piece.position());
                    position += piece.position();
                }
            }
        } catch (IOException | InternalError e) {
            // No map, a file that shrank under it, or a broken stream: plain reads and writes tell which.
        }
    }

    private void sendBuffered(OpenFile source) throws IOException {
        while (position < end) {
            slice.clear().limit((int) Math.min(SLICE_LENGTH, end - position));
            try {
                sourceEnded = source.read(slice, position) < slice.limit();
            } catch (IOException e) {
                failure = e;
                return;
            }
            counters.add(DataPath.BUFFERED, slice.position());
            position += slice.position();
            check.update(slice.flip());
            output.write(head, slice.rewind());
            if (sourceEnded) {
                return;
            }
        }
    }

    /** The header has promised a length, and the next one is looked for behind it. */
    private void pad() throws IOException {
        if (position < end) {
            sourceEnded |= failure == null;
            Arrays.fill(heap, (byte) 0);
            slice.clear().put(heap);
        }
        while (position < end) {
            slice.clear().limit((int) Math.min(SLICE_LENGTH, end - position));
            position += slice.remaining();
            check.update(slice);
            output.write(head, slice.rewind());
        }
    }

    private long sumMapped(OpenFile source, long offset, long limit) {
        long reached = offset;
        try (Arena arena = Arena.ofConfined()) {
            MappedByteBuffer window = map(source, arena, offset, limit);
            while (window.hasRemaining()) {
                int length = Math.min(SLICE_LENGTH, window.remaining());
                window.get(heap, 0, length);
                check.update(heap, length);
                reached += length;
            }
        } catch (IOException | InternalError e) {
            // No map, or a file that shrank under it: plain reads go on from here.
        }
        return reached;
    }

    /** Maps what there is of a range. */
    private static MappedByteBuffer map(OpenFile source, Arena arena, long offset, long limit) throws IOException {
        FileChannel file = source.channel();
        long length = Math.clamp(file.size() - offset, 0, limit - offset);
        return (MappedByteBuffer)
                file.map(FileChannel.MapMode.READ_ONLY, offset, length, arena).asByteBuffer();
    }
}
