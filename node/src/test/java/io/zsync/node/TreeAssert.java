package io.zsync.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.FileKind;
import io.zsync.node.fs.FileStat;
import io.zsync.node.fs.LinuxRoot;
import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a replica must have in common with its source, looked at name by name and never through a symlink. */
public final class TreeAssert {
    private final Path tree;

    private TreeAssert(Path tree) {
        this.tree = tree;
    }

    public static TreeAssert assertThat(Path tree) {
        return new TreeAssert(tree);
    }

    /** Same names, kinds, contents, modes, times to the nanosecond, owners and link targets; nothing more, nothing left. */
    public void mirrors(Path source) throws IOException {
        try (LinuxRoot expected = LinuxRoot.open(source);
                LinuxRoot actual = LinuxRoot.open(tree);
                Directory first = expected.directory(RelativePath.ROOT);
                Directory second = actual.directory(RelativePath.ROOT)) {
            assertEquals(described(first.stat()), described(second.stat()), tree.toString());
            compare(tree.toString(), first, second);
        }
    }

    /** No name of zsync's own is anywhere in the tree. */
    public void holdsNothingStaged() throws IOException {
        List<String> found = new ArrayList<>();
        try (LinuxRoot root = LinuxRoot.open(tree);
                Directory top = root.directory(RelativePath.ROOT)) {
            collectReserved(tree.toString(), top, found);
        }
        assertEquals(List.of(), found, "staged objects left in " + tree);
    }

    private static void collectReserved(String at, Directory directory, List<String> found) throws IOException {
        Directory.Listing listing = directory.list();
        listing.reserved().forEach(name -> found.add(at + "/" + name));
        for (Directory.Member member : listing.members()) {
            if (member.stat().isDirectory()) {
                try (Directory below = directory.directory(member.name())) {
                    collectReserved(at + "/" + member.name(), below, found);
                }
            }
        }
    }

    private static void compare(String at, Directory expected, Directory actual) throws IOException {
        Directory.Listing wanted = expected.list();
        Directory.Listing found = actual.list();
        assertEquals(List.of(), found.reserved(), "staged objects left in " + at);
        assertEquals(names(wanted), names(found), "names in " + at);
        for (int i = 0; i < wanted.members().size(); i++) {
            Name name = wanted.members().get(i).name();
            FileStat stat = wanted.members().get(i).stat();
            String path = at + "/" + name;
            assertEquals(described(stat), described(found.members().get(i).stat()), path);
            switch (stat.kind()) {
                case DIRECTORY -> {
                    try (Directory first = expected.directory(name);
                            Directory second = actual.directory(name)) {
                        compare(path, first, second);
                    }
                }
                case REGULAR -> compareContent(path, stat.size(), expected, actual, name);
                case SYMLINK -> assertArrayEquals(expected.readLink(name), actual.readLink(name), path);
                default -> {}
            }
        }
    }

    private static List<Name> names(Directory.Listing listing) {
        return listing.members().stream().map(Directory.Member::name).toList();
    }

    private static String described(FileStat stat) {
        boolean link = stat.kind() == FileKind.SYMLINK;
        return stat.kind() + (link ? "" : " mode " + Integer.toOctalString(stat.mode())) + " owner " + stat.uid() + ":"
                + stat.gid() + " modified " + stat.mtimeSeconds() + "." + stat.mtimeNanos()
                + (stat.isDirectory() ? "" : " size " + stat.size());
    }

    /** Holes are skipped where both have one: a sparse file of many GiB is compared by what it holds. */
    private static void compareContent(String path, long size, Directory expected, Directory actual, Name name)
            throws IOException {
        ByteBuffer first = ByteBuffer.allocateDirect(1 << 20);
        ByteBuffer second = ByteBuffer.allocateDirect(1 << 20);
        try (OpenFile wanted = expected.open(name);
                OpenFile found = actual.open(name)) {
            long offset = 0;
            while (offset < size) {
                offset = Math.min(wanted.nextData(offset), found.nextData(offset));
                wanted.read(first.clear(), offset);
                found.read(second.clear(), offset);
                int difference = first.flip().mismatch(second.flip());
                if (difference >= 0) {
                    fail(path + " differs at byte " + (offset + difference));
                }
                offset += first.limit() == 0 ? size : first.limit();
            }
        }
    }
}
