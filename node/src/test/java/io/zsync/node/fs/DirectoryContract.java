package io.zsync.node.fs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zsync.node.fs.Directory.Rename;
import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What every directory does with its members. */
abstract class DirectoryContract extends TreeFixture {
    DirectoryContract(Kernel kernel) {
        super(kernel);
    }

    @Test
    void namesAreBytes() throws IOException {
        byte[] longest = new byte[255];
        Arrays.fill(longest, (byte) 0xC3);
        List<Name> names = List.of(
                Name.of("\n\t "),
                Name.of("-rf"),
                Name.of("...x"),
                Name.of("\u00e4\u20ac"),
                Name.of(longest),
                Name.of(new byte[] {(byte) 0xFF, 1, '\\', (byte) 0x80}));
        for (Name name : names) {
            write(top, name, name.toString());
        }
        assertEquals(names.stream().sorted().toList(), names(top));
        for (Name name : names) {
            assertEquals(name.toString(), read(top, name));
            Name moved = Name.of(new byte[] {(byte) 0xFE});
            top.rename(name, moved, Rename.NO_REPLACE);
            top.unlink(moved);
            top.makeDirectory(name);
            top.directory(name).close();
            top.removeDirectory(name);
            top.makeSymlink(name, name.bytes());
            assertArrayEquals(name.bytes(), top.readLink(name));
            top.unlink(name);
        }
        assertEquals(List.of(), names(top));
    }

    @Test
    void aListingIsSortedAsUnsignedBytesAndToldWithStats() throws IOException {
        for (String name : List.of("b", "a0", "a.b", "a-b", "a", "A")) {
            write(top, Name.of(name), name);
        }
        top.makeDirectory(Name.of(new byte[] {(byte) 0xFF}));
        top.makeSymlink(Name.of("a/b".replace('/', ' ')), bytes("x"));
        List<String> expected = List.of("A", "a", "a b", "a-b", "a.b", "a0", "b", "\\xff");
        Directory.Listing listing = top.list();
        assertEquals(
                expected,
                listing.members().stream().map(m -> m.name().toString()).toList());
        for (Directory.Member member : listing.members()) {
            assertEquals(top.stat(member.name()), member.stat());
        }
        assertEquals(FileKind.SYMLINK, listing.members().get(2).stat().kind());
        assertEquals(1, listing.members().get(2).stat().size());
        assertEquals(FileKind.DIRECTORY, listing.members().get(7).stat().kind());
        top.unlink(B);
        assertEquals(7, names(top).size(), "a second listing starts again");
    }

    @Test
    void reservedNamesAreListedApart() throws IOException {
        write(top, Name.reserved(7), "staged");
        write(top, Name.reserved(3), "staged");
        write(top, Name.of(".zsync-mine"), "a user's");
        Directory.Listing listing = top.list();
        assertEquals(List.of(Name.reserved(3), Name.reserved(7)), listing.reserved());
        assertEquals(List.of(Name.of(".zsync-mine")), names(top));
    }

    @Test
    void largeDirectoriesAreListedWholeAndTooLargeOnesNotAtAll() throws IOException {
        for (int i = 0; i < 3_000; i++) {
            top.makeSymlink(Name.of("entry number " + i), bytes("x"));
        }
        assertEquals(3_000, names(top).size());
        Kernel limited = new Kernel(kernel.opensBeneath(), kernel.renamesWithoutReplacing(), 2_999);
        try (LinuxRoot small = LinuxRoot.open(inside, limited);
                Directory directory = small.directory(RelativePath.ROOT)) {
            FileFailure failure = refused(Errno.OTHER, directory::list);
            assertTrue(message(failure).endsWith("more than 2999 entries in one directory"), failure.getMessage());
            top.unlink(Name.of("entry number 5"));
            assertEquals(2_999, names(directory).size());
        }
    }

    @Test
    void whatVanishesWhileListingIsNoFailure() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        Thread flickering = Thread.ofPlatform().start(() -> flicker(done));
        try {
            for (int i = 0; i < 300; i++) {
                assertEquals(List.of(), top.list().failures());
            }
        } finally {
            done.set(true);
            flickering.join();
        }
    }

    private void flicker(AtomicBoolean done) {
        try (Directory mine = root.directory(RelativePath.ROOT)) {
            for (int i = 0; !done.get(); i++) {
                mine.makeSymlink(Name.of("f" + i), bytes("x"));
                if (i >= 100) {
                    mine.unlink(Name.of("f" + (i - 100)));
                }
            }
        } catch (IOException unexpected) {
            throw new IllegalStateException(unexpected);
        }
    }

    @Test
    void onlyRegularFilesOpenAndNothingIsWaitedFor() throws Exception {
        run("mkfifo", inside.resolve("fifo").toString());
        top.makeDirectory(A);
        write(top, B, "text");
        top.makeSymlink(LINK, bytes("b"));
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(UnixDomainSocketAddress.of(inside.resolve("socket")));
            assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
                refused(Errno.INVAL, () -> top.open(Name.of("fifo")));
                refused(Errno.INVAL, () -> top.open(Name.of("socket")));
                refused(Errno.INVAL, () -> top.open(A));
                refused(Errno.INVAL, () -> top.open(LINK));
                refused(Errno.NOENT, () -> top.open(Name.of("absent")));
            });
        }
        assertEquals(FileKind.FIFO, top.stat(Name.of("fifo")).kind());
        assertEquals(FileKind.SOCKET, top.stat(Name.of("socket")).kind());
        assertEquals("text", read(top, B));
    }

    @Test
    void whatIsGoneOnWithIsTheFileItself() throws Exception {
        write(top, B, "text");
        top.makeSymlink(LINK, bytes("b"));

        refused(Errno.LOOP, () -> top.reopen(LINK));
        try (OpenFile again = top.reopen(B)) {
            assertEquals(4, again.stat().size());
        }
    }

    @Test
    void devicesAreSeenAndNotOpened() throws Exception {
        assumeTrue(runsAsSuperuser() && exit("mknod", inside.resolve("null").toString(), "c", "1", "3") == 0);
        FileStat stat = top.stat(Name.of("null"));
        assertEquals(FileKind.CHARACTER_DEVICE, stat.kind());
        assertEquals((1 << 8) | 3, stat.special());
        refused(Errno.INVAL, () -> top.open(Name.of("null")));
    }

    @Test
    void whatIsInTheWayIsNeitherOverwrittenNorFollowed() throws IOException {
        Path secret = Files.writeString(outside.resolve("secret"), "secret");
        top.makeSymlink(LINK, bytes(secret.toString()));
        top.makeSymlink(Name.of("dangling"), bytes(outside.resolve("new").toString()));
        refused(Errno.EXIST, () -> top.create(LINK));
        refused(Errno.EXIST, () -> top.create(Name.of("dangling")));
        refused(Errno.EXIST, () -> top.makeDirectory(Name.of("dangling")));
        refused(Errno.EXIST, () -> top.makeSymlink(LINK, bytes("x")));
        refused(Errno.LOOP, () -> top.directory(LINK));
        refused(Errno.NOTDIR, () -> top.removeDirectory(LINK));
        write(top, A, "new");
        top.rename(A, LINK, Rename.REPLACE);
        assertEquals("new", read(top, LINK));
        assertEquals("secret", Files.readString(secret));
        assertFalse(Files.exists(outside.resolve("new")));
    }

    @Test
    void newObjectsAreTheirOwnersAlone() throws IOException {
        write(top, A, "");
        top.makeDirectory(B);
        assertEquals(0600, top.stat(A).mode());
        assertEquals(0700, top.stat(B).mode());
        refused(Errno.EXIST, () -> top.create(A));
        refused(Errno.EXIST, () -> top.makeDirectory(B));
    }

    @Test
    void renamesReplaceRefuseOrExchange() throws IOException {
        write(top, A, "one");
        write(top, B, "two");
        refused(Errno.EXIST, () -> top.rename(A, B, Rename.NO_REPLACE));
        assertEquals("one", read(top, A));
        assertEquals("two", read(top, B));
        top.rename(A, B, Rename.EXCHANGE);
        assertEquals("two", read(top, A));
        assertEquals("one", read(top, B));
        top.rename(A, B, Rename.REPLACE);
        assertEquals(List.of(B), names(top));
        assertEquals("two", read(top, B));
        top.rename(B, A, Rename.NO_REPLACE);
        assertEquals(List.of(A), names(top));
        assertEquals(1, top.stat(A).links());
        refused(Errno.NOENT, () -> top.rename(B, LINK, Rename.NO_REPLACE));
        refused(Errno.NOENT, () -> top.rename(A, B, Rename.EXCHANGE));
        top.makeDirectory(B);
        refused(Errno.ISDIR, () -> top.rename(A, B, Rename.REPLACE));
        top.rename(A, B, Rename.EXCHANGE);
        assertTrue(top.stat(A).isDirectory());
        assertTrue(top.stat(B).isRegular());
    }

    @Test
    void symlinksAreRenamedThemselves() throws IOException {
        top.makeSymlink(LINK, bytes(outside.toString()));
        top.rename(LINK, A, Rename.NO_REPLACE);
        assertArrayEquals(bytes(outside.toString()), top.readLink(A));
        refused(Errno.INVAL, () -> {
            write(top, B, "");
            top.readLink(B);
        });
    }

    @Test
    void linkTargetsOfEveryLengthAreKept() throws IOException {
        byte[] longest = new byte[4_095];
        Arrays.fill(longest, (byte) 0xE9);
        top.makeSymlink(LINK, longest);
        assertArrayEquals(longest, top.readLink(LINK));
        assertThrows(IllegalArgumentException.class, () -> top.makeSymlink(A, new byte[4_096]));
        assertThrows(IllegalArgumentException.class, () -> top.makeSymlink(A, new byte[0]));
        assertThrows(IllegalArgumentException.class, () -> top.makeSymlink(A, new byte[] {'a', 0, 'b'}));
    }

    @Test
    void removalsTellKindsApart() throws IOException {
        top.makeDirectory(A);
        try (Directory directory = top.directory(A)) {
            write(directory, B, "");
            refused(Errno.NOTEMPTY, () -> top.removeDirectory(A));
            refused(Errno.ISDIR, () -> top.unlink(A));
            directory.unlink(B);
            refused(Errno.NOENT, () -> directory.unlink(B));
        }
        top.removeDirectory(A);
        refused(Errno.NOENT, () -> top.removeDirectory(A));
    }

    @Test
    void everyModeIsSetByNameAndByDirectory() throws IOException {
        write(top, A, "");
        top.makeDirectory(B);
        List<String> wrong = new ArrayList<>();
        try (Directory directory = top.directory(B)) {
            for (int mode = 0; mode <= 07777; mode++) {
                top.member(A).setMode(mode);
                top.member(B).setMode(mode);
                if (top.stat(A).mode() != mode || top.stat(B).mode() != mode) {
                    wrong.add("by name " + Integer.toOctalString(mode));
                }
                directory.setMode(mode ^ 07777);
                if (directory.stat().mode() != (mode ^ 07777)) {
                    wrong.add("by directory " + Integer.toOctalString(mode ^ 07777));
                }
            }
            directory.setMode(0700);
        }
        assertEquals(List.of(), wrong);
        assertThrows(IllegalArgumentException.class, () -> top.member(A).setMode(010000));
    }

    @Test
    void metadataOfASymlinkIsItsOwn() throws IOException {
        Path secret = Files.writeString(outside.resolve("secret"), "secret");
        top.makeSymlink(LINK, bytes(secret.toString()));
        try (LinuxRoot other = LinuxRoot.open(outside, kernel);
                Directory beyond = other.directory(RelativePath.ROOT)) {
            FileStat before = beyond.stat(Name.of("secret"));
            top.member(LINK).setMode(0);
            top.member(LINK).setTime(12, 345);
            top.member(LINK).setOwner(before.uid(), before.gid());
            if (runsAsSuperuser()) {
                top.member(LINK).setOwner(12, 34);
                assertEquals(34, top.stat(LINK).gid());
            }
            assertEquals(before, beyond.stat(Name.of("secret")));
        }
        assertEquals(12, top.stat(LINK).mtimeSeconds());
        assertEquals(345, top.stat(LINK).mtimeNanos());
    }

    @Test
    void ownersAreUnsignedAndSpecialBitsComeAfterThem() throws IOException {
        assumeTrue(runsAsSuperuser());
        write(top, A, "");
        top.makeDirectory(B);
        top.member(A).setMode(06755);
        top.member(A).setOwner(0xFFFFFFFE, 3_000_000);
        assertEquals(0755, top.stat(A).mode(), "the kernel takes setuid away from a file that changes hands");
        top.member(A).setMode(06755);
        assertEquals(06755, top.stat(A).mode());
        assertEquals(0xFFFFFFFE, top.stat(A).uid());
        assertEquals(3_000_000, top.stat(A).gid());
        try (Directory directory = top.directory(B)) {
            directory.setOwner(7, 8);
            assertEquals(7, directory.stat().uid());
            assertEquals(8, directory.stat().gid());
        }
    }

    @Test
    void timesKeepTheirNanosecondsOnBothSidesOf1970() throws IOException {
        write(top, A, "");
        top.makeDirectory(B);
        top.makeSymlink(LINK, bytes("a"));
        try (Directory directory = top.directory(B)) {
            for (long seconds : new long[] {-2_000_000_000L, -1, 0, 1_700_000_000L, 5_000_000_000L}) {
                for (Name name : List.of(A, B, LINK)) {
                    top.member(name).setTime(seconds, 999_999_999);
                    assertEquals(seconds, top.stat(name).mtimeSeconds());
                    assertEquals(999_999_999, top.stat(name).mtimeNanos());
                }
                directory.setTime(seconds, 1);
                assertEquals(seconds, directory.stat().mtimeSeconds());
                assertEquals(1, directory.stat().mtimeNanos());
            }
        }
        assertThrows(IllegalArgumentException.class, () -> top.member(A).setTime(0, 1_000_000_000));
        assertThrows(IllegalArgumentException.class, () -> top.member(A).setTime(0, -1));
    }

    @Test
    void syncsAndKnowsItsFileSystem() throws IOException {
        top.sync();
        try (Directory.FileSystemSync sync = top.fileSystem()) {
            write(top, A, "x");
            sync.sync();
            assertEquals(top.stat().device(), sync.device());
            top.close();
            sync.sync();
        }
        try (LinuxRoot proc = LinuxRoot.open(Path.of("/proc"), kernel);
                Directory directory = proc.directory(RelativePath.ROOT);
                Directory.FileSystemSync sync = directory.fileSystem()) {
            assertFalse(sync.trusted());
        }
    }

    @Test
    void aClosedDirectorySaysSo() throws IOException {
        Directory closed = root.directory(RelativePath.ROOT);
        closed.close();
        closed.close();
        refused(Errno.OTHER, closed::list);
        refused(Errno.OTHER, () -> closed.create(A));
    }
}
