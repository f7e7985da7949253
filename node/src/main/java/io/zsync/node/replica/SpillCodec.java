package io.zsync.node.replica;

import io.zsync.node.fs.FileKind;
import io.zsync.node.fs.FileStat;
import io.zsync.protocol.Attribute;
import io.zsync.protocol.Attributes;
import io.zsync.protocol.Metadata;
import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The values that spill files hold, written and read in one place. Never meets a byte that this process did not write. */
final class SpillCodec {
    private SpillCodec() {}

    static void write(DataOutputStream out, RelativePath path) throws IOException {
        bytes(out, path.bytes());
    }

    static RelativePath path(DataInputStream in) throws IOException {
        return RelativePath.of(bytes(in));
    }

    static void write(DataOutputStream out, Name name) throws IOException {
        bytes(out, name.bytes());
    }

    static Name name(DataInputStream in) throws IOException {
        return Name.of(bytes(in));
    }

    static void write(DataOutputStream out, FileStat stat) throws IOException {
        out.writeUTF(stat.kind().name());
        out.writeInt(stat.mode());
        out.writeInt(stat.uid());
        out.writeInt(stat.gid());
        out.writeLong(stat.size());
        out.writeLong(stat.blocks());
        out.writeLong(stat.mtimeSeconds());
        out.writeInt(stat.mtimeNanos());
        out.writeLong(stat.ctimeSeconds());
        out.writeInt(stat.ctimeNanos());
        out.writeLong(stat.inode());
        out.writeLong(stat.device());
        out.writeInt(stat.links());
        out.writeLong(stat.special());
    }

    static FileStat stat(DataInputStream in) throws IOException {
        return new FileStat(
                FileKind.valueOf(in.readUTF()),
                in.readInt(),
                in.readInt(),
                in.readInt(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readInt(),
                in.readLong(),
                in.readInt(),
                in.readLong(),
                in.readLong(),
                in.readInt(),
                in.readLong());
    }

    static void write(DataOutputStream out, Metadata metadata) throws IOException {
        out.writeInt(metadata.mode());
        out.writeInt(metadata.uid());
        out.writeInt(metadata.gid());
        out.writeLong(metadata.mtimeSeconds());
        out.writeInt(metadata.mtimeNanos());
        List<Attribute> attributes = metadata.attributes().asList();
        out.writeInt(attributes.size());
        for (Attribute each : attributes) {
            out.writeUTF(each.name());
            bytes(out, each.value());
        }
    }

    static Metadata metadata(DataInputStream in) throws IOException {
        Metadata plain = new Metadata(in.readInt(), in.readInt(), in.readInt(), in.readLong(), in.readInt());
        int count = in.readInt();
        List<Attribute> attributes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            attributes.add(new Attribute(in.readUTF(), bytes(in)));
        }
        return plain.with(Attributes.of(attributes));
    }

    private static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] bytes(DataInputStream in) throws IOException {
        return in.readNBytes(in.readInt());
    }
}
