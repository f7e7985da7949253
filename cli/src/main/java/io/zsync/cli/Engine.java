package io.zsync.cli;

import io.zsync.node.Service;
import io.zsync.node.api.BenchReport;
import io.zsync.node.api.BenchRequest;
import io.zsync.node.api.BenchSink;
import io.zsync.node.api.EventSink;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.node.api.RunRequest;
import io.zsync.node.api.ServeRequest;
import io.zsync.node.api.ServiceEvent;
import io.zsync.node.trust.Peer;
import io.zsync.node.trust.PeerBook;
import io.zsync.protocol.PeerId;
import java.util.function.Consumer;

/** What the commands ask of a node. Each method throws {@link RunFailure} if what it does failed as a whole. */
interface Engine {
    RunReport run(RunRequest request, EventSink events) throws RunFailure;

    /** @param events called by any thread */
    Service serve(ServeRequest request, Consumer<ServiceEvent> events) throws RunFailure;

    BenchReport bench(BenchRequest request, BenchSink sink) throws RunFailure;

    PeerId id() throws RunFailure;

    PeerBook peers() throws RunFailure;

    void addPeer(Peer peer) throws RunFailure;

    void removePeer(String name) throws RunFailure;
}
