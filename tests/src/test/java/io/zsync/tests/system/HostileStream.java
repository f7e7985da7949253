package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.protocol.FileIdentity;
import io.zsync.protocol.FrameHeader;
import io.zsync.protocol.FrameHeaderCodec;
import io.zsync.protocol.PackCodec;
import io.zsync.protocol.PackRecord;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** A {@link HostilePeer}'s end of a data stream at level {@code clear}. Checks are right, unless a test makes them itself. */
final class HostileStream implements Closeable {
    /** A frame as it arrived. */
    record Frame(FrameHeader header, byte[] payload, boolean whole) {}

    private final Socket socket;
    private final DataInputStream in;
    private long sequence;

    HostileStream(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
    }

    void sendRaw(byte... bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    byte[] readRaw(int length) throws IOException {
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }

    /** True if the node has closed it; nothing is said before. */
    boolean isClosedSilently() throws IOException {
        try {
            return in.read() < 0;
        } catch (java.net.SocketException reset) {
            return true;
        }
    }

    void chunk(long file, int attempt, long offset, byte[] content) throws IOException {
        frame(
                new FrameHeader(
                        FrameHeader.Type.CHUNK, 0, attempt, sequence++, file, offset, content.length, content.length),
                content);
    }

    void hole(long file, int attempt, long offset, long length) throws IOException {
        frame(new FrameHeader(FrameHeader.Type.HOLE, 0, attempt, sequence++, file, offset, 0, length), new byte[0]);
    }

    /** A pack of one file. */
    void pack(long file, int attempt, FileIdentity identity, byte[] content) throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(PackCodec.HEAD_LENGTH + content.length);
        PackCodec.append(new PackRecord(file, attempt, identity, content.length), payload);
        pack(1, payload.put(content).array());
    }

    /** A pack that says it holds so many files, and holds this. */
    void pack(int files, byte[] payload) throws IOException {
        frame(
                new FrameHeader(FrameHeader.Type.PACK, 0, 0, sequence++, files, 0, payload.length, payload.length),
                payload);
    }

    /** The next sequence that this end would use is skipped. */
    void skipSequence() {
        sequence++;
    }

    /** The next sequence that this end uses is the one it used last. */
    void repeatSequence() {
        sequence--;
    }

    private void frame(FrameHeader header, byte[] payload) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(FrameHeaderCodec.LENGTH);
        FrameHeaderCodec.append(header, bytes);
        frame(bytes.array(), payload);
    }

    /** Any header, with the checks that belong to it; a payload of no bytes has none. */
    void frame(byte[] header, byte[] payload) throws IOException {
        CRC32C check = new CRC32C();
        check.update(header);
        ByteBuffer frame = ByteBuffer.allocate(FrameHeaderCodec.CLEAR_LENGTH + payload.length + Integer.BYTES);
        frame.put(header).putInt((int) check.getValue()).put(payload);
        check.update(payload);
        if (payload.length > 0) {
            frame.putInt((int) check.getValue());
        }
        socket.getOutputStream().write(frame.array(), 0, frame.position());
    }

    /** Whether something has arrived that was not read. */
    boolean hasMore() throws IOException {
        return in.available() > 0;
    }

    /** The next frame, and whether its payload is what the sender read. */
    Frame read() throws IOException {
        byte[] head = readRaw(FrameHeaderCodec.CLEAR_LENGTH);
        FrameHeader header = FrameHeaderCodec.readClear(ByteBuffer.wrap(head));
        byte[] payload = readRaw(header.wireLength());
        if (header.wireLength() == 0) {
            return new Frame(header, payload, true);
        }
        CRC32C check = new CRC32C();
        check.update(head, 0, FrameHeaderCodec.LENGTH);
        check.update(payload);
        return new Frame(header, payload, in.readInt() == (int) check.getValue());
    }

    /** Everything that still comes, to the end of the stream. */
    byte[] readAll() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            in.transferTo(all);
        } catch (java.net.SocketException reset) {
            assertTrue(all.size() > 0, "the stream broke before it said anything");
        }
        return all.toByteArray();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
