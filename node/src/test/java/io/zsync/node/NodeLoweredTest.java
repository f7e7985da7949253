package io.zsync.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.api.Endpoint;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.PeerTree;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunRequest;
import io.zsync.node.transport.Connection;
import io.zsync.node.transport.Deadlines;
import io.zsync.node.trust.ConfigFolder;
import io.zsync.node.trust.Identity;
import io.zsync.node.trust.Peer;
import io.zsync.protocol.Credits;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.Message;
import io.zsync.protocol.Mode;
import io.zsync.protocol.Protection;
import io.zsync.protocol.ProtocolException;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.SessionId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A trusted responder that will not run the level it was asked for: an error, and never another level. */
class NodeLoweredTest extends PushFixture {
    private final Identity responder = Identity.generate();
    private final Deadlines deadlines = new Deadlines();
    private ServerSocketChannel server;
    private Node client;

    @BeforeEach
    void introduce() throws Exception {
        server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        ConfigFolder folder = new ConfigFolder(temp.resolve("client"), temp.resolve("client"));
        client = new Node(folder);
        Endpoint endpoint = new Endpoint("127.0.0.1", server.socket().getLocalPort());
        client.addPeer(new Peer("backup", responder.id(), endpoint, null, List.of()));
        file("file", 100_000);
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.close();
        deadlines.close();
    }

    @ParameterizedTest
    @CsvSource({"CLEAR, SAFE", "CLEAR, PRIVATE", "SAFE, CLEAR", "SAFE, PRIVATE", "PRIVATE, CLEAR", "PRIVATE, SAFE"})
    void anotherLevelThanWasAskedForIsAnError(Protection asked, Protection answered) throws Exception {
        CompletableFuture<Message.Open> opened =
                answer(new Message.Opened(SessionId.of(new byte[SessionId.LENGTH]), 1, answered));

        RunFailure failure = fails(asked);

        assertEquals(FailureKind.NOT_ALLOWED, failure.kind());
        assertTrue(String.valueOf(failure.getMessage()).contains("at level " + answered), failure.toString());
        assertEquals(asked, opened.get(10, TimeUnit.SECONDS).protection());
        assertNobodyElseComes();
    }

    @ParameterizedTest
    @EnumSource
    void aLevelThatThePeerDoesNotHaveIsAnError(Protection asked) throws Exception {
        CompletableFuture<Message.Open> opened = answer(new Message.Failure(ErrorCode.UNSUPPORTED, "no such level"));

        RunFailure failure = fails(asked);

        assertEquals(FailureKind.PROTOCOL_BROKEN, failure.kind());
        assertEquals(asked, opened.get(10, TimeUnit.SECONDS).protection());
        assertNobodyElseComes();
    }

    private RunFailure fails(Protection asked) {
        PeerTree tree = new PeerTree.Remote("backup", "default", RelativePath.ROOT);
        RunRequest request = new RunRequest(
                Mode.PUSH, source, tree, request().options(), asked, Duration.ofSeconds(10), 1, Credits.DEFAULT);
        return assertThrows(RunFailure.class, () -> client.run(request, event -> {}));
    }

    /** Greets, hears what is asked for, answers so, and makes sure that nothing more is said. */
    private CompletableFuture<Message.Open> answer(Message answer) {
        return CompletableFuture.supplyAsync(() -> {
            try (SocketChannel channel = server.accept()) {
                ByteBuffer first = ByteBuffer.allocate(1);
                channel.read(first);
                try (Connection control = Connection.accept(
                        channel, first.get(0), responder, peer -> true, deadlines, Duration.ofSeconds(10))) {
                    assertInstanceOf(Message.Hello.class, control.read());
                    control.write(new Message.Welcome(1, 0, Credits.DEFAULT));
                    control.flush();
                    Message.Open open = assertInstanceOf(Message.Open.class, control.read());
                    control.write(answer);
                    control.flush();
                    assertThrows(IOException.class, control::read, "the initiator has nothing to add");
                    return open;
                }
            } catch (IOException | ProtocolException e) {
                throw new CompletionException(e);
            }
        });
    }

    private void assertNobodyElseComes() throws IOException {
        server.configureBlocking(false);
        assertNull(server.accept(), "no second try, and no data stream");
    }
}
