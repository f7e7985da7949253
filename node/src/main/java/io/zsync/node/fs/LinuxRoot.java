package io.zsync.node.fs;

import io.zsync.protocol.Escape;
import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A root on Linux, by {@code openat2} with everything confining switched on; where the kernel or a sandbox has none, by one
 * no-follow open for each component. Needs {@code /proc} for channels and for the mode of existing objects.
 */
public final class LinuxRoot implements Root {
    private static final int ROOT_MODE = 0755;
    private static final int PRIVATE_MODE = 0700;
    private static final int DIRECTORY = Linux.O_RDONLY | Linux.O_DIRECTORY;

    private final Descriptor descriptor;
    private final Place place;
    private final Kernel kernel;
    private volatile boolean opensBeneath;
    private @Nullable TreeLock lock;

    private LinuxRoot(int descriptor, Place place, Kernel kernel) {
        this.descriptor = new Descriptor(descriptor);
        this.place = place;
        this.kernel = kernel;
        this.opensBeneath = kernel.opensBeneath();
    }

    /**
     * Opens the operator's directory; symlinks in its path are followed, this once.
     *
     * @throws FileFailure {@link Errno#NOENT}, {@link Errno#NOTDIR}, {@link Errno#ACCES}
     */
    public static LinuxRoot open(Path operatorDirectory) throws IOException {
        return open(operatorDirectory, Kernel.CURRENT);
    }

    /** The same, but makes the last component with mode 0755 less the umask if nothing is there. */
    public static LinuxRoot openOrCreate(Path operatorDirectory) throws IOException {
        byte[] path = OperatorPath.bytes(operatorDirectory);
        try {
            return open(path, Kernel.CURRENT);
        } catch (FileFailure failure) {
            if (failure.errno() != Errno.NOENT) {
                throw failure;
            }
            int made = Linux.mkdirat(Linux.AT_FDCWD, Scratch.current().first(path), ROOT_MODE);
            // Somebody else may have been faster, or a symlink that leads nowhere is in the way: opening again tells.
            if (made < 0 && made != -Linux.EEXIST) {
                throw Place.failure("mkdir", Escape.bytes(path), made);
            }
            return open(path, Kernel.CURRENT);
        }
    }

    /**
     * Opens a directory below the operator's, confined on the way there as well as in it.
     *
     * @param name what messages call the operator's directory
     */
    public static LinuxRoot open(Path operatorDirectory, RelativePath path, String name) throws IOException {
        LinuxRoot base = open(operatorDirectory);
        try {
            return base.narrowed(path, name);
        } finally {
            base.close();
        }
    }

    /** The same, but makes the last component as {@link #openOrCreate(Path)} does; {@code path} may be empty. */
    public static LinuxRoot openOrCreate(Path operatorDirectory, RelativePath path, String name) throws IOException {
        LinuxRoot base = path.isRoot() ? openOrCreate(operatorDirectory) : open(operatorDirectory);
        try {
            return base.narrowed(path, name);
        } catch (FileFailure failure) {
            if (failure.errno() != Errno.NOENT || path.isRoot()) {
                throw failure;
            }
            base.make(path, name);
            return base.narrowed(path, name);
        } finally {
            base.close();
        }
    }

    private LinuxRoot narrowed(RelativePath path, String name) throws FileFailure {
        Place target = new Place(name, path);
        int root = enter("openat2", target);
        try {
            int opened = path.isRoot() ? Linux.openat(root, Scratch.DOT, DIRECTORY, 0) : openBelow(root, path);
            if (opened < 0) {
                throw target.failure("open", opened);
            }
            return new LinuxRoot(opened, new Place(target.text(), RelativePath.ROOT), kernel);
        } finally {
            descriptor.leave();
        }
    }

    private void make(RelativePath path, String name) throws IOException {
        LinuxRoot parent = narrowed(path.parent(), name);
        try {
            int made = Linux.mkdirat(
                    parent.enter("mkdir", parent.place), Scratch.current().first(path.name()), ROOT_MODE);
            parent.descriptor.leave();
            if (made < 0 && made != -Linux.EEXIST) {
                throw new Place(name, path).failure("mkdir", made);
            }
        } finally {
            parent.close();
        }
    }

    /** The same, but makes every component that is missing, durably and with mode 0700. */
    public static LinuxRoot openOrCreatePrivate(Path operatorDirectory) throws IOException {
        byte[] path = OperatorPath.bytes(operatorDirectory);
        try {
            return open(path, Kernel.CURRENT);
        } catch (FileFailure failure) {
            if (failure.errno() != Errno.NOENT) {
                throw failure;
            }
            int parentEnd = path[0] == '/' ? 1 : 0;
            for (int end = 1; end <= path.length; end++) {
                if (end == path.length || path[end] == '/') {
                    makePrivate(Arrays.copyOf(path, end), Arrays.copyOf(path, parentEnd));
                    parentEnd = end + 1;
                }
            }
            return open(path, Kernel.CURRENT);
        }
    }

    /** @param parent with a slash at its end; empty for the working directory */
    private static void makePrivate(byte[] path, byte[] parent) throws FileFailure {
        int made = Linux.mkdirat(Linux.AT_FDCWD, Scratch.current().first(path), PRIVATE_MODE);
        if (made < 0) {
            // A sandbox may refuse to make even what is there.
            int there = Linux.openat(Linux.AT_FDCWD, Scratch.current().first(path), Linux.O_PATH | DIRECTORY, 0);
            if (there >= 0) {
                Linux.close(there);
                return;
            }
            throw Place.failure("mkdir", Escape.bytes(path), made);
        }
        try (LinuxRoot above = open(parent.length == 0 ? new byte[] {'.'} : parent, Kernel.CURRENT)) {
            int synced = Linux.fsync(above.descriptor.enter());
            above.descriptor.leave();
            if (synced < 0) {
                throw above.place.failure("fsync", synced);
            }
        }
    }

    static LinuxRoot open(Path operatorDirectory, Kernel kernel) throws IOException {
        return open(OperatorPath.bytes(operatorDirectory), kernel);
    }

    private static LinuxRoot open(byte[] path, Kernel kernel) throws FileFailure {
        String text = Escape.bytes(path);
        if (path.length > Scratch.PATH_LENGTH) {
            throw Place.failure("open", text, -Linux.ENAMETOOLONG);
        }
        int opened = Linux.openat(Linux.AT_FDCWD, Scratch.current().first(path), DIRECTORY, 0);
        if (opened < 0) {
            throw Place.failure("open", text, opened);
        }
        return new LinuxRoot(opened, new Place(text, RelativePath.ROOT), kernel);
    }

    @Override
    public Directory directory(RelativePath path) throws IOException {
        Place target = new Place(place.root(), path);
        int root = enter("openat2", target);
        try {
            int opened = path.isRoot() ? Linux.openat(root, Scratch.DOT, DIRECTORY, 0) : openBelow(root, path);
            if (opened < 0) {
                throw target.failure("openat2", opened);
            }
            return new LinuxDirectory(opened, target, kernel);
        } finally {
            descriptor.leave();
        }
    }

    private int openBelow(int root, RelativePath path) {
        if (opensBeneath && path.length() <= Scratch.PATH_LENGTH) {
            int opened = Linux.openBeneath(root, Scratch.current().first(path), DIRECTORY);
            // EPERM is how older seccomp filters refuse a call that they do not know.
            if (opened != -Linux.ENOSYS && opened != -Linux.EPERM && opened != -Linux.EAGAIN) {
                return opened;
            }
            opensBeneath = opened == -Linux.EAGAIN;
        }
        return walk(root, path);
    }

    /** Each component is opened in the one before, never followed; only the last must be readable. */
    private static int walk(int root, RelativePath path) {
        Scratch scratch = Scratch.current();
        int at = root;
        int depth = path.depth();
        for (Name name : path.names()) {
            depth--;
            int flags = (depth == 0 ? DIRECTORY : Linux.O_PATH | Linux.O_DIRECTORY) | Linux.O_NOFOLLOW;
            int next = Linux.openat(at, scratch.first(name), flags, 0);
            if (next == -Linux.ENOTDIR) {
                next = LinuxDirectory.whyNoDirectory(at, scratch, name);
            }
            if (at != root) {
                Linux.close(at);
            }
            if (next < 0) {
                return next;
            }
            at = next;
        }
        return at;
    }

    @Override
    public synchronized boolean lock() throws IOException {
        if (lock != null) {
            return true;
        }
        int root = enter("flock", place);
        try {
            lock = TreeLock.take(root, place);
            return lock != null;
        } finally {
            descriptor.leave();
        }
    }

    private int enter(String operation, Place target) throws FileFailure {
        int number = descriptor.enter();
        if (number < 0) {
            throw target.closed(operation);
        }
        return number;
    }

    @Override
    public String describe() {
        return place.root();
    }

    @Override
    public synchronized void close() {
        if (lock != null) {
            lock.free();
            lock = null;
        }
        descriptor.close();
    }
}
