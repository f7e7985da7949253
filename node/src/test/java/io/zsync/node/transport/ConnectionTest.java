package io.zsync.node.transport;

import static io.zsync.node.transport.Background.failure;
import static io.zsync.node.transport.Background.message;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.zsync.node.trust.Identity;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Message;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.ProtocolException;
import java.io.EOFException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ConnectionTest {
    private static final Identity NEAR = Identity.generate();
    private static final Identity FAR = Identity.generate();
    private static final Duration LONG = Duration.ofSeconds(30);

    private final Deadlines deadlines = new Deadlines();
    private ServerSocketChannel server;

    @BeforeEach
    void listen() throws IOException {
        server = Loopback.listen();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        deadlines.close();
    }

    @Test
    void messagesArriveInOrderBothWays() throws Exception {
        try (ConnectedPair pair = ConnectedPair.open(deadlines)) {
            byte[] block = new byte[Limits.MANIFEST_PART_LENGTH];
            for (int i = 0; i < 100; i++) {
                pair.initiator().write(new Message.Heartbeat(i, false));
            }
            pair.initiator().flush();
            CompletableFuture<Void> writing = Background.start(() -> {
                pair.responder().write(new Message.ManifestPart(block.length, block));
                pair.responder().write(new Message.Bye());
                pair.responder().flush();
                return null;
            });

            for (int i = 0; i < 100; i++) {
                assertEquals(new Message.Heartbeat(i, false), pair.responder().read());
            }
            assertEquals(
                    new Message.ManifestPart(block.length, block),
                    pair.initiator().read());
            assertEquals(new Message.Bye(), pair.initiator().read());
            writing.get(10, TimeUnit.SECONDS);
            assertEquals(pair.initiator().bytesWritten(), pair.responder().bytesRead());
            assertEquals(pair.responder().bytesWritten(), pair.initiator().bytesRead());
            assertTrue(pair.initiator().bytesRead() > block.length);
        }
    }

    @Test
    void bothEndsKnowWhoAndWhereTheOtherIs() throws Exception {
        try (ConnectedPair pair = ConnectedPair.open(deadlines)) {
            assertFalse(pair.initiator().peer().equals(pair.responder().peer()));
            assertTrue(pair.initiator().isLoopback());
            assertTrue(pair.responder().isLoopback());
            assertTrue(pair.responder().remoteAddress().getAddress().isLoopbackAddress());
        }
    }

    @Test
    void bothEndsDrawTheSameKeysAndEachConnectionOthers() throws Exception {
        byte[] context = {1, 2, 3};
        try (ConnectedPair one = ConnectedPair.open(deadlines);
                ConnectedPair other = ConnectedPair.open(deadlines)) {
            byte[] key = one.initiator().exportKey("EXPORTER-test", context, 32);
            assertArrayEquals(key, one.responder().exportKey("EXPORTER-test", context, 32));
            assertFalse(Arrays.equals(key, one.initiator().exportKey("EXPORTER-tess", context, 32)));
            assertFalse(Arrays.equals(key, one.initiator().exportKey("EXPORTER-test", new byte[3], 32)));
            assertFalse(Arrays.equals(key, other.initiator().exportKey("EXPORTER-test", context, 32)));
        }
    }

    @Test
    void anotherResponderThanTheExpectedIsRefused() throws Exception {
        CompletableFuture<Connection> accepted = acceptOne(NEAR.id()::equals);

        ProtocolException refused = assertThrows(
                ProtocolException.class, () -> connect(NEAR, Identity.generate().id(), LONG));

        assertEquals(ErrorCode.NOT_TRUSTED, refused.code());
        assertTrue(message(refused).contains(FAR.id().toString()), message(refused));
        assertInstanceOf(IOException.class, failure(accepted));
    }

    /** In its handshake, if it is slow, or at its first read: it is the same refusal. */
    @RepeatedTest(10)
    void anUnknownInitiatorIsRefusedAndHearsOfIt() throws Exception {
        Identity stranger = Identity.generate();
        CompletableFuture<Connection> accepted = acceptOne(NEAR.id()::equals);

        ProtocolException heard = assertThrows(ProtocolException.class, () -> connectAndRead(stranger));

        ProtocolException refused = assertInstanceOf(ProtocolException.class, failure(accepted));
        assertEquals(ErrorCode.NOT_TRUSTED, refused.code());
        assertEquals(ErrorCode.NOT_TRUSTED, heard.code());
        assertTrue(message(refused).contains(stranger.id().toString()), message(refused));
    }

    /** The trust manager is asked once, and only that answer was yes. */
    @Test
    void thePinIsCheckedAgainAfterTheHandshake() throws Exception {
        AtomicBoolean first = new AtomicBoolean(true);
        CompletableFuture<Connection> accepted = acceptOne(peer -> first.getAndSet(false));

        assertThrows(ProtocolException.class, () -> connectAndRead(NEAR));

        assertEquals(
                ErrorCode.NOT_TRUSTED,
                assertInstanceOf(ProtocolException.class, failure(accepted)).code());
    }

    @Test
    void aRemovedKeyIsRefusedEvenIfItsClientWouldResume() throws Exception {
        Set<PeerId> book = ConcurrentHashMap.newKeySet();
        book.add(NEAR.id());
        SSLContext remembering = NEAR.tlsContext(FAR.id()::equals);

        CompletableFuture<Connection> first = acceptOne(book::contains);
        try (SSLSocket socket = rawClient(remembering, "zsync/1");
                Connection connection = first.get(10, TimeUnit.SECONDS)) {
            connection.write(new Message.Bye());
            connection.flush();
            assertTrue(socket.getInputStream().read() >= 0);
        }
        book.remove(NEAR.id());
        CompletableFuture<Connection> second = acceptOne(book::contains);
        assertFalse(hearsAnything(remembering));

        assertInstanceOf(ProtocolException.class, failure(second));
    }

    /** Were contexts ever shared by connections, this alone would keep a removed key out. */
    @Test
    void nothingIsHandedOutThatCouldBeResumed() throws Exception {
        Set<PeerId> book = ConcurrentHashMap.newKeySet();
        book.add(NEAR.id());
        SSLContext remembering = NEAR.tlsContext(FAR.id()::equals);
        SSLContext shared = FAR.tlsContext(book::contains);
        try (SSLServerSocket socket =
                (SSLServerSocket) shared.getServerSocketFactory().createServerSocket()) {
            socket.bind(new InetSocketAddress(server.socket().getInetAddress(), 0));
            socket.setNeedClientAuth(true);
            assertTrue(exchangesOneByte(socket, remembering));
            book.remove(NEAR.id());
            assertFalse(exchangesOneByte(socket, remembering));
        }
    }

    @Test
    void aPeerThatDoesNotNameTheProtocolIsRefused() throws Exception {
        CompletableFuture<Connection> accepted = acceptOne(NEAR.id()::equals);
        SSLSocket socket = rawClient(NEAR.tlsContext(FAR.id()::equals));
        assertEquals(
                ErrorCode.VERSION,
                assertInstanceOf(ProtocolException.class, failure(accepted)).code());
        socket.close();
    }

    @Test
    void aPeerThatNamesAnotherProtocolIsRefused() throws Exception {
        CompletableFuture<Connection> accepted = acceptOne(NEAR.id()::equals);
        assertThrows(IOException.class, () -> rawClient(NEAR.tlsContext(FAR.id()::equals), "zsync/2"));
        assertInstanceOf(IOException.class, failure(accepted));
    }

    @Test
    void aDataStreamIsNoControlConnection() throws Exception {
        CompletableFuture<Connection> accepted = acceptOne(NEAR.id()::equals);
        try (SSLSocket socket = rawClient(NEAR.tlsContext(FAR.id()::equals), "zsync-data/1")) {
            assertEquals(
                    ErrorCode.VERSION,
                    assertInstanceOf(ProtocolException.class, failure(accepted)).code());
            assertEquals(-1, socket.getInputStream().read());
        }
    }

    @Test
    void aPeerWithoutACertificateIsRefused() throws Exception {
        CompletableFuture<Connection> accepted = acceptOne(peer -> true);
        SSLContext anonymous = SSLContext.getInstance("TLSv1.3");
        anonymous.init(null, new TrustManager[] {new TrustAll()}, null);
        assertFalse(hearsAnything(anonymous));
        assertInstanceOf(IOException.class, failure(accepted));
    }

    @Test
    void aSilentInitiatorIsDroppedAtTheDeadline() throws Exception {
        CompletableFuture<Connection> accepted = Background.start(() -> {
            SocketChannel channel = server.accept();
            return Connection.accept(channel, (byte) 0x16, FAR, peer -> true, deadlines, Duration.ofMillis(200));
        });
        try (SocketChannel silent = SocketChannel.open(server.getLocalAddress())) {
            assertTrue(message(failure(accepted)).contains("not done within 200 ms"));
            assertEquals(-1, silent.read(ByteBuffer.allocate(1)));
        }
    }

    /** A read timeout would never end this. */
    @Test
    void anInitiatorThatDripsIsDroppedAtTheDeadline() throws Exception {
        CompletableFuture<Connection> accepted = Background.start(() -> {
            SocketChannel channel = server.accept();
            return Connection.accept(channel, (byte) 0x16, FAR, peer -> true, deadlines, Duration.ofMillis(500));
        });
        try (Socket dripping =
                new Socket(server.socket().getInetAddress(), server.socket().getLocalPort())) {
            // The rest of a TLS record's header that announces 16 KiB, and its first bytes one at a time.
            dripping.getOutputStream().write(new byte[] {3, 1, 0x40, 0});
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(20))
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> {
                        dripping.getOutputStream().write(1);
                        return accepted.isDone();
                    });
        } catch (ConditionTimeoutException e) {
            throw e;
        } catch (IOException e) {
            // Dropped in the middle of a drip.
        }
        assertTrue(message(failure(accepted)).contains("not done within 500 ms"));
    }

    @Test
    void aSilentResponderIsGivenUpAtTheDeadline() {
        NoAnswerException late =
                assertThrows(NoAnswerException.class, () -> connect(NEAR, FAR.id(), Duration.ofMillis(200)));
        assertTrue(message(late).contains("connected, but no answer within 200 ms"), message(late));
    }

    @Test
    void aRefusedConnectSaysWhere() throws Exception {
        InetSocketAddress address = (InetSocketAddress) server.getLocalAddress();
        server.close();

        IOException refused =
                assertThrows(IOException.class, () -> Connection.connect(address, NEAR, FAR.id(), deadlines, LONG));

        assertTrue(message(refused).contains(":" + address.getPort()), message(refused));
    }

    @Test
    void aPeerThatClosesBetweenMessagesIsACleanEnd() throws Exception {
        try (ConnectedPair pair = ConnectedPair.open(deadlines)) {
            pair.initiator().write(new Message.Bye());
            pair.initiator().flush();
            pair.initiator().close();

            assertEquals(new Message.Bye(), pair.responder().read());
            assertThrows(EOFException.class, pair.responder()::read);
        }
    }

    @Test
    void closingFreesAReaderThatWaits() throws Exception {
        try (ConnectedPair pair = ConnectedPair.open(deadlines)) {
            CompletableFuture<Message> reading = Background.start(pair.initiator()::read);
            assertThrows(TimeoutException.class, () -> reading.get(100, TimeUnit.MILLISECONDS));

            pair.initiator().close();

            assertInstanceOf(IOException.class, failure(reading));
        }
    }

    /** A TLS socket's close waits for the lock that a stuck writer holds. */
    @Test
    void closingFreesAWriterThatIsStuckAndAReaderBesideIt() throws Exception {
        try (ConnectedPair pair = ConnectedPair.open(deadlines)) {
            AtomicLong written = new AtomicLong();
            CompletableFuture<Void> writing = Background.start(() -> {
                byte[] block = new byte[Limits.MANIFEST_PART_LENGTH];
                while (true) {
                    pair.initiator().write(new Message.ManifestPart(block.length, block));
                    pair.initiator().flush();
                    written.incrementAndGet();
                }
            });
            CompletableFuture<Message> reading = Background.start(pair.initiator()::read);
            awaitStuck(written);

            CompletableFuture<Void> closing = Background.start(() -> {
                pair.initiator().close();
                pair.initiator().close();
                return null;
            });

            closing.get(5, TimeUnit.SECONDS);
            assertInstanceOf(IOException.class, failure(writing));
            assertInstanceOf(IOException.class, failure(reading));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Limits.CONTROL_FRAME_LENGTH + 1, Integer.MAX_VALUE})
    void aLengthBeyondTheLimitIsRefusedBeforeAnythingOfItIsRead(int length) throws Exception {
        CompletableFuture<Connection> accepted = acceptOne(NEAR.id()::equals);
        try (SSLSocket socket = rawClient(NEAR.tlsContext(FAR.id()::equals), "zsync/1");
                Connection connection = accepted.get(10, TimeUnit.SECONDS)) {
            connection.opened();
            socket.getOutputStream()
                    .write(ByteBuffer.allocate(Integer.BYTES).putInt(length).array());
            socket.shutdownOutput();

            assertEquals(
                    ErrorCode.MALFORMED,
                    assertThrows(ProtocolException.class, connection::read).code());
        }
    }

    @Test
    void whoHasNoSessionSaysLittle() throws Exception {
        CompletableFuture<Connection> accepted = acceptOne(NEAR.id()::equals);
        try (SSLSocket socket = rawClient(NEAR.tlsContext(FAR.id()::equals), "zsync/1");
                Connection connection = accepted.get(10, TimeUnit.SECONDS)) {
            socket.getOutputStream()
                    .write(ByteBuffer.allocate(Integer.BYTES)
                            .putInt(Limits.OPENING_FRAME_LENGTH + 1)
                            .array());
            ProtocolException refused = assertThrows(ProtocolException.class, connection::read);
            assertEquals(ErrorCode.MALFORMED, refused.code());
            assertTrue(message(refused).contains("before there is a session"), message(refused));
        }
    }

    /** What is announced is no reason to take memory. */
    @Test
    void memoryGrowsWithWhatArrives() throws Exception {
        CompletableFuture<Connection> accepted = acceptOne(NEAR.id()::equals);
        try (SSLSocket socket = rawClient(NEAR.tlsContext(FAR.id()::equals), "zsync/1");
                Connection connection = accepted.get(10, TimeUnit.SECONDS)) {
            connection.opened();
            socket.getOutputStream()
                    .write(ByteBuffer.allocate(1_000)
                            .putInt(Limits.CONTROL_FRAME_LENGTH)
                            .array());
            socket.shutdownOutput();
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long before = threads.getCurrentThreadAllocatedBytes();

            assertThrows(IOException.class, connection::read);

            long taken = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(taken < 512 << 10, taken + " bytes for 996");
        }
    }

    @Test
    void aPeerThatStopsInsideAMessageIsNoCleanEnd() throws Exception {
        CompletableFuture<Connection> accepted = acceptOne(NEAR.id()::equals);
        try (SSLSocket socket = rawClient(NEAR.tlsContext(FAR.id()::equals), "zsync/1");
                Connection connection = accepted.get(10, TimeUnit.SECONDS)) {
            socket.getOutputStream().write(new byte[] {0, 0, 0, 9, 1});
            socket.shutdownOutput();

            IOException broken = assertThrows(IOException.class, connection::read);

            assertFalse(broken instanceof EOFException, broken.toString());
            assertTrue(message(broken).contains("after 5 of 13 bytes"), message(broken));
        }
    }

    /** Sending may end while receiving goes on. */
    @Test
    void aPeerThatHasEndedItsSideIsStillWrittenTo() throws Exception {
        CompletableFuture<Connection> accepted = acceptOne(NEAR.id()::equals);
        try (SSLSocket socket = rawClient(NEAR.tlsContext(FAR.id()::equals), "zsync/1");
                Connection connection = accepted.get(10, TimeUnit.SECONDS)) {
            socket.shutdownOutput();
            assertThrows(EOFException.class, connection::read);

            connection.write(new Message.Bye());
            connection.flush();

            assertTrue(socket.getInputStream().read() >= 0);
        }
    }

    private Connection connect(Identity self, PeerId expected, Duration deadline) throws IOException {
        return Connection.connect((InetSocketAddress) server.getLocalAddress(), self, expected, deadlines, deadline);
    }

    private Message connectAndRead(Identity self) throws IOException {
        try (Connection connection = connect(self, FAR.id(), LONG)) {
            return connection.read();
        }
    }

    /** A client that is refused may learn it while it still shakes hands. */
    private boolean hearsAnything(SSLContext client) {
        try (SSLSocket socket = rawClient(client, "zsync/1")) {
            return socket.getInputStream().read() >= 0;
        } catch (IOException e) {
            return false;
        }
    }

    private CompletableFuture<Connection> acceptOne(Predicate<PeerId> accepted) {
        return Background.start(() -> {
            SocketChannel channel = server.accept();
            return Connection.accept(channel, ConnectedPair.firstByte(channel), FAR, accepted, deadlines, LONG);
        });
    }

    private SSLSocket rawClient(SSLContext context, String... protocols) throws IOException {
        return rawClient(context, server.socket().getLocalPort(), protocols);
    }

    private SSLSocket rawClient(SSLContext context, int port, String... protocols) throws IOException {
        SSLSocket socket = (SSLSocket)
                context.getSocketFactory().createSocket(server.socket().getInetAddress(), port);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private boolean exchangesOneByte(SSLServerSocket listening, SSLContext client) throws Exception {
        CompletableFuture<Boolean> served = Background.start(() -> {
            try (Socket socket = listening.accept()) {
                socket.getOutputStream().write(1);
                return socket.getInputStream().read() == 1;
            } catch (IOException e) {
                return false;
            }
        });
        try (SSLSocket socket = rawClient(client, listening.getLocalPort())) {
            socket.getOutputStream().write(1);
            return socket.getInputStream().read() == 1 && served.get(10, TimeUnit.SECONDS);
        } catch (IOException e) {
            return false;
        }
    }

    private static void awaitStuck(AtomicLong written) {
        AtomicLong before = new AtomicLong(-1);
        Awaitility.await().pollInterval(Duration.ofMillis(200)).until(() -> {
            long now = written.get();
            return now > 0 && before.getAndSet(now) == now;
        });
    }
}
