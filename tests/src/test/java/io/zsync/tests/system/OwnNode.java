package io.zsync.tests.system;

import io.zsync.node.Node;
import io.zsync.node.api.CopyRequest;
import io.zsync.node.api.Endpoint;
import io.zsync.node.api.Event;
import io.zsync.node.api.PeerTree;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.node.api.RunRequest;
import io.zsync.node.trust.ConfigFolder;
import io.zsync.node.trust.Peer;
import io.zsync.protocol.Credits;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.Mode;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.RunOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A node in this process, whose code is warm: hundreds of runs cost no start of a JVM. */
final class OwnNode implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Node node;
    private final int retries;
    /** Of the last run. */
    private final List<Event> events = new CopyOnWriteArrayList<>();

    private OwnNode(Node node, int retries) {
        this.node = node;
        this.retries = retries;
    }

    /** @param retries see {@link RunRequest} */
    static OwnNode of(Home home, int retries) {
        return new OwnNode(new Node(new ConfigFolder(home.folder(), home.folder())), retries);
    }

    /** Another node's share. */
    static PeerTree share(String peer, String share) {
        return new PeerTree.Remote(peer, share, RelativePath.ROOT);
    }

    PeerId id() throws RunFailure {
        return node.id();
    }

    void know(String name, PeerId id, int port) throws RunFailure {
        Endpoint endpoint = new Endpoint(Host.HERE.ipv4(), port);
        node.addPeer(new Peer(name, id, endpoint, null, List.of()));
    }

    RunReport run(Mode mode, Path directory, PeerTree peer, RunOptions options, @Nullable Protection level)
            throws RunFailure {
        events.clear();
        return node.run(
                new RunRequest(mode, directory, peer, options, level, TIMEOUT, retries, Credits.DEFAULT), events::add);
    }

    /** @param path null for any */
    RunReport copy(Path source, Path target, @Nullable DataPath path, RunOptions options) throws RunFailure {
        events.clear();
        return node.copy(new CopyRequest(source, target, path, options), events::add);
    }

    /** Of the last run. */
    List<Event> events() {
        return List.copyOf(events);
    }

    @Override
    public void close() {
        node.close();
    }
}
