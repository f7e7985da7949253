package io.zsync.node.copy;

import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.PathChoice;
import java.io.IOException;

/** {@code sendfile}: the kernel passes the source's pages on, across file systems too. */
final class SendfileMover implements Mover {
    @Override
    public DataPath path() {
        return DataPath.SENDFILE;
    }

    @Override
    public PathChoice choice() {
        return PathChoice.KERNEL_SPLICES;
    }

    @Override
    public int pieceLength() {
        return RangeCopier.KERNEL_PIECE_LENGTH;
    }

    @Override
    public long move(OpenFile source, OpenFile target, long offset, int length) throws IOException {
        return target.sendFile(source, offset, length);
    }
}
