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
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A resume journal that was cut, spoilt or made up never says that a range is there which is not. */
class JournalCodecTest {
    private static final UUID BOOT = new UUID(1, 2);
    private static final long MIB = 1 << 20;

    private final Unfinished first = unfinished(7, 100 * MIB, "first");
    private final Unfinished second = unfinished(8, 4096 * MIB, "second");
    private byte[] journal = {};

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

    @BeforeEach
    void write() {
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

    @Test
    void saysWhatWasNoted() {
        Map<Unfinished.Key, Unfinished> read = JournalCodec.read(journal, BOOT);

        assertEquals(2, read.size());
        Unfinished one = of(read, first);
        assertEquals(first.subject(), one.subject());
        assertEquals(List.of(new Range(0, 24 * MIB)), one.written());
        assertEquals(List.of(new Range(0, 8 * MIB), new Range(16 * MIB, 8 * MIB)), one.synced());
        Unfinished two = of(read, second);
        assertEquals(second.subject(), two.subject());
        assertEquals(List.of(new Range(1024 * MIB, 100)), two.written());
        assertEquals(List.of(), two.synced());
    }

    @Test
    void saysTheSameWrittenAnew() {
        Map<Unfinished.Key, Unfinished> read = JournalCodec.read(journal, BOOT);

        byte[] anew = JournalCodec.whole(BOOT, read.values());
        Map<Unfinished.Key, Unfinished> again = JournalCodec.read(anew, BOOT);

        assertEquals(read.keySet(), again.keySet());
        read.forEach((key, file) -> {
            assertEquals(file.subject(), of(again, file).subject());
            assertEquals(file.written(), of(again, file).written());
            assertEquals(file.synced(), of(again, file).synced());
        });
    }

    @Test
    void afterARestartOfTheMachineOnlyWhatWasSyncedIsLeft() {
        Map<Unfinished.Key, Unfinished> read = JournalCodec.read(journal, new UUID(1, 3));

        assertEquals(
                List.of(new Range(0, 8 * MIB), new Range(16 * MIB, 8 * MIB)),
                of(read, first).written());
        assertEquals(List.of(), of(read, second).written());
    }

    @Test
    void whatEndedIsForgotten() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(journal);
        out.writeBytes(JournalCodec.end(first));

        assertEquals(
                List.of(second.subject().key()),
                List.copyOf(JournalCodec.read(out.toByteArray(), BOOT).keySet()));
    }

    @Test
    void cutAtAnyByteItSaysLessAndNothingElse() {
        int shorter = 0;
        for (int length = 0; length < journal.length; length++) {
            shorter += assertNoMoreThanTrue(Arrays.copyOf(journal, length), "cut at " + length);
        }
        assertEquals(journal.length, shorter, "every cut costs something");
    }

    @Test
    void flippedAtAnyBitItSaysLessAndNothingElse() {
        for (int bit = 0; bit < journal.length * 8; bit++) {
            byte[] flipped = journal.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);

            assertEquals(1, assertNoMoreThanTrue(flipped, "bit " + bit), "every flip costs something");
        }
    }

    @Test
    void anyByteReplacedItSaysLessAndNothingElse() {
        for (int at = 0; at < journal.length; at++) {
            for (int value : new int[] {0, 1, 0x7F, 0x80, 0xFF}) {
                byte[] spoilt = journal.clone();
                spoilt[at] = (byte) value;

                assertNoMoreThanTrue(spoilt, "byte " + at + " = " + value);
            }
        }
    }

    @Test
    void zeroesBehindACutSayNothing() {
        for (int length = 0; length < journal.length; length++) {
            byte[] holed = Arrays.copyOf(Arrays.copyOf(journal, length), journal.length);

            assertNoMoreThanTrue(holed, "zeroes from " + length);
        }
    }

    /** @return 1 if it says less than the whole */
    private int assertNoMoreThanTrue(byte[] damaged, String how) {
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
        return read.size() < 2 || bytes < all ? 1 : 0;
    }

    private static void assertWithin(List<Range> truth, List<Range> said, String how) {
        Intervals noted = new Intervals();
        truth.forEach(range -> noted.add(range.offset(), range.end()));
        said.forEach(range -> assertTrue(noted.remove(range.offset(), range.end()), how + " makes up " + range));
    }

    private static long length(List<Range> ranges) {
        return ranges.stream().mapToLong(Range::length).sum();
    }

    @Test
    void whatNobodyWroteIsNotBelieved() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(JournalCodec.whole(BOOT, List.of()));
        // A range of a file that never began, one behind its file's end, and then a good one.
        out.writeBytes(JournalCodec.wrote(second, new Range(0, 1)));
        out.writeBytes(JournalCodec.begin(first));

        assertEquals(Map.of(), JournalCodec.read(out.toByteArray(), BOOT));

        ByteArrayOutputStream beyond = new ByteArrayOutputStream();
        beyond.writeBytes(JournalCodec.whole(BOOT, List.of()));
        beyond.writeBytes(JournalCodec.begin(first));
        beyond.writeBytes(JournalCodec.wrote(first, new Range(100 * MIB - 1, 2)));
        beyond.writeBytes(JournalCodec.wrote(first, new Range(0, 1)));

        assertEquals(
                List.of(),
                of(JournalCodec.read(beyond.toByteArray(), BOOT), first).written());
    }

    private static Unfinished of(Map<Unfinished.Key, Unfinished> read, Unfinished file) {
        return Objects.requireNonNull(read.get(file.subject().key()));
    }
}
