package io.zsync.node.copy;

import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.PathChoice;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;

/** Reads and writes. What its calls say is the truth: where the source ends, and whose fault a failure is. */
final class BufferedMover implements Mover, AutoCloseable {
    private static final int BUFFER_LENGTH = 256 << 10;

    private final Arena arena = Arena.ofConfined();
    private final ByteBuffer buffer = arena.allocate(BUFFER_LENGTH).asByteBuffer();

    @Override
    public DataPath path() {
        return DataPath.BUFFERED;
    }

    @Override
    public PathChoice choice() {
        return PathChoice.KERNEL_REFUSED;
    }

    @Override
    public int pieceLength() {
        return BUFFER_LENGTH;
    }

    /** @throws SourceUnreadable if reading failed; any other failure is the target's */
    @Override
    public long move(OpenFile source, OpenFile target, long offset, int length) throws IOException {
        int read = read(source, offset, length);
        target.write(buffer.flip(), offset);
        return read;
    }

    boolean isEnd(OpenFile source, long offset) throws SourceUnreadable {
        return read(source, offset, 1) == 0;
    }

    private int read(OpenFile source, long offset, int length) throws SourceUnreadable {
        try {
            return source.read(buffer.clear().limit(length), offset);
        } catch (IOException e) {
            throw new SourceUnreadable(e);
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
