package io.zsync.node.replica;

import io.zsync.protocol.Limits;
import io.zsync.protocol.ProtocolException;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which bytes of one attempt at a file are verified, claimed by a frame in flight, or still outstanding. Intervals are
 * kept apart by state and joined with their neighbours, so an honest sender needs only a few; more than {@link
 * Limits#FILE_FRAGMENTS} are a violation. Not thread safe: its {@link Fetch} guards it.
 */
final class Coverage {
    private final long size;
    /** Start to end (exclusive) of what is claimed or verified; never adjacent, never overlapping. */
    private final TreeMap<Long, Long> taken = new TreeMap<>();

    private long verifiedBytes;

    Coverage(long size) {
        this.size = size;
    }

    /** @throws ProtocolException if any byte of the range lies outside the file or is claimed or verified already */
    void claim(long offset, long length) {
        if (offset < 0 || length < 1 || length > size - offset) {
            throw ProtocolException.violation("range " + offset + "+" + length + " of a file of " + size + " bytes");
        }
        long end = offset + length;
        Map.Entry<Long, Long> before = taken.floorEntry(offset);
        Map.Entry<Long, Long> after = taken.higherEntry(offset);
        if ((before != null && before.getValue() > offset) || (after != null && after.getKey() < end)) {
            throw ProtocolException.violation("range " + offset + "+" + length + " is not outstanding");
        }
        long start = offset;
        if (before != null && before.getValue() == offset) {
            start = before.getKey();
        }
        if (after != null && after.getKey() == end) {
            end = after.getValue();
            taken.remove(after.getKey());
        }
        taken.put(start, end);
        if (taken.size() > Limits.FILE_FRAGMENTS) {
            throw ProtocolException.violation("more than " + Limits.FILE_FRAGMENTS + " separate ranges of one file");
        }
    }

    /** A claimed range turned out good. */
    void verified(long length) {
        verifiedBytes += length;
    }

    /** A claimed range turned out bad: it is outstanding again. */
    void release(long offset, long length) {
        Map.Entry<Long, Long> around = taken.floorEntry(offset);
        long end = offset + length;
        if (around == null || around.getValue() < end) {
            throw new IllegalStateException("range " + offset + "+" + length + " was not claimed");
        }
        taken.remove(around.getKey());
        if (around.getKey() < offset) {
            taken.put(around.getKey(), offset);
        }
        if (around.getValue() > end) {
            taken.put(end, around.getValue());
        }
    }

    /** Every byte is verified. Claims never overlap, so the sum says it. */
    boolean isComplete() {
        return verifiedBytes == size;
    }
}
