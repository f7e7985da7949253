package io.zsync.node.replica;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Work put off to the end of a run, as records in an anonymous temporary file, so that memory stays bounded whatever the
 * size of the tree. The file has no name as soon as it is open, and is gone with the process. Appended, then read once in
 * order. For one thread at a time.
 */
final class SpillFile implements AutoCloseable {
    interface Writer {
        void write(DataOutputStream out) throws IOException;
    }

    /** @param <E> what it throws besides */
    interface Reader<E extends Exception> {
        void read(DataInputStream in) throws IOException, E;
    }

    private @Nullable FileChannel channel;
    private @Nullable DataOutputStream out;
    private long records;

    void append(Writer record) throws IOException {
        DataOutputStream stream = out;
        if (stream == null) {
            Path path = Files.createTempFile("zsync-", ".spill");
            FileChannel opened = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            channel = opened;
            Files.delete(path);
            stream = new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(opened)));
            out = stream;
        }
        record.write(stream);
        records++;
    }

    /** Calls the reader once per record, in the order they were appended. */
    <E extends Exception> void replay(Reader<E> record) throws IOException, E {
        DataOutputStream stream = out;
        FileChannel opened = channel;
        if (stream == null || opened == null) {
            return;
        }
        stream.flush();
        opened.position(0);
        DataInputStream in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(opened)));
        for (long i = 0; i < records; i++) {
            record.read(in);
        }
        if (in.read() >= 0) {
            throw new EOFException("spill file has bytes behind its last record");
        }
    }

    boolean isEmpty() {
        return records == 0;
    }

    @Override
    public void close() throws IOException {
        FileChannel opened = channel;
        if (opened != null) {
            opened.close();
        }
    }
}
