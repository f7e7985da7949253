package io.zsync.protocol;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ManifestTest {
    private static final Metadata METADATA = new Metadata(0644, 1, 2, 3, 4);
    private static final ManifestItem ROOT =
            new ManifestItem.DirBegin(null, new Entry.Directory(METADATA), RuleText.NONE);
    private static final ManifestItem END = new ManifestItem.DirEnd(ManifestItem.Listing.COMPLETE);

    private final ManifestEncoder encoder = new ManifestEncoder();
    private final ManifestDecoder decoder = new ManifestDecoder();

    @Test
    void carriesATreeInManyPartsAndNumbersItsEntries() {
        List<ManifestItem> sent = new ArrayList<>(List.of(ROOT));
        for (int i = 0; i < 30; i++) {
            sent.add(directory(String.format("d%02d", i), "rule\n".repeat(13_000)));
            sent.add(file("f"));
            sent.add(END);
        }
        sent.add(END);

        List<ManifestItem> received = new ArrayList<>();
        List<Long> throughEntries = new ArrayList<>();
        for (ManifestItem item : sent) {
            receive(encoder.add(item), received, throughEntries);
        }
        receive(encoder.flush(), received, throughEntries);

        assertEquals(sent, received);
        assertEquals(60, decoder.lastEntry());
        assertTrue(decoder.isComplete());
        assertEquals(List.of(8L, 16L, 24L), throughEntries.subList(0, 3), "four directories in a part");
        assertNull(encoder.flush(), "nothing is left");
    }

    private void receive(Message.@Nullable ManifestPart part, List<ManifestItem> items, List<Long> throughEntries) {
        if (part == null) {
            return;
        }
        decoder.accept(part);
        for (ManifestItem item = decoder.next(); item != null; item = decoder.next()) {
            items.add(item);
        }
        assertEquals(encoder.throughEntry(), decoder.lastEntry(), "both ends agree what a part goes through");
        throughEntries.add(decoder.lastEntry());
    }

    @Test
    void anItemsNumberIsKnownWhenItIsHandedOut() {
        encoder.add(ROOT);
        encoder.add(file("a"));
        encoder.add(END);
        decoder.accept(flushed());

        assertEquals(-1, decoder.lastEntry());
        decoder.next();
        assertEquals(0, decoder.lastEntry());
        decoder.next();
        assertEquals(1, decoder.lastEntry());
        decoder.next();
        assertEquals(1, decoder.lastEntry(), "an end is no entry");
    }

    @Test
    void refusesAPartBehindTheEnd() {
        encoder.add(ROOT);
        encoder.add(END);
        Message.ManifestPart part = flushed();
        decoder.accept(part);
        while (decoder.next() != null) {}

        ProtocolException failure = assertThrows(ProtocolException.class, () -> decoder.accept(part));
        assertEquals(ErrorCode.VIOLATION, failure.code());
    }

    @Test
    void theLargestItemsFitWhereTheyAreAdded() {
        List<Attribute> some = List.of(
                new Attribute("user.a", new byte[Limits.ATTRIBUTE_VALUE_LENGTH]),
                new Attribute("n".repeat(255), new byte[Limits.ATTRIBUTES_LENGTH - 8 - 6 - (64 << 10) - 8 - 255]));
        Metadata longest = new Metadata(07777, -1, -1, Long.MIN_VALUE, 999_999_999, Attributes.of(some));
        List<ManifestItem> sent = List.of(
                new ManifestItem.DirBegin(
                        null, new Entry.Directory(longest), new RuleText(new byte[Limits.RULES_LENGTH])),
                new ManifestItem.Leaf(
                        Name.of("a".repeat(255)),
                        new Entry.RegularFile(longest, Limits.FILE_LENGTH, true, Digest.of(new byte[32])),
                        Integer.MAX_VALUE),
                new ManifestItem.Leaf(
                        Name.of("b".repeat(255)),
                        new Entry.Symlink(longest, "t".repeat(4_095).getBytes(US_ASCII)),
                        Integer.MAX_VALUE),
                new ManifestItem.Leaf(
                        Name.of("c".repeat(255)),
                        new Entry.Special(longest, Entry.SpecialKind.BLOCK_DEVICE, Long.MAX_VALUE),
                        Integer.MAX_VALUE),
                new ManifestItem.HardLink(Name.of("d".repeat(255)), 3),
                END);

        List<ManifestItem> received = new ArrayList<>();
        List<Long> throughEntries = new ArrayList<>();
        for (ManifestItem item : sent) {
            receive(encoder.add(item), received, throughEntries);
        }
        receive(encoder.flush(), received, throughEntries);

        assertEquals(sent, received);
        assertEquals(List.of(0L, 1L, 2L, 4L), throughEntries, "each with its attributes opens a part");
    }

    @Test
    void aHardLinkLeadsBackAndCountsAsAnEntry() {
        encoder.add(ROOT);
        assertThrows(IllegalArgumentException.class, () -> encoder.add(hardLink("a", 1)), "itself");
        encoder.add(file("b"));
        assertThrows(IllegalArgumentException.class, () -> encoder.add(hardLink("a", 1)), "out of order");
        assertThrows(IllegalArgumentException.class, () -> encoder.add(hardLink("c", 2)), "not come");
        encoder.add(hardLink("c", 1));

        assertEquals(2, encoder.lastEntry());
        assertThrows(IllegalArgumentException.class, () -> hardLink("d", 0), "the root");
    }

    private static ManifestItem hardLink(String name, long first) {
        return new ManifestItem.HardLink(Name.of(name), first);
    }

    @Test
    void siblingsAscendAcrossParts() {
        encoder.add(ROOT);
        encoder.add(file("b"));
        decoder.accept(flushed());
        while (decoder.next() != null) {}
        ManifestEncoder another = new ManifestEncoder();
        another.add(ROOT);
        another.flush();
        another.add(file("a"));
        Message.ManifestPart part = another.flush();
        assertNotNull(part);

        decoder.accept(part);
        assertThrows(ProtocolException.class, decoder::next);
    }

    @Test
    void aReservedNameIsNobodysToSend() {
        encoder.add(ROOT);
        String reserved = Name.reserved(1).toString();

        assertThrows(IllegalArgumentException.class, () -> encoder.add(file(reserved)));
        assertNull(encoder.add(file(reserved + "0")), "what is only alike is a name like any other");
    }

    @Test
    void theEncoderHoldsItsCallerToTheSameOrder() {
        encoder.add(ROOT);
        encoder.add(file("b"));

        assertThrows(IllegalArgumentException.class, () -> encoder.add(file("a")));
        assertThrows(IllegalArgumentException.class, () -> encoder.add(file("b")));
        assertThrows(
                IllegalArgumentException.class,
                () -> encoder.add(file(Name.reserved(1).toString())));
        assertThrows(IllegalArgumentException.class, () -> encoder.add(ROOT));
        assertNull(encoder.add(file("c")), "a refused item leaves no trace");
        encoder.add(END);
        assertThrows(IllegalArgumentException.class, () -> encoder.add(END));
    }

    @Test
    void aPathIsLimitedWhateverItsNames() {
        ManifestOrder order = new ManifestOrder();
        order.accept(ROOT);
        for (int i = 0; i < 16; i++) {
            order.accept(directory("n".repeat(255), ""));
        }
        assertThrows(
                IllegalArgumentException.class, () -> order.accept(file("n")), "4,095 bytes, a slash and one more");
    }

    @Test
    void theDeepestDirectoryHoldsNothing() {
        ManifestOrder order = new ManifestOrder();
        order.accept(ROOT);
        for (int i = 0; i < 256; i++) {
            order.accept(directory("d", ""));
        }
        assertThrows(IllegalArgumentException.class, () -> order.accept(file("f")));
        for (int i = 0; i < 256; i++) {
            order.accept(END);
        }
        assertFalse(order.isComplete());
        order.accept(END);
        assertTrue(order.isComplete());
    }

    @Test
    void aDirectoryHoldsTwoMillionEntries() {
        ManifestOrder order = new ManifestOrder();
        order.accept(ROOT);
        for (int i = 0; i < Limits.DIRECTORY_ENTRIES; i++) {
            order.accept(new ManifestItem.Leaf(numbered(i), new Entry.RegularFile(METADATA, 0, false)));
        }
        assertThrows(IllegalArgumentException.class, () -> order.accept(file("z")));
    }

    private static Name numbered(int i) {
        return Name.of(new byte[] {'a', digit(i >> 24), digit(i >> 18), digit(i >> 12), digit(i >> 6), digit(i)});
    }

    private static byte digit(int i) {
        return (byte) ('0' + (i & 63));
    }

    private Message.ManifestPart flushed() {
        Message.ManifestPart part = encoder.flush();
        assertNotNull(part);
        return part;
    }

    private static ManifestItem directory(String name, String rules) {
        return new ManifestItem.DirBegin(
                Name.of(name), new Entry.Directory(METADATA), new RuleText(rules.getBytes(US_ASCII)));
    }

    private static ManifestItem file(String name) {
        return new ManifestItem.Leaf(Name.of(name), new Entry.RegularFile(METADATA, 5, false));
    }
}
