package io.zsync.node.transport;

import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.FileIdentity;
import io.zsync.protocol.FrameHeader;
import io.zsync.protocol.Limits;
import io.zsync.protocol.PackCodec;
import io.zsync.protocol.PackRecord;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Small files collected for one frame. Content is read straight into the buffer that goes to the socket, between a header's
 * room and a check's. For the one thread of its {@link DataWriter}.
 */
public final class OutboundPack {
    private final FrameCheck check;
    private final int capacity;
    private final ByteBuffer frame;
    private int files;

    OutboundPack(FrameCheck check) {
        this.check = check;
        capacity = check.headerLength() + Limits.PACK_LENGTH;
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

    /** The whole frame, ready to be written. Nothing may be added until it is {@link #clear}ed. */
    ByteBuffer seal(long sequence) {
        if (isEmpty()) {
            throw new IllegalStateException("an empty pack is never sent");
        }
        int length = payloadLength();
        int end = frame.position();
        FrameHeader header = new FrameHeader(FrameHeader.Type.PACK, 0, 0, sequence, files, 0, length, length);
        check.appendHeader(header, frame.rewind());
        check.update(frame.slice(check.headerLength(), length));
        check.appendTo(frame.position(end), false);
        return frame.flip();
    }

    void clear() {
        frame.clear().position(check.headerLength());
        files = 0;
    }

    private int payloadLength() {
        return frame.position() - check.headerLength();
    }
}
