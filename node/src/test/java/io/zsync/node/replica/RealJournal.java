package io.zsync.node.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.protocol.Digest;
import io.zsync.protocol.FileIdentity;
import io.zsync.protocol.Message.Range;
import io.zsync.protocol.Name;
import io.zsync.protocol.PeerId;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A journal of two staged files, and the truth that no damage to it may go beyond. */
final class RealJournal {
    static final UUID BOOT = new UUID(1, 2);
    static final long MIB = 1 << 20;

    private final Unfinished first = unfinished(7, 100 * MIB, "first");
    private final Unfinished second = unfinished(8, 4096 * MIB, "second");
    private final byte[] journal;

    private static Unfinished unfinished(long inode, long size, String name) {
        byte[] key = new byte[Digest.LENGTH];
        Arrays.fill(key, (byte) inode);
        return new Unfinished(new Unfinished.Subject(
                new Unfinished.Key(0xFD01, inode),
                Name.reserved(inode),
                Name.of(name),
                99,
                new PeerId(Digest.of(key)),
                new FileIdentity(size, 1_700_000_000, 5, 1_700_000_001, 6, inode + 1000)));
    }

    RealJournal() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(JournalCodec.whole(BOOT, List.of()));
        begin(out, first);
        wrote(out, first, 0, 8 * MIB);
        wrote(out, first, 16 * MIB, 8 * MIB);
        begin(out, second);
        out.writeBytes(JournalCodec.synced(first, first.synced()));
        synced(out, first, List.of(new Range(0, 8 * MIB), new Range(16 * MIB, 8 * MIB)));
        wrote(out, second, 1024 * MIB, 100);
        wrote(out, first, 8 * MIB, 8 * MIB);
        journal = out.toByteArray();
    }

    private static void begin(ByteArrayOutputStream out, Unfinished file) {
        out.writeBytes(JournalCodec.begin(file));
    }

    private static void wrote(ByteArrayOutputStream out, Unfinished file, long offset, long length) {
        Range range = new Range(offset, length);
        file.wrote(range);
        out.writeBytes(JournalCodec.wrote(file, range));
    }

    private static void synced(ByteArrayOutputStream out, Unfinished file, List<Range> ranges) {
        file.synced(ranges);
        out.writeBytes(JournalCodec.synced(file, ranges));
    }

    byte[] bytes() {
        return journal.clone();
    }

    Unfinished first() {
        return first;
    }

    Unfinished second() {
        return second;
    }

    /** @return true if it says less than the whole */
    boolean assertNoMoreThanTrue(byte[] damaged, String how) {
        Map<Unfinished.Key, Unfinished> read = JournalCodec.read(damaged, BOOT);
        long bytes = 0;
        for (Unfinished file : read.values()) {
            Unfinished truth = file.subject().key().equals(first.subject().key()) ? first : second;
            assertEquals(truth.subject(), file.subject(), how);
            assertWithin(truth.written(), file.written(), how);
            assertWithin(truth.synced(), file.synced(), how);
            bytes += length(file.written()) + length(file.synced());
        }
        long all = length(first.written()) + length(first.synced()) + length(second.written());
        return read.size() < 2 || bytes < all;
    }

    private static void assertWithin(List<Range> truth, List<Range> said, String how) {
        Intervals noted = new Intervals();
        truth.forEach(range -> noted.add(range.offset(), range.end()));
        said.forEach(range -> assertTrue(noted.remove(range.offset(), range.end()), how + " makes up " + range));
    }

    private static long length(List<Range> ranges) {
        return ranges.stream().mapToLong(Range::length).sum();
    }
}
