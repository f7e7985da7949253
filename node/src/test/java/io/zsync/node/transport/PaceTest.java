package io.zsync.node.transport;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class PaceTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** Time that passes only while somebody waits. */
    private static final class FakeTime implements Pace.Time {
        private final AtomicLong nanos = new AtomicLong(-5 * SECOND);

        @Override
        public long currentTimeNanos() {
            return nanos.get();
        }

        @Override
        public void await(Condition ended, long wait) {
            nanos.addAndGet(wait);
        }
    }

    private final FakeTime time = new FakeTime();
    private final long start = time.currentTimeNanos();

    private long elapsed() {
        return time.currentTimeNanos() - start;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 1_000, 16 << 10, 1 << 20, 5 << 20, 999_999_999, 1_000_000_001, 3L << 30, 1L << 40})
    void tenSecondsCarryTenSecondsWorth(long rate) throws IOException {
        Pace pace = new Pace(rate, time);
        long bytes = 0;
        while (elapsed() < 10 * SECOND) {
            int portion = pace.portion(8 << 20);
            pace.await(portion);
            bytes += portion;
        }

        double share = bytes / (elapsed() / (double) SECOND) / rate;
        assertTrue(share > 0.999 && share < 1.001, rate + " bytes a second: " + share);
    }

    @ParameterizedTest
    @ValueSource(longs = {1 << 20, 5 << 20, 100 << 20, 1 << 30})
    void noTenthOfASecondCarriesMoreThanItsShareAndWhatWasSaved(long rate) throws IOException {
        Pace pace = new Pace(rate, time);
        long bytes = 0;
        long next = start;
        while (elapsed() < 3 * SECOND) {
            int portion = pace.portion(8 << 20);
            pace.await(portion);
            bytes += portion;
            if (time.currentTimeNanos() - next >= SECOND / 10) {
                assertTrue(bytes <= rate / 10 + 2L * pace.portion(8 << 20), bytes + " in a tenth of a second");
                next = time.currentTimeNanos();
                bytes = 0;
            }
        }
    }

    @Test
    void idleTimeIsNotMadeUpFor() throws IOException {
        Pace pace = new Pace(1 << 20, time);
        time.nanos.addAndGet(60 * SECOND);
        long idleUntil = time.currentTimeNanos();
        long bytes = 0;
        while (time.currentTimeNanos() == idleUntil) {
            pace.await(1_000);
            bytes += 1_000;
        }

        assertTrue(bytes <= (1 << 20) / 10 + 1_000, bytes + " at once after a minute of nothing");
    }

    @Test
    void startsWithNothingSaved() throws IOException {
        Pace pace = new Pace(1_000, time);
        pace.await(1_000);

        assertEquals(SECOND, elapsed(), 1_000);
    }

    @Test
    void aPortionIsATwentiethOfASecondAndProgress() {
        assertEquals(8 << 20, new Pace(0).portion(8 << 20));
        assertEquals(1, new Pace(1).portion(8 << 20));
        assertEquals(256 << 10, new Pace(5 << 20).portion(8 << 20));
        assertEquals(1 << 20, new Pace(Long.MAX_VALUE).portion(8 << 20));
        assertEquals(10, new Pace(Long.MAX_VALUE).portion(10));
    }

    @Test
    void waitingShowsAtLeastTwiceASecond() throws IOException {
        Pace pace = new Pace(1, time);
        pace.await(60);

        assertEquals(60 * SECOND, elapsed(), 1_000);
        assertTrue(pace.turns() >= 120, pace.turns() + " turns in a minute");
    }

    @Test
    void nobodyWaitsWithoutARate() throws IOException {
        Pace pace = new Pace(0, time);
        pace.await(Integer.MAX_VALUE);

        assertEquals(0, elapsed());
        assertEquals(0, pace.turns());
    }

    @Test
    void theHighestRateIsOne() throws IOException {
        Pace pace = new Pace(Long.MAX_VALUE, time);
        for (int i = 0; i < 1_000; i++) {
            pace.await(1 << 20);
        }
        assertTrue(elapsed() < SECOND);
    }

    @Test
    void closingReleasesWhoeverWaitsAndWhoeverComes() throws Exception {
        Pace pace = new Pace(1);
        Thread[] waiting = new Thread[2];
        CompletableFuture<Boolean> first = waiter(pace, waiting, 0);
        CompletableFuture<Boolean> second = waiter(pace, waiting, 1);
        await().until(() -> pace.turns() > 1 && waits(waiting[0]) && waits(waiting[1]));
        assertFalse(first.isDone() || second.isDone());

        pace.close();

        for (CompletableFuture<Boolean> each : List.of(first, second)) {
            ExecutionException ended = assertThrows(ExecutionException.class, () -> each.get(5, TimeUnit.SECONDS));
            assertTrue(ended.getCause() instanceof IOException);
        }
        assertFalse(waiting[0].isInterrupted() || waiting[1].isInterrupted());
        assertThrows(IOException.class, () -> pace.await(1));
    }

    private static boolean waits(Thread thread) {
        return thread.getState() == Thread.State.TIMED_WAITING;
    }

    private static CompletableFuture<Boolean> waiter(Pace pace, Thread[] threads, int index) {
        return Background.start(() -> {
            threads[index] = Thread.currentThread();
            pace.await(1_000_000);
            return true;
        });
    }
}
