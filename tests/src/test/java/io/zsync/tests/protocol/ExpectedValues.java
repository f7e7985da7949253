package io.zsync.tests.protocol;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.zsync.protocol.Attribute;
import io.zsync.protocol.Attributes;
import io.zsync.protocol.Comparison;
import io.zsync.protocol.Credits;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.Digest;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Entry;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.FileIdentity;
import io.zsync.protocol.FrameHeader;
import io.zsync.protocol.Limits;
import io.zsync.protocol.LinkPolicy;
import io.zsync.protocol.ManifestItem;
import io.zsync.protocol.Message;
import io.zsync.protocol.Metadata;
import io.zsync.protocol.Mode;
import io.zsync.protocol.ModeEdit;
import io.zsync.protocol.Name;
import io.zsync.protocol.PathChoice;
import io.zsync.protocol.PathPolicy;
import io.zsync.protocol.Preservation;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.RuleText;
import io.zsync.protocol.RunOptions;
import io.zsync.protocol.Selection;
import io.zsync.protocol.SessionId;
import io.zsync.protocol.Tally;
import io.zsync.protocol.Transfer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** What the good vectors say, by the names of their files. */
final class ExpectedValues {
    private static final long MAX = Long.MAX_VALUE;
    private static final Credits ONE = new Credits(1, 1, 1);
    static final SessionId SESSION = SessionId.of(HexFormat.of().parseHex("a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"));

    private static final byte[] ACL =
            HexFormat.of().parseHex("0200000001000600ffffffff04000400ffffffff20000400ffffffff");
    private static final Digest DIGEST =
            Digest.of(HexFormat.of().parseHex("d0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeef"));

    static final Map<String, Message> MESSAGES = Map.ofEntries(
            Map.entry("hello", new Message.Hello(1, 1, 0)),
            Map.entry("hello-edges", new Message.Hello(0xFFFF, 0xFFFF, -1)),
            Map.entry("welcome", new Message.Welcome(1, 0, Credits.DEFAULT)),
            Map.entry("welcome-credits-one", new Message.Welcome(1, 0, ONE)),
            Map.entry("open-push", open(Mode.PUSH, "data", "", Durability.BATCH, Protection.PRIVATE, 4)),
            Map.entry("open-pull", openPull()),
            Map.entry("open-edges", openEdges()),
            Map.entry("open-delete-none", openDeleteNone()),
            Map.entry("open-percent", openPercent()),
            Map.entry("open-long", open(Mode.PUSH, "s".repeat(64), longPath(), Durability.FILE, Protection.SAFE, 1)),
            Map.entry("opened", new Message.Opened(SESSION, 4, Protection.PRIVATE)),
            Map.entry("failure", new Message.Failure(ErrorCode.ROOT_MISSING, "no share \"däta\"")),
            Map.entry("failure-silent", new Message.Failure(ErrorCode.INTERNAL, "")),
            Map.entry("failure-invalid", new Message.Failure(ErrorCode.INVALID_REQUEST, "rules")),
            Map.entry("failure-long", new Message.Failure(ErrorCode.MALFORMED, "d".repeat(1024))),
            Map.entry("manifest-part", emptyTree()),
            Map.entry("manifest-ack", new Message.ManifestAck(300, 7, 1L << 40, false)),
            Map.entry("manifest-ack-edges", new Message.ManifestAck(MAX, MAX, MAX, true)),
            Map.entry("want", new Message.Want(129, 2, 8 << 20, 8 << 20)),
            Map.entry("file-opened", new Message.FileOpened(7, 2, opened())),
            Map.entry(
                    "resume",
                    new Message.Resume(
                            7,
                            opened(),
                            List.of(new Message.Range(8 << 20, 8 << 20), new Message.Range(100_000_000, 1)))),
            Map.entry("resume-edges", resumeEdges()),
            Map.entry("want-edges", new Message.Want(MAX, 3, Limits.FILE_LENGTH - 1, 1)),
            Map.entry("change", change("a/b", Message.Change.Kind.FILE, Message.Change.Action.REPLACE, 7, 4096)),
            Map.entry("change-root", change("", Message.Change.Kind.DIRECTORY, Message.Change.Action.UPDATE, 63, 0)),
            Map.entry("change-metadata", change("f", Message.Change.Kind.FILE, Message.Change.Action.UPDATE, 192, 5)),
            Map.entry(
                    "change-symlink",
                    changeTo("l", Message.Change.Kind.SYMLINK, Message.Change.Action.CREATE, 0, new byte[] {
                        '.', '.', '/', -1
                    })),
            Map.entry(
                    "change-symlink-edges",
                    new Message.Change(
                            RelativePath.of("l"),
                            Message.Change.Kind.SYMLINK,
                            Message.Change.Action.UPDATE,
                            255,
                            MAX,
                            "t".repeat(4095).getBytes(US_ASCII))),
            Map.entry(
                    "change-link",
                    changeTo(
                            "b",
                            Message.Change.Kind.FILE,
                            Message.Change.Action.LINK,
                            5,
                            "a/first".getBytes(US_ASCII))),
            Map.entry(
                    "change-relink",
                    changeTo("b", Message.Change.Kind.FILE, Message.Change.Action.RELINK, 5, "a".getBytes(US_ASCII))),
            Map.entry("change-device", change("d", Message.Change.Kind.DEVICE, Message.Change.Action.CREATE, 0, 0)),
            Map.entry(
                    "change-delete", change("x/y", Message.Change.Kind.DIRECTORY, Message.Change.Action.DELETE, 0, 0)),
            Map.entry("change-special", change("p", Message.Change.Kind.SPECIAL, Message.Change.Action.CREATE, 0, 0)),
            Map.entry(
                    "problem",
                    new Message.Problem(
                            RelativePath.of(new byte[] {'d', '/', -1, -2}),
                            ProblemCode.SOURCE_UNREADABLE,
                            "open d/\\xff\\xfe: EACCES")),
            Map.entry("problem-metadata", new Message.Problem(RelativePath.of("f"), ProblemCode.METADATA_LOST, "ACL")),
            Map.entry("problem-skipped", new Message.Problem(RelativePath.of("f"), ProblemCode.METADATA_SKIPPED, "")),
            Map.entry("problem-last", new Message.Problem(RelativePath.of("x"), ProblemCode.NAME_REFUSED, "")),
            Map.entry(
                    "file-sent",
                    new Message.FileSent(
                            1, 1, new FileIdentity(5, 1_700_000_000, 123_456_789, 1_700_000_001, 999_999_999, 12_345))),
            Map.entry(
                    "file-sent-edges",
                    new Message.FileSent(MAX, 3, new FileIdentity(Limits.FILE_LENGTH, Long.MIN_VALUE, 0, -1, 1, -1))),
            Map.entry(
                    "source-changed",
                    new Message.SourceChanged(
                            4, 1, new Entry.RegularFile(new Metadata(07777, -1, -2, -1, 999_999_999), 6, true))),
            Map.entry(
                    "source-changed-digest",
                    new Message.SourceChanged(
                            4,
                            2,
                            new Entry.RegularFile(
                                    metadata(04755, attribute("system.posix_acl_access", ACL), attribute("user.a")),
                                    6,
                                    false,
                                    DIGEST))),
            Map.entry("source-lost", new Message.SourceLost(4, 3, ProblemCode.SOURCE_VANISHED)),
            Map.entry("chunk-rejected", new Message.ChunkRejected(4, 1, 0, 8 << 20)),
            Map.entry("pack-rejected", new Message.PackRejected(15, 1_000_000)),
            Map.entry("file-done", new Message.FileDone(4, true)),
            Map.entry("file-refused", new Message.FileRefused(4, ProblemCode.TARGET_FAILED)),
            Map.entry(
                    "applied",
                    new Message.Applied(new Tally(1, 200, 3, 40_000, 5, 6, 7, 50_000, 1L << 33, Durability.BATCH))),
            Map.entry(
                    "applied-edges",
                    new Message.Applied(new Tally(MAX, MAX, MAX, MAX, MAX, MAX, MAX, MAX, MAX, Durability.NONE))),
            Map.entry("heartbeat", new Message.Heartbeat(128, true)),
            Map.entry("bye", new Message.Bye()),
            Map.entry(
                    "moved",
                    new Message.Moved(RelativePath.of("a/b"), DataPath.SENDFILE, PathChoice.KERNEL_SENDS, 1 << 20)),
            Map.entry(
                    "moved-compressed",
                    new Message.Moved(RelativePath.of("f"), DataPath.BUFFERED, PathChoice.COMPRESSED, 100_000)),
            Map.entry(
                    "moved-plain",
                    new Message.Moved(RelativePath.of("f"), DataPath.SENDFILE, PathChoice.NOT_COMPRESSIBLE, 100_000)),
            Map.entry("path-totals", new Message.PathTotals(1 << 20, 0, 5)));

    static final Map<String, List<ManifestItem>> MANIFESTS = Map.of(
            "empty-tree", List.of(root(0755), end(ManifestItem.Listing.COMPLETE)),
            "order",
                    List.of(
                            root(0755),
                            directory("a", 0755, ""),
                            file("x".getBytes(US_ASCII), 5),
                            end(ManifestItem.Listing.COMPLETE),
                            file("a-b".getBytes(US_ASCII), 5),
                            directory("a.b", 0755, ""),
                            end(ManifestItem.Listing.COMPLETE),
                            file("a0".getBytes(US_ASCII), 5),
                            file(new byte[] {-1}, 5),
                            end(ManifestItem.Listing.COMPLETE)),
            "kinds",
                    List.of(
                            root(01777),
                            directory("d", 02755, "*.o\n!keep.o\n"),
                            end(ManifestItem.Listing.PARTLY),
                            file("f".getBytes(US_ASCII), 0),
                            leaf("l", new Entry.Symlink(metadata(0777), "../ä".getBytes(UTF_8))),
                            directory("m", 0, ""),
                            end(ManifestItem.Listing.UNREADABLE),
                            leaf("p1", new Entry.Special(metadata(0644), Entry.SpecialKind.FIFO, 0)),
                            leaf("p2", new Entry.Special(metadata(0644), Entry.SpecialKind.SOCKET, 0)),
                            leaf("p3", new Entry.Special(metadata(0644), Entry.SpecialKind.CHARACTER_DEVICE, 0)),
                            leaf("p4", new Entry.Special(metadata(0644), Entry.SpecialKind.BLOCK_DEVICE, 0)),
                            leaf("s", new Entry.RegularFile(metadata(0644), 1L << 40, true)),
                            end(ManifestItem.Listing.COMPLETE)),
            "edges",
                    List.of(
                            root(0755),
                            file("\n".getBytes(US_ASCII), 5),
                            leaf(
                                    "...",
                                    new Entry.RegularFile(
                                            new Metadata(07777, -1, -1, Long.MIN_VALUE, 999_999_999),
                                            Limits.FILE_LENGTH,
                                            false)),
                            leaf(
                                    ".zsync-0123456789abcde",
                                    new Entry.RegularFile(new Metadata(0644, 1000, 1000, MAX, 123_456_789), 5, false)),
                            file("n".repeat(255).getBytes(US_ASCII), 5),
                            leaf(
                                    "o",
                                    new Entry.Symlink(
                                            metadata(0777), "t".repeat(4095).getBytes(US_ASCII))),
                            file(new byte[] {(byte) 0x80, -2}, 5),
                            end(ManifestItem.Listing.COMPLETE)),
            "attributes",
                    List.of(
                            new ManifestItem.DirBegin(
                                    null,
                                    new Entry.Directory(metadata(
                                            0755,
                                            attribute(Attribute.ACL_DEFAULT, ACL),
                                            attribute(Attribute.ACL_ACCESS, ACL))),
                                    RuleText.NONE),
                            leaf(
                                    "f",
                                    new Entry.RegularFile(
                                            metadata(
                                                    0644,
                                                    attribute("user.a", (byte) 0, (byte) -1, (byte) '\n'),
                                                    attribute("user.b")),
                                            5,
                                            false)),
                            leaf("l", new Entry.Symlink(metadata(0777, attribute("trusted.x", (byte) '1')), new byte[] {
                                't'
                            })),
                            leaf(
                                    "p",
                                    new Entry.Special(
                                            metadata(0644, attribute("security.y", (byte) '2')),
                                            Entry.SpecialKind.FIFO,
                                            0)),
                            end(ManifestItem.Listing.COMPLETE)),
            "attributes-edges",
                    List.of(
                            root(0755),
                            leaf(
                                    "f",
                                    new Entry.RegularFile(
                                            metadata(
                                                    0644,
                                                    attribute("a"),
                                                    attribute(
                                                            "b", "v".repeat(300).getBytes(US_ASCII)),
                                                    attribute("n".repeat(255), (byte) '1'),
                                                    attribute("user.\u00e9", (byte) '2'),
                                                    attribute("user.\uffee", (byte) '3'),
                                                    attribute("user.\ud83d\ude00", (byte) '4')),
                                            5,
                                            false)),
                            end(ManifestItem.Listing.COMPLETE)),
            "links",
                    List.of(
                            root(0755),
                            linked("a", 3, plainFile()),
                            directory("d", 0755, ""),
                            hardLink("a", 1),
                            linked("l", 2, new Entry.Symlink(metadata(0777), new byte[] {'t'})),
                            end(ManifestItem.Listing.COMPLETE),
                            hardLink("e", 1),
                            hardLink("f", 4),
                            linked("g", 2, new Entry.Special(metadata(0644), Entry.SpecialKind.BLOCK_DEVICE, 0x801)),
                            hardLink("h", 7),
                            linked("z", Integer.MAX_VALUE, plainFile()),
                            end(ManifestItem.Listing.COMPLETE)),
            "devices",
                    List.of(
                            root(0755),
                            leaf("a", new Entry.Special(metadata(0644), Entry.SpecialKind.CHARACTER_DEVICE, 0x103)),
                            leaf("b", new Entry.Special(metadata(0644), Entry.SpecialKind.BLOCK_DEVICE, MAX)),
                            leaf("c", new Entry.Special(metadata(0644), Entry.SpecialKind.CHARACTER_DEVICE, 0)),
                            end(ManifestItem.Listing.COMPLETE)),
            "digests",
                    List.of(
                            root(0755),
                            leaf("a", new Entry.RegularFile(metadata(0644), 5, false, DIGEST)),
                            linked("b", 2, new Entry.RegularFile(metadata(0644), 0, false, Digest.of(new byte[32]))),
                            end(ManifestItem.Listing.COMPLETE)));

    static final Map<String, FrameHeader> HEADERS = Map.of(
            "chunk", new FrameHeader(FrameHeader.Type.CHUNK, 0, 1, 0, 7, 1L << 33, 5, 5),
            "chunk-edges", new FrameHeader(FrameHeader.Type.CHUNK, 0, 3, MAX, MAX, Limits.FILE_LENGTH - 1, 1, 1),
            "hole", new FrameHeader(FrameHeader.Type.HOLE, 0, 2, 1, 7, 4096, 0, 1L << 40),
            "pack", new FrameHeader(FrameHeader.Type.PACK, 0, 0, 2, 2, 0, 113, 113),
            "chunk-lz4", new FrameHeader(FrameHeader.Type.CHUNK, 1, 1, 3, 7, 1L << 33, 4129, 1 << 20),
            "chunk-lz4-small", new FrameHeader(FrameHeader.Type.CHUNK, 1, 2, 0, 7, 0, 18, 64),
            "pack-lz4", new FrameHeader(FrameHeader.Type.PACK, 1, 0, 2, 2, 0, 119, 311));

    private ExpectedValues() {}

    private static FileIdentity opened() {
        return new FileIdentity(100_000_001, 1_700_000_000, 123_456_789, 1_700_000_001, 999_999_999, 12_345);
    }

    private static Message.Resume resumeEdges() {
        return new Message.Resume(
                MAX,
                new FileIdentity(Limits.FILE_LENGTH, 1_700_000_000, 123_456_789, 1_700_000_001, 999_999_999, 12_345),
                List.of(
                        new Message.Range(0, 1),
                        new Message.Range(2, 1),
                        new Message.Range(Limits.FILE_LENGTH - 1, 1)));
    }

    private static Message.Open open(
            Mode mode, String share, String path, Durability durability, Protection protection, int streams) {
        RunOptions options = new RunOptions(
                false,
                false,
                false,
                durability,
                new Transfer(PathPolicy.AUTO, streams, false, 0),
                Comparison.BY_TIME,
                Selection.ALL,
                Preservation.ARCHIVE,
                Deletion.NONE);
        return new Message.Open(mode, share, RelativePath.of(path), options, protection, Credits.DEFAULT);
    }

    private static Message.Open openPull() {
        RunOptions options = new RunOptions(
                true,
                true,
                true,
                Durability.NONE,
                new Transfer(PathPolicy.BUFFERED, 16, true, 10 << 20),
                new Comparison(true, true),
                new Selection(
                        new RuleText("*.o\n!keep.o\n".getBytes(US_ASCII)),
                        Name.of(new byte[] {'.', -1}),
                        true,
                        LinkPolicy.SKIP),
                new Preservation(
                        false,
                        false,
                        false,
                        true,
                        true,
                        true,
                        0,
                        1001,
                        List.of(new ModeEdit(true, false, 022, 0700, 0), new ModeEdit(false, true, 07777, 0600, 0100))),
                new Deletion(true, new Deletion.Limit(Deletion.Unit.PERCENT, 50), RelativePath.of(new byte[] {
                    '.', 'o', 'l', 'd', '/', -2
                })));
        RelativePath path = RelativePath.of(new byte[] {'a', '/', -1});
        return new Message.Open(Mode.PULL, "größe", path, options, Protection.CLEAR, ONE);
    }

    private static Message.Open openEdges() {
        List<ModeEdit> edits = new ArrayList<>(List.of(new ModeEdit(false, false, 0, 0, 0)));
        edits.addAll(Collections.nCopies(31, new ModeEdit(true, true, 07777, 07777, 07777)));
        return open(
                new Transfer(PathPolicy.AUTO, 4, true, MAX),
                Comparison.BY_TIME,
                new Selection(
                        new RuleText("r".repeat(200).getBytes(US_ASCII)),
                        Name.of("n".repeat(255)),
                        false,
                        LinkPolicy.FOLLOW),
                new Preservation(true, true, true, true, false, false, -2, 0, edits),
                new Deletion(true, new Deletion.Limit(Deletion.Unit.PATHS, MAX), RelativePath.ROOT));
    }

    private static Message.Open openDeleteNone() {
        return open(
                new Transfer(PathPolicy.SENDFILE, 4, false, 0),
                Comparison.BY_TIME,
                Selection.ALL,
                new Preservation(
                        false,
                        true,
                        false,
                        true,
                        false,
                        true,
                        Preservation.AS_SOURCE,
                        Preservation.AS_SOURCE,
                        List.of()),
                new Deletion(true, new Deletion.Limit(Deletion.Unit.PATHS, 0), RelativePath.ROOT));
    }

    private static Message.Open openPercent() {
        return open(
                new Transfer(PathPolicy.MAPPED, 4, false, 0),
                Comparison.BY_CHECKSUM,
                Selection.ALL,
                new Preservation(
                        true,
                        false,
                        true,
                        false,
                        true,
                        false,
                        Preservation.AS_SOURCE,
                        Preservation.AS_SOURCE,
                        List.of()),
                new Deletion(true, new Deletion.Limit(Deletion.Unit.PERCENT, 100), RelativePath.of("b")));
    }

    private static Message.Open open(
            Transfer transfer,
            Comparison comparison,
            Selection selection,
            Preservation preservation,
            Deletion deletion) {
        RunOptions options = new RunOptions(
                false, false, false, Durability.BATCH, transfer, comparison, selection, preservation, deletion);
        return new Message.Open(Mode.PUSH, "s", RelativePath.ROOT, options, Protection.PRIVATE, Credits.DEFAULT);
    }

    private static String longPath() {
        return String.join("/", Collections.nCopies(16, "n".repeat(255)));
    }

    private static Message.Change change(
            String path, Message.Change.Kind kind, Message.Change.Action action, int attributes, long size) {
        return new Message.Change(RelativePath.of(path), kind, action, attributes, size, new byte[0]);
    }

    private static Message.Change changeTo(
            String path, Message.Change.Kind kind, Message.Change.Action action, long size, byte[] target) {
        return new Message.Change(RelativePath.of(path), kind, action, 0, size, target);
    }

    private static Message.ManifestPart emptyTree() {
        byte[] plain = Vector.load("manifest/empty-tree").bytes();
        return Decoding.part(plain);
    }

    private static Metadata metadata(int mode) {
        return new Metadata(mode, 1000, 1000, 1_700_000_000, 123_456_789);
    }

    private static Metadata metadata(int mode, Attribute... attributes) {
        return metadata(mode).with(Attributes.of(List.of(attributes)));
    }

    private static Attribute attribute(String name, byte... value) {
        return new Attribute(name, value);
    }

    private static Entry.RegularFile plainFile() {
        return new Entry.RegularFile(metadata(0644), 5, false);
    }

    private static ManifestItem linked(String name, int links, Entry entry) {
        return new ManifestItem.Leaf(Name.of(name), entry, links);
    }

    private static ManifestItem hardLink(String name, long first) {
        return new ManifestItem.HardLink(Name.of(name), first);
    }

    private static ManifestItem root(int mode) {
        return new ManifestItem.DirBegin(null, new Entry.Directory(metadata(mode)), RuleText.NONE);
    }

    private static ManifestItem directory(String name, int mode, String rules) {
        return new ManifestItem.DirBegin(
                Name.of(name), new Entry.Directory(metadata(mode)), new RuleText(rules.getBytes(US_ASCII)));
    }

    private static ManifestItem file(byte[] name, long size) {
        return new ManifestItem.Leaf(Name.of(name), new Entry.RegularFile(metadata(0644), size, false));
    }

    private static ManifestItem leaf(String name, Entry entry) {
        return new ManifestItem.Leaf(Name.of(name), entry);
    }

    private static ManifestItem end(ManifestItem.Listing listing) {
        return new ManifestItem.DirEnd(listing);
    }
}
