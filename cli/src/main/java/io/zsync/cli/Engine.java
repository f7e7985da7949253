package io.zsync.cli;

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

/** What the commands ask of a node. Each method throws {@link RunFailure} if what it does failed as a whole. */
interface Engine {
    RunReport run(RunRequest request, EventSink events) throws RunFailure;

    RunReport copy(CopyRequest request, EventSink events) throws RunFailure;

    /** @param events called by any thread */
    Service serve(ServeRequest request, Consumer<ServiceEvent> events) throws RunFailure;

    BenchReport bench(BenchRequest request, BenchSink sink) throws RunFailure;

    PeerId id() throws RunFailure;

    PeerBook peers() throws RunFailure;

    void addPeer(Peer peer) throws RunFailure;

    void removePeer(String name) throws RunFailure;

    /** As {@link io.zsync.node.Node#invite}. */
    Invite invite(@Nullable Grant grant, @Nullable Protection protection, Duration validity, @Nullable Endpoint address)
            throws RunFailure;

    JoinReport join(String name, Invite invite) throws RunFailure;
}
