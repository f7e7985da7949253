package io.zsync.node.copy;

import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.PathChoice;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Moves a range of a regular file to the same place in another, by the best data path that the two serve or by the one that
 * was asked for. A path that gives up is not taken at its word: the next one goes on from the byte that was reached, and
 * only plain reads and writes tell where a source ends and whose fault a failure is. One thread makes, uses and closes it.
 */
public final class RangeCopier implements AutoCloseable {
    /** Long enough that a system call costs nothing beside it, short enough that progress shows and a cancel is quick. */
    static final int KERNEL_PIECE_LENGTH = 16 << 20;

    private final PathMemory memory;
    private final @Nullable DataPath forced;
    private final PathCounters counters;
    private final Throttle throttle;
    private final CloneMover clone = new CloneMover();
    private final BufferedMover buffered = new BufferedMover();
    private final List<Mover> movers;

    private long position;
    private int granted;

    /**
     * @param memory shared by all that copy in a run
     * @param forced the only path that bytes may take, null for the best
     * @param counters grow piece by piece as bytes move, and by each range that was cloned
     * @param throttle asked before each piece that is copied; what is cloned does not move
     */
    public RangeCopier(PathMemory memory, @Nullable DataPath forced, PathCounters counters, Throttle throttle) {
        this.memory = memory;
        this.forced = forced;
        this.counters = counters;
        this.throttle = throttle;
        movers = Stream.<Mover>of(new CopyRangeMover(), new SendfileMover(), new MappedMover(), buffered)
                .filter(mover -> allows(mover.path()))
                .toList();
    }

    private boolean allows(DataPath path) {
        return forced == null || forced == path;
    }

    /** Whether {@link #clone} is worth asking for: no other path was asked for, and these devices have not refused so far. */
    public boolean mayClone(Devices devices) {
        return allows(DataPath.CLONE) && memory.refusal(devices, DataPath.CLONE).isEmpty();
    }

    /**
     * Makes the target share the range's blocks with the source. The range starts and ends at borders of blocks, or ends
     * where the source does, and nothing of the target is behind it then.
     *
     * @return false if they cannot be shared and the range is to be copied; some of it may be shared all the same
     * @throws PathRefused instead, if to clone is the only way allowed
     * @throws IOException a failure of the target that no other path would escape
     */
    public boolean clone(OpenFile source, OpenFile target, Devices devices, long offset, long length)
            throws IOException, PathRefused {
        if (!allows(DataPath.CLONE)) {
            return false;
        }
        String refusal = memory.refusal(devices, DataPath.CLONE).orElse(null);
        if (refusal == null) {
            refusal = share(source, target, devices, offset, length);
        }
        if (refusal == null) {
            counters.add(DataPath.CLONE, length);
            return true;
        }
        if (forced == DataPath.CLONE) {
            throw new PathRefused(DataPath.CLONE, refusal);
        }
        return false;
    }

    /** @return why not, null if all is shared */
    private @Nullable String share(OpenFile source, OpenFile target, Devices devices, long offset, long length)
            throws IOException {
        long end = Math.addExact(offset, length);
        long reached = offset;
        while (reached < end) {
            try {
                reached += clone.move(source, target, reached, piece(clone, reached, end));
            } catch (IOException failure) {
                return judge(clone, devices, failure);
            }
        }
        return null;
    }

    /**
     * Copies the range, holes as zeros; where the kernel copies, it may share blocks without telling.
     *
     * @return how far it got; less than {@code length} only if the source ends there
     * @throws PathRefused if the only path allowed cannot serve; some of the range may have been copied
     * @throws SourceUnreadable if the source cannot be read any more
     * @throws IOException any other failure: the target's, or the throttle's word that it is over
     */
    public Copied copy(OpenFile source, OpenFile target, Devices devices, long offset, long length)
            throws IOException, PathRefused {
        position = offset;
        long end = Math.addExact(offset, length);
        String refusal = memory.refusal(devices, DataPath.CLONE).orElse("it is no way to copy");
        for (Mover mover : movers) {
            refusal = run(mover, source, target, devices, end);
            if (refusal == null) {
                PathChoice choice = forced == null ? mover.choice() : PathChoice.FORCED;
                return new Copied(position - offset, mover.path(), choice);
            }
        }
        throw new PathRefused(Objects.requireNonNull(forced), refusal);
    }

    /** @return why it stopped before the end of the range and of the source, null if it did not */
    private @Nullable String run(Mover mover, OpenFile source, OpenFile target, Devices devices, long end)
            throws IOException {
        Optional<String> known = memory.refusal(devices, mover.path());
        if (known.isPresent()) {
            return known.get();
        }
        while (position < end) {
            int granted = grant(piece(mover, position, end));
            long moved;
            try {
                moved = mover.move(source, target, position, granted);
            } catch (IOException failure) {
                return judge(mover, devices, failure);
            }
            if (moved == 0) {
                return mover == buffered || buffered.isEnd(source, position)
                        ? null
                        : "it moved nothing, though the source goes on";
            }
            use(mover, moved);
        }
        return null;
    }

    private static int piece(Mover mover, long start, long end) {
        int length = mover.pieceLength();
        return (int) Math.min(length - start % length, end - start);
    }

    /** Waits until some of these bytes may move. @return how many, at least 1 */
    private int grant(int length) throws IOException {
        if (granted == 0) {
            int portion = throttle.portion(length);
            throttle.await(portion);
            granted = portion;
        }
        return Math.min(granted, length);
    }

    private void use(Mover mover, long moved) {
        counters.add(mover.path(), moved);
        position += moved;
        granted -= (int) moved;
    }

    /** @return the failure's words, where another path may do better */
    private String judge(Mover mover, Devices devices, IOException failure) throws IOException {
        String reason =
                failure instanceof FileFailure refused ? refused.reason() : String.valueOf(failure.getMessage());
        return switch (Verdict.of(mover.path(), failure)) {
            case FAILED -> throw failure;
            case REFUSED_FOR_FILE -> reason;
            case REFUSED_FOR_DEVICES -> {
                memory.refuse(devices, mover.path(), reason);
                yield reason;
            }
        };
    }

    @Override
    public void close() {
        buffered.close();
    }
}
