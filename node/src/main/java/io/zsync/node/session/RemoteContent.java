package io.zsync.node.session;

import io.zsync.node.replica.ContentSource;
import io.zsync.node.replica.Fetch;
import io.zsync.protocol.Credits;
import io.zsync.protocol.Entry;
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
    private static final int REMEMBERED = 4 * io.zsync.protocol.Limits.CREDIT_FILES;

    private final Session session;
    private final OutstandingFiles outstanding;
    private final Set<Long> parted = Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    });
    private long over;
    private boolean closed;

    RemoteContent(Session session, Credits credits) {
        this.session = session;
        this.outstanding = new OutstandingFiles(credits);
    }

    @Override
    public boolean want(Fetch fetch) {
        synchronized (this) {
            if (!hasRoom(fetch)) {
                return false;
            }
            outstanding.add(fetch.file(), fetch.size(), fetch.attributesLength());
        }
        session.send(new Message.Want(fetch.file(), fetch.attempt(), 0, fetch.size()));
        return true;
    }

    private boolean hasRoom(Fetch fetch) {
        return outstanding.haveRoom(fetch.size(), fetch.attributesLength());
    }

    /** An outstanding file has changed into this. */
    synchronized void changed(long file, Entry.RegularFile fresh) {
        outstanding.changed(file, fresh.metadata().attributes().length());
    }

    @Override
    public synchronized void awaitRoom(Fetch fetch) throws InterruptedException {
        while (!hasRoom(fetch)) {
            requireOpen();
            wait();
        }
    }

    @Override
    public synchronized void awaitIdle() throws InterruptedException {
        while (!outstanding.isEmpty()) {
            requireOpen();
            wait();
        }
    }

    private void requireOpen() throws InterruptedException {
        if (closed) {
            throw new InterruptedException("the session is over");
        }
    }

    @Override
    public void wantAgain(Fetch fetch) {
        session.send(new Message.Want(fetch.file(), fetch.attempt(), 0, fetch.size()));
    }

    @Override
    public void done(Fetch fetch, boolean durable) {
        // Said first: the room it frees must not be used before the sender knows of it.
        session.send(new Message.FileDone(fetch.file(), durable));
        part(fetch.file());
    }

    @Override
    public void refused(Fetch fetch, ProblemCode code) {
        session.send(new Message.FileRefused(fetch.file(), code));
        part(fetch.file());
    }

    private synchronized void part(long file) {
        outstanding.remove(file);
        parted.add(file);
        over++;
        notifyAll();
    }

    /** True for a file that was outstanding not long ago: what still arrives about it is discarded. */
    synchronized boolean isParted(long file) {
        return parted.contains(file);
    }

    /** Files that are over. */
    synchronized long over() {
        return over;
    }

    /** Releases all waiters. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
