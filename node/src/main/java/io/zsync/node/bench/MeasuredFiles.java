package io.zsync.node.bench;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.LinuxRoot;
import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * The two files that are measured with. They lose their names as soon as they are open, so whatever ends the process gives
 * their space back. For one thread.
 */
final class MeasuredFiles implements Closeable {
    private static final int STEP_LENGTH = 1 << 20;

    private final OpenFile source;
    private final OpenFile target;
    private final ByteBuffer step = ByteBuffer.allocateDirect(STEP_LENGTH);
    private long length;

    private MeasuredFiles(OpenFile source, OpenFile target) {
        this.source = source;
        this.target = target;
        SplittableRandom random = new SplittableRandom(STEP_LENGTH);
        while (step.hasRemaining()) {
            step.putLong(random.nextLong());
        }
    }

    static MeasuredFiles open(Path directory) throws IOException {
        SplittableRandom names = new SplittableRandom();
        try (LinuxRoot root = LinuxRoot.open(directory);
                Directory parent = root.directory(RelativePath.ROOT)) {
            OpenFile source = nameless(parent, names);
            try {
                return new MeasuredFiles(source, nameless(parent, names));
            } catch (IOException e) {
                source.close();
                throw e;
            }
        }
    }

    private static OpenFile nameless(Directory parent, SplittableRandom names) throws IOException {
        Name name = Name.reserved(names.nextLong());
        OpenFile file = parent.create(name);
        try {
            parent.unlink(name);
            return file;
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    OpenFile source() {
        return source;
    }

    OpenFile target() {
        return target;
    }

    /** Makes the source so long, of bytes that nothing can compress, all of it on disk and in the page cache. */
    void grow(long size) throws IOException {
        while (length < size) {
            // No two steps are alike, to whoever would store only one of them.
            step.putLong(0, length);
            step.position(0).limit((int) Math.min(STEP_LENGTH, size - length));
            int written = step.remaining();
            source.write(step, length);
            length += written;
        }
        source.sync();
    }

    @Override
    public void close() throws IOException {
        try {
            source.close();
        } finally {
            target.close();
        }
    }
}
