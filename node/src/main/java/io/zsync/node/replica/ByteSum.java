package io.zsync.node.replica;

import java.util.concurrent.atomic.AtomicLong;

/** Sizes added up, to as many as a long holds: a peer may say of each of its files that it is as large as any can be. Any thread. */
final class ByteSum {
    private final AtomicLong sum = new AtomicLong();

    /** @param bytes not negative */
    void add(long bytes) {
        sum.accumulateAndGet(bytes, (before, more) -> before > Long.MAX_VALUE - more ? Long.MAX_VALUE : before + more);
    }

    long sum() {
        return sum.get();
    }
}
