package io.zsync.node.session;

import io.zsync.node.api.Event;
import io.zsync.node.api.RunFailure;
import io.zsync.node.copy.PathCounters;
import io.zsync.node.fs.Root;
import io.zsync.node.replica.Hashing;
import io.zsync.node.replica.TreeScanner;
import io.zsync.node.transport.DataStream;
import io.zsync.node.transport.DataWriter;
import io.zsync.node.transport.HeldChunks;
import io.zsync.node.transport.Pace;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.Message;
import io.zsync.protocol.PathPolicy;
import io.zsync.protocol.ProtocolException;
import io.zsync.protocol.Tally;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The sending role of a session: the calling thread scans and offers, the reader's thread takes wants and answers, one
 * thread for each data stream sends. Serves only what it offered.
 */
final class SenderSession implements Session.Role {
    private final Session session;
    private final Root root;
    private final RunContext run;
    private final PathCounters counters;
    private final Pace pace;
    private final Offers offers = new Offers();
    private final SendQueue queue;
    private final ManifestSender manifest;
    /** Bytes read for digests. */
    private final Hashing hashing = new Hashing();

    private @Nullable Tally applied;
    private boolean manifestTaken;
    private volatile long plannedFiles;
    private volatile long plannedBytes;
    private volatile boolean planned;

    SenderSession(Session session, OpenTree tree, RunContext run, PathCounters counters) {
        this.session = session;
        this.root = tree.present();
        this.run = run;
        this.counters = counters;
        this.pace = new Pace(run.options().transfer().bytesPerSecond());
        PathPolicy policy = run.options().transfer().dataPath();
        boolean packSmall = policy == PathPolicy.AUTO || policy == PathPolicy.BUFFERED;
        this.queue = new SendQueue(run.credits(), packSmall, new HeldChunks(run.protection()));
        this.manifest = new ManifestSender(
                session,
                offers,
                run.credits().parts(),
                run.events(),
                (path, code, detail) -> run.problem(session, path, code, detail));
    }

    /** Sends the tree; returns the receiver's counts when it has applied everything. */
    @Override
    public Tally play(List<DataStream> streams) throws IOException, InterruptedException, RunFailure {
        boolean compress = run.options().transfer().compress();
        boolean forced = run.options().transfer().dataPath() != PathPolicy.AUTO;
        Consumer<Message.Moved> explain = moved -> run.moved(session, moved);
        streams.forEach(session::closeAtEnd);
        try {
            session.start(this);
            for (int i = 0; i < streams.size(); i++) {
                session.spawn(
                        "send-" + i,
                        new FileSender(
                                session,
                                root,
                                queue,
                                new DataWriter(streams.get(i), counters, pace, compress),
                                i,
                                path(streams.get(i)),
                                forced,
                                compress,
                                explain,
                                run.terms().entryReader(hashing)));
            }
            new TreeScanner(root, run.terms().scanOptions(), run.terms().entryReader(hashing), manifest).scan();
            manifest.complete();
            synchronized (this) {
                while (applied == null && !session.isOver()) {
                    wait();
                }
            }
        } catch (InterruptedException sessionIsOver) {
            // Or, if it is not, the caller was interrupted and nobody goes on.
            session.fail(Failures.interrupted());
        } catch (IOException | RuntimeException | Error e) {
            session.fail(e);
        }
        if (!session.isOver() && run.initiator()) {
            session.send(new Message.Bye());
            session.finish();
        }
        try {
            session.await();
        } finally {
            queue.closeFiles();
        }
        synchronized (this) {
            if (applied == null) {
                throw new IllegalStateException("session over without a tally");
            }
            return applied;
        }
    }

    private DataPath path(DataStream stream) {
        return switch (run.options().transfer().dataPath()) {
            case AUTO -> stream.bareChannel() == null ? DataPath.BUFFERED : DataPath.SENDFILE;
            case SENDFILE -> DataPath.SENDFILE;
            case MAPPED -> DataPath.MAPPED;
            case BUFFERED -> DataPath.BUFFERED;
        };
    }

    @Override
    public void received(Message message) {
        switch (message) {
            case Message.ManifestAck ack -> {
                manifestTaken = ack.complete();
                plannedFiles = ack.plannedFiles();
                plannedBytes = ack.plannedBytes();
                planned = ack.complete();
                manifest.acknowledged(ack);
            }
            case Message.Want want -> queue.want(want, offers);
            case Message.Resume resume -> queue.resume(resume, offers);
            case Message.ChunkRejected rejected -> queue.rejected(rejected);
            case Message.PackRejected rejected -> packRejected(rejected);
            case Message.FileDone done -> queue.done(done.file());
            case Message.FileRefused refused -> queue.refused(refused.file());
            case Message.Change change -> run.events().post(new Event.Changed(change));
            case Message.Problem problem -> {
                String reason = queue.takeReason(problem.path());
                run.told(problem.path(), problem.code(), reason == null ? problem.detail() : reason);
            }
            case Message.Applied done -> {
                if (!manifestTaken || session.state() != SessionState.RUNNING) {
                    throw ProtocolException.violation("Applied before the manifest was taken, or once more");
                }
                if (!run.initiator()) {
                    session.post(counters.totals());
                }
                session.applied();
                synchronized (this) {
                    applied = done.tally();
                    notifyAll();
                }
            }
            default ->
                throw ProtocolException.violation(
                        "a " + message.getClass().getSimpleName() + " is not a receiver's to send");
        }
    }

    private void packRejected(Message.PackRejected rejected) {
        for (OutgoingFile file : queue.packRejected(rejected)) {
            queue.lost(file);
            session.post(new Message.SourceLost(
                    file.offer().file(), file.attempt(), io.zsync.protocol.ProblemCode.INTEGRITY));
        }
    }

    @Override
    public void over() {
        pace.close();
        hashing.end();
        queue.close();
        manifest.over();
        synchronized (this) {
            notifyAll();
        }
    }

    @Override
    public long work() {
        return manifest.looks() + counters.total() + queue.doneFiles() + hashing.bytes() + pace.turns();
    }

    @Override
    public boolean isSyncing() {
        return false;
    }

    @Override
    public boolean broughtSomething() {
        return queue.doneFiles() > 0;
    }

    @Override
    public long resumedBytes() {
        return queue.resumedBytes();
    }

    @Override
    public Event.Progress progress() {
        return new Event.Progress(
                manifest.entries(), plannedFiles, plannedBytes, queue.doneFiles(), counters.total(), planned);
    }
}
