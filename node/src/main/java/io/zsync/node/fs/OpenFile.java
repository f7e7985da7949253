package io.zsync.node.fs;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * One open regular file. Positional reads and writes, {@link #stat} and the channel may be used by many threads at once.
 * Buffers must be direct; their position moves by what was read or written.
 */
public interface OpenFile extends Inode, Closeable {
    /** @throws FileFailure also if it is longer than any file that can be replicated */
    FileStat stat() throws IOException;

    /**
     * A channel on the same inode, for {@code transferTo} and {@code map}; opened at the first call and closed with this
     * file. It checks the inode's mode again, so a created file's channel is taken before its mode is set.
     */
    FileChannel channel() throws IOException;

    /** Reads at {@code offset} until the buffer is full or the file ends. @return bytes read, 0 at the end */
    int read(ByteBuffer target, long offset) throws IOException;

    /** Writes all that remains in the buffer at {@code offset}. */
    void write(ByteBuffer source, long offset) throws IOException;

    /**
     * Makes this file share the source's blocks from {@code offset} on, at the same place; all of the range or, where that
     * cannot be, an error. The range starts and ends at a border of blocks, or ends where the source does.
     *
     * @param length at least 1
     */
    void cloneRange(OpenFile source, long offset, long length) throws IOException;

    /**
     * Lets the kernel copy a range of the source to the same place here ({@code copy_file_range}), which may mean sharing it.
     *
     * @return bytes copied, perhaps fewer; 0 at the source's end, and from file systems that make up what they hold
     */
    long copyRange(OpenFile source, long offset, long length) throws IOException;

    /**
     * Lets the kernel pass a range of the source on to the same place here ({@code sendfile}), across file systems too. Opens
     * this file's inode a second time at the first call, which checks its mode again. One call at a time gets on.
     *
     * @return bytes written, perhaps fewer; 0 at the source's end, and from file systems that make up what they hold
     */
    long sendFile(OpenFile source, long offset, long length) throws IOException;

    /** Reserves {@code length} bytes of disk and sets the size. Where the file system cannot, sets the size only. */
    void allocate(long length) throws IOException;

    void setSize(long size) throws IOException;

    /** Makes a hole of a range, which reads as zeros then, or fails where the file system has none. */
    void makeHole(long offset, long length) throws IOException;

    /** Offset of the first data at or after {@code offset}, or the size if only a hole follows. */
    long nextData(long offset) throws IOException;

    /** Offset of the first hole at or after {@code offset}; the end of the file counts as one. */
    long nextHole(long offset) throws IOException;

    /** Forces content and metadata to disk. After a failure this file must not be published. */
    void sync() throws IOException;

    @Override
    void close() throws IOException;
}
