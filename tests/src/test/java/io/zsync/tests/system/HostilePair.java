package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.fail;

import io.zsync.node.Node;
import io.zsync.node.Service;
import io.zsync.node.api.Endpoint;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.PeerTree;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.node.api.RunRequest;
import io.zsync.node.api.ServeRequest;
import io.zsync.node.api.Share;
import io.zsync.node.trust.ConfigFolder;
import io.zsync.node.trust.Identity;
import io.zsync.node.trust.Peer;
import io.zsync.protocol.Credits;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Mode;
import io.zsync.protocol.PathPolicy;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.RunOptions;
import io.zsync.protocol.Transfer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.provider.Arguments;

/**
 * A node of this process, and a peer that it trusts and a test plays. The node owns {@code source} and {@code target}; beside
 * them lies {@code outside}, which is nobody's.
 */
final class HostilePair implements AutoCloseable {
    /** Who connects to whom. */
    enum Caller {
        NODE,
        PEER
    }

    /** Each case with both callers; in the short form with one of them, by turns. */
    static Stream<Arguments> withCallers(Stream<Object[]> cases) {
        Caller[] callers = Caller.values();
        List<Object[]> all = cases.toList();
        return IntStream.range(0, all.size() * callers.length)
                .filter(i -> Machine.LONG || (i + i / callers.length) % callers.length == 0)
                .mapToObj(i -> {
                    Object[] words = new Object[1 + all.get(i / callers.length).length];
                    words[0] = callers[i % callers.length];
                    System.arraycopy(all.get(i / callers.length), 0, words, 1, words.length - 1);
                    return Arguments.of(words);
                });
    }

    /** One stream, nothing synced, nothing deleted. */
    static final RunOptions OPTIONS = options(false, new Transfer(PathPolicy.AUTO, 1, false, 0), Deletion.NONE);

    static final RunOptions DRY = options(true, OPTIONS.transfer(), Deletion.NONE);

    private final Path folder;
    private final Node node;
    private final Service service;
    private final Identity peer = Identity.generate();
    private final ServerSocket listener;
    private @Nullable CompletableFuture<RunReport> run;
    private Duration timeout = Duration.ofSeconds(30);

    /** @param folder made */
    HostilePair(Path folder) throws Exception {
        this.folder = folder;
        for (String name : List.of("source", "target", "outside")) {
            Files.createDirectories(folder.resolve(name));
        }
        Path home = folder.resolve("home");
        node = new Node(new ConfigFolder(home, home));
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        node.addPeer(new Peer("peer", peer.id(), new Endpoint("127.0.0.1", listener.getLocalPort()), null, List.of()));
        List<Share> shares =
                List.of(new Share("source", source(), false, false), new Share("target", target(), true, false));
        service = node.serve(new ServeRequest(shares, new Endpoint("127.0.0.1", 0), Protection.CLEAR, 4), event -> {});
    }

    static RunOptions options(boolean dryRun, Transfer transfer, Deletion deletion) {
        return Requests.options(dryRun, Durability.NONE, transfer, Requests.preservation(false), deletion);
    }

    /** The tree that the node sends. */
    Path source() {
        return folder.resolve("source");
    }

    /** The tree that the node receives. */
    Path target() {
        return folder.resolve("target");
    }

    Path outside() {
        return folder.resolve("outside");
    }

    /** A session in which the peer sends, opened and bound. */
    HostilePeer sends(Caller caller, RunOptions options) throws Exception {
        return caller == Caller.PEER ? asks(Mode.PUSH, "target", options) : answers(Mode.PULL, target(), options);
    }

    /** A session in which the peer receives, opened and bound. */
    HostilePeer receives(Caller caller, RunOptions options) throws Exception {
        return caller == Caller.PEER ? asks(Mode.PULL, "source", options) : answers(Mode.PUSH, source(), options);
    }

    private HostilePeer asks(Mode mode, String share, RunOptions options) throws Exception {
        HostilePeer peerEnd = connect();
        peerEnd.open(mode, share, options);
        return peerEnd;
    }

    private HostilePeer answers(Mode mode, Path tree, RunOptions options) throws Exception {
        HostilePeer peerEnd = called(mode, tree, options);
        peerEnd.opened();
        return peerEnd;
    }

    /** The peer has connected to the node, and said nothing yet. */
    HostilePeer connect() throws Exception {
        return HostilePeer.connect(peer, node.id(), port());
    }

    int port() {
        return service.endpoint().port();
    }

    /** How long the node's own runs wait while nothing moves. */
    void waitsFor(Duration time) {
        timeout = time;
    }

    /** The node has connected to the peer for a run, and nothing was said yet. */
    HostilePeer called(Mode mode, Path tree, RunOptions options) throws Exception {
        RunRequest request = new RunRequest(
                mode,
                tree,
                new PeerTree.Remote("peer", "share", RelativePath.ROOT),
                options,
                Protection.CLEAR,
                timeout,
                0,
                Credits.DEFAULT);
        run = CompletableFuture.supplyAsync(() -> {
            try {
                return node.run(request, event -> {});
            } catch (RunFailure e) {
                throw new CompletionException(e);
            }
        });
        return HostilePeer.accept(listener, peer, node.id());
    }

    /** How the node's own run failed. */
    RunFailure failure() throws Exception {
        try {
            return fail("the run succeeded: " + report());
        } catch (ExecutionException e) {
            return assertInstanceOf(RunFailure.class, e.getCause());
        }
    }

    /** The node's own run failed because the peer broke the protocol; where the peer called there is none. */
    void assertBroken() throws Exception {
        if (run != null) {
            assertEquals(FailureKind.PROTOCOL_BROKEN, failure().kind());
        }
    }

    /** What the node's own run did. */
    RunReport report() throws Exception {
        if (run == null) {
            throw new IllegalStateException("no run of the node");
        }
        return run.get(20, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        service.close();
        node.close();
    }
}
