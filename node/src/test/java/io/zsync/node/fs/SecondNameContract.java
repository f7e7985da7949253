package io.zsync.node.fs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zsync.node.fs.Directory.Rename;
import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What directories do between two of them, and with objects that are neither files, directories nor symlinks. */
abstract class SecondNameContract extends TreeFixture {
    private static final Name OTHER = Name.of("other");

    private Directory other;

    SecondNameContract(Kernel kernel) {
        super(kernel);
    }

    @BeforeEach
    void plantOther() throws IOException {
        top.makeDirectory(OTHER);
        other = top.directory(OTHER);
        write(top, A, "text");
    }

    @AfterEach
    void closeOther() throws IOException {
        other.close();
    }

    @Test
    void aFileGetsSecondNamesHereAndElsewhere() throws IOException {
        top.link(A, top, B);
        top.link(A, other, B);
        FileStat stat = top.stat(A);
        assertEquals(3, stat.links());
        assertEquals(stat, top.stat(B));
        assertEquals(stat, other.stat(B));
        top.unlink(A);
        assertEquals("text", read(other, B));
    }

    @Test
    void aSymlinkItselfGetsTheSecondName() throws IOException {
        top.makeSymlink(LINK, bytes("a"));
        top.link(LINK, other, B);
        assertArrayEquals(bytes("a"), other.readLink(B));
        assertEquals(2, top.stat(LINK).links());
        assertEquals(1, top.stat(A).links());
    }

    @Test
    void secondNamesAreRefusedForWhatTheyCannotBe() throws IOException {
        write(other, B, "in the way");
        top.makeSymlink(LINK, bytes("nowhere"));
        refused(Errno.EXIST, () -> top.link(A, other, B));
        refused(Errno.EXIST, () -> top.link(A, top, LINK));
        refused(Errno.NOENT, () -> top.link(Name.of("absent"), other, A));
        refused(Errno.PERM, () -> top.link(OTHER, top, B));
        FileFailure failure = refused(Errno.NOENT, () -> top.link(B, other, LINK));
        assertEquals(
                "linkat to " + inside + "/other/link of " + inside + "/b: No such file or directory",
                failure.getMessage());
        assertEquals("in the way", read(other, B));
    }

    @Test
    void renamesAcrossDirectoriesReplaceRefuseOrExchange() throws IOException {
        write(other, B, "other");
        refused(Errno.EXIST, () -> top.rename(A, other, B, Rename.NO_REPLACE));
        top.rename(A, other, B, Rename.EXCHANGE);
        assertEquals("other", read(top, A));
        assertEquals("text", read(other, B));
        top.rename(A, other, B, Rename.REPLACE);
        assertEquals("other", read(other, B));
        assertEquals(List.of(OTHER), names(top));
        other.rename(B, top, A, Rename.NO_REPLACE);
        assertEquals("other", read(top, A));
        assertEquals(List.of(), names(other));
        assertEquals(1, top.stat(A).links());
        FileFailure failure = refused(Errno.NOENT, () -> top.rename(B, other, LINK, Rename.REPLACE));
        assertEquals(
                "renameat2 to " + inside + "/other/link of " + inside + "/b: No such file or directory",
                failure.getMessage());
    }

    @Test
    void otherFileSystemsAreToldApart() throws IOException {
        Path memory = Path.of("/dev/shm");
        assumeTrue(Files.isDirectory(memory), "a second file system");
        try (LinuxRoot far = LinuxRoot.open(memory, kernel);
                Directory beyond = far.directory(RelativePath.ROOT)) {
            assumeTrue(beyond.stat().device() != top.stat().device(), "a second file system");
            Name name = Name.reserved(System.nanoTime());
            FileFailure failure = refused(Errno.XDEV, () -> top.link(A, beyond, name));
            assertEquals("Invalid cross-device link", failure.reason());
            for (Rename how : Rename.values()) {
                refused(Errno.XDEV, () -> top.rename(A, beyond, name, how));
            }
        }
        assertEquals("text", read(top, A));
    }

    @Test
    void tooManyNamesAreToldApart() throws IOException {
        Errno last = Errno.OTHER;
        int made = 1;
        try {
            while (made < 65_100) {
                top.link(A, other, Name.of("name " + made));
                made++;
            }
        } catch (FileFailure failure) {
            last = failure.errno();
        }
        assumeTrue(made < 65_100, "a file system with a limit of names, as ext4");
        assertEquals(Errno.MLINK, last);
        assertEquals(made, top.stat(A).links());
    }

    @Test
    void aClosedDirectorySaysSo() throws IOException {
        other.close();
        refused(Errno.OTHER, () -> top.link(A, other, B));
        refused(Errno.OTHER, () -> top.rename(A, other, B, Rename.REPLACE));
        refused(Errno.OTHER, () -> other.rename(A, top, B, Rename.REPLACE));
        refused(Errno.OTHER, () -> other.makeSpecial(A, FileKind.FIFO, 0));
    }

    @Test
    void fifosAndSocketsAreMade() throws IOException {
        for (FileKind kind : List.of(FileKind.FIFO, FileKind.SOCKET)) {
            top.makeSpecial(B, kind, 0);
            assertEquals(kind, top.stat(B).kind());
            assertEquals(0600, top.stat(B).mode());
            assertEquals(0, top.stat(B).special());
            refused(Errno.EXIST, () -> top.makeSpecial(B, kind, 0));
            assertThrows(IllegalArgumentException.class, () -> top.makeSpecial(LINK, kind, 1));
            top.unlink(B);
        }
        for (FileKind kind : List.of(FileKind.REGULAR, FileKind.DIRECTORY, FileKind.SYMLINK)) {
            assertThrows(IllegalArgumentException.class, () -> top.makeSpecial(B, kind, 0));
        }
        assertEquals(List.of(A, OTHER), names(top));
    }

    @Test
    void whatIsInTheWayOfASpecialIsNotFollowed() throws IOException {
        top.makeSymlink(LINK, bytes("../outside/fifo"));
        refused(Errno.EXIST, () -> top.makeSpecial(LINK, FileKind.FIFO, 0));
        assertTrue(Files.notExists(outside.resolve("fifo")));
    }

    @Test
    void devicesAreMadeWithTheirNumbers() throws IOException {
        assumeTrue(runsAsSuperuser(), "only a superuser makes devices");
        for (FileKind kind : List.of(FileKind.CHARACTER_DEVICE, FileKind.BLOCK_DEVICE)) {
            // 1:3, 4095:0, 0:255, 259:1048575 as makedev gives them
            for (long device : new long[] {0x103, 0xFFF00, 0xFF, 0xFFF103FFL}) {
                try {
                    top.makeSpecial(B, kind, device);
                } catch (FileFailure failure) {
                    assumeTrue(failure.errno() != Errno.PERM, "devices may be made here");
                    throw failure;
                }
                assertEquals(kind, top.stat(B).kind());
                assertEquals(0600, top.stat(B).mode());
                assertEquals(device, top.stat(B).special());
                refused(Errno.INVAL, () -> top.open(B));
                top.unlink(B);
            }
            refused(Errno.INVAL, () -> top.makeSpecial(B, kind, 1L << 32));
        }
    }
}
