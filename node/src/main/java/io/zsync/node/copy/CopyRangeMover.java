package io.zsync.node.copy;

import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.PathChoice;
import java.io.IOException;

/** {@code copy_file_range}: the kernel, or the server of a network file system, copies by itself, within one file system. */
final class CopyRangeMover implements Mover {
    @Override
    public DataPath path() {
        return DataPath.COPY_RANGE;
    }

    @Override
    public PathChoice choice() {
        return PathChoice.KERNEL_COPIES;
    }

    @Override
    public int pieceLength() {
        return RangeCopier.KERNEL_PIECE_LENGTH;
    }

    @Override
    public long move(OpenFile source, OpenFile target, long offset, int length) throws IOException {
        return target.copyRange(source, offset, length);
    }
}
