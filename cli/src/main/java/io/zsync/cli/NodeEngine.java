package io.zsync.cli;

import io.zsync.node.Node;
import io.zsync.node.Service;
import io.zsync.node.api.BenchReport;
import io.zsync.node.api.BenchRequest;
import io.zsync.node.api.BenchSink;
import io.zsync.node.api.CopyRequest;
import io.zsync.node.api.Endpoint;
import io.zsync.node.api.EventSink;
import io.zsync.node.api.JoinReport;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.node.api.RunRequest;
import io.zsync.node.api.ServeRequest;
import io.zsync.node.api.ServiceEvent;
import io.zsync.node.trust.Grant;
import io.zsync.node.trust.Invite;
import io.zsync.node.trust.Peer;
import io.zsync.node.trust.PeerBook;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.Protection;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The node of this process and this user. Thread safe. */
final class NodeEngine implements Engine {
    private final Node node;

    private NodeEngine(Node node) {
        this.node = node;
    }

    static Engine cancelledBy(Signals signals) {
        Node node = new Node();
        signals.onCancel(node::cancel, ExitCode.INTERRUPTED);
        return new NodeEngine(node);
    }

    @Override
    public RunReport run(RunRequest request, EventSink events) throws RunFailure {
        return node.run(request, events);
    }

    @Override
    public RunReport copy(CopyRequest request, EventSink events) throws RunFailure {
        return node.copy(request, events);
    }

    @Override
    public Service serve(ServeRequest request, Consumer<ServiceEvent> events) throws RunFailure {
        return node.serve(request, events);
    }

    @Override
    public BenchReport bench(BenchRequest request, BenchSink sink) throws RunFailure {
        return node.bench(request, sink);
    }

    @Override
    public PeerId id() throws RunFailure {
        return node.id();
    }

    @Override
    public PeerBook peers() throws RunFailure {
        return node.peers();
    }

    @Override
    public void addPeer(Peer peer) throws RunFailure {
        node.addPeer(peer);
    }

    @Override
    public void removePeer(String name) throws RunFailure {
        node.removePeer(name);
    }

    @Override
    public Invite invite(
            @Nullable Grant grant, @Nullable Protection protection, Duration validity, @Nullable Endpoint address)
            throws RunFailure {
        return node.invite(grant, protection, validity, address);
    }

    @Override
    public JoinReport join(String name, Invite invite) throws RunFailure {
        return node.join(name, invite);
    }
}
