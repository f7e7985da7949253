package io.zsync.node.session;

import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.ProtocolException;

/**
 * The memory that the data streams of all sessions may take together, so that no number of peers exhausts it: a stream holds
 * some 1.3 MiB of buffers, one that compresses three times that. What every further session needs for one stream is kept for
 * it as far as it goes. Any thread.
 */
final class StreamBudget {
    /** Plain streams. */
    static final int ALL = 128;

    private static final int COMPRESSING = 3;

    private int left = ALL;
    /** Sessions that may still begin. */
    private int sessions;

    StreamBudget(int maxSessions) {
        this.sessions = maxSessions;
    }

    /** What one session took, until it is over. */
    final class Share implements AutoCloseable {
        private final int streams;
        private final int cost;

        private Share(int streams, int cost) {
            this.streams = streams;
            this.cost = cost;
        }

        /** 1 or more. */
        int streams() {
            return streams;
        }

        @Override
        public void close() {
            giveBack(this);
        }
    }

    /**
     * Takes up to so many streams.
     *
     * @throws ProtocolException BUSY if there is not even one
     */
    synchronized Share take(int wanted, boolean compressing) {
        int each = compressing ? COMPRESSING : 1;
        if (left < each) {
            throw new ProtocolException(ErrorCode.BUSY, "this node runs as many data streams as it may (" + ALL + ")");
        }
        sessions--;
        int free = left - sessions * COMPRESSING;
        int streams = Math.clamp(free / each, 1, wanted);
        left -= streams * each;
        return new Share(streams, streams * each);
    }

    private synchronized void giveBack(Share share) {
        left += share.cost;
        sessions++;
    }
}
