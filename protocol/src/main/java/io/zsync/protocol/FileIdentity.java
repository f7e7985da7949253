package io.zsync.protocol;

/** Which state of which file: if none of this moved on an open descriptor, the file is still the one that was offered. */
public record FileIdentity(
        long size, long mtimeSeconds, int mtimeNanos, long ctimeSeconds, int ctimeNanos, long inode) {
    public FileIdentity {
        if (size < 0 || size > Limits.FILE_LENGTH) {
            throw new IllegalArgumentException("file size " + size + " not in 0.." + Limits.FILE_LENGTH);
        }
        if (mtimeNanos < 0 || mtimeNanos > 999_999_999 || ctimeNanos < 0 || ctimeNanos > 999_999_999) {
            throw new IllegalArgumentException("nanoseconds " + mtimeNanos + ", " + ctimeNanos);
        }
    }
}
