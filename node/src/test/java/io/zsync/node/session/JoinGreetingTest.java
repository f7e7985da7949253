package io.zsync.node.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.fail;

import io.zsync.node.api.RunFailure;
import io.zsync.node.transport.Connection;
import io.zsync.node.transport.Deadlines;
import io.zsync.node.transport.JoinConnection;
import io.zsync.node.trust.Identity;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.InviteId;
import io.zsync.protocol.JoinCodec;
import io.zsync.protocol.JoinReply;
import io.zsync.protocol.JoinRequest;
import io.zsync.protocol.Message;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.ProtocolException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a listener lets strangers say, and what they hear. */
class JoinGreetingTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final byte[] SECRET = new byte[JoinCodec.SECRET_LENGTH];
    private static final InviteId INVITE = InviteId.of(new byte[InviteId.LENGTH]);
    private static final JoinRequest REQUEST = new JoinRequest(INVITE, null, "laptop");

    private final Deadlines deadlines = new Deadlines();
    private final Identity self = Identity.generate();
    private final Identity stranger = Identity.generate();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicLong heard = new AtomicLong();
    private volatile boolean expecting = true;
    private Listener listener;

    @BeforeEach
    void open() throws IOException {
        Newcomers newcomers = new Newcomers() {
            @Override
            public boolean areExpected() {
                return expecting;
            }

            @Override
            public Optional<JoinReply> admit(PeerId peer, String from, JoinRequest request, Predicate<byte[]> proof) {
                asked.incrementAndGet();
                return proof.test(key())
                        ? Optional.of(new JoinReply(JoinReply.Outcome.JOINED, request.name()))
                        : Optional.empty();
            }
        };
        Access nothing = new Access() {
            @Override
            public void review(PeerId peer, Message.Open open) {}

            @Override
            public String name(PeerId peer) {
                return "nobody";
            }

            @Override
            public Grant grant(Connection connection, Message.Open open) throws RunFailure {
                throw new AssertionError("nobody gets so far");
            }
        };
        listener = Listener.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                self,
                peer -> false,
                newcomers,
                nothing,
                2,
                EventPump.none(),
                deadlines);
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
        deadlines.close();
    }

    private byte[] key() {
        return JoinCodec.key(SECRET, INVITE, self.id());
    }

    private JoinConnection joining() throws IOException {
        return JoinConnection.connect(listener.address(), stranger, self.id(), deadlines, PATIENCE);
    }

    private SSLSocket raw(String protocol) throws IOException {
        Socket plain = new Overheard();
        plain.connect(listener.address());
        SSLSocket socket = (SSLSocket) stranger.tlsContext(self.id()::equals)
                .getSocketFactory()
                .createSocket(plain, "node", listener.address().getPort(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {protocol});
        socket.setSSLParameters(parameters);
        socket.setSoTimeout((int) PATIENCE.toMillis());
        socket.startHandshake();
        return socket;
    }

    /** Neither content nor a goodbye of TLS: a reader of bytes sees the end of the connection, or its reset. */
    private void assertHearsNothing(SSLSocket socket, Speech speech) throws IOException {
        long before = heard.get();
        try {
            speech.to(socket.getOutputStream());
            assertEquals(-1, socket.getInputStream().read());
        } catch (SocketException | SSLException ended) {
            // The reset: what it sent beyond the frame was never read.
        }
        assertEquals(before, heard.get(), "bytes behind the handshake");
    }

    private interface Speech {
        void to(OutputStream server) throws IOException;
    }

    /** A connection that counts what comes in, before TLS. */
    private final class Overheard extends Socket {
        @Override
        public InputStream getInputStream() throws IOException {
            return new FilterInputStream(super.getInputStream()) {
                @Override
                public int read() throws IOException {
                    int read = super.read();
                    heard.addAndGet(read < 0 ? 0 : 1);
                    return read;
                }

                @Override
                public int read(byte[] bytes, int offset, int length) throws IOException {
                    int count = super.read(bytes, offset, length);
                    heard.addAndGet(Math.max(0, count));
                    return count;
                }
            };
        }
    }

    @Test
    void whoProvesTheInviteIsAnswered() throws IOException {
        try (JoinConnection joining = joining()) {
            assertEquals(new JoinReply(JoinReply.Outcome.JOINED, "laptop"), joining.ask(REQUEST, key(), PATIENCE));
        }
    }

    @Test
    void whoDoesNotHearsNothing() throws IOException {
        byte[] wrong = JoinCodec.key(SECRET, INVITE, stranger.id());
        try (JoinConnection joining = joining()) {
            ProtocolException refused =
                    assertThrows(ProtocolException.class, () -> joining.ask(REQUEST, wrong, PATIENCE));
            assertEquals(ErrorCode.NOT_ALLOWED, refused.code());
        }
        assertEquals(1, asked.get());
    }

    /** A proof is good on the one connection that it was made for, whoever carries it on. */
    @Test
    void aProofThatIsPlayedAgainIsNone() throws IOException {
        try (SSLSocket first = raw("zsync-join/1");
                SSLSocket second = raw("zsync-join/1")) {
            byte[] exported = exported(first);
            byte[] request =
                    JoinCodec.request(REQUEST, key(), new JoinCodec.Binding(exported, self.id(), stranger.id()));

            assertHearsNothing(second, server -> server.write(request));

            first.getOutputStream().write(request);
            assertEquals(JoinCodec.REPLY_LENGTH, first.getInputStream().readNBytes(JoinCodec.REPLY_LENGTH).length);
        }
    }

    private static byte[] exported(SSLSocket socket) {
        try {
            return ((javax.net.ssl.ExtendedSSLSession) socket.getSession())
                    .exportKeyingMaterialData(JoinCodec.EXPORT_LABEL, INVITE.bytes(), JoinCodec.EXPORT_LENGTH);
        } catch (SSLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatIsNoRequestIsNotEvenLookedAt() throws IOException {
        byte[] noise = new byte[1_000];
        Arrays.fill(noise, (byte) 0x5A);
        try (SSLSocket socket = raw("zsync-join/1")) {
            assertHearsNothing(socket, server -> server.write(noise));
        }
        assertEquals(0, asked.get());
    }

    @Test
    void aFrameThatIsCutOffIsNoQuestion() throws IOException {
        try (SSLSocket socket = raw("zsync-join/1")) {
            assertHearsNothing(socket, server -> {
                server.write(new byte[JoinCodec.REQUEST_LENGTH - 1]);
                socket.shutdownOutput();
            });
        }
        assertEquals(0, asked.get());
    }

    /** An invite opens one door: a stranger with it has no session, no data stream, and learns of nothing. */
    @Test
    void aStrangerMaySayNothingElseThoughSomebodyIsExpected() {
        assertRefusedInTheHandshake("zsync/1");
        assertRefusedInTheHandshake("zsync-data/1");
        assertEquals(0, asked.get());
    }

    @Test
    void nobodyPassesTheHandshakeUnlessExpected() {
        expecting = false;
        assertRefusedInTheHandshake("zsync/1");
        assertRefusedInTheHandshake("zsync-data/1");
        assertRefusedInTheHandshake("zsync-join/1");
        assertEquals(0, asked.get());
    }

    /** Who has passed it is waited for in silence, longer than this client waits. */
    private void assertRefusedInTheHandshake(String protocol) {
        IOException ended = assertThrows(
                IOException.class,
                () -> {
                    try (SSLSocket socket = raw(protocol)) {
                        int read = socket.getInputStream().read();
                        fail("read " + read);
                    }
                },
                protocol);
        assertFalse(ended instanceof SocketTimeoutException, protocol + " has passed it");
    }

    @Test
    void aNodeThatIsNotTheInvitesIsToldNothing() throws IOException {
        ProtocolException refused = assertThrows(
                ProtocolException.class,
                () -> JoinConnection.connect(listener.address(), stranger, stranger.id(), deadlines, PATIENCE));
        assertEquals(ErrorCode.NOT_TRUSTED, refused.code());
        assertEquals(0, asked.get());
    }
}
