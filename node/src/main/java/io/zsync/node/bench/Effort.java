package io.zsync.node.bench;

import java.util.concurrent.TimeUnit;

/**
 * How long it takes to believe a figure.
 *
 * @param coldNanos each way is run at least so long before anything of its table is measured, until its code is compiled
 * @param leastNanos a measurement repeats short transfers until it is about so long
 */
record Effort(long coldNanos, long leastNanos) {
    static final Effort FULL = new Effort(TimeUnit.SECONDS.toNanos(1), TimeUnit.MILLISECONDS.toNanos(200));
}
