package io.zsync.node.bench;

import io.zsync.node.api.BenchReport.Table;
import io.zsync.node.api.BenchReport.Way;
import io.zsync.node.copy.Devices;
import io.zsync.node.copy.PathCounters;
import io.zsync.node.copy.PathMemory;
import io.zsync.node.copy.PathRefused;
import io.zsync.node.copy.RangeCopier;
import io.zsync.node.copy.Throttle;
import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.DataPath;
import java.io.IOException;

/**
 * From a file to an empty one, as a copy does it: {@link RangeCopier} with only one path allowed. Emptying the target again
 * is not measured.
 */
final class FileLane implements Lane {
    /** What a single call is given at most. */
    private static final long CLONE_LENGTH = 1L << 30;

    private final Way way;
    private final OpenFile source;
    private final OpenFile target;
    private final Pieces pieces = new Pieces();

    FileLane(OpenFile source, OpenFile target, DataPath path) {
        this.way = new Way(Table.FILE, path, false);
        this.source = source;
        this.target = target;
    }

    /** Counts the pieces that a range goes in, and stops at the next one once it is cancelled. */
    private static final class Pieces implements Throttle {
        private volatile boolean cancelled;

        /** Only the copying thread counts. */
        private long begun;

        @Override
        public int portion(int most) {
            return most;
        }

        @Override
        public void await(int bytes) throws IOException {
            if (cancelled) {
                throw new IOException("cancelled");
            }
            begun++;
        }
    }

    @Override
    public Way way() {
        return way;
    }

    @Override
    public Sample run(long bytes, int transfers) throws IOException, WayRefused {
        Devices devices = new Devices(source.stat().device(), target.stat().device());
        Charge sum = new Charge(0, 0, 0, 0, 0, 0);
        pieces.begun = 0;
        try (RangeCopier copier = new RangeCopier(new PathMemory(), way.path(), new PathCounters(), pieces)) {
            for (int i = 0; i < transfers; i++) {
                target.setSize(0);
                Charge beginning = Charge.beginning();
                move(copier, devices, bytes);
                sum = sum.plus(Charge.end().since(beginning));
            }
        } catch (PathRefused e) {
            throw new WayRefused(e.reason());
        }
        return new Sample(
                transfers,
                bytes * transfers,
                sum.nanos(),
                Sample.Use.of(sum, twice(sum), besides(bytes, transfers)),
                null);
    }

    private void move(RangeCopier copier, Devices devices, long bytes) throws IOException, PathRefused {
        if (way.path() == DataPath.CLONE) {
            copier.clone(source, target, devices, 0, bytes);
        } else if (copier.copy(source, target, devices, 0, bytes).length() < bytes) {
            throw new IOException("the file that is measured with ended early");
        }
    }

    /** Calls that count as a read and as a write. */
    private long twice(Charge charge) {
        return switch (way.path()) {
            case COPY_RANGE, SENDFILE -> charge.reads();
            case CLONE, MAPPED, BUFFERED -> 0;
        };
    }

    /** An {@code ioctl} for each GiB that is shared; {@code mmap} and {@code munmap} for each piece. */
    private long besides(long bytes, int transfers) {
        return switch (way.path()) {
            case CLONE -> transfers * Math.ceilDiv(bytes, CLONE_LENGTH);
            case MAPPED -> 2 * pieces.begun;
            case COPY_RANGE, SENDFILE, BUFFERED -> 0;
        };
    }

    @Override
    public void cancel() {
        pieces.cancelled = true;
    }
}
