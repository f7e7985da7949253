package io.zsync.node.session;

import io.zsync.node.replica.ContentSource;
import io.zsync.node.replica.Fetch;
import io.zsync.node.replica.FetchWindow;
import io.zsync.protocol.Credits;
import io.zsync.protocol.Entry;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Message;
import io.zsync.protocol.ProblemCode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Content that a sender at the other end streams: asks for it within the credits, and remembers for a while what is over,
 * because frames and words about it may still be on their way. Thread safe.
 */
final class RemoteContent implements ContentSource {
    private static final int REMEMBERED = 4 * Limits.CREDIT_FILES;

    private final Session session;
    private final FetchWindow window;
    private final Set<Long> parted = Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    });

    RemoteContent(Session session, Credits credits) {
        this.session = session;
        this.window = new FetchWindow(credits.files(), credits.bytes());
    }

    @Override
    public boolean want(Fetch fetch) {
        if (!window.add(fetch)) {
            return false;
        }
        wantAgain(fetch);
        return true;
    }

    /** An outstanding file has changed into this. */
    void changed(long file, Entry.RegularFile fresh) {
        window.changed(file, fresh.metadata().attributes().length());
    }

    @Override
    public void awaitRoom(Fetch fetch) throws InterruptedException {
        window.awaitRoom(fetch);
    }

    @Override
    public void awaitIdle() throws InterruptedException {
        window.awaitIdle();
    }

    @Override
    public void wantAgain(Fetch fetch) {
        session.send(fetch.wish());
    }

    @Override
    public boolean fillsReserved(Fetch fetch) {
        return true;
    }

    @Override
    public void done(Fetch fetch, boolean durable) {
        // Said first: the room it frees must not be used before the sender knows of it.
        session.send(new Message.FileDone(fetch.file(), durable));
        part(fetch);
    }

    @Override
    public void refused(Fetch fetch, ProblemCode code) {
        session.send(new Message.FileRefused(fetch.file(), code));
        part(fetch);
    }

    private void part(Fetch fetch) {
        synchronized (this) {
            parted.add(fetch.file());
        }
        window.remove(fetch);
    }

    /** True for a file that was outstanding not long ago: what still arrives about it is discarded. */
    synchronized boolean isParted(long file) {
        return parted.contains(file);
    }

    /** Files that are over. */
    long over() {
        return window.over();
    }

    /** Releases all waiters. */
    void close() {
        window.close();
    }
}
