package io.zsync.node.fs;

import java.io.IOException;
import java.util.function.IntUnaryOperator;

/** {@code syncfs} through a descriptor of its own, which reports each write-back error since it was opened once. */
final class LinuxFileSystemSync implements Directory.FileSystemSync {
    // linux/magic.h, except F2FS and XFS, which keep theirs in their own headers.
    private static final int EXT = 0xEF53;
    private static final int XFS = 0x58465342;
    private static final int BTRFS = 0x9123683E;
    private static final int F2FS = 0xF2F52010;
    private static final int TMPFS = 0x01021994;
    private static final int RAMFS = 0x858458F6;

    private final Descriptor descriptor;
    private final Place place;
    private final long device;
    private final boolean trusted;

    private LinuxFileSystemSync(Descriptor descriptor, Place place, long device, boolean trusted) {
        this.descriptor = descriptor;
        this.place = place;
        this.device = device;
        this.trusted = trusted;
    }

    /** Takes the descriptor over, also when it throws. */
    static LinuxFileSystemSync on(int number, Place place) throws FileFailure {
        int stated = Linux.stat(number);
        long device = stated == 0 ? Scratch.current().stat().device() : 0;
        int result = stated < 0 ? stated : Linux.fstatfs(number);
        if (result < 0) {
            Linux.close(number);
            throw place.failure(stated < 0 ? "statx" : "fstatfs", result);
        }
        boolean trusted = honours(Scratch.current().fileSystemType()) && reports(System.getProperty("os.version"));
        return new LinuxFileSystemSync(new Descriptor(number), place, device, trusted);
    }

    /**
     * ZFS and overlayfs are left out on purpose: neither is known to hand the errors of its own write-back, or of the layer
     * below, to {@code syncfs}, and an overlay mounted {@code volatile} syncs nothing.
     */
    static boolean honours(int type) {
        return switch (type) {
            case EXT, XFS, BTRFS, F2FS, TMPFS, RAMFS -> true;
            default -> false;
        };
    }

    /** Before Linux 5.8 {@code syncfs} returned success whatever the disk had said. */
    static boolean reports(String kernelRelease) {
        String[] parts = kernelRelease.split("[^0-9]+", 3);
        if (parts.length < 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
            return false;
        }
        int major = Integer.parseInt(parts[0]);
        return major > 5 || (major == 5 && Integer.parseInt(parts[1]) >= 8);
    }

    @Override
    public long device() {
        return device;
    }

    @Override
    public boolean trusted() {
        return trusted;
    }

    @Override
    public Directory.Room room() throws IOException {
        call("fstatfs", Linux::fstatfs);
        return Scratch.current().room();
    }

    @Override
    public void sync() throws IOException {
        call("syncfs", Linux::syncfs);
    }

    private void call(String operation, IntUnaryOperator call) throws FileFailure {
        int number = descriptor.enter();
        if (number < 0) {
            throw place.closed(operation);
        }
        int result;
        try {
            result = call.applyAsInt(number);
        } finally {
            descriptor.leave();
        }
        if (result < 0) {
            throw place.failure(operation, result);
        }
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
