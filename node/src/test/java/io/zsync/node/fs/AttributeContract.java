package io.zsync.node.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zsync.protocol.Attribute;
import io.zsync.protocol.Attributes;
import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every object does with its extended attributes, told by its name or by a descriptor. */
abstract class AttributeContract extends TreeFixture {
    private static final AttributeKinds USER = new AttributeKinds(true, false, false);
    private static final AttributeKinds ALL = new AttributeKinds(true, true, true);
    private static final Attribute COLOUR = attribute("user.colour", "red");

    AttributeContract(Kernel kernel) {
        super(kernel);
    }

    private static Attribute attribute(String name, String value) {
        return new Attribute(name, bytes(value));
    }

    private static Attributes attributes(Attribute... attributes) {
        return Attributes.of(Arrays.asList(attributes));
    }

    @BeforeEach
    void plantObjects() throws IOException {
        write(top, A, "text");
        top.makeDirectory(B);
        top.makeSymlink(LINK, bytes("a"));
        try {
            top.member(A).setAttribute(COLOUR);
            top.member(A).removeAttribute(COLOUR.name());
        } catch (FileFailure failure) {
            assumeTrue(failure.errno() != Errno.OPNOTSUPP, "user attributes here (tmpfs has them from Linux 6.6 on)");
            throw failure;
        }
    }

    @Test
    void aFileHasThemByNameAndByDescriptor() throws IOException {
        Inode named = top.member(A);
        try (OpenFile open = top.open(A)) {
            for (Inode writer : List.of(named, open)) {
                Attributes expected = attributes(COLOUR, attribute("user.empty", ""), attribute("user.\u00e4", "\0\n"));
                for (Attribute each : expected.asList()) {
                    writer.setAttribute(each);
                }
                assertEquals(expected, named.attributes(USER));
                assertEquals(expected, open.attributes(USER));
                writer.setAttribute(attribute("user.colour", "blue, and longer"));
                assertEquals(
                        attribute("user.colour", "blue, and longer"),
                        named.attributes(USER).get("user.colour"));
                for (Attribute each : expected.asList()) {
                    writer.removeAttribute(each.name());
                    writer.removeAttribute(each.name());
                }
                assertEquals(Attributes.NONE, named.attributes(USER));
                assertEquals(Attributes.NONE, open.attributes(USER));
            }
        }
    }

    @Test
    void aDirectoryHasThemByNameAndByDescriptor() throws IOException {
        Inode named = top.member(B);
        try (Directory open = top.directory(B)) {
            named.setAttribute(COLOUR);
            assertEquals(attributes(COLOUR), open.attributes(USER));
            open.setAttribute(attribute("user.colour", "blue"));
            assertEquals(attributes(attribute("user.colour", "blue")), named.attributes(USER));
            assertEquals(Attributes.NONE, top.attributes(USER), "not the one above");
            open.removeAttribute("user.colour");
            assertEquals(Attributes.NONE, named.attributes(USER));
        }
    }

    @Test
    void aCreatedFileTakesThemWhateverItsMode() throws IOException {
        Name staged = Name.reserved(1);
        try (OpenFile file = top.create(staged)) {
            file.setMode(0);
            file.setAttribute(COLOUR);
        }
        assertEquals(attributes(COLOUR), top.member(staged).attributes(USER));
    }

    @Test
    void aSymlinkIsNotFollowed() throws IOException {
        top.member(A).setAttribute(COLOUR);
        assertEquals(Attributes.NONE, top.member(LINK).attributes(ALL));
        refused(Errno.PERM, () -> top.member(LINK).setAttribute(attribute("user.colour", "blue")));
        refused(Errno.PERM, () -> top.member(LINK).removeAttribute("user.colour"));
        assertEquals(attributes(COLOUR), top.member(A).attributes(USER));
    }

    @Test
    void aSymlinkHasAttributesOfItsOwn() throws IOException {
        assumeTrue(runsAsSuperuser(), "only a superuser has trusted attributes, and a symlink no others");
        Attribute own = attribute("trusted.own", "link's");
        top.member(LINK).setAttribute(own);
        assertEquals(attributes(own), top.member(LINK).attributes(ALL));
        assertEquals(Attributes.NONE, top.member(A).attributes(ALL));
        top.member(LINK).removeAttribute("trusted.own");
        assertEquals(Attributes.NONE, top.member(LINK).attributes(ALL));
    }

    @Test
    void kindsAreToldApart() throws IOException {
        assumeTrue(runsAsSuperuser(), "only a superuser has trusted attributes");
        Attribute trusted = attribute("trusted.t", "t");
        Attribute security = attribute("security.s", "s");
        Attribute acl = new Attribute(Attribute.ACL_ACCESS, acl(7));
        Inode file = top.member(A);
        for (Attribute each : List.of(COLOUR, trusted, security, acl)) {
            file.setAttribute(each);
        }
        assertEquals(Attributes.NONE, file.attributes(AttributeKinds.NONE));
        assertEquals(Attributes.NONE, file.attributes(new AttributeKinds(false, false, true)));
        assertEquals(attributes(COLOUR), file.attributes(USER));
        assertEquals(attributes(acl), file.attributes(new AttributeKinds(false, true, true)));
        assertEquals(attributes(COLOUR, trusted, security), file.attributes(new AttributeKinds(true, false, true)));
        assertEquals(attributes(COLOUR, trusted, security, acl), file.attributes(ALL));
        assertEquals(false, ALL.include("system.nfs4_acl"));
        assertEquals(false, ALL.include("other.name"));
    }

    /** Version 2, then tag, permissions and id of each entry (linux/posix_acl_xattr.h). */
    private static byte[] acl(int mask) {
        ByteBuffer buffer =
                ByteBuffer.allocate(44).order(ByteOrder.LITTLE_ENDIAN).putInt(2);
        int[][] entries = {{1, 6, -1}, {2, 7, 1_234}, {4, 4, -1}, {16, mask, -1}, {32, 0, -1}};
        for (int[] entry : entries) {
            buffer.putShort((short) entry[0]).putShort((short) entry[1]).putInt(entry[2]);
        }
        return buffer.array();
    }

    @Test
    void accessControlListsAreKept() throws IOException {
        AttributeKinds kinds = new AttributeKinds(false, true, false);
        Attribute access = new Attribute(Attribute.ACL_ACCESS, acl(5));
        Attribute byDefault = new Attribute(Attribute.ACL_DEFAULT, acl(7));
        try {
            top.member(A).setAttribute(access);
        } catch (FileFailure failure) {
            assumeTrue(failure.errno() != Errno.OPNOTSUPP, "access control lists here");
            throw failure;
        }
        assertEquals(0650, top.stat(A).mode(), "the mask stands where the group did");
        assertEquals(attributes(access), top.member(A).attributes(kinds));
        try (Directory directory = top.directory(B)) {
            directory.setAttribute(byDefault);
            directory.setAttribute(access);
            assertEquals(attributes(access, byDefault), directory.attributes(kinds));
            directory.removeAttribute(Attribute.ACL_DEFAULT);
            assertEquals(attributes(access), top.member(B).attributes(kinds));
        }
        top.member(A).removeAttribute(Attribute.ACL_ACCESS);
        assertEquals(Attributes.NONE, top.member(A).attributes(kinds));
    }

    @Test
    void manyAndLongOnesAreReadWhole() throws IOException {
        onTmpfs(file -> {
            List<Attribute> expected = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                expected.add(attribute("user." + i + "x".repeat(200), "value " + i));
            }
            byte[] longest = new byte[65_536];
            Arrays.fill(longest, (byte) 7);
            expected.add(new Attribute("user.longest", longest));
            for (Attribute each : expected) {
                file.setAttribute(each);
            }
            assertEquals(Attributes.of(expected), file.attributes(USER));
        });
    }

    @Test
    void moreThanCanBeSentIsAFailure() throws IOException {
        // Two names of 6 bytes, and 8 more for each.
        onTmpfs(file -> {
            file.setAttribute(new Attribute("user.a", new byte[65_536]));
            file.setAttribute(new Attribute("user.b", new byte[65_536 - 28]));
            assertEquals(2, file.attributes(USER).asList().size());
            file.setAttribute(new Attribute("user.b", new byte[65_536 - 27]));
            FileFailure failure = assertThrows(FileFailure.class, () -> file.attributes(USER));
            assertEquals("extended attributes beyond 131072 bytes", failure.reason());
        });
    }

    private interface Work {
        void on(Inode file) throws IOException;
    }

    /** Other file systems have room for a few KiB only. */
    private void onTmpfs(Work work) throws IOException {
        assumeTrue(Files.isWritable(Path.of("/dev/shm")), "a tmpfs");
        Path path = Files.createTempDirectory(Path.of("/dev/shm"), "zsync");
        try (LinuxRoot memory = LinuxRoot.open(path, kernel);
                Directory directory = memory.directory(RelativePath.ROOT)) {
            write(directory, A, "");
            try {
                directory.member(A).setAttribute(COLOUR);
                directory.member(A).removeAttribute(COLOUR.name());
            } catch (FileFailure failure) {
                assumeTrue(failure.errno() != Errno.OPNOTSUPP, "user attributes on tmpfs (Linux 6.6)");
                throw failure;
            }
            work.on(directory.member(A));
        } finally {
            Files.deleteIfExists(path.resolve("a"));
            Files.delete(path);
        }
    }

    @Test
    void aNameThatIsNoUtf8IsAFailureOfItsKindAlone() throws IOException {
        byte[] name = {'u', 's', 'e', 'r', '.', (byte) 0xFF};
        Scratch scratch = Scratch.current();
        long path = scratch.first(bytes(inside + "/a"));
        assertEquals(0, Linux.AttributeCalls.UNFOLLOWED.set(path, scratch.second(name), scratch.buffer(name), 1));

        FileFailure failure = refused(Errno.OTHER, () -> top.member(A).attributes(USER));
        assertEquals("name of an extended attribute is not UTF-8: user.\\xff", failure.reason());
        assertEquals(Attributes.NONE, top.member(A).attributes(new AttributeKinds(false, true, false)));
    }

    @Test
    void whatVanishesBetweenListAndGetIsSkipped() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        AtomicReference<IOException> trouble = new AtomicReference<>();
        top.member(A).setAttribute(COLOUR);
        Thread flickering = Thread.ofPlatform().start(() -> {
            try (OpenFile file = root.directory(RelativePath.ROOT).open(A)) {
                while (!done.get()) {
                    file.setAttribute(attribute("user.flicker", "x"));
                    file.removeAttribute("user.flicker");
                }
            } catch (IOException failure) {
                trouble.set(failure);
            }
        });
        int seen = 0;
        try {
            for (int i = 0; i < 20_000; i++) {
                Attributes found = top.member(A).attributes(USER);
                assertEquals(COLOUR, found.get(COLOUR.name()));
                seen += found.asList().size() - 1;
            }
        } finally {
            done.set(true);
            flickering.join();
        }
        assertEquals(null, trouble.get());
        assertTrue(seen > 0 && seen < 20_000, "seen " + seen);
    }

    @Test
    void aFileSystemWithoutThemHasNone() throws IOException {
        try (LinuxRoot proc = LinuxRoot.open(Path.of("/proc"), kernel);
                Directory directory = proc.directory(RelativePath.ROOT)) {
            assertEquals(Attributes.NONE, directory.attributes(ALL));
            assertEquals(Attributes.NONE, directory.member(Name.of("version")).attributes(ALL));
            directory.removeAttribute("user.colour");
            FileFailure failure = assertThrows(FileFailure.class, () -> directory.setAttribute(COLOUR));
            assertEquals(Errno.OPNOTSUPP, failure.errno(), failure.getMessage());
        }
    }

    @Test
    void failuresNameTheAttributeAndTheObject() throws IOException {
        Inode absent = top.member(Name.of("absent"));
        refused(Errno.NOENT, () -> absent.attributes(USER));
        refused(Errno.NOENT, () -> absent.removeAttribute("user.colour"));
        FileFailure failure = refused(Errno.NOENT, () -> absent.setAttribute(COLOUR));
        assertEquals("setxattr user.colour of " + inside + "/absent: No such file or directory", failure.getMessage());
        assertThrows(IllegalArgumentException.class, () -> top.removeAttribute("user.\0"));
    }

    @Test
    void whatIsClosedSaysSo() throws IOException {
        Directory directory = top.directory(B);
        Inode member = directory.member(A);
        directory.close();
        OpenFile file = top.open(A);
        file.close();
        for (Inode each : List.of(directory, member, file)) {
            refused(Errno.OTHER, () -> each.attributes(USER));
            refused(Errno.OTHER, () -> each.setAttribute(COLOUR));
            refused(Errno.OTHER, () -> each.removeAttribute("user.colour"));
            refused(Errno.OTHER, () -> each.setMode(0));
            refused(Errno.OTHER, () -> each.setTime(0, 0));
            refused(Errno.OTHER, () -> each.setOwner(0, 0));
        }
    }
}
