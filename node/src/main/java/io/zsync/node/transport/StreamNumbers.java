package io.zsync.node.transport;

import io.zsync.protocol.Limits;

/** Hands out each stream number of a session at most once, whatever became of the stream. For any thread. */
public final class StreamNumbers {
    private final int streams;
    private int taken;

    /** @param streams how many the session agreed on; they are numbered from 0 */
    public StreamNumbers(int streams) {
        if (streams < 1 || streams > Limits.STREAMS) {
            throw new IllegalArgumentException(streams + " streams, not 1.." + Limits.STREAMS);
        }
        this.streams = streams;
    }

    /** @return false if there is no such number, or it was taken before */
    public synchronized boolean take(int stream) {
        if (stream < 0 || stream >= streams || (taken & 1 << stream) != 0) {
            return false;
        }
        taken |= 1 << stream;
        return true;
    }

    public synchronized boolean allTaken() {
        return Integer.bitCount(taken) == streams;
    }
}
