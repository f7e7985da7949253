package io.zsync.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How the process ends. A signal cancels what runs and waits, bounded, until the main thread has cleaned up. Main's last word
 * is the code, whoever is quicker: what was done when the signal came has succeeded. Without one the process halts with the
 * code that was named for it, or a worse one. Thread safe.
 */
final class Departure implements Signals {
    private final Duration patience;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable Runnable cancel;
    private volatile @Nullable Thread exiting;
    private volatile boolean leaving;
    private volatile ExitCode cancelled = ExitCode.INTERRUPTED;
    private volatile ExitCode worst = ExitCode.DONE;

    /** @param patience how long a cancelled run may take to clean up */
    Departure(Duration patience) {
        this.patience = patience;
    }

    /** Signals, and {@link #crash}, go through here from now on. */
    void install() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::leave, "departure"));
    }

    @Override
    public void onCancel(Runnable action, ExitCode end) {
        cancelled = end;
        cancel = action;
        if (leaving) {
            action.run();
        }
    }

    @Override
    public void onHangUp(Runnable action) {
        HangUp.take(action);
    }

    /** Main's last word. Does not return. */
    void exit(ExitCode code) {
        worst = worst.or(code);
        exiting = Thread.currentThread();
        ended.countDown();
        System.exit(code.number());
    }

    /** A thread of the engine died of a bug: cleans up like a signal. Does not return. */
    void crash() {
        worst = ExitCode.INTERNAL;
        System.exit(ExitCode.INTERNAL.number());
    }

    private void leave() {
        leaving = true;
        boolean over = false;
        try {
            Runnable action = cancel;
            if (action != null && ended.getCount() > 0) {
                action.run();
            }
            over = ended.await(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            // Nobody interrupts a shutdown hook; if somebody did, the wait would be over.
        }
        if (!over || !mainIsQuicker()) {
            Runtime.getRuntime().halt((over ? worst : cancelled.or(worst)).number());
        }
    }

    /**
     * True if it is main's exit that runs this, and no signal's, which would impose its own code: one waits for the hooks,
     * the other one for the lock. Then the other hooks get their time, a flight recorder's for one.
     */
    private boolean mainIsQuicker() {
        Thread main = exiting;
        return main != null && main.getState() == Thread.State.WAITING;
    }
}
