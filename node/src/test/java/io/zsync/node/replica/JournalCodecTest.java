package io.zsync.node.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.protocol.Message.Range;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A resume journal that was cut, spoilt or made up never says that a range is there which is not. */
class JournalCodecTest {
    private static final UUID BOOT = RealJournal.BOOT;
    private static final long MIB = RealJournal.MIB;

    private final RealJournal real = new RealJournal();
    private final Unfinished first = real.first();
    private final Unfinished second = real.second();
    private final byte[] journal = real.bytes();

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
            shorter += real.assertNoMoreThanTrue(Arrays.copyOf(journal, length), "cut at " + length) ? 1 : 0;
        }
        assertEquals(journal.length, shorter, "every cut costs something");
    }

    @Test
    void flippedAtAnyBitItSaysLessAndNothingElse() {
        for (int bit = 0; bit < journal.length * 8; bit++) {
            byte[] flipped = journal.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);

            assertTrue(real.assertNoMoreThanTrue(flipped, "bit " + bit), "every flip costs something");
        }
    }

    @Test
    void anyByteReplacedItSaysLessAndNothingElse() {
        for (int at = 0; at < journal.length; at++) {
            for (int value : new int[] {0, 1, 0x7F, 0x80, 0xFF}) {
                byte[] spoilt = journal.clone();
                spoilt[at] = (byte) value;

                real.assertNoMoreThanTrue(spoilt, "byte " + at + " = " + value);
            }
        }
    }

    @Test
    void zeroesBehindACutSayNothing() {
        for (int length = 0; length < journal.length; length++) {
            byte[] holed = Arrays.copyOf(Arrays.copyOf(journal, length), journal.length);

            real.assertNoMoreThanTrue(holed, "zeroes from " + length);
        }
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
