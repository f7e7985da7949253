package io.zsync.node.transport;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeadlinesTest {
    private final Deadlines deadlines = new Deadlines();

    @AfterEach
    void stop() {
        deadlines.close();
    }

    @Test
    void closesWhatWasNotDoneInTime() {
        AtomicBoolean closed = new AtomicBoolean();
        Deadlines.Deadline deadline = deadlines.close(() -> closed.set(true), Duration.ofMillis(20));

        await().untilTrue(closed);

        assertTrue(deadline.expired());
        assertFalse(deadline.cancel());
        String message =
                assertThrows(IOException.class, () -> deadline.met("bind")).getMessage();
        assertEquals("bind: not done within 20 ms", message);
    }

    @Test
    void closesNothingOnceCancelled() {
        AtomicInteger closed = new AtomicInteger();
        Deadlines.Deadline cancelled = deadlines.close(() -> closed.addAndGet(10), Duration.ofMillis(20));
        assertTrue(cancelled.cancel());
        deadlines.close(() -> closed.addAndGet(1), Duration.ofMillis(40));

        await().until(() -> closed.get() > 0);

        assertEquals(1, closed.get());
        assertTrue(cancelled.cancel());
        assertFalse(cancelled.expired());
    }

    @Test
    void aFailureToCloseDoesNotStopTheTimer() {
        AtomicBoolean closed = new AtomicBoolean();
        deadlines.close(
                () -> {
                    throw new IOException("cannot be closed");
                },
                Duration.ofMillis(1));
        deadlines.close(() -> closed.set(true), Duration.ofMillis(20));

        await().untilTrue(closed);
    }

    @Test
    void aTimerThatIsClosedClosesAtOnce() {
        AtomicBoolean closed = new AtomicBoolean();
        deadlines.close();

        Deadlines.Deadline deadline = deadlines.close(() -> closed.set(true), Duration.ofHours(1));

        assertTrue(closed.get());
        assertTrue(deadline.expired());
    }
}
