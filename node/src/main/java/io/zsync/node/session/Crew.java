package io.zsync.node.session;

import io.zsync.node.api.RunFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The threads of a run without a connection. The first failure of any of them, or its end, is the end of them all. */
final class Crew {
    /** What one thread does. */
    interface Work {
        void run() throws Exception;
    }

    private final Runnable release;
    private final Function<Throwable, RunFailure> told;
    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private @Nullable RunFailure failure;

    /**
     * @param release called once when the run is over, on any thread: whoever waits for anything must be released
     * @param told what a failure is called
     */
    Crew(Runnable release, Function<Throwable, RunFailure> told) {
        this.release = release;
        this.told = told;
    }

    void spawn(String name, Work work) {
        Thread thread = Thread.ofPlatform().daemon().name("zsync-local-" + name).unstarted(() -> {
            try {
                work.run();
            } catch (InterruptedException runIsOver) {
                return;
            } catch (Throwable e) {
                fail(e);
            }
        });
        synchronized (this) {
            threads.add(thread);
        }
        thread.start();
    }

    /** Ends the run for this reason, unless it is over already. Any thread. */
    void fail(Throwable cause) {
        end(told.apply(cause));
    }

    /** Ends the run as planned, unless it is over already. */
    void finish() {
        end(null);
    }

    private void end(@Nullable RunFailure reason) {
        synchronized (this) {
            if (over.getCount() == 0) {
                return;
            }
            failure = reason;
            over.countDown();
        }
        release.run();
    }

    /** Waits that long at most. @return true if the run is over */
    boolean awaitOver(long millis) throws InterruptedException {
        return over.await(millis, TimeUnit.MILLISECONDS);
    }

    /** Waits until the run is over and all threads are gone. @throws RunFailure if it failed */
    void await() throws RunFailure {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail(Failures.interrupted());
        }
        List<Thread> all;
        synchronized (this) {
            all = List.copyOf(threads);
        }
        Threads.joinAll(all);
        synchronized (this) {
            if (failure != null) {
                throw failure;
            }
        }
    }
}
