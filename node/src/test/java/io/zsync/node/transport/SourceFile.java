package io.zsync.node.transport;

import io.zsync.node.fs.AttributeKinds;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileKind;
import io.zsync.node.fs.FileStat;
import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.Attribute;
import io.zsync.protocol.Attributes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.TimeUnit;

/** A file to read from, with the two ways in which it can disobey: no channel, or no bytes from some offset on. */
class SourceFile implements OpenFile {
    private final Path path;
    private final FileChannel channel;
    private boolean channelRefused;
    private long readableBytes = Long.MAX_VALUE;

    SourceFile(Path path) throws IOException {
        this.path = path;
        this.channel = FileChannel.open(path, StandardOpenOption.READ);
    }

    SourceFile refuseChannel() {
        channelRefused = true;
        return this;
    }

    SourceFile failReadsFrom(long offset) {
        channelRefused = true;
        readableBytes = offset;
        return this;
    }

    @Override
    public FileStat stat() throws IOException {
        long mtime = Files.getLastModifiedTime(path).to(TimeUnit.NANOSECONDS);
        long ctime = ((FileTime) Files.getAttribute(path, "unix:ctime")).to(TimeUnit.NANOSECONDS);
        long inode = (Long) Files.getAttribute(path, "unix:ino");
        long second = TimeUnit.SECONDS.toNanos(1);
        return new FileStat(
                FileKind.REGULAR,
                0644,
                0,
                0,
                channel.size(),
                0,
                mtime / second,
                (int) (mtime % second),
                ctime / second,
                (int) (ctime % second),
                inode,
                0,
                1,
                0);
    }

    @Override
    public FileChannel channel() throws IOException {
        if (channelRefused) {
            throw new FileFailure("open", path.toString(), Errno.ACCES, "Permission denied");
        }
        return channel;
    }

    @Override
    public int read(ByteBuffer target, long offset) throws IOException {
        if (offset + target.remaining() > readableBytes) {
            throw new FileFailure("pread", path.toString(), Errno.IO, "Input/output error");
        }
        int start = target.position();
        while (target.hasRemaining() && channel.read(target, offset + target.position() - start) > 0) {}
        return target.position() - start;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    @Override
    public void write(ByteBuffer source, long offset) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void cloneRange(OpenFile source, long offset, long length) {
        throw new UnsupportedOperationException("read only");
    }

    @Override
    public long copyRange(OpenFile source, long offset, long length) {
        throw new UnsupportedOperationException("read only");
    }

    @Override
    public long sendFile(OpenFile source, long offset, long length) {
        throw new UnsupportedOperationException("read only");
    }

    @Override
    public void allocate(long length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void makeHole(long offset, long length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setSize(long size) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long nextData(long offset) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long nextHole(long offset) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setOwner(int uid, int gid) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setMode(int mode) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Attributes attributes(AttributeKinds kinds) {
        throw new UnsupportedOperationException("read only");
    }

    @Override
    public void setAttribute(Attribute attribute) {
        throw new UnsupportedOperationException("read only");
    }

    @Override
    public void removeAttribute(String attribute) {
        throw new UnsupportedOperationException("read only");
    }

    @Override
    public void setTime(long mtimeSeconds, int mtimeNanos) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void sync() {
        throw new UnsupportedOperationException();
    }
}
