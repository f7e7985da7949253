package io.zsync.node.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.zsync.node.fs.AttributeKinds;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileStat;
import io.zsync.node.fs.Links;
import io.zsync.node.fs.LinuxRoot;
import io.zsync.node.fs.Root;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.Limits;
import io.zsync.protocol.LinkPolicy;
import io.zsync.protocol.ManifestItem;
import io.zsync.protocol.Name;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.ProtocolException;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.RuleText;
import io.zsync.protocol.Selection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of a tree is scanned: rules, rule files, one file system, symlinks that are followed. */
class SelectionScanTest {
    private static final String SLOW = "*ab*ab*ab*ab*abc";

    @TempDir
    Path temp;

    private Path source;
    private final List<String> told = new ArrayList<>();
    private String typed = "";
    private Name ruleFile = Selection.DEFAULT_RULE_FILE;
    private boolean oneFileSystem;
    private LinkPolicy links = LinkPolicy.KEEP;
    private boolean digests;
    private FaultyRoot.Fault fault = (call, arguments) -> {};

    @BeforeEach
    void makeSource() throws Exception {
        source = Files.createDirectory(temp.resolve("source"));
    }

    private void file(String path, String content) throws Exception {
        Path file = source.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private final class Telling implements TreeScanner.Visitor {
        @Override
        public void visit(RelativePath path, ManifestItem item, @Nullable FileStat stat) {
            told.add(
                    switch (item) {
                        case ManifestItem.DirBegin begin ->
                            path + "/" + (begin.rules().isEmpty() ? "" : " " + begin.rules());
                        case ManifestItem.Leaf leaf -> path.child(leaf.name()).toString();
                        case ManifestItem.HardLink link ->
                            path.child(link.name()).toString();
                        case ManifestItem.DirEnd end -> "end " + path + " " + end.listing();
                    });
        }

        @Override
        public void problem(RelativePath path, ProblemCode code, String detail) {
            told.add(path + ": " + code + " " + detail);
        }

        @Override
        public void next() {}
    }

    /** All that the scan tells, but for the begin of the root. */
    private List<String> scan() throws Exception {
        told.clear();
        Selection selection =
                new Selection(new RuleText(typed.getBytes(StandardCharsets.UTF_8)), ruleFile, oneFileSystem, links);
        Links how = links == LinkPolicy.FOLLOW ? Links.FOLLOW_ANYWHERE : Links.KEEP;
        try (Root root = FaultyRoot.of(
                LinuxRoot.open(source, RelativePath.ROOT, "source", how),
                (call, arguments) -> fault.before(call, arguments))) {
            EntryReader reader = new EntryReader(AttributeKinds.NONE, digests, new Hashing());
            new TreeScanner(root, new ScanOptions(selection, false), reader, new Telling()).scan();
        }
        return told.subList(1, told.size());
    }

    private String refused() {
        ProtocolException refused = assertThrows(ProtocolException.class, this::scan);
        assertEquals(ErrorCode.INVALID_REQUEST, refused.code());
        return String.valueOf(refused.getMessage());
    }

    @Test
    void neitherTellsNorEntersWhatTheTypedRulesLeaveOut() throws Exception {
        file("a.tmp", "");
        file("b", "");
        file("build/keep", "");
        file("sub/build/keep", "");
        file("sub/x.tmp", "");
        file("sub/y", "");
        typed = "*.tmp\n/build/\n!keep\n!x.tmp";
        fault = (call, arguments) -> {
            if (call.equals("directory") && arguments[0].equals(Name.of("build")) && told.size() < 3) {
                throw new FileFailure(call, "build", Errno.IO, "entered what was left out");
            }
        };
        assertEquals(
                List.of(
                        "b",
                        "sub/",
                        "sub/build/",
                        "sub/build/keep",
                        "end sub/build COMPLETE",
                        "sub/x.tmp",
                        "sub/y",
                        "end sub COMPLETE",
                        "end . COMPLETE"),
                scan());
    }

    @Test
    void readsTheRuleFilesOnTheWayDownAndTellsThem() throws Exception {
        file(".zsyncignore", "*.o\n");
        file("a.o", "");
        file("sub/.zsyncignore", "!b.o\nc");
        file("sub/a.o", "");
        file("sub/b.o", "");
        file("sub/c", "");
        file("t/b.o", "");
        file("t/c", "");
        assertEquals(
                List.of(
                        "./ *.o\\n",
                        ".zsyncignore",
                        "sub/ !b.o\\nc",
                        "sub/.zsyncignore",
                        "sub/b.o",
                        "end sub COMPLETE",
                        "t/",
                        "t/c",
                        "end t COMPLETE",
                        "end . COMPLETE"),
                told(scan()));
        typed = "!*.o\n.rules";
        ruleFile = Name.of(".rules");
        file(".rules", "a.o\nsub\nt");
        assertEquals(List.of("./ a.o\\nsub\\nt", ".zsyncignore", "a.o", "end . COMPLETE"), told(scan()));
    }

    /** With the begin of the root. */
    private List<String> told(List<String> rest) {
        assertEquals(told.size() - 1, rest.size());
        return told;
    }

    @Test
    void takesOnlyARegularFileForARuleFile() throws Exception {
        file("rules", "*");
        file("link/x", "");
        Files.createSymbolicLink(source.resolve("link/.zsyncignore"), Path.of("../rules"));
        file("sub/.zsyncignore/x", "");
        assertEquals(
                List.of(
                        "link/",
                        "link/.zsyncignore",
                        "link/x",
                        "end link COMPLETE",
                        "rules",
                        "sub/",
                        "sub/.zsyncignore/",
                        "sub/.zsyncignore/x",
                        "end sub/.zsyncignore COMPLETE",
                        "end sub COMPLETE",
                        "end . COMPLETE"),
                scan());
    }

    @Test
    void offersNothingOfADirectoryWhoseRulesItCannotUse() throws Exception {
        file("long/.zsyncignore", "#".repeat(Limits.RULES_LENGTH + 1));
        file("long/x", "");
        file("longest/.zsyncignore", "#".repeat(Limits.RULES_LENGTH));
        file("secret/.zsyncignore", "x");
        file("secret/x", "");
        file("slow/.zsyncignore", "x\n" + SLOW);
        file("slow/x", "");
        file("z", "");
        fault = (call, arguments) -> {
            if (call.equals("open") && told.getLast().equals("end longest COMPLETE")) {
                throw new FileFailure(call, ".zsyncignore", Errno.ACCES, "made to fail");
            }
        };
        List<String> scanned = scan();
        scanned.removeIf(line -> line.startsWith("longest/ ###"));
        assertEquals(
                List.of(
                        "long: SOURCE_UNREADABLE .zsyncignore: 65537 bytes, at most 65536",
                        "long/",
                        "end long UNREADABLE",
                        "longest/.zsyncignore",
                        "end longest COMPLETE",
                        "secret: SOURCE_UNREADABLE .zsyncignore: open: made to fail",
                        "secret/",
                        "end secret UNREADABLE",
                        "slow: SOURCE_UNREADABLE .zsyncignore: line 2 takes too long to match; have fewer * and **"
                                + " in one pattern",
                        "slow/",
                        "end slow UNREADABLE",
                        "z",
                        "end . COMPLETE"),
                scanned);
    }

    @Test
    void offersNothingOfADirectoryWhoseRulesItCannotLookAt() throws Exception {
        file("sub/below/x", "");
        file("sub/y", "");
        Files.createSymbolicLink(source.resolve("sub/.zsyncignore"), Path.of("nowhere"));
        links = LinkPolicy.FOLLOW;
        assertEquals(
                List.of(
                        "sub: SOURCE_UNREADABLE .zsyncignore: openat2: dangling link",
                        "sub/",
                        "end sub UNREADABLE",
                        "end . COMPLETE"),
                scan());
    }

    @Test
    void takesARuleFileThatVanishedForNone() throws Exception {
        file("sub/.zsyncignore", "x");
        file("sub/x", "");
        fault = (call, arguments) -> {
            if (call.equals("open")) {
                throw new FileFailure(call, ".zsyncignore", Errno.NOENT, "made to fail");
            }
        };
        assertEquals(List.of("sub/", "sub/.zsyncignore", "sub/x", "end sub COMPLETE", "end . COMPLETE"), scan());
    }

    @Test
    void refusesRulesThatLeaveNothing() throws Exception {
        typed = "*\n";
        assertEquals(List.of("end . COMPLETE"), scan());
        file("a", "");
        file("sub/b", "");
        assertEquals("rules: nothing of the source is left (source)", refused());
        assertEquals(List.of("./"), told);
        typed = "*\n!/sub/";
        assertEquals(List.of("sub/", "end sub COMPLETE", "end . COMPLETE"), scan());
        typed = "";
        file(".zsyncignore", "*");
        assertEquals("rules: nothing of the source is left (source)", refused());
    }

    @Test
    void refusesTypedRulesThatTakeTooLong() {
        typed = "x\n" + SLOW;
        assertEquals("rules: line 2 takes too long to match; have fewer * and ** in one pattern", refused());
        assertEquals(List.of(), told);
    }

    @Test
    void staysOnTheFileSystemOfTheRoot() throws Exception {
        Files.createSymbolicLink(source.resolve("elsewhere"), Path.of("/proc/self/fdinfo"));
        file("sub/x", "");
        links = LinkPolicy.FOLLOW;
        oneFileSystem = true;
        assertEquals(
                List.of("elsewhere/", "end elsewhere PARTLY", "sub/", "sub/x", "end sub COMPLETE", "end . COMPLETE"),
                scan());
        oneFileSystem = false;
        typed = "/elsewhere/*";
        assertEquals("end elsewhere COMPLETE", scan().get(1));
        Files.delete(source.resolve("elsewhere"));
    }

    @Test
    void followsNoLinkIntoADirectoryItIsIn() throws Exception {
        file("a/b/x", "");
        Files.createSymbolicLink(source.resolve("a/b/top"), source);
        Files.createSymbolicLink(source.resolve("a/b/up"), Path.of("../../a"));
        Files.createSymbolicLink(source.resolve("c"), Path.of("a/b"));
        links = LinkPolicy.FOLLOW;
        String refused = ": SOURCE_UNREADABLE symlink to a directory that it is in";
        assertEquals(
                List.of(
                        "a/",
                        "a/b/",
                        "a/b/top" + refused,
                        "a/b/up" + refused,
                        "a/b/x",
                        "end a/b PARTLY",
                        "end a COMPLETE",
                        "c/",
                        "c/top" + refused,
                        "c/up/",
                        "c/up/b" + refused,
                        "end c/up PARTLY",
                        "c/x",
                        "end c PARTLY",
                        "end . COMPLETE"),
                scan());
    }

    private void deletesBefore(String call, Path path) {
        fault = (made, arguments) -> {
            if (made.equals(call) && told.size() == 1) {
                Files.deleteIfExists(path);
            }
        };
    }

    private Path followADirectoryElsewhere() throws Exception {
        Path elsewhere = Files.createDirectory(temp.resolve("elsewhere"));
        Files.createSymbolicLink(source.resolve("link"), elsewhere);
        links = LinkPolicy.FOLLOW;
        return elsewhere;
    }

    @Test
    void tellsALinkThatCameToDangleSinceTheListing() throws Exception {
        Path elsewhere = followADirectoryElsewhere();
        deletesBefore("directory", elsewhere);
        List<String> unreadable = List.of(
                "link: SOURCE_UNREADABLE openat2: dangling link", "link/", "end link UNREADABLE", "end . COMPLETE");
        assertEquals(unreadable, scan());
        Files.createFile(elsewhere);
        deletesBefore("open", elsewhere);
        digests = true;
        assertEquals(List.of("link: SOURCE_UNREADABLE openat2: dangling link", "end . PARTLY"), scan());
    }

    @Test
    void tellsALinkWhoseDirectoryVanishesAsItIsRead() throws Exception {
        Path elsewhere = followADirectoryElsewhere();
        deletesBefore("list", elsewhere);
        assertEquals(
                List.of(
                        "link: SOURCE_UNREADABLE getdents64: No such file or directory",
                        "link/",
                        "end link UNREADABLE",
                        "end . COMPLETE"),
                scan());
    }
}
