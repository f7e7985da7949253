package io.zsync.cli;

import io.zsync.node.Service;
import io.zsync.node.api.BenchReport;
import io.zsync.node.api.BenchRequest;
import io.zsync.node.api.BenchSink;
import io.zsync.node.api.Endpoint;
import io.zsync.node.api.EventSink;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.node.api.RunRequest;
import io.zsync.node.api.ServeRequest;
import io.zsync.node.api.ServiceEvent;
import io.zsync.node.trust.Peer;
import io.zsync.node.trust.PeerBook;
import io.zsync.protocol.Digest;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.Protection;
import io.zsync.protocol.Tally;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An engine that records what it is asked for, and answers as a test says. */
final class FakeEngine implements Engine {
    static final PeerId ID = new PeerId(Digest.of(new byte[Digest.LENGTH]));

    final List<RunRequest> runs = new ArrayList<>();
    final List<BenchRequest> benches = new ArrayList<>();
    final List<ServeRequest> served = new ArrayList<>();
    Answer answer = (request, events) -> report(Map.of());
    Measuring measuring = (request, sink) -> {
        throw new AssertionError("not asked to measure");
    };
    Serving serving = events -> {};
    Reloading reloading = () -> {};
    Runnable closing = () -> {};
    PeerBook book = PeerBook.EMPTY;
    int closed;

    interface Answer {
        RunReport to(RunRequest request, EventSink events) throws RunFailure;
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
        return report(new Tally(1, 0, 0, 2, 0, 0, 0, 3, 0, true), problems);
    }

    static RunReport report(Tally tally, Map<ProblemCode, Long> problems) {
        RunReport.Network network = RunReport.Network.LOOPBACK;
        return new RunReport(tally, Map.of(), problems, Protection.CLEAR, network, false, Duration.ofSeconds(1), 0);
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
