package io.zsync.node.fs;

import io.zsync.protocol.Limits;
import io.zsync.protocol.Name;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A regular file by its descriptor. The descriptor's own offset is never used, so that calls need no lock. */
final class LinuxFile extends OpenInode implements OpenFile {
    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ);
    private static final Set<OpenOption> READ_WRITE = Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);

    private final Place directory;
    private final Name name;
    private final boolean writable;
    private @Nullable FileChannel channel;
    private @Nullable SecondDescription second;

    LinuxFile(int descriptor, Place directory, Name name, boolean writable) {
        super(descriptor);
        this.directory = directory;
        this.name = name;
        this.writable = writable;
    }

    @Override
    String path() {
        return directory.text(name);
    }

    @Override
    public FileStat stat() throws IOException {
        call("statx", Linux::stat);
        FileStat stat = Scratch.current().stat();
        if (stat.isTooLong()) {
            throw stat.tooLong(path());
        }
        return stat;
    }

    @Override
    public synchronized FileChannel channel() throws IOException {
        int number = enter("open");
        try {
            if (channel == null) {
                channel = FileChannel.open(Path.of("/proc/self/fd/" + number), writable ? READ_WRITE : READ);
            }
            return channel;
        } catch (AccessDeniedException refused) {
            throw directory.failure("open", name, -Linux.EACCES);
        } catch (FileSystemException refused) {
            String reason = refused.getReason() == null ? "no such descriptor in /proc" : refused.getReason();
            throw directory.failure("open", name, Errno.OTHER, reason + " (by " + refused.getFile() + ")");
        } finally {
            leave();
        }
    }

    @Override
    public int read(ByteBuffer target, long offset) throws IOException {
        long address = address(target, offset);
        int length = target.remaining();
        int done = 0;
        int number = enter("pread");
        try {
            while (done < length) {
                long count = Linux.pread(number, address + done, length - done, offset + done);
                if (count < 0) {
                    throw directory.failure("pread", name, count);
                }
                if (count == 0) {
                    break;
                }
                done += (int) count;
            }
        } finally {
            leave();
            target.position(target.position() + done);
            Reference.reachabilityFence(target);
        }
        return done;
    }

    @Override
    public void write(ByteBuffer source, long offset) throws IOException {
        long address = address(source, offset);
        int length = source.remaining();
        int done = 0;
        int number = enter("pwrite");
        try {
            while (done < length) {
                long count = Linux.pwrite(number, address + done, length - done, offset + done);
                if (count < 0) {
                    throw directory.failure("pwrite", name, count);
                }
                if (count == 0) {
                    throw directory.failure(
                            "pwrite", name, Errno.IO, "wrote " + done + " of " + length + " bytes at " + offset);
                }
                done += (int) count;
            }
        } finally {
            leave();
            source.position(source.position() + done);
            Reference.reachabilityFence(source);
        }
    }

    /** Address of the buffer's position. The kernel sees a bare number, so a freed buffer must be refused here. */
    private static long address(ByteBuffer buffer, long offset) {
        if (!buffer.isDirect()) {
            throw new IllegalArgumentException("buffer is not direct: " + buffer);
        }
        requireOffset(offset);
        MemorySegment segment = MemorySegment.ofBuffer(buffer);
        if (!segment.scope().isAlive()) {
            throw new IllegalStateException("buffer's memory is freed: " + buffer);
        }
        return segment.address();
    }

    @Override
    public void cloneRange(OpenFile source, long offset, long length) throws IOException {
        if (length < 1) {
            // A length of 0 means everything to the kernel.
            throw new IllegalArgumentException("length " + length);
        }
        between("ioctl FICLONERANGE", source, offset, length, Linux::cloneRange);
    }

    @Override
    public long copyRange(OpenFile source, long offset, long length) throws IOException {
        return between("copy_file_range", source, offset, length, CopyFileRange::call);
    }

    @Override
    public long sendFile(OpenFile source, long offset, long length) throws IOException {
        SecondDescription target = second();
        return between(
                "sendfile", source, offset, length, (from, own, start, count) -> target.send(from, start, count));
    }

    private interface CallBetween {
        long on(int source, int target, long offset, long length);
    }

    private long between(String operation, OpenFile source, long offset, long length, CallBetween call)
            throws FileFailure {
        requireOffset(offset);
        requireOffset(Math.addExact(offset, length));
        if (!(source instanceof LinuxFile other)) {
            throw new IllegalArgumentException("not a file of this system: " + source);
        }
        int from = other.enter(operation);
        try {
            return call(operation, number -> call.on(from, number, offset, length));
        } finally {
            other.leave();
        }
    }

    /** A descriptor that may only be read must not become one that writes: the kernel would let root do that. */
    private synchronized SecondDescription second() throws FileFailure {
        if (second != null) {
            return second;
        }
        long opened = call("open", number -> writable ? SecondDescription.of(number) : -Linux.EBADF);
        second = new SecondDescription((int) opened);
        return second;
    }

    private static void requireOffset(long offset) {
        if (offset < 0 || offset > Limits.FILE_LENGTH) {
            throw new IllegalArgumentException("offset " + offset + " not in 0.." + Limits.FILE_LENGTH);
        }
    }

    @Override
    public void allocate(long length) throws IOException {
        requireOffset(length);
        if (length > 0) {
            call("fallocate", number -> {
                int result = Linux.fallocate(number, length);
                return result == -Linux.EOPNOTSUPP || result == -Linux.ENOSYS || result == -Linux.EINVAL ? 0 : result;
            });
        }
        // Also after a reservation, which never makes a longer file shorter.
        setSize(length);
    }

    @Override
    public void setSize(long size) throws IOException {
        requireOffset(size);
        call("ftruncate", number -> Linux.ftruncate(number, size));
    }

    @Override
    public void makeHole(long offset, long length) throws IOException {
        requireOffset(offset);
        requireOffset(Math.addExact(offset, length));
        call("fallocate", number -> Linux.punch(number, offset, length));
    }

    @Override
    public long nextData(long offset) throws IOException {
        long found = seek(offset, Linux.SEEK_DATA);
        if (found >= 0) {
            return found;
        }
        long size = stat().size();
        return found == -Linux.EINVAL ? Math.min(offset, size) : size;
    }

    @Override
    public long nextHole(long offset) throws IOException {
        long found = seek(offset, Linux.SEEK_HOLE);
        return found >= 0 ? found : stat().size();
    }

    /**
     * The answer does not depend on the descriptor's offset, and nobody uses the offset that it leaves behind.
     *
     * @return {@code -ENXIO} where nothing is left to find, {@code -EINVAL} where the file system cannot tell: all is data
     */
    private long seek(long offset, int whence) throws IOException {
        requireOffset(offset);
        int number = enter("lseek");
        long found;
        try {
            found = Linux.lseek(number, offset, whence);
        } finally {
            leave();
        }
        if (found < 0 && found != -Linux.ENXIO && found != -Linux.EINVAL) {
            throw directory.failure("lseek", name, found);
        }
        return found;
    }

    @Override
    public void sync() throws IOException {
        call("fsync", Linux::fsync);
    }

    @Override
    public synchronized void close() throws IOException {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            if (writable) {
                throw e;
            }
        } finally {
            int first = second == null ? 0 : second.close();
            int last = descriptor.close();
            requireClosed(first);
            requireClosed(last);
        }
    }

    /** A full or failing disk may say so only here (NFS, quota); to who only reads it has nothing to say. */
    private void requireClosed(int result) throws FileFailure {
        if (writable && result < 0 && result != -Linux.EINTR) {
            throw directory.failure("close", name, result);
        }
    }
}
