package io.zsync.node.replica;

import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.protocol.Escape;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
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
    private @Nullable FileFailure failure;
    private long records;

    void append(Writer record) throws IOException {
        requireWhole();
        try {
            record.write(open());
        } catch (IOException e) {
            throw failed(e);
        }
        records++;
    }

    private DataOutputStream open() throws IOException {
        DataOutputStream stream = out;
        if (stream == null) {
            FileChannel opened = openNameless();
            stream = new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(opened)));
            out = stream;
        }
        return stream;
    }

    private FileChannel openNameless() throws IOException {
        Path path = Files.createTempFile("zsync-", ".spill");
        try {
            FileChannel opened = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            channel = opened;
            return opened;
        } finally {
            Files.delete(path);
        }
    }

    /** What the JVM says of it names no place, and the file itself has none. */
    private FileFailure failed(IOException cause) {
        String folder = Escape.text(System.getProperty("java.io.tmpdir", "/tmp"));
        String reason = cause instanceof FileSystemException refused && refused.getReason() != null
                ? refused.getReason()
                : cause.getMessage() == null ? cause.toString() : Escape.text(cause.getMessage());
        failure = new FileFailure("temporary file", folder, Errno.OTHER, reason);
        return failure;
    }

    /** What was written in part could be read as something else. */
    private void requireWhole() throws FileFailure {
        if (failure != null) {
            throw failure;
        }
    }

    /** Calls the reader once per record, in the order they were appended. */
    <E extends Exception> void replay(Reader<E> record) throws IOException, E {
        requireWhole();
        FileChannel opened = channel;
        DataOutputStream stream = out;
        if (stream == null || opened == null) {
            return;
        }
        try {
            stream.flush();
            opened.position(0);
        } catch (IOException e) {
            throw failed(e);
        }
        DataInputStream in = new DataInputStream(new BufferedInputStream(new Reading(Channels.newInputStream(opened))));
        for (long i = 0; i < records; i++) {
            record.read(in);
        }
        if (in.read() >= 0) {
            throw new EOFException("spill file has bytes behind its last record");
        }
    }

    /** Tells a failure to read from one of what is done with a record. */
    private final class Reading extends FilterInputStream {
        private Reading(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            try {
                return super.read(bytes, offset, length);
            } catch (IOException e) {
                throw failed(e);
            }
        }
    }

    /** What it held is of no more use, so it does not matter what the system says of its end. */
    @Override
    public void close() {
        FileChannel opened = channel;
        if (opened != null) {
            try {
                opened.close();
            } catch (IOException e) {
                return;
            }
        }
    }
}
