package io.zsync.node.replica;

import io.zsync.protocol.Digest;
import io.zsync.protocol.FileIdentity;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Message.Range;
import io.zsync.protocol.Name;
import io.zsync.protocol.PeerId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The records of a {@link ResumeJournal}: {@code u32 length | u8 type | body | u32 CRC32C of all before it}. The first one
 * names the boot. What is read ends ahead of the first record that is not whole and right: a journal is believed as far as
 * that, and a staged file has fewer ranges than it could, never more.
 */
final class JournalCodec {
    /** A file that is longer is not read. */
    static final int MAX_LENGTH = 16 << 20;

    private static final long MAGIC = 0x7A73796E632D6A31L;
    private static final int BOOT = 1;
    private static final int BEGIN = 2;
    private static final int WROTE = 3;
    private static final int SYNCED = 4;
    private static final int END = 5;
    private static final int FRAME = Integer.BYTES + 1;
    private static final int CHECK = Integer.BYTES;

    private JournalCodec() {}

    private interface Body {
        void write(DataOutputStream out) throws IOException;
    }

    /** A journal that says no more than this. */
    static byte[] whole(UUID boot, Collection<Unfinished> files) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(record(BOOT, out -> {
            out.writeLong(MAGIC);
            out.writeLong(boot.getMostSignificantBits());
            out.writeLong(boot.getLeastSignificantBits());
        }));
        for (Unfinished file : files) {
            all.writeBytes(begin(file));
            all.writeBytes(synced(file, file.synced()));
            file.written().forEach(range -> all.writeBytes(wrote(file, range)));
        }
        return all.toByteArray();
    }

    static byte[] begin(Unfinished file) {
        Unfinished.Subject subject = file.subject();
        FileIdentity source = subject.source();
        return record(BEGIN, out -> {
            key(out, file);
            name(out, subject.reserved());
            name(out, subject.target());
            out.writeLong(subject.mount());
            out.write(subject.peer().keyDigest().bytes());
            out.writeLong(source.size());
            out.writeLong(source.mtimeSeconds());
            out.writeInt(source.mtimeNanos());
            out.writeLong(source.ctimeSeconds());
            out.writeInt(source.ctimeNanos());
            out.writeLong(source.inode());
        });
    }

    static byte[] wrote(Unfinished file, Range range) {
        return record(WROTE, out -> {
            key(out, file);
            range(out, range);
        });
    }

    static byte[] synced(Unfinished file, List<Range> ranges) {
        return record(SYNCED, out -> {
            key(out, file);
            out.writeInt(ranges.size());
            for (Range range : ranges) {
                range(out, range);
            }
        });
    }

    static byte[] end(Unfinished file) {
        return record(END, out -> key(out, file));
    }

    private static byte[] record(int type, Body body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(0);
            out.writeByte(type);
            body.write(out);
            out.writeInt(0);
        } catch (IOException e) {
            throw new IllegalStateException("memory cannot fail", e);
        }
        ByteBuffer record = ByteBuffer.wrap(bytes.toByteArray());
        int checked = record.capacity() - CHECK;
        record.putInt(0, record.capacity());
        record.putInt(checked, check(record.array(), 0, checked));
        return record.array();
    }

    private static int check(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }

    private static void key(DataOutputStream out, Unfinished file) throws IOException {
        out.writeLong(file.subject().key().device());
        out.writeLong(file.subject().key().inode());
    }

    private static void name(DataOutputStream out, Name name) throws IOException {
        out.writeByte(name.length());
        out.write(name.bytes());
    }

    private static void range(DataOutputStream out, Range range) throws IOException {
        out.writeLong(range.offset());
        out.writeLong(range.length());
    }

    /**
     * What a journal says.
     *
     * @param boot of now; of an earlier one only what was synced is left
     */
    static Map<Unfinished.Key, Unfinished> read(byte[] journal, UUID boot) {
        Map<Unfinished.Key, Unfinished> files = new LinkedHashMap<>();
        int at = 0;
        UUID written = null;
        while (true) {
            int length = recordLength(journal, at);
            if (length == 0) {
                break;
            }
            int type = journal[at + Integer.BYTES];
            int body = at + FRAME;
            ByteArrayInputStream bytes = new ByteArrayInputStream(journal, body, length - FRAME - CHECK);
            try (DataInputStream in = new DataInputStream(bytes)) {
                if (written == null) {
                    written = boot(type, in);
                } else {
                    take(type, in, files);
                }
                if (in.read() >= 0) {
                    break;
                }
            } catch (IOException | IllegalArgumentException notOurs) {
                break;
            }
            at += length;
        }
        if (!boot.equals(written)) {
            files.replaceAll((key, file) -> file.onDisk(0));
        }
        return files;
    }

    /** @return 0 if no whole and right record begins here */
    private static int recordLength(byte[] journal, int at) {
        if (journal.length - at < FRAME + CHECK) {
            return 0;
        }
        ByteBuffer bytes = ByteBuffer.wrap(journal);
        int length = bytes.getInt(at);
        if (length < FRAME + CHECK || length > journal.length - at) {
            return 0;
        }
        int checked = length - CHECK;
        return bytes.getInt(at + checked) == check(journal, at, checked) ? length : 0;
    }

    private static UUID boot(int type, DataInputStream in) throws IOException {
        if (type != BOOT || in.readLong() != MAGIC) {
            throw new IllegalArgumentException("no journal of this version");
        }
        return new UUID(in.readLong(), in.readLong());
    }

    private static void take(int type, DataInputStream in, Map<Unfinished.Key, Unfinished> files) throws IOException {
        Unfinished.Key key = new Unfinished.Key(in.readLong(), in.readLong());
        switch (type) {
            case BEGIN -> files.put(key, new Unfinished(subject(key, in)));
            case WROTE -> {
                Unfinished file = known(key, files);
                file.wrote(range(in, file));
            }
            case SYNCED -> {
                Unfinished file = known(key, files);
                int count = in.readInt();
                if (count < 0 || count > Limits.FILE_FRAGMENTS) {
                    throw new IllegalArgumentException(count + " ranges");
                }
                List<Range> ranges = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    ranges.add(range(in, file));
                }
                file.synced(ranges);
            }
            case END -> files.remove(key);
            default -> throw new IllegalArgumentException("record type " + type);
        }
    }

    private static Unfinished known(Unfinished.Key key, Map<Unfinished.Key, Unfinished> files) {
        Unfinished file = files.get(key);
        if (file == null) {
            throw new IllegalArgumentException("a file that did not begin");
        }
        return file;
    }

    private static Unfinished.Subject subject(Unfinished.Key key, DataInputStream in) throws IOException {
        return new Unfinished.Subject(
                key,
                name(in),
                name(in),
                in.readLong(),
                new PeerId(Digest.of(in.readNBytes(Digest.LENGTH))),
                new FileIdentity(
                        in.readLong(), in.readLong(), in.readInt(), in.readLong(), in.readInt(), in.readLong()));
    }

    private static Name name(DataInputStream in) throws IOException {
        return Name.of(in.readNBytes(in.readUnsignedByte()));
    }

    private static Range range(DataInputStream in, Unfinished file) throws IOException {
        Range range = new Range(in.readLong(), in.readLong());
        if (range.end() > file.subject().source().size()) {
            throw new IllegalArgumentException("a range behind the end");
        }
        return range;
    }
}
