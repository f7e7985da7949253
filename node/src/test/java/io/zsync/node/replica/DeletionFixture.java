package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileStat;
import io.zsync.node.fs.LinuxRoot;
import io.zsync.node.fs.Root;
import io.zsync.protocol.Comparison;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Entry;
import io.zsync.protocol.FileIdentity;
import io.zsync.protocol.ManifestItem;
import io.zsync.protocol.Message.Change;
import io.zsync.protocol.Metadata;
import io.zsync.protocol.Name;
import io.zsync.protocol.PackRecord;
import io.zsync.protocol.Preservation;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.RuleText;
import io.zsync.protocol.Tally;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A target on a real directory, a manifest that the test writes, and a sender that answers at once. */
abstract class DeletionFixture {
    static final Metadata META = new Metadata(0640, 0, 0, 1_000_000, 7);
    static final Metadata DIRECTORY = new Metadata(0755, 0, 0, 5, 5);
    static final Deletion DELETE = new Deletion(true, Deletion.Limit.DEFAULT, RelativePath.ROOT);
    static final RelativePath KEPT = RelativePath.of("kept");

    /** Sends "new" for every file that is asked for, before the question returns, unless it loses it. */
    private final class Sender implements ContentSource {
        @Override
        public boolean want(Fetch fetch) {
            wanted.add(fetch.path().toString());
            if (lost.contains(fetch.path().toString())) {
                fetch.sourceLost(1, ProblemCode.SOURCE_VANISHED);
                return true;
            }
            byte[] content = "new".getBytes(StandardCharsets.US_ASCII);
            ByteBuffer buffer =
                    ByteBuffer.allocateDirect(content.length).put(content).flip();
            FileIdentity identity = new FileIdentity(content.length, META.mtimeSeconds(), META.mtimeNanos(), 1, 1, 1);
            try (Directory parent = root.directory(fetch.path().parent())) {
                fetch.packed(new PackRecord(fetch.file(), 1, identity, content.length), buffer, () -> parent);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return true;
        }

        @Override
        public void awaitRoom(Fetch fetch) {}

        @Override
        public void awaitIdle() throws InterruptedException {
            synchronized (ended) {
                while (ended.size() < wanted.size()) {
                    ended.wait();
                }
            }
        }

        @Override
        public boolean fillsReserved(Fetch fetch) {
            return true;
        }

        @Override
        public void wantAgain(Fetch fetch) {}

        @Override
        public void done(Fetch fetch, boolean durable) {
            end(fetch.path() + (durable ? " durable" : " done"));
        }

        @Override
        public void refused(Fetch fetch, ProblemCode code) {
            end(fetch.path() + " " + code);
        }

        private void end(String how) {
            synchronized (ended) {
                ended.add(how);
                ended.notifyAll();
            }
        }
    }

    @TempDir
    Path temp;

    Path target;
    Root root;
    Deletion deletion = DELETE;
    Preservation preservation = Preservation.ARCHIVE;
    String typed = "";
    boolean dryRun;
    boolean openModes;
    Durability durability = Durability.NONE;
    FaultyRoot.Fault fault = (call, arguments) -> {};
    boolean trusted = true;
    final List<String> lost = new ArrayList<>();
    final List<String> wanted = Collections.synchronizedList(new ArrayList<>());
    final List<String> ended = Collections.synchronizedList(new ArrayList<>());
    final List<String> problems = Collections.synchronizedList(new ArrayList<>());
    final List<String> changes = Collections.synchronizedList(new ArrayList<>());
    private @Nullable Applier begun;
    Thread publisher = new Thread();
    private long entries;

    @BeforeEach
    void open() throws IOException {
        target = Files.createDirectory(temp.resolve("target"));
        root = FaultyRoot.of(LinuxRoot.open(target), new FaultyRoot.Fault() {
            @Override
            public void before(String call, Object[] arguments) throws IOException {
                fault.before(call, arguments);
            }

            @Override
            public boolean trusted(boolean real) {
                return real && trusted;
            }

            @Override
            public Directory.Listing listed(Directory.Listing real) {
                return new Directory.Listing(
                        real.members().stream().map(member -> mounted(member)).toList(),
                        real.reserved(),
                        real.failures());
            }
        });
    }

    @AfterEach
    void close() throws Exception {
        end();
        root.close();
    }

    /** Everything called {@code mnt} looks as if another file system were mounted there. */
    private static Directory.Member mounted(Directory.Member member) {
        FileStat stat = member.stat();
        return !member.name().equals(Name.of("mnt"))
                ? member
                : new Directory.Member(
                        member.name(),
                        new FileStat(
                                stat.kind(),
                                stat.mode(),
                                stat.uid(),
                                stat.gid(),
                                stat.size(),
                                stat.blocks(),
                                stat.mtimeSeconds(),
                                stat.mtimeNanos(),
                                stat.ctimeSeconds(),
                                stat.ctimeNanos(),
                                stat.inode(),
                                stat.device() + 1,
                                stat.links(),
                                stat.special()));
    }

    private void end() throws Exception {
        if (begun != null) {
            begun.end();
            publisher.join();
            begun.close();
            begun = null;
        }
    }

    Applier applier() {
        return Objects.requireNonNull(begun);
    }

    void begin() throws Exception {
        end();
        wanted.clear();
        ended.clear();
        problems.clear();
        changes.clear();
        entries = 0;
        Reporter reporter = new Reporter() {
            @Override
            public void changed(Change change) {
                changes.add(change.path() + " " + change.kind() + " " + change.action() + " " + change.size());
            }

            @Override
            public void problem(RelativePath path, ProblemCode code, String detail) {
                problems.add(path + " " + code);
            }
        };
        ApplyOptions options = new ApplyOptions(
                dryRun,
                true,
                durability,
                Comparison.BY_TIME,
                false,
                new MetadataRules(preservation, false, true, 022),
                deletion,
                rules(typed),
                openModes);
        Applier applier = new Applier(root, options, new Sender(), reporter, new Random(1), null);
        begun = applier;
        publisher = Thread.ofPlatform().start(() -> {
            try {
                applier.runPublisher();
            } catch (IOException | InterruptedException e) {
                problems.add("publisher: " + e);
            }
        });
        directory(null, "");
    }

    static RuleText rules(String text) {
        return text.isEmpty() ? RuleText.NONE : new RuleText(text.getBytes(StandardCharsets.UTF_8));
    }

    void item(ManifestItem item) throws Exception {
        applier().apply(entries, item);
        if (!(item instanceof ManifestItem.DirEnd)) {
            entries++;
        }
    }

    void directory(@Nullable String name, String ruleFile) throws Exception {
        item(new ManifestItem.DirBegin(
                name == null ? null : Name.of(name), new Entry.Directory(DIRECTORY), rules(ruleFile)));
    }

    void directory(String name) throws Exception {
        directory(name, "");
    }

    void file(String name, int size) throws Exception {
        item(new ManifestItem.Leaf(Name.of(name), new Entry.RegularFile(META, size, false)));
    }

    void linkedFile(String name, int size, int links) throws Exception {
        item(new ManifestItem.Leaf(Name.of(name), new Entry.RegularFile(META, size, false), links));
    }

    void hardLink(String name, long first) throws Exception {
        item(new ManifestItem.HardLink(Name.of(name), first));
    }

    void symlink(String name) throws Exception {
        item(new ManifestItem.Leaf(Name.of(name), new Entry.Symlink(META, new byte[] {'x'})));
    }

    void end(ManifestItem.Listing listing) throws Exception {
        item(new ManifestItem.DirEnd(listing));
    }

    void complete() throws Exception {
        end(ManifestItem.Listing.COMPLETE);
    }

    Tally finish() throws Exception {
        complete();
        return applier().finish();
    }

    void plant(String... paths) throws IOException {
        for (String path : paths) {
            Path file = target.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, "old " + path);
        }
    }

    /** Every path below the target, in order. */
    List<String> tree() throws IOException {
        try (var walk = Files.walk(target)) {
            return walk.skip(1)
                    .map(path -> target.relativize(path).toString())
                    .sorted()
                    .toList();
        }
    }

    boolean exists(String path) {
        return Files.exists(target.resolve(path), LinkOption.NOFOLLOW_LINKS);
    }

    String read(String path) throws IOException {
        return Files.readString(target.resolve(path));
    }

    static Deletion limited(Deletion.Unit unit, long value) {
        return new Deletion(true, new Deletion.Limit(unit, value), RelativePath.ROOT);
    }

    /** Every call of this kind fails, from now on. */
    void failEach(String kind, Errno errno) {
        fault = (call, arguments) -> {
            if (call.equals(kind)) {
                throw failure(errno);
            }
        };
    }

    /** The n-th call of this kind fails, counted from now on. */
    void failOnce(String kind, int n, Errno errno) {
        AtomicInteger calls = new AtomicInteger();
        fault = (call, arguments) -> {
            if (call.equals(kind) && calls.incrementAndGet() == n) {
                throw failure(errno);
            }
        };
    }

    static FileFailure failure(Errno errno) {
        return new FileFailure("a call", "a path", errno, "made to fail");
    }
}
