package io.zsync.protocol;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The values that a run is asked for with. */
class RunOptionsTest {
    @Test
    void aModeEditClearsThenSets() {
        ModeEdit edit = new ModeEdit(true, true, 077, 04050, 0);

        assertEquals(04750, edit.apply(0777, false));
        assertEquals(04650, edit.apply(0600, true));
    }

    @Test
    void aModeEditIsForWhatItSays() {
        assertEquals(0700, new ModeEdit(true, false, 0777, 0700, 0).apply(0755, true));
        assertEquals(0755, new ModeEdit(true, false, 0777, 0700, 0).apply(0755, false));
        assertEquals(0755, new ModeEdit(false, true, 0777, 0700, 0).apply(0755, true));
        assertEquals(0700, new ModeEdit(false, true, 0777, 0700, 0).apply(0755, false));
    }

    @Test
    void executeIsGivenToDirectoriesAndToWhatAnybodyMayExecute() {
        ModeEdit edit = new ModeEdit(true, true, 0111, 0, 0110);

        assertEquals(0644, edit.apply(0644, false));
        assertEquals(0754, edit.apply(0645, false), "the source's bit counts, not what is left of it");
        assertEquals(0754, edit.apply(0644, true));
    }

    @Test
    void aModeEditHasNoBitsBeyondAMode() {
        for (int bit : new int[] {010000, Integer.MIN_VALUE}) {
            assertThrows(IllegalArgumentException.class, () -> new ModeEdit(true, true, bit, 0, 0));
            assertThrows(IllegalArgumentException.class, () -> new ModeEdit(true, true, 0, bit, 0));
            assertThrows(IllegalArgumentException.class, () -> new ModeEdit(true, true, 0, 0, bit));
        }
    }

    @Test
    void thereAreThirtyTwoModeEditsAtMostAndNobodyElses() {
        List<ModeEdit> edits =
                new ArrayList<>(Collections.nCopies(Limits.MODE_EDITS, new ModeEdit(true, true, 0, 0, 0)));
        Preservation preservation = preservation(7, Preservation.AS_SOURCE, edits);
        edits.add(new ModeEdit(true, true, 0, 1, 0));

        assertEquals(Limits.MODE_EDITS, preservation.chmod().size());
        assertTrue(preservation.changesOwner());
        assertTrue(preservation(Preservation.AS_SOURCE, 0, List.of()).changesOwner());
        assertFalse(Preservation.ARCHIVE.changesOwner());
        assertThrows(IllegalArgumentException.class, () -> preservation(0, 0, edits));
    }

    private static Preservation preservation(int user, int group, List<ModeEdit> edits) {
        return new Preservation(true, true, true, false, false, false, user, group, edits);
    }

    @Test
    void aPercentageOfAnyNumberOfPathsIsExact() {
        for (long paths : new long[] {0, 1, 99, 100, 101, 199, 1L << 62, Long.MAX_VALUE / 99, Long.MAX_VALUE}) {
            for (int percent = 0; percent <= 100; percent++) {
                long exact = BigInteger.valueOf(paths)
                        .multiply(BigInteger.valueOf(percent))
                        .divide(BigInteger.valueOf(100))
                        .longValueExact();
                assertEquals(exact, new Deletion.Limit(Deletion.Unit.PERCENT, percent).paths(paths), paths + " paths");
            }
        }
    }

    @Test
    void theDefaultDeleteLimitIsAThousandOrHalf() {
        assertEquals(1_000, Deletion.Limit.DEFAULT.paths(0));
        assertEquals(1_000, Deletion.Limit.DEFAULT.paths(2_001));
        assertEquals(1_001, Deletion.Limit.DEFAULT.paths(2_002));
        assertFalse(Deletion.Limit.DEFAULT.isExplicit());
        assertEquals(3, new Deletion.Limit(Deletion.Unit.PATHS, 3).paths(1_000_000));
        assertTrue(new Deletion.Limit(Deletion.Unit.PATHS, 0).isExplicit());
    }

    @Test
    void aDeleteLimitHasOneFormOnly() {
        assertThrows(IllegalArgumentException.class, () -> new Deletion.Limit(Deletion.Unit.DEFAULT, 1));
        assertThrows(IllegalArgumentException.class, () -> new Deletion.Limit(Deletion.Unit.PATHS, -1));
        assertThrows(IllegalArgumentException.class, () -> new Deletion.Limit(Deletion.Unit.PERCENT, 101));
    }

    @Test
    void backupsAreKeptWhereNoStagedFileCouldBe() {
        assertFalse(Deletion.NONE.keepsBackups());
        assertTrue(backup("old/kept").keepsBackups());
        String staged = Name.reserved(1).toString();
        assertThrows(IllegalArgumentException.class, () -> backup(staged));
        assertThrows(IllegalArgumentException.class, () -> backup("old/" + staged + "/kept"));
    }

    private static Deletion backup(String path) {
        return new Deletion(true, Deletion.Limit.DEFAULT, RelativePath.of(path));
    }

    @Test
    void rulesAreBytesBoundedAndNobodyElses() {
        byte[] bytes = "*.o\n".getBytes(US_ASCII);
        RuleText rules = new RuleText(bytes);
        bytes[0] = 'x';
        rules.bytes()[1] = 'x';

        assertEquals(new RuleText("*.o\n".getBytes(US_ASCII)), rules);
        assertNotEquals(new RuleText(bytes), rules);
        assertEquals(4, rules.length());
        assertTrue(RuleText.NONE.isEmpty());
        assertEquals(Limits.RULES_LENGTH, new RuleText(new byte[Limits.RULES_LENGTH]).length());
        assertThrows(IllegalArgumentException.class, () -> new RuleText(new byte[Limits.RULES_LENGTH + 1]));
    }

    @Test
    void onlyPathsThroughUserSpaceCompress() {
        assertTrue(new Transfer(PathPolicy.AUTO, 1, true, 0).compress());
        assertTrue(new Transfer(PathPolicy.BUFFERED, 1, true, 0).compress());
        assertThrows(IllegalArgumentException.class, () -> new Transfer(PathPolicy.SENDFILE, 1, true, 0));
        assertThrows(IllegalArgumentException.class, () -> new Transfer(PathPolicy.MAPPED, 1, true, 0));
        assertThrows(IllegalArgumentException.class, () -> new Transfer(PathPolicy.AUTO, 1, false, -1));
        assertThrows(IllegalArgumentException.class, () -> new Transfer(PathPolicy.AUTO, 17, false, 0));
    }

    @Test
    void onlyDevicesHaveANumber() {
        Metadata metadata = new Metadata(0644, 0, 0, 0, 0);
        for (Entry.SpecialKind kind : Entry.SpecialKind.values()) {
            assertEquals(0, new Entry.Special(metadata, kind, 0).device());
            assertThrows(IllegalArgumentException.class, () -> new Entry.Special(metadata, kind, -1));
            if (kind.isDevice()) {
                assertEquals(0x801, new Entry.Special(metadata, kind, 0x801).device());
            } else {
                assertThrows(IllegalArgumentException.class, () -> new Entry.Special(metadata, kind, 1));
            }
        }
    }
}
