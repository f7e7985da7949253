package io.zsync.node.copy;

import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.PathChoice;
import java.io.IOException;

/** One way to move bytes from a file to the same place in another. For one thread. */
interface Mover {
    DataPath path();

    /** Why this path runs, where nobody asked for it. */
    PathChoice choice();

    /** What is moved at once at most; pieces end at multiples of it, so that the kernel sees whole blocks. */
    int pieceLength();

    /** @return bytes moved, perhaps fewer than {@code length}; 0 if this path sees no more of the source */
    long move(OpenFile source, OpenFile target, long offset, int length) throws IOException;
}
