package io.zsync.node.copy;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.LinuxRoot;
import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;

/** A source opened for reading and a new target, {@code source} and {@code target} in two directories or in one. */
final class FilePair implements AutoCloseable {
    static final Name SOURCE = Name.of("source");
    static final Name TARGET = Name.of("target");

    final OpenFile source;
    final OpenFile target;
    final Devices devices;

    private final LinuxRoot from;
    private final LinuxRoot to;

    private FilePair(LinuxRoot from, LinuxRoot to, OpenFile source, OpenFile target) throws IOException {
        this.from = from;
        this.to = to;
        this.source = source;
        this.target = target;
        devices = new Devices(source.stat().device(), target.stat().device());
    }

    static FilePair in(Path folder, byte[] content) throws IOException {
        return between(folder, folder, content);
    }

    static FilePair between(Path from, Path to, byte[] content) throws IOException {
        LinuxRoot source = LinuxRoot.open(from);
        LinuxRoot target = LinuxRoot.open(to);
        try (Directory sources = source.directory(RelativePath.ROOT);
                Directory targets = target.directory(RelativePath.ROOT)) {
            try (OpenFile made = sources.create(SOURCE)) {
                write(made, content, 0);
            }
            return new FilePair(source, target, sources.open(SOURCE), targets.create(TARGET));
        }
    }

    static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    static void write(OpenFile file, byte[] content, long offset) throws IOException {
        file.write(ByteBuffer.allocateDirect(content.length).put(content).flip(), offset);
    }

    byte[] targetContent() throws IOException {
        ByteBuffer content = ByteBuffer.allocateDirect((int) target.stat().size());
        target.read(content, 0);
        byte[] bytes = new byte[content.flip().remaining()];
        content.get(bytes);
        return bytes;
    }

    @Override
    public void close() throws IOException {
        source.close();
        target.close();
        from.close();
        to.close();
    }
}
