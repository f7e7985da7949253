package io.zsync.node.replica;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.LinuxRoot;
import io.zsync.node.fs.Root;
import io.zsync.protocol.Comparison;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Entry;
import io.zsync.protocol.FileIdentity;
import io.zsync.protocol.ManifestItem;
import io.zsync.protocol.Message;
import io.zsync.protocol.Metadata;
import io.zsync.protocol.Name;
import io.zsync.protocol.Preservation;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.RuleText;
import io.zsync.protocol.Tally;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A real directory, content that the test feeds, and calls that it watches, lets fail, or lets find what is not so. */
abstract class ApplierFixture {
    static final Metadata META = new Metadata(0640, 0, 0, 1_000_000, 7);
    static final int LENGTH = 100_000;

    /** Gives room for everything; the test plays the sender. */
    static final class FedContent implements ContentSource {
        final List<Fetch> wanted = Collections.synchronizedList(new ArrayList<>());
        final List<String> ended = Collections.synchronizedList(new ArrayList<>());
        boolean reserves = true;
        private int outstanding;

        @Override
        public synchronized boolean want(Fetch fetch) {
            outstanding++;
            wanted.add(fetch);
            return true;
        }

        @Override
        public void awaitRoom(Fetch fetch) {}

        @Override
        public synchronized void awaitIdle() throws InterruptedException {
            while (outstanding > 0) {
                wait();
            }
        }

        @Override
        public boolean fillsReserved(Fetch fetch) {
            return reserves;
        }

        @Override
        public void wantAgain(Fetch fetch) {
            wanted.add(fetch);
        }

        @Override
        public void done(Fetch fetch, boolean durable) {
            end(fetch.path() + " done");
        }

        @Override
        public void refused(Fetch fetch, ProblemCode code) {
            end(fetch.path() + " " + code);
        }

        synchronized void forget() {
            outstanding = 0;
        }

        private synchronized void end(String how) {
            outstanding--;
            ended.add(how);
            notifyAll();
        }
    }

    @TempDir
    Path target;

    final FedContent content = new FedContent();
    Preservation preservation = Preservation.ARCHIVE;
    boolean granted;

    @Nullable
    JournalPlace place;

    final List<String> problems = Collections.synchronizedList(new ArrayList<>());
    FaultyRoot.Fault fault = (call, arguments) -> {};
    long roomBytes = Long.MAX_VALUE;
    Root root;
    private @Nullable Applier begun;
    Thread publisher = new Thread();
    long entries;

    @BeforeEach
    void open() throws IOException {
        root = FaultyRoot.of(LinuxRoot.open(target), new FaultyRoot.Fault() {
            @Override
            public void before(String call, Object[] arguments) throws IOException {
                fault.before(call, arguments);
            }

            @Override
            public Directory.Room room(Directory.Room real) {
                return new Directory.Room(Math.min(roomBytes, real.bytes()), real.files());
            }
        });
    }

    @AfterEach
    void close() throws Exception {
        if (begun != null) {
            begun.end();
            publisher.join();
            begun.close();
        }
        root.close();
    }

    void begin(Durability durability) throws Exception {
        Reporter reporter = new Reporter() {
            @Override
            public void changed(Message.Change change) {}

            @Override
            public void problem(RelativePath path, ProblemCode code, String detail) {
                problems.add(path + " " + code);
            }
        };
        MetadataRules rules = new MetadataRules(preservation, granted, true, 022);
        ApplyOptions options = new ApplyOptions(
                false, true, durability, Comparison.BY_TIME, false, rules, Deletion.NONE, RuleText.NONE, false);
        Applier applier = new Applier(root, options, content, reporter, new Random(1), place);
        begun = applier;
        publisher = Thread.ofPlatform().start(() -> {
            try {
                applier.runPublisher();
            } catch (IOException | InterruptedException e) {
                problems.add("publisher: " + e);
            }
        });
        applier.apply(
                entries++,
                new ManifestItem.DirBegin(null, new Entry.Directory(new Metadata(0755, 0, 0, 5, 5)), RuleText.NONE));
    }

    Applier applier() {
        return Objects.requireNonNull(begun);
    }

    void apply(String name, Entry entry) throws Exception {
        applier().apply(entries++, new ManifestItem.Leaf(Name.of(name), entry));
    }

    static Entry.RegularFile file(int length) {
        return new Entry.RegularFile(META, length, false);
    }

    Fetch fetch(String name, int length) throws Exception {
        apply(name, file(length));
        return content.wanted.getLast();
    }

    Tally finish() throws Exception {
        applier().apply(entries, new ManifestItem.DirEnd(ManifestItem.Listing.COMPLETE));
        return applier().finish();
    }

    Fetch.Parent parent() {
        return () -> root.directory(RelativePath.ROOT);
    }

    static ByteBuffer bytes(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return ByteBuffer.allocateDirect(length).put(bytes).flip();
    }

    void send(Fetch fetch, int attempt, int offset, int length, int value) {
        RangeClaim claim = fetch.claim(attempt, offset, length, parent());
        claim.write(bytes(length, value), offset);
        claim.verified();
    }

    static FileIdentity identity(long size) {
        return new FileIdentity(size, META.mtimeSeconds(), META.mtimeNanos(), 1, 1, 1);
    }

    void holds(String name, int length, int value) throws IOException {
        byte[] expected = new byte[length];
        Arrays.fill(expected, (byte) value);
        assertTrue(Arrays.equals(expected, Files.readAllBytes(target.resolve(name))), name + " holds something else");
    }

    long staged() throws IOException {
        try (var files = Files.list(target)) {
            return files.filter(file -> file.getFileName().toString().startsWith(".zsync-"))
                    .count();
        }
    }

    static FileFailure failure(Errno errno) {
        return new FileFailure("a call", "a path", errno, "made to fail");
    }
}
