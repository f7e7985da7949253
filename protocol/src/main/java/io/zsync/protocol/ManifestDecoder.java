package io.zsync.protocol;

import com.esotericsoftware.kryo.KryoException;
import org.jspecify.annotations.Nullable;

/**
 * Turns received manifest parts back into items, and holds the sender to the manifest's order and bounds. Its memory is
 * one part and one name for each open directory, whatever the tree. After a {@link ProtocolException} it is of no
 * further use. One thread.
 */
public final class ManifestDecoder {
    private static final Entry.SpecialKind[] SPECIAL_KINDS = Entry.SpecialKind.values();
    private static final ManifestItem.Listing[] LISTINGS = ManifestItem.Listing.values();

    private final ManifestOrder order = new ManifestOrder();
    private final FieldReader in = new FieldReader(new byte[0], 0, 0);

    /** Reused; as large as the largest part so far. */
    private byte[] plain = new byte[0];

    /**
     * Takes the next part; its items are then read with {@link #next}.
     *
     * @throws ProtocolException if it does not decompress to the very length it declares, or the manifest is complete
     * @throws IllegalStateException if the part before it was not read to its end
     */
    public void accept(Message.ManifestPart part) {
        if (in.remaining() > 0) {
            throw new IllegalStateException(in.remaining() + " bytes of the last manifest part are unread");
        }
        if (order.isComplete()) {
            throw ProtocolException.violation("a manifest part after the root's end");
        }
        if (plain.length < part.plainLength()) {
            plain = new byte[part.plainLength()];
        }
        LzBlock.expand(part.block(), part.block().length, plain, part.plainLength(), "manifest part");
        in.reset(plain, 0, part.plainLength());
    }

    /**
     * The next item of the part, or null at its end.
     *
     * @throws ProtocolException if it is malformed or out of place
     */
    public @Nullable ManifestItem next() {
        if (in.remaining() == 0) {
            return null;
        }
        try {
            ManifestItem item = read();
            order.accept(item);
            if (order.isComplete()) {
                in.expectEnd();
            }
            return item;
        } catch (KryoException | IndexOutOfBoundsException | NegativeArraySizeException | IllegalArgumentException e) {
            throw new ProtocolException(
                    ErrorCode.MALFORMED, "manifest after entry " + order.lastEntry() + ": " + e.getMessage(), e);
        }
    }

    /** The number of the last directory or leaf handed out; -1 before the root. */
    public long lastEntry() {
        return order.lastEntry();
    }

    /** True once the root's end was handed out. */
    public boolean isComplete() {
        return order.isComplete();
    }

    private ManifestItem read() {
        int kind = in.u8();
        return switch (kind) {
            case ManifestEncoder.DIR_BEGIN ->
                new ManifestItem.DirBegin(optionalName(), new Entry.Directory(in.metadata()), in.rules());
            case ManifestEncoder.FILE -> leaf(in.name(in.u8()), in.links(), in.regularFile());
            case ManifestEncoder.SYMLINK ->
                leaf(
                        in.name(in.u8()),
                        in.links(),
                        new Entry.Symlink(in.metadata(), in.bytes("link target", Limits.LINK_TARGET_LENGTH)));
            case ManifestEncoder.SPECIAL ->
                leaf(
                        in.name(in.u8()),
                        in.links(),
                        new Entry.Special(in.metadata(), in.number(SPECIAL_KINDS, "special kind"), in.count("device")));
            case ManifestEncoder.HARD_LINK -> new ManifestItem.HardLink(in.name(in.u8()), in.count("first entry"));
            case ManifestEncoder.DIR_END -> new ManifestItem.DirEnd(in.number(LISTINGS, "listing"));
            default -> throw new IllegalArgumentException("no item of kind " + kind);
        };
    }

    /** In the order in which the fields stand; a record's own constructor has another. */
    private static ManifestItem leaf(Name name, int links, Entry entry) {
        return new ManifestItem.Leaf(name, entry, links);
    }

    private @Nullable Name optionalName() {
        int length = in.u8();
        return length == 0 ? null : in.name(length);
    }
}
