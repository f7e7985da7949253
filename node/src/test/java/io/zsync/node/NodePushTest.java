package io.zsync.node;

import static io.zsync.node.TreeAssert.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zsync.node.api.Event;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.node.fs.Directory;
import io.zsync.node.fs.LinuxRoot;
import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.Credits;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Limits;
import io.zsync.protocol.LinkPolicy;
import io.zsync.protocol.Mode;
import io.zsync.protocol.Name;
import io.zsync.protocol.PathChoice;
import io.zsync.protocol.PathPolicy;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.RuleText;
import io.zsync.protocol.Selection;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole runs through the facade, both ends in this process. */
class NodePushTest extends PushFixture {
    private static final int CHUNKED = Limits.SMALL_FILE_LENGTH + 4_321;

    private void plantTree() throws IOException {
        file("small", 1_000);
        file("empty", 0);
        file("chunked", CHUNKED);
        file("deep/er/than/that", 77);
        file("deep/large", 9_000_000);
        Files.createDirectory(source.resolve("nothing in here"));
        Files.createSymbolicLink(source.resolve("link"), Path.of("deep/er"));
        Files.createSymbolicLink(source.resolve("dangling"), Path.of("/nowhere/at/all"));
    }

    @Test
    void bringsATreeOverAndFindsNothingToDoInTheSecondRun() throws IOException {
        plantTree();
        RunReport first = push();
        assertThat(target).mirrors(source);
        assertEquals(11, first.tally().created());
        assertEquals(5, first.tally().files());
        assertEquals(9_000_000L + CHUNKED + 1_077, first.tally().bytes());
        assertEquals(Map.of(), first.problems());

        RunReport second = push();
        assertThat(target).mirrors(source);
        assertEquals(11, second.tally().unchanged());
        assertEquals(
                0,
                second.tally().created()
                        + second.tally().changed()
                        + second.tally().failed());
        assertEquals(Map.of(), second.bytesByPath());
        assertEquals(List.of(), changes());
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "MAPPED", "BUFFERED"})
    void bringsATreeOverEncrypted(PathPolicy policy) throws IOException {
        assumeFalse(local, "nothing is encrypted without a wire");
        plantTree();
        dataPath = policy;
        protection = Protection.PRIVATE;
        RunReport report = push();
        assertThat(target).mirrors(source);
        assertEquals(Protection.PRIVATE, report.protection());
        assertEquals(Map.of(), report.problems());
        long all = 9_000_000L + CHUNKED + 1_077;
        assertEquals(
                Map.of(policy == PathPolicy.MAPPED ? DataPath.MAPPED : DataPath.BUFFERED, all), report.bytesByPath());
        PathChoice large = events.stream()
                .filter(Event.Moved.class::isInstance)
                .map(Event.Moved.class::cast)
                .filter(moved -> moved.path().toString().equals("deep/large"))
                .findAny()
                .orElseThrow()
                .choice();
        assertEquals(policy == PathPolicy.AUTO ? PathChoice.ENCRYPTED : PathChoice.FORCED, large);
    }

    /** As at level clear: large files by sendfile, and small ones packed. */
    @ParameterizedTest
    @EnumSource(Mode.class)
    void bringsATreeOverUnalterably(Mode direction) throws IOException {
        assumeFalse(local, "nothing is tagged without a wire");
        plantTree();
        mode = direction;
        RunReport clear = push();
        assertThat(target).mirrors(source);
        target = temp.resolve("again");
        protection = Protection.SAFE;

        RunReport safe = push();

        assertThat(target).mirrors(source);
        assertEquals(Protection.SAFE, safe.protection());
        assertEquals(clear.bytesByPath(), safe.bytesByPath());
        assertTrue(safe.bytesByPath().containsKey(DataPath.SENDFILE));
        assertTrue(safe.bytesByPath().containsKey(DataPath.BUFFERED));
        assertEquals(Map.of(), safe.problems());
    }

    @Test
    void bringsAnEmptyTreeOver() throws IOException {
        setTime(source, 1_000_000, 5);
        push();
        assertThat(target).mirrors(source);
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void bringsTheSameTreeOverAtEveryDurability(Durability wanted) throws IOException {
        durability = wanted;
        plantTree();
        RunReport report = push();
        assertThat(target).mirrors(source);
        Durability reached = report.tally().durability();
        // More than was asked for where the file system is not trusted with a sync of everything.
        assertTrue(reached == wanted || (wanted == Durability.BATCH && reached == Durability.FILE));
    }

    @ParameterizedTest
    @CsvSource({
        "CLEAR,SENDFILE,SENDFILE",
        "CLEAR,MAPPED,MAPPED",
        "CLEAR,BUFFERED,BUFFERED",
        "SAFE,SENDFILE,SENDFILE",
        "SAFE,MAPPED,MAPPED",
        "SAFE,BUFFERED,BUFFERED"
    })
    void movesEveryByteByTheDataPathThatWasForced(Protection level, PathPolicy policy, DataPath moved)
            throws IOException {
        protection = level;
        dataPath = policy;
        plantTree();
        RunReport report = push();
        assertThat(target).mirrors(source);
        assertEquals(local ? null : level, report.protection());
        assertEquals(Map.of(moved, 9_000_000L + CHUNKED + 1_077), report.bytesByPath());
    }

    @ParameterizedTest
    @EnumSource(PathPolicy.class)
    void keepsTheSizeOfSmallSparseFilesOnEveryDataPath(PathPolicy policy) throws IOException {
        dataPath = policy;
        try (RandomAccessFile file =
                new RandomAccessFile(source.resolve("hole at the end").toFile(), "rw")) {
            file.write(new byte[] {1, 2, 3});
            file.setLength(60_000);
        }
        try (RandomAccessFile file =
                new RandomAccessFile(source.resolve("nothing but a hole").toFile(), "rw")) {
            file.setLength(50_000);
        }
        push();
        assertThat(target).mirrors(source);
    }

    @ParameterizedTest
    @EnumSource
    void keepsTheHolesOfASparseFileBeyondFourGiB(Protection level) throws IOException {
        protection = level;
        long gib = 1L << 30;
        try (RandomAccessFile file =
                new RandomAccessFile(source.resolve("sparse").toFile(), "rw")) {
            file.setLength(6 * gib);
            for (long at : new long[] {0, gib + 7, 4 * gib - 1, 5 * gib}) {
                file.seek(at);
                file.write(new byte[] {1, 2, 3, 4, 5});
            }
        }
        push();
        assertThat(target).mirrors(source);
        long blocks = stat(target, "sparse").blocks();
        assertTrue(blocks * 512 < 1 << 20, blocks + " blocks allocated");
    }

    @Test
    void replacesEveryKindByEveryOtherKind() throws IOException, InterruptedException {
        for (String name : List.of("file", "link", "directory")) {
            for (String old : List.of("file", "link", "directory", "fifo")) {
                make(source.resolve(name + " over " + old), name, true);
                Files.createDirectories(target);
                make(target.resolve(name + " over " + old), old, false);
            }
        }
        RunReport report = push();
        assertEquals(List.of(), problems());
        assertThat(target).mirrors(source);
        assertEquals(0, report.tally().failed());
        assertEquals(3, report.tally().created(), "only what is in the new directories, two of which hold a file");
        assertEquals(12, report.tally().changed() + report.tally().unchanged());
    }

    private void make(Path path, String kind, boolean filled) throws IOException, InterruptedException {
        switch (kind) {
            case "file" -> Files.writeString(path, filled ? "new content" : "old");
            case "link" -> Files.createSymbolicLink(path, Path.of(filled ? "new" : "old"));
            case "directory" -> {
                Files.createDirectory(path);
                if (filled && !path.toString().endsWith("directory")) {
                    Files.writeString(path.resolve("inside"), "content");
                }
            }
            default -> run("mkfifo", path.toString());
        }
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void refusesToReplaceADirectoryThatHoldsSomething(boolean link) throws IOException {
        if (link) {
            Files.createSymbolicLink(source.resolve("name"), Path.of("x"));
        } else {
            file("name", 10);
        }
        file("other", 10);
        Files.createDirectories(target.resolve("name"));
        Files.writeString(target.resolve("name/precious"), "precious");
        RunReport report = push();
        assertEquals(List.of("name DIRECTORY_IN_THE_WAY"), problems());
        assertEquals("precious", Files.readString(target.resolve("name/precious")));
        assertEquals(1, report.tally().failed());
        assertTrue(Files.exists(target.resolve("other")));
        assertThat(target).holdsNothingStaged();
    }

    @Test
    void keepsEveryMode() throws IOException {
        for (int mode = 0; mode <= 07777; mode += 01) {
            if (mode % 7 == 0 || mode > 07700 || mode < 0100) {
                Path file = file(String.format("f%04o", mode), mode % 3);
                Files.setAttribute(file, "unix:mode", mode);
            }
        }
        for (int mode : new int[] {0, 0111, 0555, 0700, 01777, 02750, 07777}) {
            Path directory = Files.createDirectory(source.resolve(String.format("d%04o", mode)));
            Files.writeString(directory.resolve("inside"), "x");
            Files.setAttribute(directory, "unix:mode", mode);
        }
        assumeTrue(isSuperuser(), "only root can read files of mode 0");
        push();
        assertThat(target).mirrors(source);
        Files.setAttribute(source.resolve("f0001"), "unix:mode", 04711);
        Files.setAttribute(source.resolve("d0555"), "unix:mode", 02711);
        RunReport second = push();
        assertThat(target).mirrors(source);
        assertEquals(2, second.tally().changed());
    }

    @Test
    void keepsTimesToTheNanosecondOfAllKinds() throws IOException {
        long[] seconds = {-1, -86_400L * 365, 0, 1, 2_208_988_800L, 4_294_967_296L};
        for (int i = 0; i < seconds.length; i++) {
            Path directory = Files.createDirectory(source.resolve("directory" + i));
            setTime(file("directory" + i + "/file", i), seconds[i], 999_999_999 - i);
            Files.createSymbolicLink(directory.resolve("link"), Path.of("file"));
            setTime(directory.resolve("link"), seconds[i], 123_456_789 + i);
            setTime(directory, seconds[i], i);
        }
        setTime(source, 77, 7);
        push();
        assertThat(target).mirrors(source);
        setTime(source.resolve("directory1/link"), 5, 6);
        assertEquals(1, push().tally().changed());
        assertThat(target).mirrors(source);
    }

    @Test
    void keepsOwnersWhenRunByRoot() throws IOException {
        assumeTrue(isSuperuser(), "only root gives files away");
        Path file = file("file", 10);
        Files.setAttribute(file, "unix:uid", 12_345);
        Files.setAttribute(file, "unix:gid", 54_321);
        Files.setAttribute(file, "unix:mode", 06755);
        Path link = Files.createSymbolicLink(source.resolve("link"), Path.of("file"));
        Files.setAttribute(link, "unix:uid", 777, LinkOption.NOFOLLOW_LINKS);
        Path directory = Files.createDirectory(source.resolve("directory"));
        Files.setAttribute(directory, "unix:gid", 888);
        push();
        assertThat(target).mirrors(source);
        Files.setAttribute(file, "unix:uid", 1);
        Files.setAttribute(file, "unix:mode", 06755);
        Files.setAttribute(link, "unix:uid", 2, LinkOption.NOFOLLOW_LINKS);
        push();
        assertThat(target).mirrors(source);
    }

    @Test
    void carriesNamesThatAreNoText() throws IOException {
        try (LinuxRoot root = LinuxRoot.open(source);
                Directory top = root.directory(RelativePath.ROOT)) {
            for (byte[] name : new byte[][] {
                "a".repeat(255).getBytes(java.nio.charset.StandardCharsets.UTF_8),
                {(byte) 0xff},
                {(byte) 0xc3, '\n', 0x1b},
                {' '},
                {'-', 'r', 'f'},
                {(byte) 0xe2, (byte) 0x82}
            }) {
                try (OpenFile file = top.create(Name.of(name))) {
                    file.write(ByteBuffer.allocateDirect(100), 0);
                }
            }
            top.makeSymlink(Name.of("link"), new byte[] {(byte) 0xfe, '/', (byte) 0x80});
        }
        push();
        assertThat(target).mirrors(source);
    }

    @Test
    void carriesATreeOfTwoHundredLevels() throws IOException {
        StringBuilder path = new StringBuilder("d");
        for (int i = 0; i < 199; i++) {
            path.append("/d").append(i % 10);
        }
        file(path + "/bottom", 100);
        push();
        assertThat(target).mirrors(source);
        assertEquals(201, push().tally().unchanged());
    }

    @Test
    void removesWhatAKilledRunHasLeft() throws IOException {
        plantTree();
        push();
        Files.writeString(target.resolve(".zsync-0123456789abcdef"), "stale");
        Files.createSymbolicLink(target.resolve(".zsync-0123456789abcde0"), Path.of("x"));
        Files.createDirectory(target.resolve("deep/.zsync-00000000000000ff"));
        push();
        assertThat(target).mirrors(source);
    }

    @Test
    void doesNotSendReservedNames() throws IOException {
        file(".zsync-0123456789abcdef", 10);
        push();
        try (var published = Files.list(target)) {
            assertEquals(0, published.count());
        }
    }

    @Test
    void tellsInADryRunWhatTheRealRunDoesAndTouchesNothing() throws IOException {
        plantTree();
        push();
        file("small", 2_000);
        file("new/one", 5);
        file("new/empty", 0);
        Files.delete(source.resolve("link"));
        file("link/below", 5);
        Files.delete(source.resolve("empty"));
        Files.createSymbolicLink(source.resolve("empty"), Path.of("full"));
        Files.setAttribute(source.resolve("chunked"), "unix:mode", 0400);
        Files.setAttribute(source.resolve("nothing in here"), "unix:mode", 0500);
        Files.setAttribute(target.resolve("deep"), "unix:mode", 0300);
        setTime(target, 99, 9);
        String before = snapshot(target);

        dryRun = true;
        RunReport dry = push();
        assertEquals(before, snapshot(target));
        List<String> promised = changes();

        dryRun = false;
        RunReport real = push();
        assertThat(target).mirrors(source);
        assertEquals(promised, changes());
        assertEquals(dry.tally().created(), real.tally().created());
        assertEquals(dry.tally().changed(), real.tally().changed());
        assertEquals(dry.tally().unchanged(), real.tally().unchanged());
        assertEquals(dry.tally().bytes(), real.tally().bytes(), "bytes");
    }

    @Test
    void makesNoTargetInADryRun() throws IOException {
        plantTree();
        dryRun = true;
        assertEquals(11, push().tally().created());
        assertFalse(Files.exists(target));
        target = temp.resolve("missing/target");
        assertEquals(FailureKind.ROOT_UNUSABLE, pushFails().kind(), "the real run would not make the parent either");
    }

    @Test
    void refusesATargetThatAnotherRunHolds() throws IOException {
        Files.createDirectories(target.resolve("below"));
        file("file", 10);
        for (Path held : List.of(target, target.resolve("below"))) {
            try (LinuxRoot holder = LinuxRoot.open(held)) {
                assertTrue(holder.lock());
                assertEquals(FailureKind.TARGET_LOCKED, pushFails().kind());
            }
        }
        assertFalse(Files.exists(target.resolve("file")));
        push();
        assertTrue(Files.exists(target.resolve("file")));
    }

    @Test
    void failsWhenARootIsMissing() throws IOException {
        Path there = source;
        source = temp.resolve("no source");
        assertEquals(FailureKind.ROOT_UNUSABLE, pushFails().kind());
        assertFalse(Files.exists(target));
        source = there;
        target = temp.resolve("no parent/target");
        RunFailure failure = pushFails();
        assertEquals(FailureKind.ROOT_UNUSABLE, failure.kind());
        assertTrue(failure.toString().contains("no parent/target"), failure.toString());
        target = Files.writeString(temp.resolve("a file"), "x");
        assertEquals(FailureKind.ROOT_UNUSABLE, pushFails().kind());
    }

    @Test
    void refusesTreesThatOverlap() throws IOException {
        file("file", 1);
        target = source.resolve("inside");
        assertEquals(FailureKind.USAGE, pushFails().kind());
        target = source;
        assertEquals(FailureKind.USAGE, pushFails().kind());
        target = temp;
        assertEquals(FailureKind.USAGE, pushFails().kind());
        target = Files.createSymbolicLink(temp.resolve("way in"), source);
        assertEquals(FailureKind.USAGE, pushFails().kind());
    }

    @Test
    void replicatesFifosAndSockets() throws IOException, InterruptedException {
        run("mkfifo", "-m", "0640", source.resolve("fifo").toString());
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(UnixDomainSocketAddress.of(source.resolve("socket")));
        }
        RunReport report = push();
        assertEquals(List.of(), problems());
        assertEquals(2, report.tally().created());
        // Type and permissions: 010000 is a FIFO, 0140000 a socket.
        assertEquals(0010640, Files.getAttribute(target.resolve("fifo"), "unix:mode"));
        assertEquals(0140000, (int) Files.getAttribute(target.resolve("socket"), "unix:mode") & 0170000);
        assertEquals(2, push().tally().unchanged());
    }

    @Test
    void leavesSymlinksOutThatAreToBeSkipped() throws IOException {
        selection = new Selection(RuleText.NONE, Selection.DEFAULT_RULE_FILE, false, LinkPolicy.SKIP);
        Files.createSymbolicLink(source.resolve("link"), Path.of("nowhere"));
        Files.createDirectory(target);
        Files.writeString(target.resolve("link"), "mine");
        RunReport report = push();
        assertEquals(List.of("link SPECIAL_SKIPPED"), problems());
        assertEquals(1, report.tally().skipped());
        assertEquals(0, report.tally().failed());
        assertEquals(Map.of(ProblemCode.SPECIAL_SKIPPED, 1L), report.problems());
        assertEquals("mine", Files.readString(target.resolve("link")));
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void runsWithEveryCreditAtOne(Durability wanted) throws IOException {
        durability = wanted;
        credits = new Credits(1, 1, 1);
        int files = wanted == Durability.NONE ? 2_000 : 100;
        for (int i = 0; i < files; i++) {
            file("d" + i / 100 + "/f" + i, 10);
        }
        push();
        assertThat(target).mirrors(source);
    }

    static io.zsync.node.fs.FileStat stat(Path tree, String name) throws IOException {
        try (LinuxRoot root = LinuxRoot.open(tree);
                Directory top = root.directory(RelativePath.ROOT)) {
            return top.stat(Name.of(name));
        }
    }

    static boolean isSuperuser() throws IOException {
        return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    }

    /** Every path with all that a run could move, change time included. */
    private static String snapshot(Path tree) throws IOException {
        StringBuilder text = new StringBuilder();
        try (var paths = Files.walk(tree)) {
            for (Path path : paths.sorted().toList()) {
                text.append(path)
                        .append(Files.readAttributes(
                                path, "unix:ino,ctime,lastModifiedTime,mode", LinkOption.NOFOLLOW_LINKS))
                        .append('\n');
            }
        }
        return text.toString();
    }
}
