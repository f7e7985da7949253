package io.zsync.node.copy;

import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.PathChoice;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Maps a window of the source and writes out of it. Only the kernel reads the window: where the file shrank under it, the
 * write is short or fails with EFAULT, while a load in this process would be a fault of its own.
 */
final class MappedMover implements Mover {
    @Override
    public DataPath path() {
        return DataPath.MAPPED;
    }

    @Override
    public PathChoice choice() {
        return PathChoice.KERNEL_REFUSED;
    }

    @Override
    public int pieceLength() {
        return 64 << 20;
    }

    @Override
    public long move(OpenFile source, OpenFile target, long offset, int length) throws IOException {
        FileChannel channel = source.channel();
        long there = Math.clamp(channel.size() - offset, 0, length);
        if (there == 0) {
            return 0;
        }
        try (Arena arena = Arena.ofConfined()) {
            ByteBuffer window = channel.map(FileChannel.MapMode.READ_ONLY, offset, there, arena)
                    .asByteBuffer();
            try {
                target.write(window, offset);
            } catch (FileFailure failure) {
                if (window.position() == 0) {
                    throw failure;
                }
                // What was written counts; the next piece starts with the failure, if it stays.
            }
            return window.position();
        }
    }
}
