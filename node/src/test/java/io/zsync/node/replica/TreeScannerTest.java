package io.zsync.node.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zsync.node.fs.AttributeKinds;
import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileStat;
import io.zsync.node.fs.LinuxRoot;
import io.zsync.node.fs.OpenFile;
import io.zsync.node.fs.Root;
import io.zsync.protocol.ManifestEncoder;
import io.zsync.protocol.ManifestItem;
import io.zsync.protocol.Name;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.Selection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TreeScannerTest {
    @TempDir
    Path source;

    private final List<String> told = new ArrayList<>();
    private boolean hardLinks;
    private boolean digests;
    private AttributeKinds kinds = AttributeKinds.NONE;
    private FaultyRoot.Fault fault = (call, arguments) -> {};

    private List<String> scan() throws Exception {
        ManifestEncoder order = new ManifestEncoder();
        TreeScanner.Visitor visitor = new TreeScanner.Visitor() {
            @Override
            public void visit(RelativePath path, ManifestItem item, @Nullable FileStat stat) {
                order.add(item);
                told.add(
                        switch (item) {
                            case ManifestItem.DirBegin begin -> "begin " + path;
                            case ManifestItem.Leaf leaf ->
                                path.child(leaf.name()).toString();
                            case ManifestItem.HardLink link -> path.child(link.name()) + " = " + link.first();
                            case ManifestItem.DirEnd end -> "end " + path + " " + end.listing();
                        });
            }

            @Override
            public void problem(RelativePath path, ProblemCode code, String detail) {
                told.add(path + " " + code);
            }

            @Override
            public void next() {}
        };
        try (Root root = FaultyRoot.of(LinuxRoot.open(source), (call, arguments) -> fault.before(call, arguments))) {
            ScanOptions options = new ScanOptions(Selection.ALL, hardLinks);
            EntryReader reader = new EntryReader(kinds, digests, new Hashing());
            new TreeScanner(root, options, reader, visitor).scan();
        }
        return told;
    }

    private void failsOn(String call, String name, Errno errno) {
        fault = (made, arguments) -> {
            if (made.equals(call) && arguments.length > 0 && arguments[0].equals(Name.of(name))) {
                throw new FileFailure(call, name, errno, "made to fail");
            }
        };
    }

    @Test
    void walksInTheOrderOfTheManifest() throws Exception {
        try (Root root = LinuxRoot.open(source);
                Directory top = root.directory(RelativePath.ROOT)) {
            for (String name : new String[] {"a0", "a.b", "a-b"}) {
                top.create(Name.of(name)).close();
            }
            try (OpenFile last = top.create(Name.of(new byte[] {(byte) 0xff}))) {
                last.setSize(1);
            }
        }
        Files.createDirectory(source.resolve("a"));
        Files.writeString(source.resolve("a/x"), "x");
        Files.writeString(source.resolve(".zsync-0123456789abcdef"), "never offered");
        String root = RelativePath.ROOT.toString();
        String last = RelativePath.ROOT.child(Name.of(new byte[] {(byte) 0xff})).toString();
        assertEquals(
                List.of(
                        "begin " + root,
                        "begin a",
                        "a/x",
                        "end a COMPLETE",
                        "a-b",
                        "a.b",
                        "a0",
                        last,
                        "end " + root + " COMPLETE"),
                scan());
    }

    @Test
    void namesADirectoryThatCannotBeReadAndGoesOn() throws Exception {
        Files.createDirectories(source.resolve("closed/inside"));
        Files.writeString(source.resolve("open"), "x");
        failsOn("directory", "closed", Errno.ACCES);
        assertEquals(
                List.of("closed SOURCE_UNREADABLE", "begin closed", "end closed UNREADABLE", "open"),
                scan().subList(1, 5));
    }

    @Test
    void passesOverWhatVanishedSinceTheListing() throws Exception {
        Path gone = Files.createDirectory(source.resolve("gone"));
        Files.createSymbolicLink(source.resolve("link"), Path.of("x"));
        fault = (call, arguments) -> {
            if (call.equals("directory") && arguments[0].equals(Name.of("gone"))) {
                Files.delete(gone);
            }
        };
        assertEquals(3, scan().size());
        told.clear();
        failsOn("readLink", "link", Errno.NOENT);
        assertEquals(2, scan().size(), told.toString());
        assertEquals("COMPLETE", told.getLast().substring(told.getLast().lastIndexOf(' ') + 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"y", "longer"})
    void takesNoObjectForANameOfAnotherThatHadItsInode(String content) throws Exception {
        for (String directory : new String[] {"d1", "d2", "d3"}) {
            Files.createDirectory(source.resolve(directory));
        }
        Path first = Files.writeString(source.resolve("d1/a"), "x");
        Path second = Files.createLink(source.resolve("d2/b"), first);
        Files.createLink(source.resolve("d3/c"), first);
        hardLinks = true;
        fault = (call, arguments) -> {
            if (call.equals("directory") && arguments[0].equals(Name.of("d2"))) {
                Files.writeString(second, content);
                Files.setLastModifiedTime(second, FileTime.fromMillis(content.length()));
            }
        };
        assertEquals(
                List.of("d1/a", "d2/b", "d3/c = 4"),
                scan().stream().filter(line -> line.startsWith("d")).toList());
    }

    @Test
    void marksADirectoryOfWhichSomethingIsMissing() throws Exception {
        Files.createSymbolicLink(source.resolve("link"), Path.of("x"));
        failsOn("readLink", "link", Errno.IO);
        assertEquals("link SOURCE_UNREADABLE", scan().get(1));
        assertEquals("PARTLY", told.getLast().substring(told.getLast().lastIndexOf(' ') + 1));
    }

    @Test
    void failsWhenTheRootItselfCannotBeRead() {
        fault = (call, arguments) -> {
            if (call.equals("list")) {
                throw new FileFailure(call, "root", Errno.ACCES, "made to fail");
            }
        };
        org.junit.jupiter.api.Assertions.assertThrows(IOException.class, this::scan);
        assertEquals(List.of(), told);
    }
}
