package io.zsync.node.session;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.node.transport.Connection;
import io.zsync.node.transport.Deadlines;
import io.zsync.node.trust.Identity;
import io.zsync.protocol.Comparison;
import io.zsync.protocol.Credits;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.Durability;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Message;
import io.zsync.protocol.Mode;
import io.zsync.protocol.PathPolicy;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.Preservation;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.RunOptions;
import io.zsync.protocol.Selection;
import io.zsync.protocol.Transfer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A listener whose trusted peers stop in the middle of the greeting. */
class ListenerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @TempDir
    Path temp;

    private final Deadlines deadlines = new Deadlines();
    private final Identity self = Identity.generate();
    private final Identity peer = Identity.generate();
    private Path target;
    private volatile boolean isRevoked;
    private volatile boolean isNameless;
    private Listener listener;

    @BeforeEach
    void open() throws IOException {
        target = Files.createDirectory(temp.resolve("target"));
        Access access = new Access() {
            @Override
            public Grant grant(Connection connection, Message.Open open) throws RunFailure {
                if (open.share().equals("broken")) {
                    throw new OutOfMemoryError("no more");
                }
                if (open.mode() != Mode.PUSH) {
                    throw new RunFailure(FailureKind.NOT_ALLOWED, "only a push is allowed here", null, null);
                }
                return new Grant(OpenTree.Location.of(target), true, 2, null);
            }

            @Override
            public void review(PeerId id, Message.Open open) throws RunFailure {
                if (isRevoked) {
                    throw new RunFailure(FailureKind.NOT_ALLOWED, "not any more", null, null);
                }
            }

            @Override
            public String name(PeerId id) {
                if (isNameless) {
                    throw new IllegalStateException("no name");
                }
                return "peer";
            }
        };
        InetSocketAddress loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        listener = Listener.open(
                loopback,
                self,
                id -> !isRevoked && peer.id().equals(id),
                Newcomers.NONE,
                access,
                2,
                EventPump.none(),
                deadlines);
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
        deadlines.close();
    }

    private Connection connect() throws IOException {
        return Connection.connect(listener.address(), peer, self.id(), deadlines, PATIENCE);
    }

    private static Message.Open open(Mode mode) {
        return open(mode, 2);
    }

    private static Message.Open open(Mode mode, int streams) {
        return open(mode, streams, "default");
    }

    private static Message.Open open(Mode mode, int streams, String share) {
        RunOptions options = new RunOptions(
                false,
                false,
                false,
                Durability.NONE,
                new Transfer(PathPolicy.AUTO, streams, false, 0),
                Comparison.BY_TIME,
                Selection.ALL,
                Preservation.ARCHIVE,
                Deletion.NONE);
        return new Message.Open(mode, share, RelativePath.ROOT, options, Protection.CLEAR, Credits.DEFAULT);
    }

    private static Message say(Connection connection, Message... words) throws IOException {
        for (Message word : words) {
            connection.write(word);
        }
        connection.flush();
        return connection.read();
    }

    @Test
    void closesThoughAPeerSaysNothing() throws IOException {
        try (Connection silent = connect()) {
            assertTimeoutPreemptively(PATIENCE, () -> listener.close());
            assertThrows(RuntimeException.class, silent::read);
        }
    }

    @Test
    void closesThoughAPeerBindsNoStream() throws IOException {
        try (Connection connection = connect()) {
            assertInstanceOf(Message.Welcome.class, say(connection, new Message.Hello(1, 1, 0)));
            assertInstanceOf(Message.Opened.class, say(connection, open(Mode.PUSH)));
            assertTimeoutPreemptively(PATIENCE, () -> listener.close());
        }
    }

    @Test
    void tellsAPeerWhyItIsRefused() throws IOException {
        try (Connection connection = connect()) {
            say(connection, new Message.Hello(1, 1, 0));
            Message.Failure told = assertInstanceOf(Message.Failure.class, say(connection, open(Mode.PULL)));
            Assertions.assertEquals(ErrorCode.NOT_ALLOWED, told.code());
        }
        try (Connection connection = connect()) {
            Message.Failure told = assertInstanceOf(Message.Failure.class, say(connection, new Message.Hello(2, 9, 0)));
            Assertions.assertEquals(ErrorCode.VERSION, told.code());
        }
        target = temp.resolve("missing/parent");
        try (Connection connection = connect()) {
            say(connection, new Message.Hello(1, 1, 0));
            Message.Failure told = assertInstanceOf(Message.Failure.class, say(connection, open(Mode.PUSH)));
            Assertions.assertEquals(ErrorCode.ROOT_UNUSABLE, told.code());
        }
    }

    /** An error that nobody handles is the end of the process. */
    @Test
    void whatBreaksInOneSessionEndsThatOneAlone() throws IOException {
        List<Throwable> unhandled = new CopyOnWriteArrayList<>();
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, error) -> unhandled.add(error));
        try {
            try (Connection connection = connect()) {
                say(connection, new Message.Hello(1, 1, 0));
                Message.Failure told =
                        assertInstanceOf(Message.Failure.class, say(connection, open(Mode.PUSH, 1, "broken")));
                Assertions.assertEquals("out of memory", told.detail());
            }
            isNameless = true;
            try (Connection connection = connect()) {
                say(connection, new Message.Hello(1, 1, 0));
                assertThrows(IOException.class, () -> say(connection, open(Mode.PULL)));
            }
            isNameless = false;
            try (Connection connection = connect()) {
                say(connection, new Message.Hello(1, 1, 0));
                assertInstanceOf(Message.Opened.class, say(connection, open(Mode.PUSH)));
            }
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
        Assertions.assertEquals(List.of(), unhandled);
    }

    /** It would have been closed anyway, after 10 s; a session has more to lose than that. */
    @Test
    void aRevokedPeersIdleConnectionIsClosedAtOnce() throws IOException {
        try (Connection idle = connect();
                Connection binding = connect()) {
            assertInstanceOf(Message.Welcome.class, say(idle, new Message.Hello(1, 1, 0)));
            say(binding, new Message.Hello(1, 1, 0));
            assertInstanceOf(Message.Opened.class, say(binding, open(Mode.PUSH)));
            isRevoked = true;

            listener.review();

            assertTimeoutPreemptively(PATIENCE, () -> {
                assertThrows(IOException.class, idle::read);
                assertThrows(IOException.class, binding::read);
            });
        }
    }

    @Test
    void aPeerGetsNoMoreStreamsThanItsGrant() throws IOException {
        try (Connection greedy = connect()) {
            Message.Welcome welcome = assertInstanceOf(Message.Welcome.class, say(greedy, new Message.Hello(1, 1, 0)));
            Assertions.assertEquals(Credits.DEFAULT, welcome.credits());
            Message.Opened opened =
                    assertInstanceOf(Message.Opened.class, say(greedy, open(Mode.PUSH, Limits.STREAMS)));
            Assertions.assertEquals(2, opened.streams(), "asked for " + Limits.STREAMS);
        }
    }

    @Test
    void aPeersConnectionsWithoutASessionAreBounded() throws Exception {
        List<Connection> all = new ArrayList<>();
        long start = System.nanoTime();
        try {
            for (int i = 0; i < 140; i++) {
                Connection one = connect();
                all.add(one);
                if (i == 0) {
                    assertInstanceOf(Message.Welcome.class, say(one, new Message.Hello(1, 1, 0)));
                }
            }
            assumeTrue(System.nanoTime() - start < 8_000_000_000L, "so slow that the first are gone by themselves");
            long greeting = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().equals("zsync-greet"))
                    .count();
            Assertions.assertTrue(greeting <= 130, () -> greeting + " threads for one peer");
        } finally {
            for (Connection one : all) {
                one.close();
            }
        }
    }

    /** Silent ones of six addresses, more than there is room for: another address comes through. */
    @Test
    void strangersOfSomeAddressesKeepNoPeerOut() throws Exception {
        List<SocketChannel> strangers = new ArrayList<>();
        try {
            for (int i = 0; i < 400; i++) {
                byte[] from = {127, 2, 0, (byte) (1 + i % 6)};
                SocketChannel channel =
                        SocketChannel.open().bind(new InetSocketAddress(InetAddress.getByAddress(from), 0));
                strangers.add(channel);
                channel.connect(listener.address());
            }
            try (Connection connection = connect()) {
                assertInstanceOf(Message.Welcome.class, say(connection, new Message.Hello(1, 1, 0)));
            }
        } finally {
            for (SocketChannel channel : strangers) {
                channel.close();
            }
        }
    }
}
