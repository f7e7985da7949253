package io.zsync.node.session;

import io.zsync.node.api.Event;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.node.transport.Connection;
import io.zsync.node.transport.DataStream;
import io.zsync.protocol.Message;
import io.zsync.protocol.ProtocolException;
import io.zsync.protocol.Tally;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One session's control side, the same for both roles: the thread that reads and never blocks, the thread that writes, the
 * one that watches, and the first failure, which ends everything. Waiters are released by closing what they wait on, never
 * by interrupts, because an interrupt closes the file channel under it.
 */
final class Session {
    private static final Duration HEARTBEAT = Duration.ofSeconds(10);
    private static final Duration SILENCE = Duration.ofSeconds(30);
    /** How long the responder waits for the last word of a run that is over. */
    private static final Duration FAREWELL = Duration.ofSeconds(30);

    /** How long a broken stream waits for the peer to say why on the control connection. */
    private static final Duration EXPLANATION = Duration.ofSeconds(1);

    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    /** What a session is about: sending or receiving. */
    interface Role {
        /** Does this end's part on the calling thread, to the session's end. Streams are closed then, whatever happens. */
        Tally play(List<DataStream> streams) throws IOException, InterruptedException, RunFailure;

        /** Takes a message on the reader's thread: must not block and must not touch a file. */
        void received(Message message);

        /** The session is over: whoever waits must be released. Called once, on any thread. */
        void over();

        /** Moves as work is done. */
        long work();

        /** A sync is running, which may take long without being stuck. */
        boolean isSyncing();

        /** Whether anything was brought that a later session need not bring again. */
        boolean broughtSomething();

        /** Bytes of unfinished files that the receiver had from earlier sessions, as far as this end was told. */
        long resumedBytes();

        /** Where the run stands. */
        Event.Progress progress();
    }

    /** Work that a session's thread does. */
    interface Work {
        void run() throws IOException, InterruptedException, RunFailure;
    }

    private final Connection connection;
    private final Duration timeout;
    private final Outbox outbox;
    private final List<Thread> threads = new ArrayList<>();
    private final List<Closeable> resources = new ArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private final String label;
    private SessionState state = SessionState.BINDING;
    private @Nullable RunFailure failure;
    private @Nullable Role role;
    private volatile long heardNanos = System.nanoTime();
    private volatile long peerWork;
    private volatile boolean peerSyncing;

    /** @param label names this end's threads */
    Session(Connection connection, Duration timeout, String label) {
        this.connection = connection;
        this.timeout = timeout;
        this.label = label;
        this.outbox = new Outbox(connection);
    }

    /** Starts reading, writing and watching. */
    void start(Role startedRole) {
        boolean late;
        synchronized (this) {
            role = startedRole;
            late = isOver();
            if (!late) {
                become(SessionState.RUNNING);
            }
        }
        if (late) {
            // Cancelled before it began: nobody has told the role yet.
            startedRole.over();
            return;
        }
        spawn("writer", outbox::run);
        spawn("reader", this::read);
        spawn("monitor", this::watch);
    }

    /** Runs work on a thread of its own; what it throws fails the session. */
    void spawn(String name, Work work) {
        Thread thread = Thread.ofPlatform()
                .daemon()
                .name("zsync-" + label + "-" + name)
                .unstarted(() -> {
                    try {
                        work.run();
                    } catch (InterruptedException sessionIsOver) {
                        return;
                    } catch (Throwable e) {
                        fail(e);
                    }
                });
        synchronized (this) {
            threads.add(thread);
        }
        thread.start();
    }

    /** Closes this, if not closed before, when the session is over. */
    void closeAtEnd(Closeable resource) {
        boolean late;
        synchronized (this) {
            late = isOver();
            if (!late) {
                resources.add(resource);
            }
        }
        if (late) {
            closeQuietly(resource);
        }
    }

    void send(Message message) {
        outbox.send(message);
    }

    /** As {@link #send}, for the thread that reads, which never waits. */
    void post(Message message) {
        outbox.post(message);
    }

    synchronized SessionState state() {
        return state;
    }

    /** The one place where the state changes. */
    private synchronized void become(SessionState next) {
        if (!state.mayBecome(next)) {
            throw new IllegalStateException("session " + label + ": " + state + " to " + next);
        }
        state = next;
        if (next == SessionState.CLOSED || next == SessionState.FAILED) {
            over.countDown();
        }
    }

    boolean isOver() {
        return over.getCount() == 0;
    }

    /** Waits that long at most. @return true if the session is over */
    boolean awaitOver(Duration time) throws InterruptedException {
        return over.await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The receiver said, or this end as the receiver says, that everything is applied. */
    void applied() {
        become(SessionState.APPLIED);
    }

    /** Ends the session as planned, once: what is queued goes out, then everything closes. */
    void finish() {
        synchronized (this) {
            if (isOver()) {
                return;
            }
            become(SessionState.CLOSED);
        }
        end();
    }

    /** Ends the session for this reason, unless it is over already. Any thread. */
    void fail(Throwable cause) {
        RunFailure reason = Failures.of(cause);
        synchronized (this) {
            if (isOver()) {
                return;
            }
            failure = reason;
            become(SessionState.FAILED);
        }
        outbox.post(Failures.toPeer(reason));
        end();
    }

    /**
     * A data stream broke. The peer may have ended the session for a reason that is still on its way, so that is waited
     * for; then the session fails with this. What TLS found is nothing that the peer could explain.
     */
    void streamBroke(IOException cause) throws InterruptedException {
        if (cause instanceof SSLException || !over.await(EXPLANATION.toMillis(), TimeUnit.MILLISECONDS)) {
            fail(cause);
        }
    }

    private void end() {
        outbox.close();
        Role ended;
        List<Closeable> closing;
        synchronized (this) {
            ended = role;
            closing = List.copyOf(resources);
        }
        if (ended != null) {
            ended.over();
        }
        closing.forEach(Session::closeQuietly);
    }

    /** Waits until the session is over and all its threads are gone. @throws RunFailure if it failed */
    void await() throws RunFailure {
        try {
            over.await();
            Thread writer = thread("writer");
            if (writer != null) {
                writer.join(LAST_WORDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail(Failures.interrupted());
        }
        closeQuietly(connection);
        List<Thread> all;
        synchronized (this) {
            all = List.copyOf(threads);
        }
        Threads.joinAll(all);
        RunFailure reason = failure();
        if (reason != null) {
            throw reason;
        }
    }

    synchronized @Nullable RunFailure failure() {
        return failure;
    }

    private synchronized @Nullable Thread thread(String name) {
        return threads.stream()
                .filter(thread -> thread.getName().endsWith("-" + name))
                .findFirst()
                .orElse(null);
    }

    private void read() throws IOException {
        Role reading;
        synchronized (this) {
            reading = role;
        }
        if (reading == null) {
            throw new IllegalStateException("reader started without a role");
        }
        try {
            while (!isOver()) {
                Message message = connection.read();
                heardNanos = System.nanoTime();
                switch (message) {
                    case Message.Heartbeat beat -> {
                        peerWork = beat.work();
                        peerSyncing = beat.syncing();
                    }
                    case Message.Failure told -> fail(Failures.fromPeer(told));
                    case Message.Bye bye -> {
                        if (state() != SessionState.APPLIED) {
                            throw ProtocolException.violation("Bye before everything was applied");
                        }
                        finish();
                    }
                    default -> reading.received(message);
                }
            }
        } catch (EOFException e) {
            if (state() == SessionState.APPLIED) {
                finish();
            } else {
                throw e;
            }
        }
    }

    /**
     * Two questions, every second: is the peer there at all, and does anything move at either end? A beat goes out as soon
     * as there is something to say in it, so that a peer with a short patience knows.
     */
    private void watch() throws InterruptedException {
        long beatNanos = System.nanoTime();
        Patience patience = new Patience(timeout, beatNanos);
        Message.Heartbeat beat = new Message.Heartbeat(0, false);
        long appliedNanos = 0;
        while (!over.await(1, TimeUnit.SECONDS)) {
            long now = System.nanoTime();
            Role watched = role();
            Message.Heartbeat next = new Message.Heartbeat(watched.work(), watched.isSyncing());
            if (!next.equals(beat) || now - beatNanos >= HEARTBEAT.toNanos()) {
                outbox.post(next);
                beat = next;
                beatNanos = now;
            }
            boolean stuck = patience.isOver(next.work() + peerWork, next.syncing() || peerSyncing, now);
            if (state() == SessionState.APPLIED) {
                appliedNanos = appliedNanos == 0 ? now : appliedNanos;
                if (now - appliedNanos > FAREWELL.toNanos()) {
                    finish();
                    return;
                }
            }
            if (now - heardNanos > SILENCE.toNanos()) {
                fail(new RunFailure(
                        FailureKind.PEER_SILENT,
                        "peer silent: nothing heard for " + SILENCE.toSeconds() + " s (" + connection.remote() + ")",
                        null,
                        null));
            } else if (stuck) {
                fail(new RunFailure(
                        FailureKind.NO_PROGRESS,
                        "no progress: nothing moved for " + timeout.toSeconds() + " s (" + connection.remote() + ")",
                        "a larger --timeout waits longer",
                        null));
            }
        }
    }

    private synchronized Role role() {
        if (role == null) {
            throw new IllegalStateException("session " + label + " has no role yet");
        }
        return role;
    }

    private static void closeQuietly(Closeable resource) {
        try {
            resource.close();
        } catch (IOException e) {
            // The session is over; what could not be closed politely is closed all the same.
        }
    }
}
