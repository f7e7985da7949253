package io.zsync.node.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.fs.Directory.Rename;
import io.zsync.protocol.Attribute;
import io.zsync.protocol.Attributes;
import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import java.io.File;
import java.io.IOException;
import java.nio.channels.Selector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Roots that follow symlinks: a share is {@code inside}, the tree that is read {@code inside/tree}. */
class FollowTest extends TreeFixture {
    private static final RelativePath TREE = RelativePath.of("tree");
    private static final String OUT = "leads out of the share";
    private static final Duration RACE = Duration.ofMillis(400);

    private Directory tree;

    FollowTest() {
        super(Kernel.CURRENT);
    }

    @BeforeEach
    void plantTree() throws IOException {
        Files.writeString(outside.resolve("secret"), "secret");
        Files.createDirectory(outside.resolve("sub"));
        top.makeDirectory(Name.of("tree"));
        top.makeDirectory(Name.of("other"));
        Files.writeString(inside.resolve("other/far"), "far");
        Files.createDirectory(inside.resolve("tree/sub"));
        Files.writeString(inside.resolve("tree/sub/near"), "near");
        tree = top.directory(Name.of("tree"));
        link("to-near", "sub/near");
        link("to-sub", "sub");
        link("twice", "to-sub");
        link("up", "../other");
        link("up-file", "../other/far");
        link("up-through", "up/../other/far");
    }

    @AfterEach
    void closeTree() throws IOException {
        tree.close();
    }

    private void link(String name, String target) throws IOException {
        tree.makeSymlink(Name.of(name), bytes(target));
    }

    private LinuxRoot open(Links links) throws IOException {
        return LinuxRoot.open(inside, TREE, inside.toString(), links, kernel);
    }

    private static Map<String, String> kinds(Directory directory) throws IOException {
        Directory.Listing listing = directory.list();
        Map<String, String> found = new TreeMap<>();
        listing.members()
                .forEach(m -> found.put(m.name().toString(), m.stat().kind().toString()));
        listing.failures()
                .forEach(unseen -> found.put(
                        String.valueOf(unseen.name()),
                        unseen.why().errno() + " " + unseen.why().reason()));
        return found;
    }

    private void readsWhatIsBeneath(Links links) throws IOException {
        try (LinuxRoot following = open(links);
                Directory start = following.directory(RelativePath.ROOT)) {
            assertEquals(
                    Map.of(
                            "sub", "DIRECTORY",
                            "to-near", "REGULAR",
                            "to-sub", "DIRECTORY",
                            "twice", "DIRECTORY",
                            "up", "DIRECTORY",
                            "up-file", "REGULAR",
                            "up-through", "REGULAR"),
                    kinds(start));
            for (Directory.Member member : start.list().members()) {
                assertEquals(
                        member.stat(), start.stat(member.name()), member.name().toString());
            }
            assertEquals(top.stat(Name.of("other")), start.stat(Name.of("up")));
            assertEquals("near", read(start, Name.of("to-near")));
            assertEquals("far", read(start, Name.of("up-file")));
            assertEquals("far", read(start, Name.of("up-through")));
            try (Directory twice = start.directory(Name.of("twice"));
                    Directory up = start.directory(Name.of("up"));
                    Directory way = following.directory(RelativePath.of("up"));
                    Directory again = following.directory(RelativePath.of("twice"))) {
                assertEquals("near", read(twice, Name.of("near")));
                assertEquals("near", read(again, Name.of("near")));
                assertEquals("far", read(up, Name.of("far")));
                assertEquals("far", read(way, Name.of("far")));
            }
        }
    }

    @Test
    void linksAreReadThroughAnywhere() throws IOException {
        readsWhatIsBeneath(Links.FOLLOW_ANYWHERE);
    }

    @Test
    void linksAreReadThroughBeneathTheShare() throws IOException {
        readsWhatIsBeneath(Links.FOLLOW_BENEATH);
    }

    @Test
    void linksInDirectoriesBehindLinksAreReadThrough() throws IOException {
        Files.createSymbolicLink(inside.resolve("other/back"), Path.of("../tree/sub/near"));
        for (Links links : new Links[] {Links.FOLLOW_ANYWHERE, Links.FOLLOW_BENEATH}) {
            try (LinuxRoot following = open(links);
                    Directory up = following.directory(RelativePath.of("up"));
                    Directory start = following.directory(RelativePath.ROOT);
                    Directory same = start.directory(Name.of("up"))) {
                assertEquals("near", read(up, Name.of("back")));
                assertEquals("near", read(same, Name.of("back")));
                assertEquals(Map.of("back", "REGULAR", "far", "REGULAR"), kinds(same));
            }
        }
    }

    private void plantEscapes() throws IOException {
        link("absolute", inside.resolve("other").toString());
        link("absolute-out", outside.resolve("secret").toString());
        link("out", "../../outside");
        link("out-file", "../../outside/secret");
        link("out-and-in", "../../inside/other/far");
        link("root", "/");
    }

    @Test
    void aShareIsNotLeft() throws IOException {
        plantEscapes();
        Map<String, String> expected = new TreeMap<>();
        try (LinuxRoot following = open(Links.FOLLOW_BENEATH);
                Directory start = following.directory(RelativePath.ROOT)) {
            for (String name : new String[] {"absolute", "absolute-out", "out", "out-file", "out-and-in", "root"}) {
                Name link = Name.of(name);
                expected.put(name, "XDEV " + OUT);
                leadsOut(() -> start.stat(link));
                leadsOut(() -> start.open(link));
                leadsOut(() -> start.directory(link));
                leadsOut(() -> following.directory(RelativePath.of(name)));
                leadsOut(() -> start.member(link).attributes(new AttributeKinds(true, true, true)));
            }
            leadsOut(() -> following.directory(RelativePath.of("out/sub")));
            Map<String, String> found = kinds(start);
            found.keySet().retainAll(expected.keySet());
            assertEquals(expected, found);
        }
    }

    private static void leadsOut(Executable call) {
        assertEquals(OUT, refused(Errno.XDEV, call).reason());
    }

    @Test
    void theInitiatorsOwnLinksLeadAnywhere() throws IOException {
        plantEscapes();
        try (LinuxRoot following = open(Links.FOLLOW_ANYWHERE);
                Directory start = following.directory(RelativePath.ROOT);
                Directory below = following.directory(RelativePath.of("out/sub"))) {
            assertEquals("secret", read(start, Name.of("absolute-out")));
            assertEquals("secret", read(start, Name.of("out-file")));
            assertEquals(13, kinds(start).size());
            assertEquals(0, start.list().failures().size());
            assertTrue(below.stat().isDirectory());
        }
    }

    @Test
    void theTreeItselfMayBeBehindALink() throws IOException {
        top.makeSymlink(LINK, bytes("tree/up"));
        top.makeSymlink(Name.of("leaving"), bytes("../outside"));
        RelativePath leaving = RelativePath.of("leaving");
        for (Links links : new Links[] {Links.FOLLOW_ANYWHERE, Links.FOLLOW_BENEATH}) {
            try (LinuxRoot behind = LinuxRoot.open(inside, RelativePath.of("link"), inside.toString(), links, kernel);
                    Directory start = behind.directory(RelativePath.ROOT)) {
                assertEquals("far", read(start, Name.of("far")));
                assertEquals(inside + "/link", behind.describe());
            }
        }
        leadsOut(() -> LinuxRoot.open(inside, leaving, inside.toString(), Links.FOLLOW_BENEATH, kernel));
        LinuxRoot.open(inside, leaving, inside.toString(), Links.FOLLOW_ANYWHERE, kernel)
                .close();
        refused(Errno.LOOP, () -> LinuxRoot.open(inside, leaving, inside.toString(), Links.KEEP, kernel));
    }

    @Test
    void aWholeShareIsConfinedToItself() throws IOException {
        try (LinuxRoot share =
                        LinuxRoot.open(inside, RelativePath.ROOT, inside.toString(), Links.FOLLOW_BENEATH, kernel);
                Directory start = share.directory(RelativePath.ROOT);
                Directory below = share.directory(TREE)) {
            top.makeSymlink(LINK, bytes("../outside"));
            top.makeSymlink(B, bytes("tree/up-file"));
            leadsOut(() -> start.directory(LINK));
            assertEquals("far", read(start, B));
            assertEquals("far", read(below, Name.of("up-file")));
        }
    }

    @Test
    void danglingAndLoopingLinksFailByThemselves() throws IOException {
        link("dangling", "nothing");
        link("loop", "loop");
        link("through-file", "sub/near/x");
        for (Links links : new Links[] {Links.FOLLOW_ANYWHERE, Links.FOLLOW_BENEATH}) {
            try (LinuxRoot following = open(links);
                    Directory start = following.directory(RelativePath.ROOT)) {
                Map<String, String> found = kinds(start);
                assertEquals("OTHER dangling link", found.get("dangling"));
                assertEquals("LOOP Too many levels of symbolic links", found.get("loop"));
                assertEquals("NOTDIR Not a directory", found.get("through-file"));
                assertEquals(10, found.size());
                for (Executable call : new Executable[] {
                    () -> start.stat(Name.of("dangling")),
                    () -> start.open(Name.of("dangling")),
                    () -> start.directory(Name.of("dangling"))
                }) {
                    assertEquals("dangling link", refused(Errno.OTHER, call).reason());
                }
                refused(Errno.NOTDIR, () -> start.directory(Name.of("to-near")));
                refused(Errno.INVAL, () -> start.open(Name.of("up")));
                FileFailure absent = refused(Errno.NOENT, () -> start.open(Name.of("absent")));
                assertEquals("No such file or directory", absent.reason());
            }
        }
    }

    @Test
    void whatALinkLeadsToIsNotWaitedFor() throws IOException {
        tree.makeSpecial(Name.of("fifo"), FileKind.FIFO, 0);
        link("to-fifo", "fifo");
        link("to-null", "/dev/null");
        for (Links links : new Links[] {Links.FOLLOW_ANYWHERE, Links.FOLLOW_BENEATH}) {
            try (LinuxRoot following = open(links);
                    Directory start = following.directory(RelativePath.ROOT)) {
                assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
                    FileFailure failure = refused(Errno.INVAL, () -> start.open(Name.of("to-fifo")));
                    assertEquals("expected a regular file, found FIFO", failure.reason());
                });
                assertEquals("FIFO", kinds(start).get("to-fifo"));
                if (links == Links.FOLLOW_ANYWHERE) {
                    refused(Errno.INVAL, () -> start.open(Name.of("to-null")));
                    assertEquals("CHARACTER_DEVICE", kinds(start).get("to-null"));
                }
            }
        }
    }

    @Test
    void theMagicLinksOfProcessesLeadNowhereFromAShare() throws IOException {
        RelativePath self = RelativePath.of("self");
        try (LinuxRoot proc = LinuxRoot.open(Path.of("/proc"), self, "/proc", Links.FOLLOW_BENEATH, kernel);
                Directory start = proc.directory(RelativePath.ROOT)) {
            for (String magic : new String[] {"cwd", "root", "exe"}) {
                FileFailure failure = assertThrows(FileFailure.class, () -> start.stat(Name.of(magic)));
                assertEquals(Errno.LOOP, failure.errno(), failure.getMessage());
            }
            FileFailure failure = assertThrows(FileFailure.class, () -> proc.directory(RelativePath.of("cwd")));
            assertEquals(Errno.LOOP, failure.errno(), failure.getMessage());
        }
    }

    @Test
    void objectsOfNoKindAreFailures() throws IOException {
        try (Selector polling = Selector.open();
                LinuxRoot proc = LinuxRoot.open(
                        Path.of("/proc"), RelativePath.of("self"), "/proc", Links.FOLLOW_ANYWHERE, kernel);
                Directory fds = proc.directory(RelativePath.of("fd"))) {
            assertTrue(polling.isOpen());
            Directory.Listing listing = fds.list();
            assertTrue(
                    listing.failures().stream().anyMatch(f -> f.why().reason().equals("leads to an object of no kind")),
                    listing.failures().toString());
        }
    }

    @Test
    void aLinkThatTurnsOutwardsAfterTheListingIsRefused() throws IOException {
        try (LinuxRoot following = open(Links.FOLLOW_BENEATH);
                Directory start = following.directory(RelativePath.ROOT)) {
            assertEquals("REGULAR", kinds(start).get("up-file"));
            tree.unlink(Name.of("up-file"));
            link("up-file", "../../outside/secret");
            leadsOut(() -> start.open(Name.of("up-file")));
            tree.unlink(Name.of("up"));
            link("up", "../../outside");
            leadsOut(() -> start.directory(Name.of("up")));
        }
    }

    @Test
    void aLinkThatTurnsAllTheTimeNeverLeadsOut() throws Exception {
        link("up-file twin", "../../outside/secret");
        race("up-file", start -> assertEquals("far", read(start, Name.of("up-file"))));
    }

    @Test
    void aDirectoryThatTurnsAllTheTimeNeverLeadsOut() throws Exception {
        Files.createSymbolicLink(inside.resolve("tree/sub/far"), Path.of("../../other/far"));
        Files.writeString(outside.resolve("far"), "secret");
        link("sub twin", "../../outside");
        race("sub", start -> {
            try (Directory sub = start.directory(Name.of("sub"))) {
                assertEquals("far", read(sub, Name.of("far")));
            }
        });
    }

    private interface Reading {
        void in(Directory start) throws IOException;
    }

    private void race(String swapped, Reading reading) throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        AtomicReference<Throwable> trouble = new AtomicReference<>();
        Thread attacker = Thread.ofPlatform().start(() -> {
            try (Directory mine = root.directory(TREE)) {
                while (!done.get()) {
                    mine.rename(Name.of(swapped), Name.of(swapped + " twin"), Rename.EXCHANGE);
                }
            } catch (IOException failure) {
                trouble.set(failure);
            }
        });
        int passed = 0;
        int refused = 0;
        try (LinuxRoot following = open(Links.FOLLOW_BENEATH);
                Directory start = following.directory(RelativePath.ROOT)) {
            for (long end = System.nanoTime() + RACE.toNanos(); System.nanoTime() < end; ) {
                try {
                    reading.in(start);
                    passed++;
                } catch (FileFailure failure) {
                    refused++;
                    assertTrue(
                            failure.errno() == Errno.XDEV
                                    || failure.errno() == Errno.LOOP
                                    || failure.errno() == Errno.NOTDIR,
                            failure.getMessage());
                }
            }
        } finally {
            done.set(true);
            attacker.join();
        }
        assertEquals(null, trouble.get());
        assertTrue(passed > 0 && refused > 0, passed + " passed, " + refused + " refused");
    }

    @Test
    void aLinkThatVanishesWhileListingIsNoFailure() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        AtomicReference<Throwable> trouble = new AtomicReference<>();
        Thread flickering = Thread.ofPlatform().start(() -> {
            try (Directory mine = root.directory(TREE)) {
                // No name comes back: what did might have been missing for a moment only.
                for (int i = 0; !done.get(); i++) {
                    mine.makeSymlink(Name.of("f" + i), bytes("sub"));
                    if (i >= 100) {
                        mine.unlink(Name.of("f" + (i - 100)));
                    }
                }
            } catch (IOException failure) {
                trouble.set(failure);
            }
        });
        try (LinuxRoot following = open(Links.FOLLOW_BENEATH);
                Directory start = following.directory(RelativePath.ROOT)) {
            for (long end = System.nanoTime() + RACE.toNanos(); System.nanoTime() < end; ) {
                assertEquals(List.of(), start.list().failures());
            }
        } finally {
            done.set(true);
            flickering.join();
        }
        assertEquals(null, trouble.get());
    }

    @Test
    void metadataIsReadThroughALinkAndWrittenToItself() throws IOException {
        Attribute colour = new Attribute("user.colour", bytes("red"));
        try (Directory other = top.directory(Name.of("other"))) {
            other.member(Name.of("far")).setAttribute(colour);
        }
        FileStat before = top.stat(Name.of("other"));
        for (Links links : new Links[] {Links.FOLLOW_ANYWHERE, Links.FOLLOW_BENEATH}) {
            try (LinuxRoot following = open(links);
                    Directory start = following.directory(RelativePath.ROOT)) {
                AttributeKinds user = new AttributeKinds(true, false, false);
                Attributes expected = Attributes.of(List.of(colour));
                assertEquals(expected, start.member(Name.of("up-file")).attributes(user));
                assertEquals(Attributes.NONE, start.member(Name.of("to-near")).attributes(user));
                refused(Errno.PERM, () -> start.member(Name.of("up-file")).setAttribute(colour));
                start.member(Name.of("up")).setTime(5, 6);
                start.member(Name.of("up")).setMode(0);
            }
        }
        assertEquals(before, top.stat(Name.of("other")));
        assertEquals(5, tree.stat(Name.of("up")).mtimeSeconds());
    }

    @Test
    void whereLinksAreKeptNoneIsFollowed() throws IOException {
        try (LinuxRoot keeping = open(Links.KEEP);
                Directory start = keeping.directory(RelativePath.ROOT)) {
            assertEquals("SYMLINK", kinds(start).get("up"));
            refused(Errno.LOOP, () -> start.directory(Name.of("up")));
            refused(Errno.INVAL, () -> start.open(Name.of("up-file")));
            refused(Errno.LOOP, () -> keeping.directory(RelativePath.of("up")));
        }
    }

    @Test
    void withoutOpenat2AShareIsNotFollowedIn() throws IOException {
        FileFailure failure = refused(
                Errno.NOSYS, () -> LinuxRoot.open(inside, TREE, inside.toString(), Links.FOLLOW_BENEATH, Kernel.OLD));
        assertEquals(
                "this system has no openat2, without which no symlink can be followed and kept in a share",
                failure.reason());
        try (LinuxRoot anywhere = LinuxRoot.open(inside, TREE, inside.toString(), Links.FOLLOW_ANYWHERE, Kernel.OLD);
                Directory up = anywhere.directory(RelativePath.of("up"))) {
            assertEquals("far", read(up, Name.of("far")));
        }
    }

    @Test
    void pathsBeyondWhatTheKernelTakesAreRefused() throws IOException {
        // One byte less than a path may have; with the tree's own path in front it is too long for one call.
        RelativePath path = RelativePath.of(("x".repeat(255) + "/").repeat(15) + "x".repeat(255));
        assertEquals(4_095, path.length());
        RelativePath longest = RelativePath.of(("x".repeat(254) + "/").repeat(16) + "x".repeat(16));
        assertEquals(4_096, longest.length());
        try (LinuxRoot beneath = open(Links.FOLLOW_BENEATH);
                LinuxRoot anywhere = open(Links.FOLLOW_ANYWHERE)) {
            refused(Errno.NAMETOOLONG, () -> beneath.directory(path));
            refused(Errno.NOENT, () -> anywhere.directory(path));
            refused(Errno.NAMETOOLONG, () -> anywhere.directory(longest));
        }
    }

    @Test
    void aClosedRootSaysSo() throws IOException {
        LinuxRoot closed = open(Links.FOLLOW_BENEATH);
        Directory start = closed.directory(RelativePath.ROOT);
        closed.close();
        closed.close();
        assertEquals("near", read(start.directory(Name.of("sub")), Name.of("near")));
        refused(Errno.OTHER, () -> start.open(Name.of("up-file")));
        refused(Errno.OTHER, () -> closed.directory(RelativePath.of("up")));
        start.close();
    }

    @Test
    void noDescriptorIsLeftBehind() throws IOException {
        plantEscapes();
        link("dangling", "nothing");
        tree.makeSpecial(Name.of("fifo"), FileKind.FIFO, 0);
        link("to-fifo", "fifo");
        top.makeSymlink(Name.of("leaving"), bytes("../outside"));
        useAll();
        int before = descriptors();
        for (int i = 0; i < 100; i++) {
            useAll();
        }
        // Other threads of this process may open a file or two meanwhile; a leak would show as 100 and more.
        assertTrue(descriptors() < before + 50, "from " + before + " to " + descriptors());
        assertNotEquals(0, before);
    }

    private void useAll() throws IOException {
        readsWhatIs(Links.FOLLOW_ANYWHERE);
        readsWhatIs(Links.FOLLOW_BENEATH);
        RelativePath leaving = RelativePath.of("leaving");
        leadsOut(() -> LinuxRoot.open(inside, leaving, inside.toString(), Links.FOLLOW_BENEATH, kernel));
    }

    private void readsWhatIs(Links links) throws IOException {
        try (LinuxRoot following = open(links);
                Directory start = following.directory(RelativePath.ROOT)) {
            start.list();
            read(start, Name.of("up-file"));
            start.directory(Name.of("up")).close();
            following.directory(RelativePath.of("up")).close();
            refused(Errno.INVAL, () -> start.open(Name.of("to-fifo")));
            refused(Errno.OTHER, () -> start.open(Name.of("dangling")));
            start.member(Name.of("up")).attributes(new AttributeKinds(true, true, true));
        }
    }

    private static int descriptors() {
        String[] open = new File("/proc/self/fd").list();
        return open == null ? 0 : open.length;
    }
}
