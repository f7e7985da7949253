package io.zsync.node.fs;

/**
 * A file's inode opened once more, for writing, with a position of its own: {@code sendfile} writes at a description's
 * position, and {@link LinuxFile} shares its own with nobody. Kept open as long as the file, because network file systems
 * write everything back at each close. For any thread, one call at a time.
 */
final class SecondDescription {
    private final Descriptor descriptor;

    SecondDescription(int number) {
        descriptor = new Descriptor(number);
    }

    /** @return the number of a new descriptor on the same inode, or a negated error number */
    static int of(int number) {
        return Linux.openat(Linux.AT_FDCWD, Scratch.current().firstReopening(number), Linux.O_WRONLY, 0);
    }

    /** @return bytes written, or a negated error number */
    synchronized long send(int source, long offset, long length) {
        int number = descriptor.enter();
        if (number < 0) {
            return -Linux.EBADF;
        }
        try {
            long position = Linux.lseek(number, offset, Linux.SEEK_SET);
            return position < 0 ? position : Linux.sendfile(source, number, offset, length);
        } finally {
            descriptor.leave();
        }
    }

    /** @return the close's result */
    int close() {
        return descriptor.close();
    }
}
