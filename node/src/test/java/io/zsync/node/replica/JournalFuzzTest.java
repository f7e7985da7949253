package io.zsync.node.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.fuzz.FuzzTarget;
import io.zsync.node.fuzz.Mutations;
import io.zsync.protocol.Message.Range;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A damaged resume journal says no more than is true; a forged one, whose checks match, breaks nothing. */
public class JournalFuzzTest {
    private static final RealJournal REAL = new RealJournal();
    private static final int FRAME = Integer.BYTES + 1;
    private static final int CHECK = Integer.BYTES;

    public static List<FuzzTarget> targets() {
        List<byte[]> seeds = List.of(REAL.bytes());
        return List.of(
                new FuzzTarget("journal-damaged", seeds, journal -> !REAL.assertNoMoreThanTrue(journal, "damaged")),
                new FuzzTarget("journal-forged", seeds, JournalFuzzTest::mended, JournalFuzzTest::isReadAsWritten));
    }

    @ParameterizedTest
    @MethodSource("targets")
    void mutationsOfAJournalKeepItsLaw(FuzzTarget target) {
        Mutations mutations = Mutations.ofEach(300_000, 10_000_000);

        Mutations.Outcome outcome = mutations.run(target);

        assertEquals(mutations.executions(), outcome.executions());
        assertTrue(outcome.reachesBothEnds(), outcome::toString);
    }

    private static boolean isReadAsWritten(byte[] journal) {
        Map<Unfinished.Key, Unfinished> files = JournalCodec.read(journal, RealJournal.BOOT);
        for (Unfinished file : files.values()) {
            Intervals written = new Intervals();
            file.written().forEach(range -> written.add(range.offset(), range.end()));
            for (Range range : file.synced()) {
                assertTrue(written.remove(range.offset(), range.end()), "what is synced is written");
            }
            for (Range range : file.written()) {
                assertTrue(range.end() <= file.subject().source().size(), "no range behind the end");
            }
        }
        byte[] anew = JournalCodec.whole(RealJournal.BOOT, files.values());
        Map<Unfinished.Key, Unfinished> again = JournalCodec.read(anew, RealJournal.BOOT);
        assertEquals(List.copyOf(files.keySet()), List.copyOf(again.keySet()));
        files.forEach((key, file) -> {
            Unfinished same = Objects.requireNonNull(again.get(key));
            assertEquals(file.subject(), same.subject());
            assertEquals(file.written(), same.written());
            assertEquals(file.synced(), same.synced());
        });
        return !files.isEmpty();
    }

    /** Gives each record a length that fits and a check that matches. */
    private static byte[] mended(byte[] journal) {
        ByteBuffer bytes = ByteBuffer.wrap(journal.clone());
        int at = 0;
        while (bytes.capacity() - at >= FRAME + CHECK) {
            int length = bytes.getInt(at);
            if (length < FRAME + CHECK || length > bytes.capacity() - at) {
                length = bytes.capacity() - at;
                bytes.putInt(at, length);
            }
            CRC32C check = new CRC32C();
            check.update(bytes.array(), at, length - CHECK);
            bytes.putInt(at + length - CHECK, (int) check.getValue());
            at += length;
        }
        return bytes.array();
    }
}
