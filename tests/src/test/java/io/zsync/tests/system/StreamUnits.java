package io.zsync.tests.system;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Somebody on the way who knows where the frames of a data stream begin, or the records of one in TLS, and handles those
 * that carry payload one by one. The first connection of a session is its control connection, and left alone.
 */
final class StreamUnits implements WireProxy.Meddler {
    private static final byte BIND_MARK = 0x5A;
    private static final byte CHUNK = 1;
    private static final byte PACK = 2;
    private static final byte HOLE = 3;
    private static final int BIND = 72;
    private static final int FRAME_HEADER = 40;
    private static final int TAG = 16;
    private static final int RECORD_HEADER = 5;
    private static final int LEAST_PAYLOAD = 8_000;

    private final Handler handler;
    private final Map<Integer, Stream> streams = new HashMap<>();

    /** What becomes of a unit. */
    interface Handler {
        /**
         * @param stream 1 for the first data stream of a session
         * @param ordinal of units with payload, from 0
         * @return what is passed on in its place
         */
        List<byte[]> pass(int stream, int ordinal, byte[] unit);
    }

    private static final class Stream {
        private byte[] rest = {};
        private int ordinal;
    }

    StreamUnits(Handler handler) {
        this.handler = handler;
    }

    @Override
    public synchronized byte[] pass(int connection, boolean fromClient, byte[] bytes) {
        if (connection == 0 || !fromClient) {
            return bytes;
        }
        Stream stream = streams.computeIfAbsent(connection, number -> new Stream());
        byte[] all = Arrays.copyOf(stream.rest, stream.rest.length + bytes.length);
        System.arraycopy(bytes, 0, all, stream.rest.length, bytes.length);
        ByteArrayOutputStream passed = new ByteArrayOutputStream();
        int start = 0;
        int length = length(all, start);
        while (length > 0 && start + length <= all.length) {
            byte[] unit = Arrays.copyOfRange(all, start, start + length);
            start += length;
            if (length < LEAST_PAYLOAD) {
                passed.writeBytes(unit);
            } else {
                handler.pass(connection, stream.ordinal++, unit).forEach(passed::writeBytes);
            }
            length = length(all, start);
        }
        stream.rest = Arrays.copyOfRange(all, start, all.length);
        return passed.toByteArray();
    }

    /** @return of the unit that begins there; 0 if that cannot be told yet */
    private static int length(byte[] all, int start) {
        ByteBuffer unit = ByteBuffer.wrap(all, start, all.length - start).slice();
        if (!unit.hasRemaining()) {
            return 0;
        }
        return switch (unit.get(0)) {
            case BIND_MARK -> BIND;
            case CHUNK, PACK, HOLE -> unit.remaining() < FRAME_HEADER ? 0 : frame(unit.getInt(4));
            default -> unit.remaining() < RECORD_HEADER ? 0 : RECORD_HEADER + Short.toUnsignedInt(unit.getShort(3));
        };
    }

    /** At level safe. */
    private static int frame(int payload) {
        return FRAME_HEADER + TAG + (payload == 0 ? 0 : payload + TAG);
    }
}
