package io.zsync.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.api.Endpoint;
import io.zsync.node.api.Event;
import io.zsync.node.api.PeerTree;
import io.zsync.node.api.RunReport;
import io.zsync.node.api.RunRequest;
import io.zsync.node.transport.BindKeys;
import io.zsync.node.transport.Connection;
import io.zsync.node.transport.DataStream;
import io.zsync.node.transport.Deadlines;
import io.zsync.node.transport.PendingStream;
import io.zsync.node.transport.StreamNumbers;
import io.zsync.node.trust.ConfigFolder;
import io.zsync.node.trust.Identity;
import io.zsync.node.trust.Peer;
import io.zsync.protocol.Credits;
import io.zsync.protocol.Durability;
import io.zsync.protocol.ManifestDecoder;
import io.zsync.protocol.ManifestItem;
import io.zsync.protocol.Message;
import io.zsync.protocol.Mode;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.SessionId;
import io.zsync.protocol.Tally;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A trusted receiver that is hostile: it tells changes and problems without end, to a user whose terminal takes none. */
class NodeFloodedTest extends PushFixture {
    private static final int WORDS = Boolean.getBoolean("zsync.long") ? 10_000_000 : 100_000;

    /** What waits in memory for the terminal: EventPump's bound. */
    private static final long MOST_BYTES = 32 << 20;

    /** What lies in sockets when the last word is written, and comes when the terminal takes events already. */
    private static final long UNDER_WAY_BYTES = 16 << 20;

    private static final RelativePath LONG_PATH = RelativePath.of(("d".repeat(99) + "/").repeat(9) + "f".repeat(100));

    private final Identity responder = Identity.generate();
    private final Deadlines deadlines = new Deadlines();
    private final CountDownLatch flooded = new CountDownLatch(1);
    private final AtomicLong shown = new AtomicLong();
    private final AtomicLong notShown = new AtomicLong();
    private ServerSocketChannel server;
    private Node client;

    /** What the hostile end does once the manifest is taken. */
    private interface Act {
        void on(Connection control) throws IOException;
    }

    @BeforeEach
    void introduce() throws Exception {
        server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        ConfigFolder folder = new ConfigFolder(temp.resolve("client"), temp.resolve("client"));
        client = new Node(folder);
        Endpoint endpoint = new Endpoint("127.0.0.1", server.socket().getLocalPort());
        client.addPeer(new Peer("backup", responder.id(), endpoint, null, List.of()));
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.close();
        deadlines.close();
    }

    @Test
    void changesWithoutEndFillNoMemoryAndHoldNoReader() throws Exception {
        Message.Change change = new Message.Change(
                LONG_PATH, Message.Change.Kind.FILE, Message.Change.Action.DELETE, 0, 0, new byte[0]);

        RunReport report = run(control -> flood(control, change));

        assertHonest();
        assertEquals(Map.of(), report.problems());
    }

    @Test
    void problemsWithoutEndFillNoMemoryAndAllOfThemCount() throws Exception {
        Message.Problem problem = new Message.Problem(LONG_PATH, ProblemCode.TARGET_FAILED, "no");

        RunReport report = run(control -> flood(control, problem));

        assertHonest();
        assertEquals(Map.of(ProblemCode.TARGET_FAILED, (long) WORDS), report.problems());
    }

    private void flood(Connection control, Message word) throws IOException {
        for (int i = 0; i < WORDS; i++) {
            control.write(word);
        }
        control.flush();
        flooded.countDown();
    }

    private void assertHonest() {
        assertEquals(WORDS, shown.get() + notShown.get());
        assertTrue(shown.get() * LONG_PATH.length() <= MOST_BYTES + UNDER_WAY_BYTES, () -> shown + " of them waited");
        assertTrue(shown.get() > 8_192, () -> "no more than " + shown + " were shown");
    }

    private RunReport run(Act act) throws Exception {
        CompletableFuture<Void> hostile = CompletableFuture.runAsync(() -> serve(act));
        PeerTree tree = new PeerTree.Remote("backup", "default", RelativePath.ROOT);
        RunRequest request = new RunRequest(
                Mode.PUSH,
                source,
                tree,
                request().options(),
                Protection.CLEAR,
                Duration.ofSeconds(60),
                0,
                Credits.DEFAULT);
        RunReport report = client.run(request, this::take);
        hostile.get(60, TimeUnit.SECONDS);
        return report;
    }

    /** The terminal: takes nothing until everything was sent. */
    private void take(Event event) {
        try {
            assertTrue(flooded.await(5, TimeUnit.MINUTES), "the reader is held up");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        switch (event) {
            case Event.NotShown gap -> notShown.addAndGet(gap.count());
            case Event.Changed any -> shown.incrementAndGet();
            case Event.ProblemMet any -> shown.incrementAndGet();
            default -> {}
        }
    }

    private void serve(Act act) {
        try (Connection control = accept()) {
            assertInstanceOf(Message.Hello.class, control.read());
            say(control, new Message.Welcome(1, 0, Credits.DEFAULT));
            Message.Open open = assertInstanceOf(Message.Open.class, control.read());
            SessionId id = SessionId.of(new byte[SessionId.LENGTH]);
            BindKeys keys = BindKeys.of(control, id, open.protection(), open.mode());
            say(control, new Message.Opened(id, 1, open.protection()));
            DataStream bound = bind(keys);
            try {
                takeManifest(control);
                act.on(control);
                say(control, new Message.Applied(tally()));
                Message last = control.read();
                while (!(last instanceof Message.Bye)) {
                    last = control.read();
                }
            } finally {
                bound.close();
            }
        } catch (IOException e) {
            // What it heard last is the other end's to tell.
        }
    }

    private static Tally tally() {
        return new Tally(0, 0, 0, 0, 0, 0, 0, 0, 0, Durability.BATCH);
    }

    private static void say(Connection control, Message word) throws IOException {
        control.write(word);
        control.flush();
    }

    private Connection accept() throws IOException {
        SocketChannel channel = server.accept();
        return Connection.accept(channel, firstByte(channel), responder, peer -> true, deadlines, PATIENCE);
    }

    private DataStream bind(BindKeys keys) throws IOException {
        SocketChannel channel = server.accept();
        return PendingStream.read(channel, firstByte(channel), deadlines, PATIENCE)
                .accept(keys, new StreamNumbers(1));
    }

    private static byte firstByte(SocketChannel channel) throws IOException {
        ByteBuffer first = ByteBuffer.allocate(1);
        channel.read(first);
        return first.get(0);
    }

    private static void takeManifest(Connection control) throws IOException {
        ManifestDecoder decoder = new ManifestDecoder();
        while (!decoder.isComplete()) {
            if (control.read() instanceof Message.ManifestPart part) {
                decoder.accept(part);
                drain(decoder);
                say(control, new Message.ManifestAck(decoder.lastEntry(), 0, 0, decoder.isComplete()));
            }
        }
    }

    private static void drain(ManifestDecoder decoder) {
        ManifestItem item = decoder.next();
        while (item != null) {
            item = decoder.next();
        }
    }
}
