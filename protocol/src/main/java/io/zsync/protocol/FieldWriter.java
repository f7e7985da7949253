package io.zsync.protocol;

import com.esotericsoftware.kryo.io.Output;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes the fields that {@link FieldReader} reads, in the same order. Values were checked by their records. */
final class FieldWriter {
    private final Output output;

    FieldWriter(Output output) {
        this.output = output;
    }

    FieldWriter u8(int value) {
        output.writeByte(value);
        return this;
    }

    FieldWriter u16(int value) {
        return u8(value >>> 8).u8(value);
    }

    FieldWriter u64(long value) {
        output.writeLong(Long.reverseBytes(value));
        return this;
    }

    FieldWriter flag(boolean value) {
        return u8(value ? 1 : 0);
    }

    FieldWriter varint(long value) {
        output.writeVarLong(value, true);
        return this;
    }

    FieldWriter svarint(long value) {
        output.writeVarLong(value, false);
        return this;
    }

    FieldWriter number(Numbered value) {
        return u8(value.number());
    }

    FieldWriter fixed(byte[] bytes) {
        output.writeBytes(bytes);
        return this;
    }

    FieldWriter bytes(byte[] bytes) {
        return varint(bytes.length).fixed(bytes);
    }

    FieldWriter text(String text) {
        return bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    FieldWriter path(RelativePath path) {
        return bytes(path.bytes());
    }

    /** One length byte: a name has at most 255. */
    FieldWriter name(Name name) {
        u8(name.length());
        int start = output.position();
        if (output.getBuffer().length - start < name.length()) {
            return fixed(name.bytes());
        }
        name.copyTo(output.getBuffer(), start);
        output.setPosition(start + name.length());
        return this;
    }

    FieldWriter metadata(Metadata metadata) {
        return varint(metadata.mode())
                .varint(Integer.toUnsignedLong(metadata.uid()))
                .varint(Integer.toUnsignedLong(metadata.gid()))
                .svarint(metadata.mtimeSeconds())
                .varint(metadata.mtimeNanos())
                .attributes(metadata.attributes());
    }

    private FieldWriter attributes(Attributes attributes) {
        varint(attributes.asList().size());
        for (Attribute each : attributes.asList()) {
            text(each.name()).bytes(each.value());
        }
        return this;
    }

    FieldWriter rules(RuleText rules) {
        return bytes(rules.bytes());
    }

    FieldWriter regularFile(Entry.RegularFile file) {
        Digest digest = file.digest();
        metadata(file.metadata()).varint(file.size()).flag(file.sparse()).flag(digest != null);
        return digest == null ? this : fixed(digest.bytes());
    }

    FieldWriter identity(FileIdentity identity) {
        return varint(identity.size())
                .svarint(identity.mtimeSeconds())
                .varint(identity.mtimeNanos())
                .svarint(identity.ctimeSeconds())
                .varint(identity.ctimeNanos())
                .u64(identity.inode());
    }

    FieldWriter ranges(List<Message.Range> ranges) {
        varint(ranges.size());
        for (Message.Range range : ranges) {
            varint(range.offset()).varint(range.length());
        }
        return this;
    }

    FieldWriter credits(Credits credits) {
        return varint(credits.parts()).varint(credits.files()).varint(credits.bytes());
    }

    FieldWriter options(RunOptions options) {
        return flag(options.dryRun())
                .flag(options.reportChanges())
                .flag(options.explain())
                .number(options.durability())
                .transfer(options.transfer())
                .flag(options.comparison().checksum())
                .flag(options.comparison().update())
                .selection(options.selection())
                .preservation(options.preservation())
                .deletion(options.deletion());
    }

    private FieldWriter transfer(Transfer transfer) {
        return number(transfer.dataPath())
                .varint(transfer.streams())
                .flag(transfer.compress())
                .varint(transfer.bytesPerSecond());
    }

    private FieldWriter selection(Selection selection) {
        return rules(selection.rules())
                .name(selection.ruleFile())
                .flag(selection.oneFileSystem())
                .number(selection.links());
    }

    private FieldWriter preservation(Preservation preservation) {
        flag(preservation.owner())
                .flag(preservation.permissions())
                .flag(preservation.times())
                .flag(preservation.hardLinks())
                .flag(preservation.attributes())
                .flag(preservation.acls())
                .varint(Integer.toUnsignedLong(preservation.chownUser()))
                .varint(Integer.toUnsignedLong(preservation.chownGroup()))
                .varint(preservation.chmod().size());
        for (ModeEdit edit : preservation.chmod()) {
            flag(edit.directories())
                    .flag(edit.files())
                    .varint(edit.clear())
                    .varint(edit.set())
                    .varint(edit.setIfExecutable());
        }
        return this;
    }

    private FieldWriter deletion(Deletion deletion) {
        return flag(deletion.enabled())
                .number(deletion.limit().unit())
                .varint(deletion.limit().value())
                .path(deletion.backup());
    }

    FieldWriter tally(Tally tally) {
        return varint(tally.created())
                .varint(tally.changed())
                .varint(tally.deleted())
                .varint(tally.unchanged())
                .varint(tally.failed())
                .varint(tally.skipped())
                .varint(tally.withheld())
                .varint(tally.files())
                .varint(tally.bytes())
                .number(tally.durability());
    }
}
