package io.zsync.protocol;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The header of a data stream frame, big endian, and the checks of level {@code clear}:
 *
 * <pre>
 * 0    1     2       4           8        16   24     32           40           44
 * type flags attempt wire length sequence file offset plain length header check
 * </pre>
 * Hides the offsets. No field is looked at before the header check matched. Stateless; any thread.
 */
public final class FrameHeaderCodec {
    private static final int TYPE = 0;
    private static final int FLAGS = TYPE + Byte.BYTES;
    private static final int ATTEMPT = FLAGS + Byte.BYTES;
    private static final int WIRE_LENGTH = ATTEMPT + Short.BYTES;
    private static final int SEQUENCE = WIRE_LENGTH + Integer.BYTES;
    private static final int FILE = SEQUENCE + Long.BYTES;
    private static final int OFFSET = FILE + Long.BYTES;
    private static final int PLAIN_LENGTH = OFFSET + Long.BYTES;

    /** The header without its check. */
    public static final int LENGTH = PLAIN_LENGTH + Long.BYTES;

    /** One CRC32C, of a header or of a payload. */
    public static final int CLEAR_CHECK_LENGTH = Integer.BYTES;

    /** What {@code clear} sends before a payload. */
    public static final int CLEAR_LENGTH = LENGTH + CLEAR_CHECK_LENGTH;

    private static final FrameHeader.Type[] TYPES = FrameHeader.Type.values();

    private FrameHeaderCodec() {}

    /** Appends the {@link #LENGTH} bytes of the header, whatever the target's byte order. */
    public static void append(FrameHeader header, ByteBuffer target) {
        ByteOrder order = target.order();
        target.order(ByteOrder.BIG_ENDIAN)
                .put((byte) header.type().number())
                .put((byte) header.flags())
                .putShort((short) header.attempt())
                .putInt(header.wireLength())
                .putLong(header.sequence())
                .putLong(header.file())
                .putLong(header.offset())
                .putLong(header.plainLength())
                .order(order);
    }

    /** The {@link #LENGTH} bytes of the header. */
    static byte[] bytes(FrameHeader header) {
        byte[] bytes = new byte[LENGTH];
        append(header, ByteBuffer.wrap(bytes));
        return bytes;
    }

    /** Appends the {@link #CLEAR_LENGTH} bytes of the header and its check. */
    public static void appendClear(FrameHeader header, ByteBuffer target) {
        int start = target.position();
        append(header, target);
        CRC32C check = new CRC32C();
        beginPayloadCheck(check, target.slice(start, LENGTH));
        appendCheck(check, target);
    }

    /**
     * Takes {@link #LENGTH} bytes whose authenticity is certain already.
     *
     * @throws ProtocolException if they are no header
     */
    public static FrameHeader read(ByteBuffer source) {
        if (source.remaining() < LENGTH) {
            throw ProtocolException.malformed("frame header of " + source.remaining() + " bytes, not " + LENGTH);
        }
        ByteBuffer in = source.slice(source.position(), LENGTH);
        source.position(source.position() + LENGTH);
        try {
            long wireLength = Integer.toUnsignedLong(in.getInt(WIRE_LENGTH));
            if (wireLength > Limits.CHUNK_LENGTH) {
                throw ProtocolException.malformed(
                        "frame payload of " + wireLength + " bytes, at most " + Limits.CHUNK_LENGTH);
            }
            return new FrameHeader(
                    Numbered.ofNumber(TYPES, Byte.toUnsignedInt(in.get(TYPE)), "frame type"),
                    Byte.toUnsignedInt(in.get(FLAGS)),
                    Short.toUnsignedInt(in.getShort(ATTEMPT)),
                    in.getLong(SEQUENCE),
                    in.getLong(FILE),
                    in.getLong(OFFSET),
                    (int) wireLength,
                    in.getLong(PLAIN_LENGTH));
        } catch (IllegalArgumentException e) {
            throw new ProtocolException(ErrorCode.MALFORMED, "frame header: " + e.getMessage(), e);
        }
    }

    /**
     * Takes {@link #CLEAR_LENGTH} bytes, compares the check, then reads the header.
     *
     * @throws ProtocolException with {@link ErrorCode#INTEGRITY} if the check does not match: nothing that follows on
     *     this stream can be found any more
     */
    public static FrameHeader readClear(ByteBuffer source) {
        if (source.remaining() < CLEAR_LENGTH) {
            throw ProtocolException.malformed("frame header of " + source.remaining() + " bytes, not " + CLEAR_LENGTH);
        }
        int start = source.position();
        CRC32C check = new CRC32C();
        beginPayloadCheck(check, source.slice(start, LENGTH));
        source.position(start + LENGTH);
        if (!matches(check, source)) {
            throw new ProtocolException(ErrorCode.INTEGRITY, "frame header check does not match");
        }
        int end = source.position();
        FrameHeader header = read(source.position(start));
        source.position(end);
        return header;
    }

    /**
     * Starts a payload check, which covers the header's {@link #LENGTH} bytes and then the wire bytes. Never update it
     * from mapped memory: when the file shrinks under the map, the intrinsic kills the whole JVM.
     *
     * @param header its position is at the header's first byte and stays there
     */
    public static void beginPayloadCheck(CRC32C check, ByteBuffer header) {
        check.reset();
        check.update(header.slice(header.position(), LENGTH));
    }

    /** Appends a check's {@link #CLEAR_CHECK_LENGTH} bytes. */
    public static void appendCheck(CRC32C check, ByteBuffer target) {
        int sum = (int) check.getValue();
        target.putInt(target.order() == ByteOrder.BIG_ENDIAN ? sum : Integer.reverseBytes(sum));
    }

    /** Takes a check's {@link #CLEAR_CHECK_LENGTH} bytes and compares them. */
    public static boolean matches(CRC32C check, ByteBuffer source) {
        int sum = source.getInt();
        return (source.order() == ByteOrder.BIG_ENDIAN ? sum : Integer.reverseBytes(sum)) == (int) check.getValue();
    }
}
