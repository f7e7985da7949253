package io.zsync.tests.system;

import static io.zsync.tests.system.HostilePair.OPTIONS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.fs.LinuxRoot;
import io.zsync.node.fs.Root;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Entry;
import io.zsync.protocol.FileIdentity;
import io.zsync.protocol.FrameHeader;
import io.zsync.protocol.ManifestDecoder;
import io.zsync.protocol.ManifestEncoder;
import io.zsync.protocol.ManifestItem;
import io.zsync.protocol.Message;
import io.zsync.protocol.Metadata;
import io.zsync.protocol.Name;
import io.zsync.protocol.PackCodec;
import io.zsync.protocol.RuleText;
import io.zsync.protocol.RunOptions;
import io.zsync.protocol.Tally;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The peer that the hostile tests bend plays a whole push and a whole pull, from both sides, as an honest one would. */
class HostilePeerTest {
    static final Tally NOTHING = new Tally(0, 0, 0, 0, 0, 0, 0, 0, 0, Durability.NONE);
    private static final int LARGE = 3 << 20;

    @RegisterExtension
    final Workspace work = new Workspace();

    @ParameterizedTest
    @EnumSource
    void honestlySendsAWholeTree(HostilePair.Caller caller) throws Exception {
        byte[] large = bytes(LARGE);
        byte[] small = "small".getBytes(StandardCharsets.US_ASCII);
        try (HostilePair pair = new HostilePair(work.path("pair"));
                HostilePeer peer = pair.sends(caller, OPTIONS)) {
            ManifestEncoder manifest = new ManifestEncoder();
            manifest.add(new ManifestItem.DirBegin(null, new Entry.Directory(metadata(0755)), RuleText.NONE));
            manifest.add(new ManifestItem.DirBegin(Name.of("d"), new Entry.Directory(metadata(0750)), RuleText.NONE));
            manifest.add(new ManifestItem.Leaf(Name.of("l"), new Entry.Symlink(metadata(0777), small)));
            manifest.add(
                    new ManifestItem.Leaf(Name.of("s"), new Entry.RegularFile(metadata(0640), small.length, false)));
            manifest.add(new ManifestItem.DirEnd(ManifestItem.Listing.COMPLETE));
            manifest.add(new ManifestItem.Leaf(Name.of("large"), new Entry.RegularFile(metadata(0600), LARGE, false)));
            manifest.add(new ManifestItem.DirEnd(ManifestItem.Listing.COMPLETE));
            peer.send(Objects.requireNonNull(manifest.flush()));
            assertEquals(new Message.Want(3, 1, 0, small.length), peer.await(Message.Want.class));
            assertEquals(new Message.Want(4, 1, 0, LARGE), peer.await(Message.Want.class));
            peer.stream(0).pack(3, 1, identity(small.length), small);
            peer.stream(0).chunk(4, 1, 0, Arrays.copyOf(large, LARGE / 2));
            peer.stream(0).chunk(4, 1, LARGE / 2, Arrays.copyOfRange(large, LARGE / 2, LARGE));
            peer.send(new Message.FileSent(4, 1, identity(LARGE)));
            Message.Applied applied = peer.await(Message.Applied.class);
            if (caller == HostilePair.Caller.PEER) {
                assertIsFree(pair.target());
            }
            end(peer, caller);

            assertEquals(2, applied.tally().files());
            assertArrayEquals(large, Files.readAllBytes(pair.target().resolve("large")));
            assertArrayEquals(small, Files.readAllBytes(pair.target().resolve("d/s")));
            assertEquals(
                    "small",
                    Files.readSymbolicLink(pair.target().resolve("d/l")).toString());
            assertEquals(Map.of("d", 0750, "d/s", 0640, "large", 0600), modes(pair.target(), "d", "d/s", "large"));
            if (caller == HostilePair.Caller.NODE) {
                assertEquals(2, pair.report().tally().files());
            }
        }
    }

    /** With its last file a run may be over, and who asked would not hear of it. */
    @Test
    void whatMovedAFileIsToldBeforeItIsSaidToBeSent() throws Exception {
        RunOptions explained = new RunOptions(
                false,
                false,
                true,
                OPTIONS.durability(),
                OPTIONS.transfer(),
                OPTIONS.comparison(),
                OPTIONS.selection(),
                OPTIONS.preservation(),
                OPTIONS.deletion());
        try (HostilePair pair = new HostilePair(work.path("pair"))) {
            Files.write(pair.source().resolve("large"), bytes(LARGE));
            try (HostilePeer peer = pair.receives(HostilePair.Caller.PEER, explained)) {
                Map<Long, Long> sizes = new TreeMap<>();
                Message[] acknowledgements = readManifest(peer, new TreeMap<>(), sizes);
                long file = sizes.keySet().iterator().next();
                peer.send(new Message.Want(file, 1, 0, LARGE));
                peer.send(acknowledgements);

                assertEquals(
                        LARGE,
                        assertInstanceOf(Message.Moved.class, peer.read()).bytes());
                assertInstanceOf(Message.FileSent.class, peer.read());
                peer.send(new Message.Bye());
            }
        }
    }

    /** Who called and is told that its run is done may start the next one at once. */
    private static void assertIsFree(Path target) throws IOException {
        try (Root next = LinuxRoot.open(target)) {
            assertTrue(next.lock(), "held by a run that said that it was done");
        }
    }

    @ParameterizedTest
    @EnumSource
    void honestlyReceivesAWholeTree(HostilePair.Caller caller) throws Exception {
        try (HostilePair pair = new HostilePair(work.path("pair"))) {
            Map<String, byte[]> files = new TreeMap<>();
            files.put("a/b/small", bytes(70));
            files.put("a/other", bytes(60_000));
            files.put("large", bytes(LARGE));
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Path path = pair.source().resolve(file.getKey());
                Files.createDirectories(path.getParent());
                Files.write(path, file.getValue());
            }
            try (HostilePeer peer = pair.receives(caller, OPTIONS)) {
                Map<Long, String> paths = new TreeMap<>();
                Map<Long, Long> sizes = new TreeMap<>();
                Message[] acknowledgements = readManifest(peer, paths, sizes);
                for (Map.Entry<Long, Long> file : sizes.entrySet()) {
                    peer.send(new Message.Want(file.getKey(), 1, 0, file.getValue()));
                }
                peer.send(acknowledgements);
                Map<String, byte[]> received = new TreeMap<>();
                readFiles(peer.stream(0), paths, sizes, received);
                for (Map.Entry<Long, Long> file : sizes.entrySet()) {
                    if (file.getValue() >= 65_536) {
                        peer.await(Message.FileSent.class);
                    }
                    peer.send(new Message.FileDone(file.getKey(), false));
                }
                peer.send(new Message.Applied(NOTHING));
                if (caller == HostilePair.Caller.PEER) {
                    assertInstanceOf(Message.PathTotals.class, peer.read());
                    peer.send(new Message.Bye());
                } else {
                    assertInstanceOf(Message.Bye.class, peer.read());
                    assertEquals(NOTHING, pair.report().tally());
                }
                peer.awaitEnd();

                assertEquals(files.keySet(), received.keySet());
                files.forEach((path, content) -> assertArrayEquals(content, received.get(path), path));
            }
        }
    }

    /** Takes the whole manifest. @return what acknowledges it; once all is wanted, because the rest is forgotten then */
    static Message[] readManifest(HostilePeer peer, Map<Long, String> paths, Map<Long, Long> sizes) throws IOException {
        ManifestDecoder decoder = new ManifestDecoder();
        List<Message> acknowledgements = new ArrayList<>();
        Deque<String> open = new ArrayDeque<>();
        while (!decoder.isComplete()) {
            decoder.accept(peer.await(Message.ManifestPart.class));
            for (ManifestItem item = decoder.next(); item != null; item = decoder.next()) {
                switch (item) {
                    case ManifestItem.DirBegin begin ->
                        open.push(begin.name() == null ? "" : open.peek() + begin.name() + "/");
                    case ManifestItem.DirEnd end -> open.pop();
                    case ManifestItem.Leaf leaf -> {
                        if (leaf.entry() instanceof Entry.RegularFile file && file.size() > 0) {
                            paths.put(decoder.lastEntry(), open.peek() + leaf.name());
                            sizes.put(decoder.lastEntry(), file.size());
                        }
                    }
                    case ManifestItem.HardLink link -> {}
                }
            }
            acknowledgements.add(new Message.ManifestAck(decoder.lastEntry(), sizes.size(), 0, decoder.isComplete()));
        }
        assertTrue(open.isEmpty());
        return acknowledgements.toArray(Message[]::new);
    }

    private static void readFiles(
            HostileStream stream, Map<Long, String> paths, Map<Long, Long> sizes, Map<String, byte[]> received)
            throws IOException {
        long left = sizes.values().stream().mapToLong(x -> x).sum();
        while (left > 0) {
            HostileStream.Frame frame = stream.read();
            assertTrue(frame.whole());
            if (frame.header().type() == FrameHeader.Type.PACK) {
                long[] bytes = new long[1];
                PackCodec.read(ByteBuffer.wrap(frame.payload()), frame.header().file(), (record, content) -> {
                    byte[] copy = new byte[content.remaining()];
                    content.get(copy);
                    received.put(Objects.requireNonNull(paths.get(record.file())), copy);
                    bytes[0] += copy.length;
                });
                left -= bytes[0];
            } else {
                long file = frame.header().file();
                byte[] all = received.computeIfAbsent(
                        Objects.requireNonNull(paths.get(file)),
                        path -> new byte[Math.toIntExact(Objects.requireNonNull(sizes.get(file)))]);
                System.arraycopy(frame.payload(), 0, all, (int) frame.header().offset(), frame.payload().length);
                left -= frame.payload().length;
            }
        }
    }

    /** The last words of a peer that has sent. */
    static void end(HostilePeer peer, HostilePair.Caller caller) throws IOException {
        if (caller == HostilePair.Caller.NODE) {
            peer.send(new Message.PathTotals(0, 0, 0));
            assertInstanceOf(Message.Bye.class, peer.read());
        } else {
            peer.send(new Message.Bye());
        }
        peer.awaitEnd();
    }

    private static Metadata metadata(int mode) {
        return new Metadata(mode, 0, 0, RawManifest.MTIME, 0);
    }

    /** Of a file as {@link RawManifest} tells of it. */
    static FileIdentity identity(long size) {
        return new FileIdentity(size, RawManifest.MTIME, 0, RawManifest.MTIME, 0, 1);
    }

    static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static Map<String, Integer> modes(Path root, String... names) throws IOException {
        Map<String, Integer> modes = new TreeMap<>();
        for (String name : names) {
            modes.put(name, (int) Files.getAttribute(root.resolve(name), "unix:mode") & 07777);
        }
        return modes;
    }
}
