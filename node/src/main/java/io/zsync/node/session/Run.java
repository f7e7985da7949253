package io.zsync.node.session;

import io.zsync.node.api.Event;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.node.api.RunRequest;
import io.zsync.node.fs.Links;
import io.zsync.node.replica.JournalPlace;
import io.zsync.node.transport.Deadlines;
import io.zsync.protocol.LinkPolicy;
import io.zsync.protocol.Mode;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One run over as many sessions as it takes. A session that breaks is followed by a new one, which scans again and so
 * brings only what is missing; the tree at this end stays open, and a target locked, in between. Used once, by one thread;
 * {@link #cancel} from any.
 */
public final class Run {
    /** Doubled with each session in a row that brings nothing; five of them outlast a peer's own silence. */
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final Remote remote;
    private final RunRequest request;
    private final EventPump<Event> events;
    private final Deadlines deadlines;
    private final @Nullable JournalPlace place;
    private @Nullable OpenTree tree;
    private @Nullable Initiator current;
    private boolean cancelled;

    /** @param place where a pull notes what has come of large files; null: nowhere */
    public Run(
            Remote remote,
            RunRequest request,
            EventPump<Event> events,
            Deadlines deadlines,
            @Nullable JournalPlace place) {
        this.place = place;
        this.remote = remote;
        this.request = request;
        this.events = events;
        this.deadlines = deadlines;
    }

    /** Runs to the end. @throws RunFailure of the last session, if no further one may be tried */
    public RunReport toEnd() throws RunFailure {
        try {
            if (request.mode() == Mode.PUSH) {
                // Ahead of everything else: a source that cannot be read needs no connection.
                tree();
            }
            return sessions();
        } catch (IOException e) {
            throw Failures.of(e);
        } finally {
            closeTree();
        }
    }

    private RunReport sessions() throws RunFailure {
        long start = System.nanoTime();
        int broken = 0;
        int fruitless = 0;
        long resumed = 0;
        while (true) {
            Initiator session = next();
            try {
                RunReport report = session.run();
                return new RunReport(
                        report.tally(),
                        report.bytesByPath(),
                        report.problems(),
                        report.protection(),
                        report.network(),
                        report.dryRun(),
                        Duration.ofNanos(System.nanoTime() - start),
                        broken);
            } catch (RunFailure e) {
                // Of a push of large files only the next session tells what the one before it has brought.
                boolean fruitful = session.broughtSomething() || session.resumedBytes() > resumed;
                resumed = Math.max(resumed, session.resumedBytes());
                if (broken > 0) {
                    fruitless = fruitful ? 0 : fruitless + 1;
                }
                if (isCancelled() || !mayTryAgain(e, session, broken) || fruitless >= request.retries()) {
                    throw e;
                }
                broken++;
                Duration pause = pause(fruitless);
                events.post(new Event.Reconnecting(String.valueOf(e.getMessage()), pause));
                sleep(pause);
            }
        }
    }

    /**
     * What a new session may mend. Before a first session was opened nothing is broken: who cannot connect, or is refused,
     * hears of it at once. Later a peer that is starting again may refuse, hang up, be silent or still hold the old
     * session's lock.
     */
    private boolean mayTryAgain(RunFailure failure, Initiator session, int broken) {
        return switch (failure.kind()) {
            case SOCKET, PEER_SILENT, INTEGRITY -> broken > 0 || session.wasOpened();
            case CANNOT_CONNECT, TARGET_LOCKED -> broken > 0;
            case NOT_TRUSTED, NO_PROGRESS -> broken > 0 && !session.wasOpened();
            case USAGE,
                    VERSIONS_DO_NOT_MEET,
                    NOT_ALLOWED,
                    ROOT_UNUSABLE,
                    PROTOCOL_BROKEN,
                    INTERRUPTED,
                    SAFETY_HALT,
                    INTERNAL -> false;
        };
    }

    private static Duration pause(int fruitless) {
        Duration doubled = FIRST_PAUSE.multipliedBy(1L << Math.min(fruitless, 10));
        return doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
    }

    private synchronized Initiator next() throws RunFailure {
        if (cancelled) {
            throw Failures.interrupted();
        }
        current = new Initiator(remote, request, this::tree, events, deadlines, place);
        return current;
    }

    /** The tree at this end, opened once. */
    private OpenTree tree() throws IOException, RunFailure {
        OpenTree open = tree;
        if (open == null) {
            OpenTree.Location location = OpenTree.Location.of(request.directory());
            boolean follows = request.options().selection().links() == LinkPolicy.FOLLOW;
            open = request.mode() == Mode.PUSH
                    ? OpenTree.source(location, follows ? Links.FOLLOW_ANYWHERE : Links.KEEP)
                    : OpenTree.target(location, request.options().dryRun());
            tree = open;
        }
        return open;
    }

    private void closeTree() throws RunFailure {
        if (tree != null) {
            try {
                tree.close();
            } catch (IOException e) {
                throw Failures.of(e);
            }
        }
    }

    private synchronized void sleep(Duration pause) throws RunFailure {
        long end = System.nanoTime() + pause.toNanos();
        try {
            for (long left = pause.toNanos(); left > 0 && !cancelled; left = end - System.nanoTime()) {
                wait(Math.max(1, left / 1_000_000));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failures.interrupted();
        }
    }

    private synchronized boolean isCancelled() {
        return cancelled;
    }

    /** Ends the run; {@link #toEnd} throws INTERRUPTED. */
    public void cancel() {
        Initiator running;
        synchronized (this) {
            cancelled = true;
            running = current;
            notifyAll();
        }
        if (running != null) {
            running.cancel();
        }
    }
}
