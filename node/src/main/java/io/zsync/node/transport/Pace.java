package io.zsync.node.transport;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.zsync.node.copy.Throttle;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * How fast payload may leave, all streams of a run together: a token bucket that starts empty and saves up a tenth of a
 * second at most, so that no window ever carries more than its share and that. Who waits is served in the order of asking,
 * and is released at once by {@link #close}, without an interrupt, which would close the file under it. For any thread.
 */
public final class Pace implements Throttle, Closeable {
    /** Bucket4j takes a token a nanosecond at most; beyond that a token is more than a byte. */
    private static final long TOKENS_PER_SECOND = 1_000_000_000;

    /** Of a second: how much may go at once, so that the rate is even; and how much may be saved up. */
    private static final int SLICES_PER_SECOND = 20;

    private static final int BURSTS_PER_SECOND = 10;
    private static final int LARGEST_SLICE = 1 << 20;

    /** Waiting is told to be alive this often, twice for each look of a session's monitor. */
    private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** What a test puts in the clock's place. */
    interface Time extends TimeMeter {
        Time SYSTEM = new Time() {
            @Override
            public long currentTimeNanos() {
                return System.nanoTime();
            }

            @Override
            @SuppressWarnings("WaitNotInLoop") // The loop is the caller's, as the contract says.
            public void await(Condition ended, long nanos) throws InterruptedException {
                ended.awaitNanos(nanos);
            }
        };

        /** Waits so long, or until the condition is signalled; may return early. */
        void await(Condition ended, long nanos) throws InterruptedException;

        @Override
        default boolean isWallClockBased() {
            return false;
        }
    }

    private final long bytesPerSecond;
    private final long bytesPerToken;
    private final @Nullable Bucket bucket;
    private final Time time;
    private final LongAdder turns = new LongAdder();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private boolean closed;

    /** @param bytesPerSecond 0 for as many as there can be */
    public Pace(long bytesPerSecond) {
        this(bytesPerSecond, Time.SYSTEM);
    }

    Pace(long bytesPerSecond, Time time) {
        this.bytesPerSecond = bytesPerSecond;
        this.time = time;
        bytesPerToken = Math.max(1, Math.ceilDiv(bytesPerSecond, TOKENS_PER_SECOND));
        bucket = bytesPerSecond == 0 ? null : bucket(bytesPerSecond / bytesPerToken, time);
    }

    private static Bucket bucket(long rate, Time time) {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(Math.max(1, rate / BURSTS_PER_SECOND))
                        .refillGreedy(rate, Duration.ofSeconds(1))
                        .initialTokens(0))
                .withCustomTimePrecision(time)
                .build();
    }

    @Override
    public int portion(int most) {
        if (bucket == null) {
            return most;
        }
        return Math.clamp(bytesPerSecond / SLICES_PER_SECOND, 1, Math.min(LARGEST_SLICE, most));
    }

    /** A frame that takes about a second: what was sent of it is lost if the connection breaks. */
    public int frameLength(int least, int most) {
        return bucket == null ? most : Math.clamp(bytesPerSecond, least, most);
    }

    /**
     * Waits until so many more bytes may go.
     *
     * @throws IOException if there is a rate and this is closed
     */
    @Override
    public void await(int bytes) throws IOException {
        if (bucket == null) {
            return;
        }
        long wait = bucket.consumeIgnoringRateLimits(Math.ceilDiv(bytes, bytesPerToken));
        long start = time.currentTimeNanos();
        lock.lock();
        try {
            long left = wait;
            while (left > 0 && !closed) {
                time.await(ended, Math.min(left, TURN_NANOS));
                turns.increment();
                left = wait - (time.currentTimeNanos() - start);
            }
            if (closed) {
                throw new IOException("the session is over");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the rate of " + bytesPerSecond + " B/s");
        } finally {
            lock.unlock();
        }
    }

    /** Moves as long as anybody waits, however low the rate: to wait for it is no standstill. */
    public long turns() {
        return turns.sum();
    }

    /** Releases all that wait, and whoever comes. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
