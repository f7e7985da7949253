package io.zsync.protocol;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.BiConsumer;

/**
 * The payload of a pack: for each file a head, big endian, and the file's content. A pack's number of files stands in
 * its frame header.
 *
 * <pre>
 * 0    8       10     14   22          30           34          42           46    54
 * file attempt length size mtime s64   mtime nanos  ctime s64   ctime nanos  inode content
 * </pre>
 * Stateless; any thread.
 */
public final class PackCodec {
    /** What comes before each file's content. */
    public static final int HEAD_LENGTH = Long.BYTES // file
            + Short.BYTES // attempt
            + Integer.BYTES // length
            + Long.BYTES // size
            + 2 * (Long.BYTES + Integer.BYTES) // mtime, ctime
            + Long.BYTES; // inode

    private PackCodec() {}

    /** Appends the head; {@link PackRecord#length} bytes of content are to follow it. */
    public static void append(PackRecord record, ByteBuffer target) {
        FileIdentity identity = record.identity();
        ByteOrder order = target.order();
        target.order(ByteOrder.BIG_ENDIAN)
                .putLong(record.file())
                .putShort((short) record.attempt())
                .putInt(record.length())
                .putLong(identity.size())
                .putLong(identity.mtimeSeconds())
                .putInt(identity.mtimeNanos())
                .putLong(identity.ctimeSeconds())
                .putInt(identity.ctimeNanos())
                .putLong(identity.inode())
                .order(order);
    }

    /**
     * Hands out each record with its content, a view of the pack, after the whole pack was found to be well formed.
     *
     * @param pack all of a payload whose check matched; not moved
     * @param files how many the frame header announced
     * @throws ProtocolException if the pack holds more, less or something else; nothing was handed out then
     */
    public static void read(ByteBuffer pack, long files, BiConsumer<PackRecord, ByteBuffer> sink) {
        if (files < 1 || files > Limits.PACK_FILES) {
            throw ProtocolException.malformed("pack of " + files + " files, not 1.." + Limits.PACK_FILES);
        }
        PackRecord[] records = new PackRecord[(int) files];
        ByteBuffer in = pack.slice();
        for (int i = 0; i < records.length; i++) {
            records[i] = readHead(in);
            in.position(in.position() + records[i].length());
        }
        if (in.hasRemaining()) {
            throw ProtocolException.malformed(in.remaining() + " bytes left over in a pack of " + files + " files");
        }
        int offset = 0;
        for (PackRecord record : records) {
            sink.accept(record, in.slice(offset + HEAD_LENGTH, record.length()));
            offset += HEAD_LENGTH + record.length();
        }
    }

    private static PackRecord readHead(ByteBuffer in) {
        if (in.remaining() < HEAD_LENGTH) {
            throw ProtocolException.malformed("pack ends in a record's head, " + in.remaining() + " bytes left");
        }
        try {
            long file = in.getLong();
            int attempt = Short.toUnsignedInt(in.getShort());
            int length = in.getInt();
            FileIdentity identity =
                    new FileIdentity(in.getLong(), in.getLong(), in.getInt(), in.getLong(), in.getInt(), in.getLong());
            PackRecord record = new PackRecord(file, attempt, identity, length);
            if (length > in.remaining()) {
                throw ProtocolException.malformed(
                        "pack record of " + length + " bytes, " + in.remaining() + " left in the pack");
            }
            return record;
        } catch (IllegalArgumentException e) {
            throw new ProtocolException(ErrorCode.MALFORMED, "pack: " + e.getMessage(), e);
        }
    }
}
