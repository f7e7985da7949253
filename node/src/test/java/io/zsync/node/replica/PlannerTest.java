package io.zsync.node.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zsync.node.fs.FileKind;
import io.zsync.node.fs.FileStat;
import io.zsync.protocol.Attribute;
import io.zsync.protocol.Attributes;
import io.zsync.protocol.Comparison;
import io.zsync.protocol.Digest;
import io.zsync.protocol.Entry;
import io.zsync.protocol.Message.Change;
import io.zsync.protocol.Metadata;
import io.zsync.protocol.Preservation;
import io.zsync.protocol.ProblemCode;
import java.nio.charset.StandardCharsets;
import java.util.List;
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

    private final Planner planner = planner(Preservation.ARCHIVE, true, Comparison.BY_TIME, false);

    private static Planner planner(Preservation kept, boolean granted, Comparison comparison, boolean skipLinks) {
        return new Planner(new MetadataRules(kept, granted, true, 022), comparison, skipLinks);
    }

    private static Entry source(FileKind kind) {
        return switch (kind) {
            case DIRECTORY -> new Entry.Directory(META);
            case REGULAR -> new Entry.RegularFile(META, 100, false);
            case SYMLINK -> new Entry.Symlink(META, bytes("goal"));
            case FIFO -> new Entry.Special(META, Entry.SpecialKind.FIFO, 0);
            case SOCKET -> new Entry.Special(META, Entry.SpecialKind.SOCKET, 0);
            case CHARACTER_DEVICE -> new Entry.Special(META, Entry.SpecialKind.CHARACTER_DEVICE, 0);
            case BLOCK_DEVICE -> new Entry.Special(META, Entry.SpecialKind.BLOCK_DEVICE, 0);
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
        return new Planner.Existing(stat(kind, meta, size), meta, link == null ? null : bytes(link), null, false);
    }

    private static Planner.Existing same(FileKind kind) {
        return existing(kind, META, 100, kind == FileKind.SYMLINK ? "goal" : null);
    }

    @ParameterizedTest
    @EnumSource(FileKind.class)
    void keepsCreatesOrExchangesByKind(FileKind there) {
        for (FileKind wanted : FileKind.values()) {
            assertEquals(CREATE, planner.plan(source(wanted), null));
            Action expected = wanted == there ? new Action.Keep() : EXCHANGE;
            assertEquals(expected, planner.plan(source(wanted), same(there)), wanted + " over " + there);
        }
    }

    @Test
    void makesNoDeviceWhereOwnersAreNotItsToSet() {
        Action refused = new Action.Refuse(ProblemCode.SPECIAL_SKIPPED);
        Planner ungranted = planner(Preservation.ARCHIVE, false, Comparison.BY_TIME, false);
        assertEquals(refused, ungranted.plan(source(FileKind.BLOCK_DEVICE), null));
        assertEquals(refused, ungranted.plan(source(FileKind.CHARACTER_DEVICE), same(FileKind.REGULAR)));
        assertEquals(CREATE, ungranted.plan(source(FileKind.FIFO), null));
        assertEquals(CREATE, ungranted.plan(source(FileKind.SOCKET), null));
    }

    @Test
    void replacesADeviceOfAnotherNumber() {
        Entry other = new Entry.Special(META, Entry.SpecialKind.BLOCK_DEVICE, 0x801);
        assertEquals(new Action.Replace(Change.CONTENT), planner.plan(other, same(FileKind.BLOCK_DEVICE)));
    }

    @Test
    void leavesSymlinksAloneThatAreToBeSkipped() {
        Planner skipping = planner(Preservation.ARCHIVE, true, Comparison.BY_TIME, true);
        Action refused = new Action.Refuse(ProblemCode.SPECIAL_SKIPPED);
        assertEquals(refused, skipping.plan(source(FileKind.SYMLINK), null));
        assertEquals(refused, skipping.plan(source(FileKind.SYMLINK), same(FileKind.REGULAR)));
        assertEquals(CREATE, skipping.plan(source(FileKind.REGULAR), null));
    }

    @Test
    void leavesAFileThatIsNewerAlone() {
        Planner updating = planner(Preservation.ARCHIVE, true, new Comparison(false, true), false);
        Entry source = source(FileKind.REGULAR);
        Metadata newer = new Metadata(0600, 10, 20, 1_000, 6);
        Metadata older = new Metadata(0644, 10, 20, 1_000, 4);
        assertEquals(new Action.Keep(), updating.plan(source, existing(FileKind.REGULAR, newer, 5, null)));
        Action sent = new Action.Replace(Change.TIME | Change.CONTENT | Change.SIZE);
        assertEquals(sent, updating.plan(source, existing(FileKind.REGULAR, older, 5, null)));
        Action larger = new Action.Replace(Change.CONTENT | Change.SIZE);
        assertEquals(larger, updating.plan(source, existing(FileKind.REGULAR, META, 5, null)));
        assertEquals(EXCHANGE, updating.plan(source, existing(FileKind.SYMLINK, newer, 5, "x")));
    }

    @Test
    void comparesContentsByDigestWhereThatIsAskedFor() {
        Planner exact = planner(Preservation.ARCHIVE, true, Comparison.BY_CHECKSUM, false);
        Entry source = new Entry.RegularFile(META, 100, false, digest(1));
        Metadata later = new Metadata(0644, 10, 20, 2_000, 5);
        assertEquals(new Action.Keep(), exact.plan(source, hashed(META, 100, digest(1))));
        assertEquals(new Action.Update(Change.TIME), exact.plan(source, hashed(later, 100, digest(1))));
        assertEquals(new Action.Replace(Change.CONTENT), exact.plan(source, hashed(META, 100, digest(2))));
        Action larger = new Action.Replace(Change.CONTENT | Change.SIZE);
        assertEquals(larger, exact.plan(source, hashed(META, 101, null)));
    }

    private static Digest digest(int first) {
        byte[] bytes = new byte[Digest.LENGTH];
        bytes[0] = (byte) first;
        return Digest.of(bytes);
    }

    private static Planner.Existing hashed(Metadata meta, long size, @Nullable Digest digest) {
        return new Planner.Existing(stat(FileKind.REGULAR, meta, size), meta, null, digest, false);
    }

    @Test
    void tellsAttributesFromAccessControlLists() {
        Preservation kept = new Preservation(
                true, true, true, false, true, true, Preservation.AS_SOURCE, Preservation.AS_SOURCE, List.of());
        Planner attentive = planner(kept, true, Comparison.BY_TIME, false);
        Attribute user = new Attribute("user.a", new byte[] {1});
        Attribute acl = new Attribute(Attribute.ACL_ACCESS, new byte[] {2});
        Entry source = new Entry.Directory(META.with(Attributes.of(List.of(user))));
        assertEquals(
                new Action.Update(Change.ATTRIBUTES),
                attentive.plan(source, existing(FileKind.DIRECTORY, META, 0, null)));
        Metadata listed = META.with(Attributes.of(List.of(user, acl)));
        assertEquals(
                new Action.Update(Change.ACL), attentive.plan(source, existing(FileKind.DIRECTORY, listed, 0, null)));
        assertEquals(new Action.Keep(), planner.plan(source, existing(FileKind.DIRECTORY, META, 0, null)));
    }

    @Test
    void linksWhatIsNotTheSameObjectYet() {
        FileStat first = stat(FileKind.REGULAR, META, 5);
        FileStat other = new FileStat(FileKind.REGULAR, 0644, 0, 0, 5, 8, 0, 0, 0, 0, 2, 1, 1, 0);
        assertEquals(CREATE, planner.link(first, null, false));
        assertEquals(new Action.Keep(), planner.link(first, first, false));
        assertEquals(new Action.Replace(0), planner.link(first, other, false));
        // Still to be made: whatever stands there is not it.
        assertEquals(new Action.Replace(0), planner.link(null, first, false));
        FileStat directory = new FileStat(FileKind.DIRECTORY, 0755, 0, 0, 0, 8, 0, 0, 0, 0, 3, 1, 2, 0);
        assertEquals(EXCHANGE, planner.link(first, directory, false));
        Action refused = new Action.Refuse(ProblemCode.DIRECTORY_IN_THE_WAY);
        assertEquals(refused, planner.link(first, directory, true));
    }

    @Test
    void refusesToDisplaceADirectoryThatHoldsSomething() {
        Planner.Existing occupied = new Planner.Existing(stat(FileKind.DIRECTORY, META, 0), META, null, null, true);
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
        MetadataRules rules = new MetadataRules(Preservation.ARCHIVE, false, true, 022);
        Planner ownerless = new Planner(rules, Comparison.BY_TIME, false);
        Metadata other = new Metadata(0644, 77, 77, 1_000, 5);
        Entry wanted = rules.wanted(source(FileKind.REGULAR), null);
        assertEquals(new Action.Keep(), ownerless.plan(wanted, existing(FileKind.REGULAR, other, 100, null)));
    }
}
