package io.zsync.node.replica;

import io.zsync.protocol.ProtocolException;

/**
 * The fetches that were asked for and are not over, no more of them than may be. Who plans waits here for room,
 * and for the last of them. Thread safe.
 */
public final class FetchWindow {
    private final OutstandingFiles outstanding;
    private long over;
    private boolean closed;

    /**
     * @param files under way at a time
     * @param bytes of these; one larger file alone is allowed
     */
    public FetchWindow(int files, long bytes) {
        this.outstanding = new OutstandingFiles(files, bytes);
    }

    /** Takes a fetch in. @return false if there is no room for it now */
    public synchronized boolean add(Fetch fetch) {
        if (!hasRoom(fetch)) {
            return false;
        }
        outstanding.add(fetch.file(), fetch.size(), fetch.attributesLength());
        return true;
    }

    private boolean hasRoom(Fetch fetch) {
        return outstanding.haveRoom(fetch.size(), fetch.attributesLength());
    }

    /**
     * A file has changed, and so have its attributes.
     *
     * @throws ProtocolException if the attributes of such files are more than any source comes by
     */
    public synchronized void changed(long file, int attributesLength) {
        outstanding.changed(file, attributesLength);
    }

    /** A fetch is over. */
    public synchronized void remove(Fetch fetch) {
        outstanding.remove(fetch.file());
        over++;
        notifyAll();
    }

    /** Waits until there is room for this fetch. @throws InterruptedException if the run is over */
    public synchronized void awaitRoom(Fetch fetch) throws InterruptedException {
        while (!hasRoom(fetch)) {
            requireOpen();
            wait();
        }
    }

    /** Waits until no fetch is left. @throws InterruptedException if the run is over */
    public synchronized void awaitIdle() throws InterruptedException {
        while (!outstanding.isEmpty()) {
            requireOpen();
            wait();
        }
    }

    private void requireOpen() throws InterruptedException {
        if (closed) {
            throw new InterruptedException("the run is over");
        }
    }

    /** Fetches that are over. */
    public synchronized long over() {
        return over;
    }

    /** Releases all waiters. */
    public synchronized void close() {
        closed = true;
        notifyAll();
    }
}
