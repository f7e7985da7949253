package io.zsync.node.transport;

import io.zsync.protocol.Protection;
import java.util.concurrent.Semaphore;

/**
 * Room for the rejected chunks that a session holds in memory to send them again. How long it holds one, its peer decides;
 * so there is room for few in all of this process, and a session gets a part of it. Any thread.
 */
public final class HeldChunks {
    private static final int PROCESS_CHUNKS = 8;
    private static final int SESSION_CHUNKS = 2;
    private static final Semaphore PROCESS = new Semaphore(PROCESS_CHUNKS);

    private final Semaphore session = new Semaphore(SESSION_CHUNKS);
    private final boolean bounded;

    /** @param level of the session; at PRIVATE the wire damages nothing, and no chunk is ever held */
    public HeldChunks(Protection level) {
        bounded = level != Protection.PRIVATE;
    }

    /** Takes room for one chunk, until it is given back. @return false if there is none now */
    public boolean tryTake() {
        if (!bounded) {
            return true;
        }
        if (!session.tryAcquire()) {
            return false;
        }
        if (!PROCESS.tryAcquire()) {
            session.release();
            return false;
        }
        return true;
    }

    public void giveBack() {
        if (bounded) {
            PROCESS.release();
            session.release();
        }
    }
}
