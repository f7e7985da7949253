package io.zsync.node.copy;

import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.PathChoice;
import java.io.IOException;

/** Lets both files share the blocks: {@code FICLONERANGE}, which does so or fails. */
final class CloneMover implements Mover {
    @Override
    public DataPath path() {
        return DataPath.CLONE;
    }

    @Override
    public PathChoice choice() {
        return PathChoice.BLOCKS_SHARED;
    }

    @Override
    public int pieceLength() {
        return 1 << 30;
    }

    @Override
    public long move(OpenFile source, OpenFile target, long offset, int length) throws IOException {
        target.cloneRange(source, offset, length);
        return length;
    }
}
