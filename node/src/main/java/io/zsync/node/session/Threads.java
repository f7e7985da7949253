package io.zsync.node.session;

import java.util.List;

/** Waiting for threads that have been released and will end. */
final class Threads {
    private Threads() {}

    /** Waits until all have ended, interrupted or not: what they still hold must not be taken apart under them. */
    static void joinAll(List<Thread> threads) {
        boolean interrupted = false;
        for (Thread thread : threads) {
            boolean joined = false;
            while (!joined) {
                try {
                    thread.join();
                    joined = true;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
