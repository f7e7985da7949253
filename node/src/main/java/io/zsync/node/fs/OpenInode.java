package io.zsync.node.fs;

import io.zsync.node.fs.Linux.AttributeCalls;
import io.zsync.protocol.Attribute;
import io.zsync.protocol.Attributes;
import io.zsync.protocol.Metadata;
import java.io.IOException;

/** The metadata of what a descriptor is open on, be it renamed or unreadable by now. */
abstract class OpenInode implements Inode {
    private static final int MAX_NANOS = 999_999_999;

    final Descriptor descriptor;

    OpenInode(int descriptor) {
        this.descriptor = new Descriptor(descriptor);
    }

    /** Where the object was when it was opened, escaped, for messages. */
    abstract String path();

    /** {@link #leave} must follow. */
    final int enter(String operation) throws FileFailure {
        int number = descriptor.enter();
        if (number < 0) {
            throw new FileFailure(operation, path(), Errno.OTHER, "used after it was closed");
        }
        return number;
    }

    final void leave() {
        descriptor.leave();
    }

    interface OwnCall {
        long on(int descriptor) throws FileFailure;
    }

    final long call(String operation, OwnCall call) throws FileFailure {
        int number = enter(operation);
        long result;
        try {
            result = call.on(number);
        } finally {
            leave();
        }
        if (result < 0) {
            throw Place.failure(operation, path(), result);
        }
        return result;
    }

    @Override
    public final void setOwner(int uid, int gid) throws IOException {
        call("fchown", number -> Linux.fchown(number, uid, gid));
    }

    @Override
    public final void setMode(int mode) throws IOException {
        requireMode(mode);
        call("fchmod", number -> Linux.fchmod(number, mode));
    }

    @Override
    public final void setTime(long mtimeSeconds, int mtimeNanos) throws IOException {
        requireNanos(mtimeNanos);
        call("futimens", number -> Linux.futimens(number, mtimeSeconds, mtimeNanos));
    }

    @Override
    public final Attributes attributes(AttributeKinds kinds) throws IOException {
        int number = enter("listxattr");
        try {
            return attributes(number).read(kinds);
        } finally {
            leave();
        }
    }

    @Override
    public final void setAttribute(Attribute attribute) throws IOException {
        int number = enter("setxattr");
        try {
            attributes(number).set(attribute);
        } finally {
            leave();
        }
    }

    @Override
    public final void removeAttribute(String name) throws IOException {
        int number = enter("removexattr");
        try {
            attributes(number).remove(name);
        } finally {
            leave();
        }
    }

    private LinuxAttributes attributes(int number) {
        return new LinuxAttributes(AttributeCalls.OPEN, number, this::path);
    }

    static void requireMode(int mode) {
        if ((mode & ~Metadata.MODE_MASK) != 0) {
            throw new IllegalArgumentException("mode " + Integer.toOctalString(mode) + " has bits beyond 07777");
        }
    }

    /** The kernel takes two numbers beyond for "now" and "leave alone". */
    static void requireNanos(int nanos) {
        if (nanos < 0 || nanos > MAX_NANOS) {
            throw new IllegalArgumentException("nanoseconds " + nanos + " not in 0.." + MAX_NANOS);
        }
    }
}
