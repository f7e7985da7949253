package io.zsync.node.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every root does when directories are opened, whatever the kernel can. */
abstract class RootContract extends TreeFixture {
    RootContract(Kernel kernel) {
        super(kernel);
    }

    @Test
    void theOperatorsOwnPathMayRunThroughSymlinks() throws IOException {
        Path link = Files.createSymbolicLink(temp.resolve("way"), Path.of("."));
        Path target = Files.createSymbolicLink(temp.resolve("target"), inside);
        write(top, A, "here");
        try (LinuxRoot through = LinuxRoot.open(link.resolve("inside"), kernel);
                Directory directory = through.directory(RelativePath.ROOT);
                LinuxRoot last = LinuxRoot.open(target, kernel);
                Directory same = last.directory(RelativePath.ROOT)) {
            assertEquals("here", read(directory, A));
            assertEquals("here", read(same, A));
            assertEquals(link + "/inside", through.describe());
        }
    }

    @Test
    void aRootIsAnExistingDirectory() throws IOException {
        write(top, A, "a file");
        refused(Errno.NOENT, () -> LinuxRoot.open(inside.resolve("absent"), kernel));
        refused(Errno.NOTDIR, () -> LinuxRoot.open(inside.resolve("a"), kernel));
        refused(Errno.NAMETOOLONG, () -> LinuxRoot.open(inside.resolve("d/".repeat(2_100)), kernel));
    }

    @Test
    void openOrCreateMakesTheLastComponentOnly() throws IOException {
        LinuxRoot.openOrCreate(inside.resolve("made")).close();
        LinuxRoot.openOrCreate(inside.resolve("made")).close();
        refused(Errno.NOENT, () -> LinuxRoot.openOrCreate(inside.resolve("no/such")));
        Files.createSymbolicLink(inside.resolve("nowhere"), Path.of("absent"));
        refused(Errno.NOENT, () -> LinuxRoot.openOrCreate(inside.resolve("nowhere")));
        write(top, A, "a file");
        refused(Errno.NOTDIR, () -> LinuxRoot.openOrCreate(inside.resolve("a")));

        assertTrue(top.stat(Name.of("made")).isDirectory());
        assertEquals(0700, top.stat(Name.of("made")).mode() & 0700);
    }

    @Test
    void directoriesOpenAtAnyDepth() throws IOException {
        RelativePath path = RelativePath.ROOT;
        Directory at = root.directory(path);
        for (int level = 0; level < 200; level++) {
            Name name = Name.of("level " + level);
            at.makeDirectory(name);
            Directory next = at.directory(name);
            at.close();
            at = next;
            path = path.child(name);
        }
        write(at, A, "deep");
        at.close();
        try (Directory opened = root.directory(path)) {
            assertEquals("deep", read(opened, A));
        }
    }

    @Test
    void pathsOfTheLongestLengthOpen() throws IOException {
        // One byte more than the kernel takes in one call, and exactly as long as a path may be.
        RelativePath path = makeDirectories(15, 255);
        path = makeDirectory(path, 127);
        path = makeDirectory(path, 128);
        assertEquals(4_096, path.length());
        try (Directory opened = root.directory(path)) {
            write(opened, A, "far");
            assertEquals("far", read(opened, A));
            FileFailure failure = refused(Errno.NAMETOOLONG, () -> {
                opened.makeDirectory(B);
                opened.directory(B).close();
            });
            assertTrue(message(failure).endsWith("path beyond 4096 bytes or 256 levels"), failure.getMessage());
            opened.removeDirectory(B);
            opened.unlink(A);
        }
        // The JDK cannot name it any more, so no temporary directory would be cleaned of it.
        for (RelativePath each = path; !each.isRoot(); each = each.parent()) {
            try (Directory parent = root.directory(each.parent())) {
                assertEquals(List.of(each.name()), names(parent));
                parent.removeDirectory(each.name());
            }
        }
    }

    private RelativePath makeDirectories(int count, int length) throws IOException {
        RelativePath path = RelativePath.ROOT;
        for (int i = 0; i < count; i++) {
            path = makeDirectory(path, length);
        }
        return path;
    }

    private RelativePath makeDirectory(RelativePath parent, int length) throws IOException {
        Name name = Name.of("x".repeat(length));
        try (Directory directory = root.directory(parent)) {
            directory.makeDirectory(name);
        }
        return parent.child(name);
    }

    @Test
    void noSymlinkOnTheWayIsFollowed() throws IOException {
        Files.createDirectory(outside.resolve("deeper"));
        top.makeDirectory(A);
        top.makeSymlink(LINK, bytes("../outside"));
        top.makeSymlink(Name.of("absolute"), bytes(outside.toString()));
        top.makeSymlink(Name.of("within"), bytes("a"));
        top.makeSymlink(Name.of("dots"), bytes(".."));
        write(top, B, "a file");

        refused(Errno.LOOP, () -> root.directory(RelativePath.of("link")));
        refused(Errno.LOOP, () -> root.directory(RelativePath.of("link/deeper")));
        refused(Errno.LOOP, () -> root.directory(RelativePath.of("absolute")));
        refused(Errno.LOOP, () -> root.directory(RelativePath.of("absolute/deeper")));
        refused(Errno.LOOP, () -> root.directory(RelativePath.of("within")));
        refused(Errno.LOOP, () -> root.directory(RelativePath.of("dots/outside")));
        refused(Errno.NOTDIR, () -> root.directory(RelativePath.of("b")));
        refused(Errno.NOTDIR, () -> root.directory(RelativePath.of("b/a")));
        refused(Errno.NOENT, () -> root.directory(RelativePath.of("a/absent")));
    }

    @Test
    void messagesNameOperationPathAndReason() {
        FileFailure failure = refused(Errno.NOENT, () -> root.directory(RelativePath.of("a\nb/c")));
        assertEquals("openat2 " + inside + "/a\\nb/c: No such file or directory", failure.getMessage());
    }

    @Test
    void aClosedRootSaysSo() throws IOException {
        LinuxRoot closed = LinuxRoot.open(inside, kernel);
        closed.close();
        closed.close();
        FileFailure failure = refused(Errno.OTHER, () -> closed.directory(RelativePath.ROOT));
        assertTrue(message(failure).endsWith("used after it was closed"), failure.getMessage());
    }

    @Test
    void aDirectoryStaysTheOneThatWasOpened() throws IOException {
        top.makeDirectory(A);
        try (Directory directory = root.directory(RelativePath.of("a"))) {
            top.rename(A, B, Directory.Rename.REPLACE);
            top.makeSymlink(A, bytes(outside.toString()));
            write(directory, LINK, "content");
        }
        try (Directory moved = top.directory(B)) {
            assertEquals("content", read(moved, LINK));
        }
    }

    @Test
    void noDescriptorIsLeftBehind() throws IOException {
        top.makeDirectory(A);
        top.makeSymlink(LINK, bytes("a"));
        write(top, B, "text");
        noteFailures();
        int before = descriptors();
        for (int i = 0; i < 200; i++) {
            noteFailures();
        }
        // Other threads of this process may open a file or two meanwhile; a leak would show as 200 and more.
        assertTrue(descriptors() < before + 50, "from " + before + " to " + descriptors());
    }

    private void noteFailures() throws IOException {
        try (LinuxRoot other = LinuxRoot.open(inside, kernel);
                LinuxRoot nested = LinuxRoot.open(inside.resolve("a"), kernel);
                Directory directory = top.directory(A);
                OpenFile file = top.open(B);
                Directory.FileSystemSync sync = directory.fileSystem()) {
            assertTrue(nested.lock());
            assertEquals(false, other.lock());
            sync.sync();
            file.channel();
            try (OpenFile target = directory.create(B)) {
                target.sendFile(file, 0, 1);
            }
            directory.unlink(B);
        }
        refused(Errno.NOENT, () -> LinuxRoot.open(inside.resolve("absent"), kernel));
        refused(Errno.LOOP, () -> root.directory(RelativePath.of("link/x")));
        refused(Errno.NOENT, () -> root.directory(RelativePath.of("a/b/c")));
        refused(Errno.LOOP, () -> top.directory(LINK));
        refused(Errno.INVAL, () -> top.open(LINK));
        refused(Errno.INVAL, () -> top.open(A));
        refused(Errno.EXIST, () -> top.create(B));
        refused(Errno.NOENT, () -> top.member(Name.of("absent")).setMode(0644));
        top.member(LINK).setMode(0644);
        top.member(A).setMode(0755);
    }

    private static int descriptors() {
        String[] open = new File("/proc/self/fd").list();
        return open == null ? 0 : open.length;
    }

    private static int user() throws IOException {
        return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    }

    @Test
    void aPrivateRootIsMadeWithAllItsParentsForItsOwnerAlone() throws IOException {
        Path path = inside.resolve("x/\u00e4/z");
        LinuxRoot.openTrusted(path, user(), true).close();

        for (String each : List.of("x", "x/\u00e4", "x/\u00e4/z")) {
            assertEquals(Integer.valueOf(0700 | 0040000), Files.getAttribute(inside.resolve(each), "unix:mode"), each);
        }
        top.member(Name.of("x")).setMode(0755);
        LinuxRoot.openTrusted(path, user(), true).close();
        assertEquals(0755, top.stat(Name.of("x")).mode(), "what is there stays as it is");
        write(top, A, "a file");
        assertThrows(FileFailure.class, () -> LinuxRoot.openTrusted(inside.resolve("a/b"), user(), true));
    }
}
