package io.zsync.tests.system;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * Makes two names change places, over and over and as fast as the kernel can ({@code renameat2} with RENAME_EXCHANGE), while it
 * is not paused: what a run has looked at is another thing when it acts on it.
 */
final class LinkFlipper implements AutoCloseable {
    private static final int AT_FDCWD = -100;
    private static final int RENAME_EXCHANGE = 2;
    private static final MethodHandle RENAMEAT2 = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("renameat2"),
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT));

    private final Arena arena = Arena.ofShared();
    private final MemorySegment one;
    private final MemorySegment other;
    private final Thread thread;
    private boolean running;
    private boolean closed;
    private long swaps;

    LinkFlipper(Path one, Path other) {
        this.one = arena.allocateFrom(one.toString());
        this.other = arena.allocateFrom(other.toString());
        thread = Thread.ofPlatform().daemon().name("flipper").start(this::flip);
    }

    private void flip() {
        while (await()) {
            // Some at a time, so that the lock costs nothing.
            for (int i = 0; i < 16; i++) {
                swaps += swap() ? 1 : 0;
            }
        }
    }

    private synchronized boolean await() {
        notifyAll();
        try {
            while (!running && !closed) {
                wait();
            }
        } catch (InterruptedException e) {
            return false;
        }
        return !closed;
    }

    /** Once. @return false if one of the two is not there */
    boolean swap() {
        try {
            return (int) RENAMEAT2.invokeExact(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE) == 0;
        } catch (Throwable e) {
            throw new AssertionError("cannot call renameat2", e);
        }
    }

    synchronized void go() {
        running = true;
        notifyAll();
    }

    /** Behind it nothing moves. @return how often they have changed places so far */
    synchronized long pause() throws InterruptedException {
        running = false;
        notifyAll();
        while (thread.getState() != Thread.State.WAITING) {
            wait(1);
        }
        return swaps;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        arena.close();
    }
}
