package io.zsync.tests.system;

import static org.awaitility.Awaitility.await;

import io.zsync.node.Node;
import io.zsync.node.Service;
import io.zsync.node.api.Endpoint;
import io.zsync.node.api.Event;
import io.zsync.node.api.PeerTree;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.node.api.RunRequest;
import io.zsync.node.api.ServeRequest;
import io.zsync.node.api.ServiceEvent;
import io.zsync.node.api.Share;
import io.zsync.node.trust.ConfigFolder;
import io.zsync.node.trust.Peer;
import io.zsync.protocol.Credits;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Mode;
import io.zsync.protocol.PathPolicy;
import io.zsync.protocol.Preservation;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.RunOptions;
import io.zsync.protocol.Transfer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Two nodes of this process that know each other, with a wire in between: what one has in {@code source} is pushed to or
 * pulled from the other's {@code target}.
 */
final class OwnPair implements AutoCloseable {
    private final Path source;
    private final Path target;
    private final Path serverHome;
    private final AtomicInteger sessions = new AtomicInteger();
    private final Node server;
    private final Node client;
    private final Service service;
    private final WireProxy proxy;
    private Duration timeout = Duration.ofSeconds(30);

    /** @param folder new, for the target and both nodes */
    OwnPair(Path source, Path folder) throws Exception {
        this.source = source;
        target = Files.createDirectories(folder.resolve("target"));
        serverHome = folder.resolve("server");
        Path clientHome = folder.resolve("client");
        server = new Node(new ConfigFolder(serverHome, serverHome));
        client = new Node(new ConfigFolder(clientHome, clientHome));
        server.addPeer(new Peer("client", client.id(), null, null, List.of()));
        List<Share> shares =
                List.of(new Share("target", target, true, false), new Share("source", source, false, false));
        service =
                server.serve(new ServeRequest(shares, new Endpoint("127.0.0.1", 0), Protection.CLEAR, 4), this::count);
        proxy = WireProxy.forgetful("127.0.0.1", service.endpoint().port());
        client.addPeer(new Peer("server", server.id(), new Endpoint("127.0.0.1", proxy.port()), null, List.of()));
    }

    private void count(ServiceEvent event) {
        switch (event) {
            case ServiceEvent.Opened opened -> sessions.incrementAndGet();
            case ServiceEvent.Ended ended -> sessions.decrementAndGet();
            default -> {}
        }
    }

    Path target() {
        return target;
    }

    Path serverHome() {
        return serverHome;
    }

    WireProxy proxy() {
        return proxy;
    }

    /** How long runs wait while nothing moves. */
    void waitFor(Duration time) {
        timeout = time;
    }

    /** Waits until the server runs no session, and so holds no target. */
    void awaitIdle() {
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .atMost(Duration.ofSeconds(30))
                .until(() -> sessions.get() == 0);
    }

    /** The same, until no connection of it is left on the wire. */
    void awaitSilence() {
        awaitIdle();
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .atMost(Duration.ofSeconds(30))
                .until(() -> proxy.conversations().isEmpty());
    }

    void empty() {
        Command.script("rm -rf \"$1\"; mkdir \"$1\"", target).output();
    }

    /**
     * What a run came to.
     *
     * @param passed bytes on the wire, both ways
     */
    record Passed(RunReport report, long passed, int sessions) {}

    /** A run of everything, not forced to disk. */
    Passed run(Mode mode, Protection protection, int streams, int retries) throws RunFailure {
        return run(mode, protection, Durability.NONE, streams, retries);
    }

    Passed run(Mode mode, Protection protection, Durability durability, int streams, int retries) throws RunFailure {
        RunOptions options = Requests.options(
                false,
                durability,
                new Transfer(PathPolicy.AUTO, streams, false, 0),
                Preservation.ARCHIVE,
                Deletion.NONE);
        boolean push = mode == Mode.PUSH;
        long before = proxy.passed();
        List<Event.Reconnecting> reconnected = new ArrayList<>();
        RunReport report = client.run(
                new RunRequest(
                        mode,
                        push ? source : target,
                        new PeerTree.Remote("server", push ? "target" : "source", RelativePath.ROOT),
                        options,
                        protection,
                        timeout,
                        retries,
                        Credits.DEFAULT),
                event -> {
                    if (event instanceof Event.Reconnecting again) {
                        reconnected.add(again);
                    }
                });
        return new Passed(report, proxy.passed() - before, 1 + reconnected.size());
    }

    @Override
    public void close() {
        proxy.close();
        service.close();
        server.close();
        client.close();
    }
}
