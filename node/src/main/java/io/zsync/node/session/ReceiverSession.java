package io.zsync.node.session;

import io.zsync.node.api.Event;
import io.zsync.node.api.RunFailure;
import io.zsync.node.fs.Root;
import io.zsync.node.replica.Applier;
import io.zsync.node.replica.ApplyOptions;
import io.zsync.node.replica.Fetch;
import io.zsync.node.replica.JournalPlace;
import io.zsync.node.replica.Reporter;
import io.zsync.node.transport.Arrivals;
import io.zsync.node.transport.DataReader;
import io.zsync.node.transport.DataStream;
import io.zsync.protocol.ManifestDecoder;
import io.zsync.protocol.ManifestItem;
import io.zsync.protocol.Message;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.ProtocolException;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.Tally;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The receiving role of a session: the calling thread plans and applies, the reader's thread takes manifest parts and words
 * about files, one thread for each data stream writes staged files, one publishes. It plans, so it alone decides what
 * changes in its tree.
 */
final class ReceiverSession implements Session.Role, Reporter {
    private final Session session;
    private final OpenTree tree;
    private final RunContext run;
    private final RemoteContent content;
    private final Applier applier;
    private final ManifestDecoder decoder = new ManifestDecoder();
    private final ArrayDeque<Message.ManifestPart> parts = new ArrayDeque<>();
    private final Arrivals arrivals = new Arrivals();
    private final ReceivingStreams receiving;
    private boolean partsEnded;
    private boolean over;
    private Message.@Nullable PathTotals sent;
    private volatile long entries;
    private volatile boolean planned;

    ReceiverSession(
            Session session,
            OpenTree tree,
            RunContext run,
            ApplyOptions options,
            RandomGenerator random,
            @Nullable JournalPlace place) {
        this.session = session;
        this.tree = tree;
        this.run = run;
        this.receiving = new ReceivingStreams(session);
        this.content = new RemoteContent(session, run.credits());
        this.applier = new Applier(tree.root(), options, content, this, random, place);
    }

    /** Receives the tree and returns the counts once everything is applied and the session is over. */
    @Override
    public Tally play(List<DataStream> streams) throws IOException, InterruptedException, RunFailure {
        receiving.add(streams);
        session.closeAtEnd(receiving);
        Root open = tree.root();
        Tally tally = null;
        try {
            session.start(this);
            if (open != null) {
                session.spawn("publish", applier::runPublisher);
                for (int i = 0; i < streams.size(); i++) {
                    spawnReader(open, streams.get(i), i);
                }
            }
            plan();
            tally = applier.finish();
            session.applied();
            if (!run.initiator() && open != null) {
                // First: whoever is told that this run is done may begin the next one at once.
                open.unlock();
            }
            session.send(new Message.Applied(tally));
            if (run.initiator() && awaitTotals()) {
                session.send(new Message.Bye());
                session.finish();
            }
        } catch (InterruptedException sessionIsOver) {
            // Or, if it is not, this thread was interrupted and nobody goes on.
            session.fail(Failures.interrupted());
        } catch (IOException | RuntimeException | Error e) {
            session.fail(e);
        }
        return conclude(tally);
    }

    private void spawnReader(Root open, DataStream source, int stream) {
        StreamSink sink = new StreamSink(session, open, applier, content);
        DataReader reader = new DataReader(
                source, stream, sink, arrivals, run.options().transfer().compress());
        receiving.begun();
        session.spawn("receive-" + stream, () -> {
            try (sink) {
                reader.run();
                if (session.state() == SessionState.RUNNING) {
                    session.streamBroke(new IOException("the peer ended data stream " + stream));
                }
            } catch (IOException e) {
                if (!session.isOver() && session.state() == SessionState.RUNNING) {
                    session.streamBroke(e);
                }
            } finally {
                receiving.ended();
            }
        });
    }

    private Tally conclude(@Nullable Tally tally) throws IOException, RunFailure {
        // Closed behind the catch: what is abandoned still needs all that the applier holds open.
        try (Applier open = applier) {
            return await(tally, open);
        }
    }

    private Tally await(@Nullable Tally tally, Applier open) throws RunFailure {
        try {
            session.await();
        } catch (RunFailure e) {
            if (tally == null) {
                try {
                    open.abandon();
                } catch (IOException second) {
                    e.addSuppressed(second);
                }
            }
            throw e;
        }
        if (tally == null) {
            throw new IllegalStateException("session over without a tally");
        }
        return tally;
    }

    private void plan() throws IOException, InterruptedException {
        while (!decoder.isComplete()) {
            decoder.accept(takePart());
            ManifestItem item = decoder.next();
            while (item != null) {
                applier.apply(decoder.lastEntry(), item);
                entries = decoder.lastEntry() + 1;
                item = decoder.next();
            }
            if (run.initiator()) {
                run.events().awaitRoom(session::isOver);
            }
            planned = decoder.isComplete();
            if (planned) {
                endParts();
            }
            session.send(new Message.ManifestAck(
                    decoder.lastEntry(), applier.plannedFiles(), applier.plannedBytes(), planned));
        }
    }

    /** Nothing may follow the root's end. */
    private synchronized void endParts() {
        partsEnded = true;
        if (!parts.isEmpty()) {
            throw ProtocolException.violation("a manifest part after the root's end");
        }
    }

    private synchronized Message.ManifestPart takePart() throws InterruptedException {
        while (parts.isEmpty()) {
            if (over) {
                throw new InterruptedException("the session is over");
            }
            wait();
        }
        return parts.remove();
    }

    @Override
    public void received(Message message) {
        switch (message) {
            case Message.ManifestPart part -> addPart(part);
            case Message.FileOpened opened -> {
                Fetch fetch = find(opened.file());
                if (fetch != null) {
                    fetch.opened(opened.attempt(), opened.identity());
                }
            }
            case Message.FileSent sent -> {
                Fetch fetch = find(sent.file());
                if (fetch != null) {
                    fetch.confirmed(sent.attempt(), sent.identity());
                }
            }
            case Message.SourceChanged changed -> {
                Fetch fetch = find(changed.file());
                if (fetch != null) {
                    content.changed(changed.file(), changed.fresh());
                    fetch.sourceChanged(changed.attempt(), changed.fresh());
                }
            }
            case Message.SourceLost lost -> {
                Fetch fetch = find(lost.file());
                if (fetch != null) {
                    fetch.sourceLost(lost.attempt(), lost.code());
                }
            }
            case Message.Problem problem -> {
                applier.countFailure();
                run.told(problem.path(), problem.code(), problem.detail());
            }
            case Message.Moved moved -> {
                if (!run.initiator() || !run.options().explain()) {
                    throw ProtocolException.violation("an explanation that nobody asked for");
                }
                run.moved(session, moved);
            }
            case Message.PathTotals totals -> {
                if (!run.initiator() || session.state() != SessionState.APPLIED) {
                    throw ProtocolException.violation("path totals that nobody waits for");
                }
                synchronized (this) {
                    sent = totals;
                    notifyAll();
                }
            }
            default ->
                throw ProtocolException.violation(
                        "a " + message.getClass().getSimpleName() + " is not a sender's to send");
        }
    }

    /** @return false if the sender left without them: everything is applied, and that was its last word */
    private synchronized boolean awaitTotals() throws InterruptedException {
        while (sent == null && !over) {
            wait();
        }
        return sent != null;
    }

    /** What the sender said that it sent by each path; nothing if it was never asked. */
    synchronized Message.PathTotals sent() {
        return sent == null ? new Message.PathTotals(0, 0, 0) : sent;
    }

    private synchronized void addPart(Message.ManifestPart part) {
        if (partsEnded) {
            throw ProtocolException.violation("a manifest part after the root's end");
        }
        if (parts.size() >= run.credits().parts()) {
            throw ProtocolException.violation(
                    "a manifest part beyond the credit of " + run.credits().parts());
        }
        parts.add(part);
        notifyAll();
    }

    private @Nullable Fetch find(long file) {
        Fetch fetch = applier.fetch(file);
        if (fetch == null && !content.isParted(file)) {
            throw ProtocolException.violation("word of file " + file + ", which was not asked for");
        }
        return fetch;
    }

    @Override
    public void over() {
        content.close();
        applier.end();
        synchronized (this) {
            over = true;
            notifyAll();
        }
        run.events().release();
    }

    @Override
    public long work() {
        return entries + arrivals.read().sum() + content.over() + applier.hashed() + applier.pieces();
    }

    @Override
    public boolean isSyncing() {
        return applier.isSyncing();
    }

    @Override
    public void changed(Message.Change change) {
        run.changed(session, change);
        if (run.initiator()) {
            try {
                run.events().awaitRoom(session::isOver);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void problem(RelativePath path, ProblemCode code, String detail) {
        run.problem(session, path, code, detail);
    }

    @Override
    public boolean broughtSomething() {
        return arrivals.verified().sum() > 0;
    }

    /** It counts what arrives, and needs no telling. */
    @Override
    public long resumedBytes() {
        return 0;
    }

    @Override
    public Event.Progress progress() {
        return new Event.Progress(
                entries,
                applier.plannedFiles(),
                applier.plannedBytes(),
                content.over(),
                arrivals.verified().sum(),
                planned);
    }
}
