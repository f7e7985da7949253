package io.zsync.node.transport;

import io.zsync.protocol.FrameHeader;
import io.zsync.protocol.PackRecord;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A sink that writes chunks into one file, keeps packed files in memory, and a list of all that it was told. */
final class TargetFile implements ChunkSink, Closeable {
    private final FileChannel file;
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final Map<PackRecord, byte[]> packed = new LinkedHashMap<>();

    TargetFile(Path path) throws IOException {
        file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    /** One word for each frame, in order: verified, damaged, abandoned, packed, packDamaged. */
    List<String> told() {
        return told;
    }

    Map<PackRecord, byte[]> packedFiles() {
        return packed;
    }

    @Override
    public Claim claim(FrameHeader header) {
        return new Claim() {
            @Override
            public void write(ByteBuffer bytes, long offset) {
                try {
                    long target = offset;
                    while (bytes.hasRemaining()) {
                        target += file.write(bytes, target);
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }

            @Override
            public void verified() {
                if (header.type() == FrameHeader.Type.HOLE) {
                    extendTo(header.offset() + header.plainLength());
                }
                told.add("verified");
            }

            @Override
            public void damaged() {
                told.add("damaged");
            }

            @Override
            public void abandoned() {
                told.add("abandoned");
            }
        };
    }

    private void extendTo(long size) {
        try {
            if (file.size() < size) {
                file.write(ByteBuffer.allocate(1), size - 1);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void packed(PackRecord record, ByteBuffer content) {
        byte[] bytes = new byte[content.remaining()];
        content.get(bytes);
        packed.put(record, bytes);
        told.add("packed");
    }

    @Override
    public void packDamaged(int stream, long sequence) {
        told.add("packDamaged " + stream + " " + sequence);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
