package io.zsync.node.transport;

import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.FileIdentity;
import io.zsync.protocol.FrameHeader;
import io.zsync.protocol.Limits;
import io.zsync.protocol.PackCodec;
import io.zsync.protocol.PackRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Small files collected for one frame. Content is read straight into the buffer that goes to the socket, between a header's
 * room and a check's. For the one thread of its {@link DataWriter}.
 */
public final class OutboundPack {
    /** A whole frame, ready to be written, and its header. */
    record Sealed(FrameHeader header, ByteBuffer frame) {}

    private final FrameCheck check;
    private final @Nullable PayloadCompressor compressor;
    private final int capacity;
    private final ByteBuffer frame;
    private int files;

    /**
     * @param length of the payload, at most {@link Limits#PACK_LENGTH} and enough for any small file
     * @param compressor null if packs go out as they are
     */
    OutboundPack(FrameCheck check, int length, @Nullable PayloadCompressor compressor) {
        this.check = check;
        this.compressor = compressor;
        capacity = check.headerLength() + length;
        frame = ByteBuffer.allocateDirect(capacity + check.length());
        clear();
    }

    public boolean isEmpty() {
        return files == 0;
    }

    public int files() {
        return files;
    }

    /** @param length of the file's content */
    public boolean hasRoomFor(int length) {
        return files < Limits.PACK_FILES && frame.position() + PackCodec.HEAD_LENGTH + length <= capacity;
    }

    /**
     * Reads a whole small file and then looks at it once more, so that what is sent is what {@code identity} names.
     *
     * @param identity the stat of the open descriptor that was found to be the file on offer; 1 to 65,535 bytes long
     * @return false, and nothing is added, if the file is not {@code identity} any more after the read
     * @throws IOException if the file cannot be read; nothing is added
     * @throws IllegalStateException if there is no room for it
     */
    public boolean add(OpenFile source, long file, int attempt, FileIdentity identity) throws IOException {
        PackRecord record = new PackRecord(file, attempt, identity, Math.toIntExact(identity.size()));
        if (!hasRoomFor(record.length())) {
            throw new IllegalStateException("no room for " + record + " behind " + files + " files");
        }
        int start = frame.position() + PackCodec.HEAD_LENGTH;
        int read = source.read(frame.slice(start, record.length()), 0);
        if (read != record.length() || !source.stat().identity().equals(identity)) {
            return false;
        }
        PackCodec.append(record, frame);
        frame.position(start + record.length());
        files++;
        return true;
    }

    /** Bytes of the files alone. */
    int contentLength() {
        return payloadLength() - files * PackCodec.HEAD_LENGTH;
    }

    /** Nothing may be added until it is {@link #clear}ed. @throws IOException if the stream can carry no further frame */
    Sealed seal(long sequence) throws IOException {
        if (isEmpty()) {
            throw new IllegalStateException("an empty pack is never sent");
        }
        int length = payloadLength();
        ByteBuffer block = block(frame.slice(check.headerLength(), length));
        int wireLength = length;
        int flags = 0;
        if (block != null) {
            wireLength = block.remaining();
            flags = FrameHeader.LZ4;
            frame.position(check.headerLength()).put(block);
        }
        int end = frame.position();
        FrameHeader header = new FrameHeader(FrameHeader.Type.PACK, flags, 0, sequence, files, 0, wireLength, length);
        check.appendHeader(header, frame.rewind());
        check.update(frame.slice(check.headerLength(), wireLength));
        check.appendTo(frame.position(end), false);
        return new Sealed(header, frame.flip());
    }

    private @Nullable ByteBuffer block(ByteBuffer payload) {
        return (compressor != null && compressor.shrinks(payload)) ? compressor.compress(payload) : null;
    }

    void clear() {
        frame.clear().position(check.headerLength());
        files = 0;
    }

    private int payloadLength() {
        return frame.position() - check.headerLength();
    }
}
