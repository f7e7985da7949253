package io.zsync.node.replica;

import io.zsync.protocol.Limits;
import io.zsync.protocol.Message.Range;
import io.zsync.protocol.ProtocolException;
import java.util.List;

/**
 * Which bytes of one attempt at a file are verified, claimed by a frame in flight, or still outstanding. Intervals are
 * joined with their neighbours, so an honest sender needs only a few; more than {@link Limits#FILE_FRAGMENTS} are a
 * violation. Not thread safe: its {@link Fetch} guards it.
 */
final class Coverage {
    private final long size;
    /** What is claimed or verified. */
    private final Intervals taken = new Intervals();

    private long verifiedBytes;

    Coverage(long size) {
        this.size = size;
    }

    /** A file of which these ranges are verified already. */
    Coverage(long size, List<Range> verified) {
        this.size = size;
        for (Range range : verified) {
            taken.add(range.offset(), range.end());
            verifiedBytes += range.length();
        }
    }

    /** @throws ProtocolException if any byte of the range lies outside the file or is claimed or verified already */
    void claim(long offset, long length) {
        if (offset < 0 || length < 1 || length > size - offset) {
            throw ProtocolException.violation("range " + offset + "+" + length + " of a file of " + size + " bytes");
        }
        if (taken.overlaps(offset, offset + length)) {
            throw ProtocolException.violation("range " + offset + "+" + length + " is not outstanding");
        }
        taken.add(offset, offset + length);
        if (taken.count() > Limits.FILE_FRAGMENTS) {
            throw ProtocolException.violation("more than " + Limits.FILE_FRAGMENTS + " separate ranges of one file");
        }
    }

    /** A claimed range turned out good. */
    void verified(long length) {
        verifiedBytes += length;
    }

    /** A claimed range turned out bad: it is outstanding again. */
    void release(long offset, long length) {
        if (!taken.remove(offset, offset + length)) {
            throw new IllegalStateException("range " + offset + "+" + length + " was not claimed");
        }
    }

    /** Bytes that are not verified. */
    long missing() {
        return size - verifiedBytes;
    }

    /** Every byte is verified. Claims never overlap, so the sum says it. */
    boolean isComplete() {
        return verifiedBytes == size;
    }
}
