package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.copy.Copied;
import io.zsync.node.copy.Devices;
import io.zsync.node.copy.PathCounters;
import io.zsync.node.copy.PathMemory;
import io.zsync.node.copy.PathRefused;
import io.zsync.node.copy.RangeCopier;
import io.zsync.node.copy.Throttle;
import io.zsync.node.fs.Directory;
import io.zsync.node.fs.LinuxRoot;
import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.Name;
import io.zsync.protocol.PathChoice;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** All five data paths from file to file, on real file systems of four kinds and between each two of them. */
@Tag("long")
class CopyPathsIT {
    private static final Name SOURCE = Name.of("source");
    private static final Name TARGET = Name.of("target");

    /** No multiple of any block, with a hole of 1 MiB in it. */
    private static final long LENGTH = (3L << 20) + 123;

    private static final int BLOCK = 4_096;
    private static final long BIG = Machine.LONG ? 2L << 30 : 256L << 20;
    private static final Duration AT_ONCE = Duration.ofMillis(50);

    /** For what else the machine does meanwhile. */
    private static final int SLACK = 4;

    @RegisterExtension
    static final Workspace WORK = new Workspace();

    private static final Map<Place, LoopImage> IMAGES = new EnumMap<>(Place.class);

    /** Where the files lie. */
    enum Place {
        EXT4(LoopImage.Kind.EXT4, false),
        XFS(LoopImage.Kind.XFS, true),
        BTRFS(LoopImage.Kind.BTRFS, true),
        TMPFS(null, false);

        private final LoopImage.@Nullable Kind kind;
        private final boolean sharesBlocks;

        Place(LoopImage.@Nullable Kind kind, boolean sharesBlocks) {
            this.kind = kind;
            this.sharesBlocks = sharesBlocks;
        }

        /** A folder on it; the file system is made at the first call. */
        Path folder(String name) {
            if (kind != null) {
                return IMAGES.computeIfAbsent(this, place -> LoopImage.mount(WORK, place.name(), kind, 64))
                        .folder(name);
            }
            if (!Files.isDirectory(WORK.path(name()))) {
                Machine.needsRoot("to mount a file system in memory");
                WORK.make("mkdir $1; mount -t tmpfs zsync-tests $1", name());
            }
            WORK.make("mkdir -p $1/$2", name(), name);
            return WORK.path(name()).resolve(name);
        }
    }

    @AfterAll
    static void unmount() {
        IMAGES.values().forEach(LoopImage::close);
        if (Files.isDirectory(WORK.path(Place.TMPFS.name()))) {
            Command.of("umount", WORK.path(Place.TMPFS.name()).toString()).output();
        }
    }

    @BeforeEach
    void makeTheSource() {
        if (!Files.exists(WORK.path("content"))) {
            WORK.make(
                    "head -c 1M /dev/urandom >content; truncate -s 2M content; head -c 1048699 /dev/urandom >>content");
        }
    }

    /** Two open files, and what the judges see of them. */
    private static final class Pair implements AutoCloseable {
        final Path sourcePath;
        final Path targetPath;
        final OpenFile source;
        final OpenFile target;
        final Devices devices;

        private final LinuxRoot from;
        private final LinuxRoot to;

        Pair(Path from, Path to) throws IOException {
            sourcePath = from.resolve("source");
            targetPath = to.resolve("target");
            Command.script(
                            "cp --sparse=always \"$1\" \"$2\"; rm -f \"$3\"",
                            WORK.path("content"),
                            sourcePath,
                            targetPath)
                    .output();
            this.from = LinuxRoot.open(from);
            this.to = LinuxRoot.open(to);
            try (Directory sources = this.from.directory(RelativePath.ROOT);
                    Directory targets = this.to.directory(RelativePath.ROOT)) {
                source = sources.open(SOURCE);
                target = targets.create(TARGET);
            }
            devices = new Devices(source.stat().device(), target.stat().device());
        }

        Copied copy(@Nullable DataPath path) throws IOException, PathRefused {
            try (RangeCopier copier = copier(path)) {
                return copier.copy(source, target, devices, 0, LENGTH);
            }
        }

        boolean clone(long offset, long length) throws IOException, PathRefused {
            try (RangeCopier copier = copier(null)) {
                return copier.clone(source, target, devices, offset, length);
            }
        }

        void assertSame() {
            Outcome compared = Command.of("cmp", sourcePath.toString(), targetPath.toString())
                    .run();
            assertEquals(0, compared.code(), compared::toString);
        }

        @Override
        public void close() throws IOException {
            source.close();
            target.close();
            from.close();
            to.close();
            Command.of("rm", sourcePath.toString(), targetPath.toString()).output();
        }
    }

    private static RangeCopier copier(@Nullable DataPath path) {
        return new RangeCopier(new PathMemory(), path, new PathCounters(), Throttle.OPEN);
    }

    static Stream<Arguments> everyTwo() {
        return Arrays.stream(Place.values())
                .flatMap(from -> Arrays.stream(Place.values()).map(to -> Arguments.of(from, to)));
    }

    @ParameterizedTest
    @MethodSource("everyTwo")
    void theBestPathIsTakenAndMovesTheSameBytes(Place from, Place to) throws Exception {
        try (Pair pair = new Pair(from.folder("a"), to.folder("b"))) {
            assertEquals(
                    from == to
                            ? new Copied(LENGTH, DataPath.COPY_RANGE, PathChoice.KERNEL_COPIES)
                            : new Copied(LENGTH, DataPath.SENDFILE, PathChoice.KERNEL_SPLICES),
                    pair.copy(null));
            pair.assertSame();
        }
    }

    @ParameterizedTest
    @MethodSource("everyTwo")
    void sendfileAndMappedAndBufferedServeEverywhere(Place from, Place to) throws Exception {
        for (DataPath path : new DataPath[] {DataPath.SENDFILE, DataPath.MAPPED, DataPath.BUFFERED}) {
            try (Pair pair = new Pair(from.folder("a"), to.folder("b"))) {
                assertEquals(new Copied(LENGTH, path, PathChoice.FORCED), pair.copy(path));
                pair.assertSame();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("everyTwo")
    void copyRangeServesWithinAFileSystemAndIsRefusedBetweenTwo(Place from, Place to) throws Exception {
        try (Pair pair = new Pair(from.folder("a"), to.folder("b"))) {
            if (from == to) {
                assertEquals(
                        new Copied(LENGTH, DataPath.COPY_RANGE, PathChoice.FORCED), pair.copy(DataPath.COPY_RANGE));
                pair.assertSame();
            } else {
                PathRefused refused = assertThrows(PathRefused.class, () -> pair.copy(DataPath.COPY_RANGE));
                assertEquals("Invalid cross-device link", refused.reason());
                assertEquals(0, Files.size(pair.targetPath));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("everyTwo")
    void cloneServesWithinXfsAndWithinBtrfsAndIsRefusedElsewhere(Place from, Place to) throws Exception {
        try (Pair pair = new Pair(from.folder("a"), to.folder("b"));
                RangeCopier copier = copier(DataPath.CLONE)) {
            if (from == to && from.sharesBlocks) {
                assertTrue(copier.clone(pair.source, pair.target, pair.devices, 0, LENGTH));
                pair.assertSame();
                assertShared(pair.targetPath);
            } else {
                PathRefused refused = assertThrows(
                        PathRefused.class, () -> copier.clone(pair.source, pair.target, pair.devices, 0, LENGTH));
                assertTrue(
                        refused.reason().equals(from == to ? "Operation not supported" : "Invalid cross-device link"),
                        refused::toString);
                assertFalse(copier.mayClone(pair.devices), "it is not asked for again");
                assertEquals(0, Files.size(pair.targetPath));
            }
        }
    }

    /** All of a file's data is in extents that belong to another one too, and none of it is still to be written. */
    private static void assertShared(Path file) {
        Machine.needs("filefrag");
        String extents = Command.of("filefrag", "-v", file.toString()).output();
        long all = extents.lines().filter(line -> line.matches(" +\\d+: .*")).count();
        long shared = extents.lines().filter(line -> line.contains("shared")).count();
        assertTrue(all > 0, extents);
        assertEquals(all, shared, extents);
    }

    @ParameterizedTest
    @EnumSource(
            value = Place.class,
            names = {"XFS", "BTRFS"})
    void whatIsClonedPartsWhenItIsWritten(Place place) throws Exception {
        try (Pair pair = new Pair(place.folder("a"), place.folder("b"))) {
            assertTrue(pair.clone(0, LENGTH));
            Command.script("printf changed | dd of=\"$1\" conv=notrunc status=none", pair.targetPath)
                    .output();
            assertEquals(
                    0,
                    Command.of("cmp", WORK.path("content").toString(), pair.sourcePath.toString())
                            .run()
                            .code());
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Place.class,
            names = {"XFS", "BTRFS"})
    void wholeBlocksAndTheTailAreCloned(Place place) throws Exception {
        try (Pair pair = new Pair(place.folder("a"), place.folder("b"))) {
            long tail = LENGTH / BLOCK * BLOCK;
            assertTrue(pair.clone(tail - 3 * BLOCK, LENGTH - tail + 3 * BLOCK), "up to the source's end");
            assertTrue(pair.clone(0, 2 * BLOCK));
            assertEquals(LENGTH, Files.size(pair.targetPath));

            assertFalse(pair.clone(0, BLOCK + 1), "no part of a block");
            assertFalse(pair.clone(1, BLOCK));
            assertFalse(pair.clone(LENGTH - 10, 20), "not beyond the end");

            pair.copy(null);
            pair.assertSame();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Place.class,
            names = {"XFS", "BTRFS"})
    void theTailIsNotClonedIntoALongerFile(Place place) throws Exception {
        try (Pair pair = new Pair(place.folder("a"), place.folder("b"))) {
            pair.target.setSize(LENGTH + 5);
            assertFalse(pair.clone(0, LENGTH));
            pair.copy(null);
            pair.target.setSize(LENGTH);
            pair.assertSame();
        }
    }

    @Test
    void cloneServesBetweenTwoSubvolumesOfBtrfs() throws Exception {
        Path folder = Place.BTRFS.folder("volumes");
        Command.of("btrfs", "-q", "subvolume", "create", folder.resolve("one").toString())
                .output();
        Command.of("btrfs", "-q", "subvolume", "create", folder.resolve("two").toString())
                .output();
        try (Pair pair = new Pair(folder.resolve("one"), folder.resolve("two"))) {
            assertNotEquals(pair.devices.source(), pair.devices.target());
            assertTrue(pair.clone(0, LENGTH));
            pair.assertSame();
            assertShared(pair.targetPath);
        }
    }

    @Test
    void cloneIsRefusedBetweenTwoFileSystemsOfOneKind() throws Exception {
        try (LoopImage other = LoopImage.mount(WORK, "other", LoopImage.Kind.XFS, 0);
                Pair pair = new Pair(Place.XFS.folder("a"), other.folder("b"))) {
            assertFalse(pair.clone(0, LENGTH));
            pair.copy(null);
            pair.assertSame();
        }
    }

    /** The data is on disk before, as that of most files is; else the kernel writes it first. */
    @ParameterizedTest
    @EnumSource(
            value = LoopImage.Kind.class,
            names = {"XFS", "BTRFS"})
    void aBigFileIsClonedAtOnce(LoopImage.Kind kind) throws Exception {
        try (LoopImage disk = LoopImage.mount(WORK, "big", kind, (BIG >> 20) + 500);
                LinuxRoot root = LinuxRoot.open(disk.root());
                Directory top = root.directory(RelativePath.ROOT);
                RangeCopier copier = copier(DataPath.CLONE)) {
            Command.script("head -c $2 /dev/zero | tr '\\0' 'x' >\"$1\"/source; sync -f \"$1\"", disk.root(), BIG)
                    .output();
            Duration quickest = Duration.ofDays(1);
            for (int i = 0; i < 5; i++) {
                try (OpenFile source = top.open(SOURCE);
                        OpenFile target = top.create(TARGET)) {
                    long device = source.stat().device();
                    long begin = System.nanoTime();
                    assertTrue(copier.clone(source, target, new Devices(device, device), 0, BIG));
                    Duration took = Duration.ofNanos(System.nanoTime() - begin);
                    System.out.println("CopyPaths: " + kind + " cloned " + (BIG >> 20) + " MiB in "
                            + took.toNanos() / 1_000 + " us");
                    quickest = took.compareTo(quickest) < 0 ? took : quickest;
                }
                assertShared(disk.root().resolve("target"));
                top.unlink(TARGET);
            }
            assertTrue(quickest.compareTo(AT_ONCE.multipliedBy(SLACK)) < 0, "took " + quickest);
        }
    }

    /** A tree as people have them; the large file is what the paths differ in. */
    private static Path tree(Place place) {
        Path tree = place.folder("tree");
        if (!Files.exists(tree.resolve("large"))) {
            Command.script("""
                            cd "$1"; mkdir -p deep/er; head -c 3000123 /dev/urandom >large
                            cp --sparse=always "$2" deep/sparse; echo small >deep/er/small; : >empty
                            ln -s er/small deep/link; touch -d 2026-01-02T03:04:05.000000006 large deep/er
                            chmod 2750 deep; chmod 604 empty""", tree, WORK.path("content")).output();
        }
        return tree;
    }

    private static boolean serves(DataPath path, Place from, Place to) {
        return switch (path) {
            case CLONE -> from == to && from.sharesBlocks;
            case COPY_RANGE -> from == to;
            case SENDFILE, MAPPED, BUFFERED -> true;
        };
    }

    @ParameterizedTest
    @MethodSource("everyTwo")
    void aTreeIsTheSameByEveryPathThatServes(Place from, Place to) {
        Path source = tree(from);
        Path target = to.folder("of-" + from);
        Outcome best = Checkout.zsync("copy", "--explain", source, target).run().exits(0);
        Trees.assertMirrors(source, target);
        String word = Arrays.stream(DataPath.values())
                .filter(path -> serves(path, from, to))
                .findFirst()
                .orElseThrow()
                .word();
        assertTrue(
                best.outLines().stream().anyMatch(line -> line.startsWith(word + " ") && line.contains(" large ")),
                best::toString);
        for (DataPath path : DataPath.values()) {
            Command.of("rm", "-r", target.toString()).output();
            Outcome forced = Checkout.zsync("copy", "--data-path", path.word(), source, target)
                    .run();
            if (serves(path, from, to)) {
                forced.exits(0);
                Trees.assertMirrors(source, target);
                assertTrue(forced.err().contains("  " + path.word() + " "), forced::toString);
            } else {
                forced.exits(1);
                assertTrue(
                        forced.err().startsWith("zsync: --data-path " + path.word() + ": cannot serve"), forced::err);
                Trees.assertNothingStaged(target);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theCallThatAPathClaimsIsTheOneThatRuns(DataPath path) throws IOException {
        Machine.needsStrace();
        Path source = tree(Place.XFS).resolve("large");
        Path target = Place.XFS.folder("traced").resolve(path.word());
        Path trace = WORK.path("trace");
        Command.of(
                        "strace",
                        "-f",
                        "-qq",
                        "-y",
                        "-s",
                        "0",
                        "-o",
                        trace.toString(),
                        "-e",
                        "trace=ioctl,copy_file_range,sendfile,pread64,read,pwrite64,write,mmap",
                        Checkout.launcher(),
                        "copy",
                        "-q",
                        "--data-path",
                        path.word(),
                        source.toString(),
                        target.toString())
                .run()
                .exits(0);

        SystemCalls calls = SystemCalls.read(trace);
        String staged = target.getParent() + "/.zsync-";
        List<String> writing = calls.all().stream()
                .filter(call ->
                        call.arguments().contains(staged) && !call.name().equals("mmap"))
                .map(SystemCalls.Call::name)
                .distinct()
                .toList();
        String expected = switch (path) {
            case CLONE -> "ioctl";
            case COPY_RANGE -> "copy_file_range";
            case SENDFILE -> "sendfile";
            case MAPPED, BUFFERED -> "pwrite64";
        };
        assertEquals(List.of(expected), writing);
        long read = calls.bytes(
                call -> call.name().equals("pread64") && call.first().contains(source.toString()));
        assertEquals(path == DataPath.BUFFERED ? Files.size(source) : 0, read);
        assertEquals(
                path == DataPath.MAPPED,
                calls.all().stream()
                        .anyMatch(call ->
                                call.name().equals("mmap") && call.arguments().contains(source.toString())));
    }
}
