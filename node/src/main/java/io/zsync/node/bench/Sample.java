package io.zsync.node.bench;

import org.jspecify.annotations.Nullable;

/**
 * One measurement: a file moved one way, some times over.
 *
 * @param bytes all that was moved
 * @param nanos all that it took
 * @param sender of the thread that sent or copied
 * @param receiver of the thread that received, if there was one
 */
record Sample(
        int transfers,
        long bytes,
        long nanos,
        Use sender,
        @Nullable Use receiver) {
    /**
     * What one thread used.
     *
     * @param calls that move or map data; {@link Charge#UNTOLD} where the kernel does not tell, as the two before it
     */
    record Use(long cpuNanos, long waits, long preemptions, long calls) {
        /**
         * @param twice how many of the reads are calls that count as a write too
         * @param besides calls that were made and do not count as either
         */
        static Use of(Charge charge, long twice, long besides) {
            boolean told = charge.reads() != Charge.UNTOLD && charge.writes() != Charge.UNTOLD;
            return new Use(
                    charge.cpuNanos(),
                    charge.waits(),
                    charge.preemptions(),
                    told ? charge.reads() + charge.writes() - twice + besides : Charge.UNTOLD);
        }
    }
}
