package io.zsync.node.fs;

import io.zsync.protocol.Escape;
import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A root on Linux, by {@code openat2} with everything confining switched on; where the kernel or a sandbox has none, by one
 * no-follow open for each component. Needs {@code /proc} for channels and for the mode of existing objects.
 */
public final class LinuxRoot implements Root {
    private static final int ROOT_MODE = 0755;
    private static final int DIRECTORY = Linux.O_RDONLY | Linux.O_DIRECTORY;

    private final Descriptor descriptor;
    private final Place place;
    private final Kernel kernel;
    private final @Nullable LinkFollower links;
    private volatile boolean opensBeneath;
    private @Nullable TreeLock lock;

    private LinuxRoot(int descriptor, Place place, Kernel kernel, @Nullable LinkFollower links) {
        this.descriptor = new Descriptor(descriptor);
        this.place = place;
        this.kernel = kernel;
        this.links = links;
        this.opensBeneath = kernel.opensBeneath();
    }

    /**
     * Opens the operator's directory; symlinks in its path are followed, this once, and none below it.
     *
     * @throws FileFailure {@link Errno#NOENT}, {@link Errno#NOTDIR}, {@link Errno#ACCES}
     */
    public static LinuxRoot open(Path operatorDirectory) throws IOException {
        return open(operatorDirectory, Kernel.CURRENT);
    }

    /** The same, but makes the last component with mode 0755 less the umask if nothing is there. */
    public static LinuxRoot openOrCreate(Path operatorDirectory) throws IOException {
        byte[] path = OperatorPath.bytes(operatorDirectory);
        return openOrMake(() -> open(path, Kernel.CURRENT), () -> {
            int made = Linux.mkdirat(Linux.AT_FDCWD, Scratch.current().first(path), ROOT_MODE);
            // Somebody else may have been faster, or a symlink that leads nowhere is in the way: opening again tells.
            if (made < 0 && made != -Linux.EEXIST) {
                throw Place.failure("mkdir", Escape.bytes(path), made);
            }
        });
    }

    /**
     * Opens a directory below the operator's, confined on the way there as well as in it.
     *
     * @param name what messages call the operator's directory
     * @param links for this way and for the tree; {@link Links#FOLLOW_BENEATH} means beneath the operator's directory
     * @throws FileFailure {@link Errno#NOSYS} for {@code FOLLOW_BENEATH} where the kernel has no {@code openat2}
     */
    public static LinuxRoot open(Path operatorDirectory, RelativePath path, String name, Links links)
            throws IOException {
        return open(operatorDirectory, path, name, links, Kernel.CURRENT);
    }

    static LinuxRoot open(Path operatorDirectory, RelativePath path, String name, Links links, Kernel kernel)
            throws IOException {
        try (LinuxRoot base = open(operatorDirectory, kernel)) {
            return base.narrowed(path, name, links);
        }
    }

    /** The same with {@link Links#KEEP}, but makes the last component as {@link #openOrCreate(Path)} does. */
    public static LinuxRoot openOrCreate(Path operatorDirectory, RelativePath path, String name) throws IOException {
        try (LinuxRoot base = path.isRoot() ? openOrCreate(operatorDirectory) : open(operatorDirectory)) {
            return path.isRoot()
                    ? base.narrowed(path, name, Links.KEEP)
                    : openOrMake(() -> base.narrowed(path, name, Links.KEEP), () -> base.make(path, name));
        }
    }

    private interface Opening {
        LinuxRoot open() throws IOException;
    }

    private interface Making {
        void make() throws IOException;
    }

    /** Makes what cannot be opened because it is absent, and opens it. */
    private static LinuxRoot openOrMake(Opening opening, Making making) throws IOException {
        try {
            return opening.open();
        } catch (FileFailure failure) {
            if (failure.errno() != Errno.NOENT) {
                throw failure;
            }
            making.make();
            return opening.open();
        }
    }

    private LinuxRoot narrowed(RelativePath path, String name, Links links) throws FileFailure {
        Place target = new Place(name, path);
        LinkFollower follower = follower(target, links);
        boolean opened = false;
        try {
            int root = openDirectory(target, follower);
            opened = true;
            LinkFollower below = follower == null ? null : follower.below(path);
            return new LinuxRoot(root, new Place(target.text(), RelativePath.ROOT), kernel, below);
        } finally {
            if (!opened && follower != null) {
                follower.close();
            }
        }
    }

    private @Nullable LinkFollower follower(Place target, Links links) throws FileFailure {
        return switch (links) {
            case KEEP -> null;
            case FOLLOW_ANYWHERE -> LinkFollower.anywhere();
            case FOLLOW_BENEATH -> LinkFollower.beneath(openShare(target));
        };
    }

    /** A second descriptor of this directory, for {@code openat2}, which is tried on this occasion. */
    private int openShare(Place target) throws FileFailure {
        int root = enter("openat2", target);
        try {
            int flags = Linux.O_PATH | Linux.O_DIRECTORY;
            int opened = opensBeneath ? Linux.openat2(root, Scratch.DOT, flags, Linux.RESOLVE_BENEATH) : -Linux.ENOSYS;
            if (opened == -Linux.ENOSYS || opened == -Linux.EPERM) {
                String reason =
                        "this system has no openat2, without which no symlink can be followed and kept in a share";
                throw target.failure("openat2", Errno.NOSYS, reason);
            }
            if (opened < 0) {
                throw target.failure("openat2", opened);
            }
            return opened;
        } finally {
            descriptor.leave();
        }
    }

    private void make(RelativePath path, String name) throws IOException {
        Place target = new Place(name, path);
        try (LinuxRoot parent = narrowed(path.parent(), name, Links.KEEP)) {
            int number = parent.enter("mkdir", target);
            try {
                int made = Linux.mkdirat(number, Scratch.current().first(path.name()), ROOT_MODE);
                if (made < 0 && made != -Linux.EEXIST) {
                    throw target.failure("mkdir", made);
                }
            } finally {
                parent.descriptor.leave();
            }
        }
    }

    /**
     * Opens a directory whose files are believed: no symlink on the way to it may be another user's than this one's or root's.
     *
     * @param makes whether what is missing of the way is made, durably and with mode 0700
     * @throws FileFailure {@link Errno#LOOP} if one is
     */
    public static LinuxRoot openTrusted(Path operatorDirectory, int user, boolean makes) throws IOException {
        byte[] path = OperatorPath.bytes(operatorDirectory);
        String text = Escape.bytes(path);
        if (path.length > Scratch.PATH_LENGTH) {
            throw Place.failure("open", text, -Linux.ENAMETOOLONG);
        }
        int opened = TrustedWay.open(path, user, makes);
        return new LinuxRoot(opened, new Place(text, RelativePath.ROOT), Kernel.CURRENT, null);
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
        return new LinuxRoot(opened, new Place(text, RelativePath.ROOT), kernel, null);
    }

    @Override
    public Directory directory(RelativePath path) throws IOException {
        Place target = new Place(place.root(), path);
        return new LinuxDirectory(openDirectory(target, links), target, kernel, links);
    }

    /** @param follower null if no symlink on the way is followed */
    private int openDirectory(Place target, @Nullable LinkFollower follower) throws FileFailure {
        int root = enter("openat2", target);
        try {
            if (follower != null) {
                return follower.openDirectory(root, target);
            }
            RelativePath path = target.path();
            int opened = path.isRoot() ? Linux.openat(root, Scratch.DOT, DIRECTORY, 0) : openBelow(root, path);
            if (opened < 0) {
                throw target.failure("openat2", opened);
            }
            return opened;
        } finally {
            descriptor.leave();
        }
    }

    private int openBelow(int root, RelativePath path) {
        if (opensBeneath && path.length() <= Scratch.PATH_LENGTH) {
            int opened =
                    Linux.openat2(root, Scratch.current().first(path), DIRECTORY, Linux.RESOLVE_BENEATH_WITHOUT_LINKS);
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
            if (next == -Linux.ENOTDIR && LinuxDirectory.isSymlink(at, name)) {
                next = -Linux.ELOOP;
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

    @Override
    public synchronized boolean share(Alone alone) throws IOException {
        if (lock != null) {
            throw new IllegalStateException("root " + place.root() + " is locked already");
        }
        int root = enter("flock", place);
        try {
            lock = TreeLock.share(root, place, alone);
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
    public synchronized void unlock() {
        if (lock == null) {
            return;
        }
        int root = descriptor.enter();
        if (root >= 0) {
            lock.free(root);
            lock = null;
            descriptor.leave();
        }
    }

    @Override
    public synchronized void close() {
        unlock();
        if (links != null) {
            links.close();
        }
        descriptor.close();
    }
}
