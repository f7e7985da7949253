package io.zsync.protocol;

import com.esotericsoftware.kryo.io.Output;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Turns manifest items into parts (SPEC.md section "Manifest"). Hides the items' layout and the compression; an item
 * never spans two parts. Holds two buffers of a part's size, whatever the tree. One thread.
 */
public final class ManifestEncoder {
    static final int DIR_BEGIN = 1;
    static final int FILE = 2;
    static final int SYMLINK = 3;
    static final int SPECIAL = 4;
    static final int DIR_END = 5;
    static final int HARD_LINK = 6;

    /** More than any item needs besides its name, attributes and rules or link target: kind, lengths, metadata, digest. */
    private static final int FIXED_FIELDS_LENGTH = 128;

    private final ManifestOrder order = new ManifestOrder();
    private final Output plain = new Output(Limits.MANIFEST_PART_LENGTH, Limits.MANIFEST_PART_LENGTH);
    private final FieldWriter out = new FieldWriter(plain);
    private final byte[] block = new byte[Limits.MANIFEST_BLOCK_LENGTH];
    private long throughEntry = -1;

    /**
     * Takes the next item.
     *
     * @return the part before it, if the item did not fit in any more; the item then opens the next part
     * @throws IllegalArgumentException if the item may not follow those before it
     */
    public Message.@Nullable ManifestPart add(ManifestItem item) {
        long before = order.lastEntry();
        order.accept(item);
        Message.ManifestPart full = null;
        if (plain.position() + largest(item) > Limits.MANIFEST_PART_LENGTH) {
            full = part(before);
        }
        write(item);
        return full;
    }

    /** What is collected, as a part; null if there is nothing. For the end, and for a receiver that should not wait. */
    public Message.@Nullable ManifestPart flush() {
        return plain.position() == 0 ? null : part(order.lastEntry());
    }

    /** The number of the last entry in the parts handed out so far, which an ack will name; -1 before any. */
    public long throughEntry() {
        return throughEntry;
    }

    /** The number of the last entry added; -1 before the root. */
    public long lastEntry() {
        return order.lastEntry();
    }

    private Message.ManifestPart part(long lastEntry) {
        int plainLength = plain.position();
        int length = LzBlock.compress(plain.getBuffer(), plainLength, block, block.length);
        plain.reset();
        throughEntry = lastEntry;
        return new Message.ManifestPart(plainLength, Arrays.copyOf(block, length));
    }

    private static int largest(ManifestItem item) {
        return switch (item) {
            case ManifestItem.DirBegin begin ->
                FIXED_FIELDS_LENGTH + Limits.NAME_LENGTH + begin.rules().length() + attributes(begin.entry());
            case ManifestItem.Leaf leaf -> {
                int target = leaf.entry() instanceof Entry.Symlink link ? link.target().length : 0;
                yield FIXED_FIELDS_LENGTH + leaf.name().length() + target + attributes(leaf.entry());
            }
            case ManifestItem.HardLink link -> FIXED_FIELDS_LENGTH + link.name().length();
            case ManifestItem.DirEnd end -> FIXED_FIELDS_LENGTH;
        };
    }

    private static int attributes(Entry entry) {
        int length = 0;
        for (Attribute each : entry.metadata().attributes().asList()) {
            length += each.length();
        }
        return length;
    }

    private void write(ManifestItem item) {
        switch (item) {
            case ManifestItem.DirBegin begin -> {
                out.u8(DIR_BEGIN);
                if (begin.name() == null) {
                    out.u8(0);
                } else {
                    out.name(begin.name());
                }
                out.metadata(begin.entry().metadata()).rules(begin.rules());
            }
            case ManifestItem.Leaf(Name name, Entry.RegularFile file, int links) ->
                out.u8(FILE).name(name).varint(links).regularFile(file);
            case ManifestItem.Leaf(Name name, Entry.Symlink link, int links) ->
                out.u8(SYMLINK)
                        .name(name)
                        .varint(links)
                        .metadata(link.metadata())
                        .bytes(link.target());
            case ManifestItem.Leaf(Name name, Entry.Special special, int links) ->
                out.u8(SPECIAL)
                        .name(name)
                        .varint(links)
                        .metadata(special.metadata())
                        .number(special.kind())
                        .varint(special.device());
            case ManifestItem.Leaf(Name name, Entry.Directory directory, int links) ->
                throw new IllegalStateException("a directory is no leaf: " + name);
            case ManifestItem.HardLink link ->
                out.u8(HARD_LINK).name(link.name()).varint(link.first());
            case ManifestItem.DirEnd end -> out.u8(DIR_END).number(end.listing());
        }
    }
}
