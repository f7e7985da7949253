package io.zsync.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zsync.protocol.Comparison;
import io.zsync.protocol.Mode;
import io.zsync.protocol.ModeEdit;
import io.zsync.protocol.Preservation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is kept besides content, each in both directions. */
class FaithfulPushTest extends PushFixture {
    private static final int AS_SOURCE = Preservation.AS_SOURCE;

    private static Preservation keeping(boolean hardLinks, boolean attributes) {
        return new Preservation(true, true, true, hardLinks, attributes, false, AS_SOURCE, AS_SOURCE, List.of());
    }

    private static Object inode(Path path) throws IOException {
        return Files.getAttribute(path, "unix:ino");
    }

    private void link(String first, String further) throws IOException {
        Files.createDirectories(source.resolve(further).getParent());
        Files.createLink(source.resolve(further), source.resolve(first));
    }

    private void assertLinked(String first, String further) throws IOException {
        assertEquals(inode(target.resolve(first)), inode(target.resolve(further)), first + " and " + further);
        assertArrayEquals(
                Files.readAllBytes(source.resolve(further)), Files.readAllBytes(target.resolve(further)), further);
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void namesOfOneObjectStayNamesOfOneObject(Mode direction) throws IOException {
        mode = direction;
        preservation = keeping(true, false);
        file("a", 100_000);
        link("a", "d/b");
        link("a", "z");
        file("empty", 0);
        link("empty", "empty too");
        Files.createSymbolicLink(source.resolve("symlink"), Path.of("nowhere"));
        link("symlink", "symlink too");
        file("alone", 10);
        assertEquals(9, push().tally().created());
        assertEquals(List.of(), problems());
        assertLinked("a", "d/b");
        assertLinked("a", "z");
        assertLinked("empty", "empty too");
        assertEquals(
                Files.readAttributes(target.resolve("symlink"), "unix:ino", java.nio.file.LinkOption.NOFOLLOW_LINKS),
                Files.readAttributes(
                        target.resolve("symlink too"), "unix:ino", java.nio.file.LinkOption.NOFOLLOW_LINKS));
        assertEquals(9, push().tally().unchanged());
        assertEquals(List.of(), changes());
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void furtherNamesFollowAReplacedObject(Mode direction) throws IOException {
        mode = direction;
        preservation = keeping(true, false);
        file("a", 70_000);
        link("a", "b");
        file("c", 5);
        push();
        Object before = inode(target.resolve("a"));
        file("a", 80_000);
        Files.delete(source.resolve("c"));
        link("a", "c");
        push();
        assertEquals(List.of(), problems());
        assertNotEquals(before, inode(target.resolve("a")));
        assertLinked("a", "b");
        assertLinked("a", "c");
        assertEquals(3, push().tally().unchanged());
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void withoutTheOptionEachNameIsAFileOfItsOwn(Mode direction) throws IOException {
        mode = direction;
        file("a", 1_000);
        link("a", "b");
        push();
        assertNotEquals(inode(target.resolve("a")), inode(target.resolve("b")));
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void aNameBecomesPartOfWhatStandsThereAlready(Mode direction) throws IOException {
        mode = direction;
        file("a", 1_000);
        link("a", "b");
        push();
        preservation = keeping(true, false);
        Object kept = inode(target.resolve("a"));
        push();
        assertEquals(kept, inode(target.resolve("a")));
        assertLinked("a", "b");
        assertEquals(List.of("b FILE RELINK 0 0"), changes());
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void dryRunTellsTheSameChanges(Mode direction) throws IOException {
        mode = direction;
        preservation = keeping(true, true);
        file("a", 1_000);
        file("b", 1_000);
        link("a", "c");
        Files.createDirectory(target);
        dryRun = true;
        push();
        List<String> told = changes();
        dryRun = false;
        push();
        assertEquals(told, changes());
        assertEquals(List.of("a FILE CREATE 0 1000", "b FILE CREATE 0 1000", "c FILE LINK 0 0"), told);
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void attributesComeAlongAndGoAgain(Mode direction) throws IOException {
        mode = direction;
        preservation = keeping(false, true);
        Path file = file("d/file", 70_000);
        Path small = file("small", 10);
        set(file, "one", "1");
        set(file, "two", "2");
        set(small, "one", "s");
        set(source.resolve("d"), "dir", "d");
        push();
        assertEquals(List.of(), problems());
        assertEquals("1", get("d/file", "one"));
        assertEquals("2", get("d/file", "two"));
        assertEquals("s", get("small", "one"));
        assertEquals("d", get("d", "dir"));
        assertEquals(3, push().tally().unchanged());
        Object inode = inode(target.resolve("d/file"));
        view(file).delete("one");
        set(file, "two", "22");
        push();
        assertEquals(List.of("d/file FILE UPDATE 128 70000"), changes());
        assertEquals(List.of("two"), view(target.resolve("d/file")).list());
        assertEquals("22", get("d/file", "two"));
        assertEquals(inode, inode(target.resolve("d/file")));
        assertEquals(Files.getLastModifiedTime(file), Files.getLastModifiedTime(target.resolve("d/file")));
    }

    private static UserDefinedFileAttributeView view(Path path) {
        return java.util.Objects.requireNonNull(Files.getFileAttributeView(path, UserDefinedFileAttributeView.class));
    }

    private static void set(Path path, String name, String value) throws IOException {
        assumeTrue(
                Files.getFileStore(path).supportsFileAttributeView("user"), "no user attributes on this file system");
        view(path).write(name, ByteBuffer.wrap(value.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    private String get(String path, String name) throws IOException {
        UserDefinedFileAttributeView view = view(target.resolve(path));
        ByteBuffer value = ByteBuffer.allocate(view.size(name));
        view.read(name, value);
        return new String(value.array(), java.nio.charset.StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void sameTimeAndSizeIsNotTheSameWhereContentsAreCompared(Mode direction) throws IOException {
        mode = direction;
        Path file = file("file", 100_000);
        Path large = file("same", 100_000);
        push();
        FileTime time = Files.getLastModifiedTime(file);
        byte[] other = Files.readAllBytes(file);
        other[99_999] ^= 1;
        Files.write(file, other);
        Files.setLastModifiedTime(file, time);
        assertEquals(2, push().tally().unchanged());
        comparison = Comparison.BY_CHECKSUM;
        Files.setLastModifiedTime(large, FileTime.fromMillis(5_000));
        push();
        assertEquals(List.of("file FILE REPLACE 1 100000", "same FILE UPDATE 4 100000"), changes());
        assertArrayEquals(other, Files.readAllBytes(target.resolve("file")));
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void modesAreEditedAndStayEqual(Mode direction) throws IOException, InterruptedException {
        mode = direction;
        // u=rwX,go=rX for both kinds, then no setgid for directories
        ModeEdit edit = new ModeEdit(true, true, 07777, 0644, 0111);
        preservation = new Preservation(true, true, true, false, false, false, AS_SOURCE, AS_SOURCE, List.of(edit));
        Path file = file("d/file", 10);
        run("chmod", "0600", file.toString());
        Path program = file("d/program", 10);
        run("chmod", "0700", program.toString());
        push();
        assertEquals(0100644, Files.getAttribute(target.resolve("d/file"), "unix:mode"));
        assertEquals(0100755, Files.getAttribute(target.resolve("d/program"), "unix:mode"));
        assertEquals(0040755, Files.getAttribute(target.resolve("d"), "unix:mode"));
        assertEquals(List.of(), problems());
        assertEquals(3, push().tally().unchanged());
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void whatIsNotKeptStaysAsItIs(Mode direction) throws IOException, InterruptedException {
        mode = direction;
        preservation = new Preservation(true, false, false, false, false, false, AS_SOURCE, AS_SOURCE, List.of());
        Path file = file("file", 10);
        run("chmod", "0666", file.toString());
        Files.setLastModifiedTime(file, FileTime.fromMillis(5_000));
        push();
        assertNotEquals(FileTime.fromMillis(5_000), Files.getLastModifiedTime(target.resolve("file")));
        run("chmod", "0640", target.resolve("file").toString());
        file("file", 11);
        push();
        assertEquals(0100640, Files.getAttribute(target.resolve("file"), "unix:mode"));
    }
}
