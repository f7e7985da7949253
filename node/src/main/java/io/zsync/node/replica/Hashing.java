package io.zsync.node.replica;

import java.io.InterruptedIOException;
import java.util.concurrent.atomic.LongAdder;

/** How many bytes were read to compare contents, and whether any more are to be. Thread safe. */
public final class Hashing {
    private final LongAdder bytes = new LongAdder();
    private volatile boolean over;

    /** Grows as they are read, for those who ask whether anything moves. */
    public long bytes() {
        return bytes.sum();
    }

    /** Nobody waits for what is still being read: who reads gives up within a moment. */
    public void end() {
        over = true;
    }

    /** @throws InterruptedIOException if the run is over */
    void read(int length) throws InterruptedIOException {
        if (over) {
            throw new InterruptedIOException("the run is over");
        }
        bytes.add(length);
    }
}
