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
import io.zsync.protocol.DataPath;
import io.zsync.protocol.Digest;
import io.zsync.protocol.Durability;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.Protection;
import io.zsync.protocol.Tally;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An engine that records what it is asked for, and answers as a test says. */
final class FakeEngine implements Engine {
    static final PeerId ID = new PeerId(Digest.of(new byte[Digest.LENGTH]));

    final List<RunRequest> runs = new ArrayList<>();
    final List<CopyRequest> copies = new ArrayList<>();
    final List<ServeRequest> served = new ArrayList<>();
    Answer<RunRequest> answer = (request, events) -> report(Map.of());
    Answer<CopyRequest> copyAnswer = (request, events) -> copied(Map.of());
    final List<BenchRequest> benches = new ArrayList<>();
    Measuring measuring = (request, sink) -> {
        throw new AssertionError("not asked to measure");
    };
    Serving serving = events -> {};
    Reloading reloading = () -> {};
    Runnable closing = () -> {};
    PeerBook book = PeerBook.EMPTY;
    int closed;
    final List<Optional<Grant>> grants = new ArrayList<>();
    final List<Invite> invited = new ArrayList<>();
    final Map<String, Invite> joined = new LinkedHashMap<>();
    Joining joining = invite -> new JoinReport(invite.addresses().getFirst(), "laptop", false);

    interface Answer<R> {
        RunReport to(R request, EventSink events) throws RunFailure;
    }

    interface Measuring {
        BenchReport of(BenchRequest request, BenchSink sink) throws RunFailure;
    }

    /** What a service does once it is up. */
    interface Serving {
        void up(Consumer<ServiceEvent> events) throws RunFailure;
    }

    interface Reloading {
        void reload() throws RunFailure;
    }

    static RunReport report(Map<ProblemCode, Long> problems) {
        return report(new Tally(1, 0, 0, 2, 0, 0, 0, 3, 0, Durability.BATCH), problems);
    }

    static RunReport report(Tally tally, Map<ProblemCode, Long> problems) {
        RunReport.Network network = RunReport.Network.LOOPBACK;
        return new RunReport(tally, Map.of(), problems, Protection.CLEAR, network, false, Duration.ofSeconds(1), 0);
    }

    /** Of a run that had no connection. */
    static RunReport copied(Map<DataPath, Long> bytesByPath) {
        return copied(new Tally(1, 0, 0, 2, 0, 0, 0, 3, 0, Durability.BATCH), bytesByPath);
    }

    static RunReport copied(Tally tally, Map<DataPath, Long> bytesByPath) {
        return new RunReport(tally, bytesByPath, Map.of(), null, null, false, Duration.ofSeconds(1), 0);
    }

    @Override
    public RunReport copy(CopyRequest request, EventSink events) throws RunFailure {
        copies.add(request);
        return copyAnswer.to(request, events);
    }

    @Override
    public RunReport run(RunRequest request, EventSink events) throws RunFailure {
        runs.add(request);
        return answer.to(request, events);
    }

    @Override
    public Service serve(ServeRequest request, Consumer<ServiceEvent> events) throws RunFailure {
        served.add(request);
        serving.up(events);
        return new Service() {
            @Override
            public Endpoint endpoint() {
                return new Endpoint(request.listen().host(), 4711);
            }

            @Override
            public PeerId id() {
                return ID;
            }

            @Override
            public void reload() throws RunFailure {
                reloading.reload();
            }

            @Override
            public void close() {
                closed++;
                closing.run();
            }
        };
    }

    @Override
    public BenchReport bench(BenchRequest request, BenchSink sink) throws RunFailure {
        benches.add(request);
        return measuring.of(request, sink);
    }

    @Override
    public PeerId id() {
        return ID;
    }

    @Override
    public PeerBook peers() {
        return book;
    }

    @Override
    public void addPeer(Peer peer) throws RunFailure {
        book = book.with(peer);
    }

    @Override
    public void removePeer(String name) throws RunFailure {
        book = book.without(name);
    }

    @Override
    public Invite invite(
            @Nullable Grant grant, @Nullable Protection protection, Duration validity, @Nullable Endpoint address) {
        grants.add(Optional.ofNullable(grant));
        Endpoint listening = new Endpoint("127.0.0.1", 7419);
        Invite invite = Invite.fresh(
                List.of(address == null ? listening : address), ID, Instant.EPOCH.plus(validity), protection);
        invited.add(invite);
        return invite;
    }

    @Override
    public JoinReport join(String name, Invite invite) throws RunFailure {
        joined.put(name, invite);
        return joining.to(invite);
    }

    interface Joining {
        JoinReport to(Invite invite) throws RunFailure;
    }

    /** Signals that come when a test says so. */
    static final class FakeSignals implements Signals {
        volatile @Nullable Runnable cancel;
        volatile @Nullable Runnable hangUp;
        volatile @Nullable ExitCode end;

        @Override
        public void onCancel(Runnable action, ExitCode code) {
            cancel = action;
            end = code;
        }

        @Override
        public void onHangUp(Runnable action) {
            hangUp = action;
        }
    }
}
