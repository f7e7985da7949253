package io.zsync.node.replica;

import io.zsync.protocol.Durability;
import io.zsync.protocol.Tally;
import java.util.concurrent.atomic.LongAdder;

/** A receiver's counts while it works. */
final class Counts {
    final LongAdder created = new LongAdder();
    final LongAdder changed = new LongAdder();
    final LongAdder deleted = new LongAdder();
    final LongAdder unchanged = new LongAdder();
    final LongAdder failed = new LongAdder();
    final LongAdder skipped = new LongAdder();
    final LongAdder withheld = new LongAdder();
    final LongAdder files = new LongAdder();
    final ByteSum bytes = new ByteSum();

    Tally tally(Durability durability) {
        return new Tally(
                created.sum(),
                changed.sum(),
                deleted.sum(),
                unchanged.sum(),
                failed.sum(),
                skipped.sum(),
                withheld.sum(),
                files.sum(),
                bytes.sum(),
                durability);
    }
}
