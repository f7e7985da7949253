package io.zsync.node.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zsync.node.fs.FileKind;
import io.zsync.node.fs.FileStat;
import io.zsync.protocol.Entry;
import io.zsync.protocol.Message.Change;
import io.zsync.protocol.Metadata;
import io.zsync.protocol.ProblemCode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PlannerTest {
    private static final Metadata META = new Metadata(0644, 10, 20, 1_000, 5);
    private static final Action.Create CREATE = new Action.Create();
    private static final Action.Exchange EXCHANGE = new Action.Exchange();

    private final Planner planner = new Planner(new MetadataRules(true, true));

    private static Entry source(FileKind kind) {
        return switch (kind) {
            case DIRECTORY -> new Entry.Directory(META);
            case REGULAR -> new Entry.RegularFile(META, 100, false);
            case SYMLINK -> new Entry.Symlink(META, bytes("goal"));
            default -> new Entry.Special(META, Entry.SpecialKind.FIFO, 0);
        };
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static FileStat stat(FileKind kind, Metadata meta, long size) {
        return new FileStat(
                kind,
                meta.mode(),
                meta.uid(),
                meta.gid(),
                size,
                8,
                meta.mtimeSeconds(),
                meta.mtimeNanos(),
                9,
                9,
                1,
                1,
                1,
                0);
    }

    private static Planner.Existing existing(FileKind kind, Metadata meta, long size, @Nullable String link) {
        return new Planner.Existing(stat(kind, meta, size), link == null ? null : bytes(link), false);
    }

    private static Planner.Existing same(FileKind kind) {
        return existing(kind, META, 100, kind == FileKind.SYMLINK ? "goal" : null);
    }

    @ParameterizedTest
    @EnumSource(FileKind.class)
    void keepsCreatesOrExchangesByKind(FileKind there) {
        for (FileKind wanted : new FileKind[] {FileKind.DIRECTORY, FileKind.REGULAR, FileKind.SYMLINK}) {
            assertEquals(CREATE, planner.plan(source(wanted), null));
            Action expected = wanted == there ? new Action.Keep() : EXCHANGE;
            assertEquals(expected, planner.plan(source(wanted), same(there)), wanted + " over " + there);
        }
        Action refused = new Action.Refuse(ProblemCode.SPECIAL_SKIPPED);
        assertEquals(refused, planner.plan(source(FileKind.FIFO), null));
        assertEquals(refused, planner.plan(source(FileKind.FIFO), same(there)));
    }

    @Test
    void refusesToDisplaceADirectoryThatHoldsSomething() {
        Planner.Existing occupied = new Planner.Existing(stat(FileKind.DIRECTORY, META, 0), null, true);
        Action refused = new Action.Refuse(ProblemCode.DIRECTORY_IN_THE_WAY);
        assertEquals(refused, planner.plan(source(FileKind.REGULAR), occupied));
        assertEquals(refused, planner.plan(source(FileKind.SYMLINK), occupied));
        assertEquals(new Action.Keep(), planner.plan(source(FileKind.DIRECTORY), occupied));
    }

    @ParameterizedTest
    @CsvSource({"MODE,8", "OWNER,16", "GROUP,32", "TIME,4", "NANOS,4", "NONE,0"})
    void tellsEachDifferenceOfMetadata(String what, int attribute) {
        Metadata other = Objects.requireNonNull(Map.of(
                        "MODE", new Metadata(0600, 10, 20, 1_000, 5),
                        "OWNER", new Metadata(0644, 11, 20, 1_000, 5),
                        "GROUP", new Metadata(0644, 10, 21, 1_000, 5),
                        "TIME", new Metadata(0644, 10, 20, 1_001, 5),
                        "NANOS", new Metadata(0644, 10, 20, 1_000, 6),
                        "NONE", META)
                .get(what));
        Action update = attribute == 0 ? new Action.Keep() : new Action.Update(attribute);
        assertEquals(update, planner.plan(source(FileKind.DIRECTORY), existing(FileKind.DIRECTORY, other, 0, null)));
        Action link = attribute == Change.MODE ? new Action.Keep() : update;
        assertEquals(link, planner.plan(source(FileKind.SYMLINK), existing(FileKind.SYMLINK, other, 4, "goal")));
        Action file = attribute == Change.TIME ? new Action.Replace(Change.TIME | Change.CONTENT) : update;
        assertEquals(file, planner.plan(source(FileKind.REGULAR), existing(FileKind.REGULAR, other, 100, null)));
        Action larger = new Action.Replace(attribute | Change.CONTENT | Change.SIZE);
        assertEquals(larger, planner.plan(source(FileKind.REGULAR), existing(FileKind.REGULAR, other, 101, null)));
        Action elsewhere = new Action.Replace((attribute & ~Change.MODE) | Change.CONTENT);
        assertEquals(elsewhere, planner.plan(source(FileKind.SYMLINK), existing(FileKind.SYMLINK, other, 4, "gaol")));
    }

    @Test
    void doesNotCompareOwnersThatAreNotKept() {
        Planner ownerless = new Planner(new MetadataRules(false, true));
        Metadata other = new Metadata(0644, 77, 77, 1_000, 5);
        assertEquals(
                new Action.Keep(),
                ownerless.plan(source(FileKind.REGULAR), existing(FileKind.REGULAR, other, 100, null)));
    }
}
