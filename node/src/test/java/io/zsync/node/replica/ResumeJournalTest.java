package io.zsync.node.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileStat;
import io.zsync.node.fs.LinuxRoot;
import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.Digest;
import io.zsync.protocol.Entry;
import io.zsync.protocol.FileIdentity;
import io.zsync.protocol.Message.Range;
import io.zsync.protocol.Metadata;
import io.zsync.protocol.Name;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one run notes the next one finds, if it is still about the same staged file and the same source. */
class ResumeJournalTest {
    private static final Name RESERVED = Name.reserved(0xABC);
    private static final Name TARGET = Name.of("big");
    private static final Metadata META = new Metadata(0640, 0, 0, 1, 2);
    private static final long SIZE = 1L << 30;
    private static final FileIdentity SOURCE = new FileIdentity(SIZE, 1, 2, 3, 4, 5);

    @TempDir
    Path temp;

    private Path target;
    private JournalPlace place;
    private LinuxRoot root;
    private Directory directory;
    private OpenFile staged;

    @BeforeEach
    void stage() throws IOException {
        target = Files.createDirectory(temp.resolve("target"));
        place = JournalPlace.local(temp.resolve("state"));
        root = LinuxRoot.open(target);
        directory = root.directory(RelativePath.ROOT);
        staged = directory.create(RESERVED);
        staged.setSize(SIZE);
    }

    @AfterEach
    void close() throws IOException {
        staged.close();
        directory.close();
        root.close();
    }

    private void note(Range... ranges) throws IOException {
        try (ResumeJournal journal = new ResumeJournal(place, root, true)) {
            Unfinished begun = journal.begin(RESERVED, staged.stat(), directory.mount(), TARGET, SOURCE);
            for (Range range : ranges) {
                journal.wrote(begun, range, staged);
            }
            assertTrue(journal.keeps(begun));
        }
    }

    private @Nullable Unfinished found(JournalPlace by, Name name) throws IOException {
        try (ResumeJournal journal = new ResumeJournal(by, root, true)) {
            return journal.find(name, directory.stat(name), directory.mount());
        }
    }

    @Test
    void theNextRunFindsWhatWasNoted() throws IOException {
        note(new Range(0, 100), new Range(1000, 1));

        Unfinished found = found(place, RESERVED);

        assertNotNull(found);
        assertEquals(SOURCE, found.subject().source());
        assertEquals(TARGET, found.subject().target());
        assertEquals(List.of(new Range(0, 100), new Range(1000, 1)), found.known());
        assertEquals(List.of(new Range(100, 900), new Range(1001, SIZE - 1001)), found.missing());
    }

    @Test
    void ofAFileThatIsAllThereTheLastByteIsAskedForAgain() throws IOException {
        note(new Range(0, SIZE));

        Unfinished found = found(place, RESERVED);

        assertNotNull(found);
        assertEquals(List.of(new Range(SIZE - 1, 1)), found.missing());
    }

    @Test
    void anotherPeerDoesNotGoOnWithIt() throws IOException {
        note(new Range(0, 100));
        byte[] other = new byte[Digest.LENGTH];
        other[0] = 1;

        assertNull(found(new JournalPlace(place.folder(), new PeerId(Digest.of(other))), RESERVED));
    }

    @Test
    void aStagedFileThatIsNotTheOneNotedIsLeftAlone() throws IOException {
        note(new Range(0, 100));
        Files.move(target.resolve(RESERVED.toString()), target.resolve(".zsync-00000000000000ff"));

        assertNull(found(place, Name.reserved(0xFF)), "another name");

        Files.move(target.resolve(".zsync-00000000000000ff"), target.resolve(RESERVED.toString()));
        assertNotNull(found(place, RESERVED));
        Files.createLink(target.resolve("second"), target.resolve(RESERVED.toString()));
        assertNull(found(place, RESERVED), "it has another name");
        Files.delete(target.resolve("second"));
        staged.setSize(SIZE + 1);
        assertNull(found(place, RESERVED), "another size");
        staged.setSize(SIZE);
        assertNotNull(found(place, RESERVED));
        Files.delete(target.resolve(RESERVED.toString()));
        try (OpenFile other = directory.create(RESERVED)) {
            other.setSize(SIZE);
        }
        assertNull(found(place, RESERVED), "another inode");
    }

    @Test
    void aSourceThatIsAnotherNowIsRefused() throws IOException {
        note(new Range(0, 100));

        try (ResumeJournal journal = new ResumeJournal(place, root, true)) {
            Unfinished left = journal.find(RESERVED, directory.stat(RESERVED), directory.mount());
            assertNotNull(left);
            Resumption resumption = new Resumption(journal, left);
            assertFalse(resumption.opened(new FileIdentity(SIZE, 1, 2, 3, 4, 6)), "another inode");
            assertFalse(resumption.opened(new FileIdentity(SIZE, 1, 2, 3, 5, 5)), "another ctime");
            assertTrue(resumption.opened(SOURCE));
        }
    }

    @Test
    void anotherMountOfTheSameDiskHasOnlyWhatWasSynced() throws IOException {
        // So much at once is forced to disk.
        note(new Range(0, 256 << 20), new Range(300 << 20, 1));

        FileStat stat = directory.stat(RESERVED);
        try (ResumeJournal journal = new ResumeJournal(place, root, true)) {
            Unfinished here = journal.find(RESERVED, stat, directory.mount());
            assertNotNull(here);
            assertEquals(List.of(new Range(0, 256 << 20), new Range(300 << 20, 1)), here.known());

            Unfinished there = journal.find(RESERVED, stat, directory.mount() + 1);
            assertNotNull(there);
            assertEquals(List.of(new Range(0, 256 << 20)), there.known());

            Unfinished unknown = journal.find(RESERVED, stat, 0);
            assertNotNull(unknown);
            assertEquals(List.of(new Range(0, 256 << 20)), unknown.known());
        }
    }

    @Test
    void whatWasNeverSyncedIsGoneWithItsMount() throws IOException {
        note(new Range(0, 100));
        FileStat stat = directory.stat(RESERVED);

        try (ResumeJournal journal = new ResumeJournal(place, root, true)) {
            assertNull(journal.find(RESERVED, stat, directory.mount() + 1));
        }
    }

    /** Its error was told to the run before: a sync of the next one would say that all is well. */
    @Test
    void whatWasOnlyWrittenIsNotBelievedBehindAFailedSync() throws IOException {
        Range synced = new Range(0, 256 << 20);
        note(synced, new Range(300 << 20, 1));
        FileStat stat = directory.stat(RESERVED);

        try (ResumeJournal journal = new ResumeJournal(place, root, true)) {
            journal.doubt();
            Unfinished here = journal.find(RESERVED, stat, directory.mount());
            assertNotNull(here);
            assertEquals(List.of(synced), here.known());
            journal.wrote(here, new Range(400 << 20, 1), staged);
        }

        Unfinished next = found(place, RESERVED);
        assertNotNull(next);
        assertEquals(List.of(synced), next.known());
    }

    @Test
    void whatAFileOwnsSyncVouchesForIsBelievedBehindAFailedOneOfAll() throws IOException {
        try (ResumeJournal journal = new ResumeJournal(place, root, true)) {
            Unfinished begun = journal.begin(RESERVED, staged.stat(), directory.mount(), TARGET, SOURCE);
            journal.wrote(begun, new Range(0, 100), staged);
            journal.doubt();
            assertTrue(journal.keeps(begun));
            journal.wrote(begun, new Range(100, 256 << 20), staged);
        }

        Unfinished found = found(place, RESERVED);
        assertNotNull(found);
        assertEquals(List.of(new Range(0, 100 + (256 << 20))), found.known());
    }

    @Test
    void nothingIsNotedAsSyncedBeforeItIs() throws IOException {
        List<List<Range>> duringSync = new ArrayList<>();

        noteWatched((call, arguments) -> {
            if (call.equals("file.sync")) {
                duringSync.add(notedAsSynced());
            }
        });

        assertEquals(List.of(List.of()), duringSync, "one sync, and no record ahead of it");
        assertEquals(List.of(new Range(0, 256 << 20)), notedAsSynced());
    }

    @Test
    void nothingIsNotedAsSyncedBehindASyncThatFailed() throws IOException {
        assertThrows(
                FileFailure.class,
                () -> noteWatched((call, arguments) -> {
                    if (call.equals("file.sync")) {
                        throw new FileFailure("fsync", RESERVED.toString(), Errno.IO, "Input/output error");
                    }
                }));

        assertEquals(List.of(), notedAsSynced());
    }

    /** So much at once that it is forced to disk. */
    private void noteWatched(FaultyRoot.Fault fault) throws IOException {
        try (ResumeJournal journal = new ResumeJournal(place, root, true);
                Directory watched = FaultyRoot.of(root, fault).directory(RelativePath.ROOT);
                OpenFile file = watched.reopen(RESERVED)) {
            Unfinished begun = journal.begin(RESERVED, file.stat(), watched.mount(), TARGET, SOURCE);
            journal.wrote(begun, new Range(0, 256 << 20), file);
        }
    }

    /** What the journal is believed in by another boot, of its only file. */
    private List<Range> notedAsSynced() throws IOException {
        try (var files = Files.list(place.folder())) {
            byte[] journal = Files.readAllBytes(files.findFirst().orElseThrow());
            return JournalCodec.read(journal, UUID.randomUUID())
                    .values()
                    .iterator()
                    .next()
                    .written();
        }
    }

    /** Threads that were in the middle of a file when it ended; a record of it would be one of a file that did not begin. */
    @Test
    void whatIsSaidLateOfAFileThatEndedKeepsNobodyFromReadingOn() throws IOException {
        AtomicReference<Unfinished> syncing = new AtomicReference<>();
        try (ResumeJournal journal = new ResumeJournal(place, root, true);
                Directory watched = FaultyRoot.of(root, (call, arguments) -> {
                            if (call.equals("file.sync")) {
                                journal.end(Objects.requireNonNull(syncing.get()));
                            }
                        })
                        .directory(RelativePath.ROOT);
                OpenFile first = watched.create(Name.reserved(1));
                OpenFile second = watched.create(Name.reserved(2))) {
            Unfinished late = journal.begin(Name.reserved(1), first.stat(), watched.mount(), TARGET, SOURCE);
            journal.wrote(late, new Range(0, 1), first);
            journal.end(late);
            journal.wrote(late, new Range(1, 1), first);
            Unfinished later = journal.begin(Name.reserved(2), second.stat(), watched.mount(), TARGET, SOURCE);
            syncing.set(later);
            journal.wrote(later, new Range(0, 256 << 20), second);
            journal.wrote(
                    journal.begin(RESERVED, staged.stat(), directory.mount(), TARGET, SOURCE),
                    new Range(0, 100),
                    staged);
        }

        Unfinished found = found(place, RESERVED);
        assertNotNull(found);
        assertEquals(List.of(new Range(0, 100)), found.known());
    }

    /** It is removed first, and the next staged file may get its inode. */
    @Test
    void theEndOfAFileIsNotThatOfTheNextOneWithItsInode() throws IOException {
        try (ResumeJournal journal = new ResumeJournal(place, root, true)) {
            Unfinished gone = journal.begin(Name.reserved(1), staged.stat(), directory.mount(), TARGET, SOURCE);
            Unfinished next = journal.begin(RESERVED, staged.stat(), directory.mount(), TARGET, SOURCE);
            journal.end(gone);
            journal.wrote(next, new Range(0, 100), staged);
            assertTrue(journal.keeps(next));
        }

        assertNotNull(found(place, RESERVED));
    }

    @Test
    void nothingIsNotedOfAnAttemptThatEndedBeforeItsFirstRange() throws IOException {
        try (ResumeJournal journal = new ResumeJournal(place, root, true)) {
            Resumption ended = new Resumption(journal, TARGET);
            assertTrue(ended.opened(SOURCE));
            ended.end();
            StagedFile file = StagedFile.create(
                    directory, new StagedNames(new Random(1)), new Entry.RegularFile(META, SIZE, true), false);
            ended.verified(file, new Range(0, 100));
            assertFalse(ended.isNoted());
            file.discard(directory);
        }
    }

    /** Nor what is noted first behind it. */
    @Test
    void aFailedSyncIsKnownToAJournalThatHasNothingToSay() throws IOException {
        try (ResumeJournal journal = new ResumeJournal(place, root, true)) {
            Unfinished ended = journal.begin(RESERVED, staged.stat(), directory.mount(), TARGET, SOURCE);
            journal.end(ended);
            journal.doubt();
            Unfinished begun = journal.begin(RESERVED, staged.stat(), directory.mount(), TARGET, SOURCE);
            journal.wrote(begun, new Range(0, 100), staged);
        }

        assertNull(found(place, RESERVED));
    }

    @Test
    void whatEndedIsForgottenAndAnEmptyJournalRemoved() throws IOException {
        note(new Range(0, 100));
        try (ResumeJournal journal = new ResumeJournal(place, root, true)) {
            Unfinished found = journal.find(RESERVED, directory.stat(RESERVED), directory.mount());
            assertNotNull(found);
            journal.end(found);
        }

        assertNull(found(place, RESERVED));
        try (var files = Files.list(place.folder())) {
            assertEquals(List.of(), files.toList());
        }
    }

    @Test
    void aJournalThatOthersCouldHaveWrittenIsNotBelieved() throws IOException {
        note(new Range(0, 100));
        Path journal;
        try (var files = Files.list(place.folder())) {
            journal = files.findFirst().orElseThrow();
        }
        Files.setPosixFilePermissions(journal, PosixFilePermissions.fromString("rw-rw-rw-"));
        assertNull(found(place, RESERVED));

        Files.setPosixFilePermissions(journal, PosixFilePermissions.fromString("rw-------"));
        assertNotNull(found(place, RESERVED));
        Path elsewhere = Files.move(journal, temp.resolve("elsewhere"));
        Files.createSymbolicLink(journal, elsewhere);
        assertNull(found(place, RESERVED), "through a link");
    }

    @Test
    void whereNothingCanBeNotedTheRunGoesOn() throws IOException {
        Files.writeString(temp.resolve("state"), "no folder");
        try (ResumeJournal journal = new ResumeJournal(place, root, true)) {
            Unfinished begun = journal.begin(RESERVED, staged.stat(), directory.mount(), TARGET, SOURCE);
            journal.wrote(begun, new Range(0, 100), staged);

            assertFalse(journal.keeps(begun));
            assertEquals("state folder: open: Not a directory", journal.takeTrouble());
            assertNull(journal.takeTrouble());
        }
        assertNull(found(place, RESERVED));
    }
}
