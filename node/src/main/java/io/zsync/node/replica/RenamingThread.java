package io.zsync.node.replica;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The second of the publisher's threads: works on one sealed batch at a time, in the order in which they are handed over,
 * while the first seals the next. The first starts and closes it, so it never outlives that one.
 */
final class RenamingThread implements AutoCloseable {
    private final Consumer<List<Sealed>> work;
    private final Runnable failed;
    private final Thread thread;
    /** What was handed over, until it is done. */
    private @Nullable List<Sealed> batch;

    private boolean closed;
    private @Nullable Throwable failure;

    private RenamingThread(Consumer<List<Sealed>> work, Runnable failed) {
        this.work = work;
        this.failed = failed;
        this.thread = Thread.ofPlatform()
                .daemon()
                .name(Thread.currentThread().getName() + "-rename")
                .unstarted(this::run);
    }

    /**
     * @param work what is done with each batch
     * @param failed called first if that throws: no further batch is done then
     */
    static RenamingThread start(Consumer<List<Sealed>> work, Runnable failed) {
        RenamingThread started = new RenamingThread(work, failed);
        started.thread.start();
        return started;
    }

    private void run() {
        try {
            for (List<Sealed> next = next(); next != null; next = next()) {
                work.accept(next);
                done();
            }
        } catch (Throwable e) {
            failed.run();
            fail(e);
        }
    }

    private synchronized @Nullable List<Sealed> next() throws InterruptedException {
        while (batch == null && !closed) {
            wait();
        }
        return batch;
    }

    private synchronized void done() {
        batch = null;
        notifyAll();
    }

    private synchronized void fail(Throwable cause) {
        failure = cause;
        notifyAll();
    }

    /** Hands a batch over as soon as the one before it is done; in vain if the thread has failed, which was told before. */
    synchronized void take(List<Sealed> next) throws InterruptedException {
        while (batch != null && failure == null) {
            wait();
        }
        batch = next;
        notifyAll();
    }

    /** Waits until what was handed over is done and the thread is gone. Throws what it failed with. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        join();
        Throwable cause;
        synchronized (this) {
            cause = failure;
        }
        switch (cause) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(thread.getName() + " has failed", cause);
        }
    }

    /** Interrupted or not: the thread still uses what is closed behind this. */
    private void join() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
