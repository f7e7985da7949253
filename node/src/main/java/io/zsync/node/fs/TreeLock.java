package io.zsync.node.fs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The shares in a locked tree's ancestors, one open descriptor each; the kernel frees a lock with the last descriptor of its
 * open file. Advisory: it excludes runs of zsync from each other, nobody else.
 */
final class TreeLock {
    private static final long SHARE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final List<Integer> shares = new ArrayList<>();

    private TreeLock() {}

    /**
     * Locks the directory itself through {@code root}, for itself alone, then every ancestor that can be opened, shared, up
     * to and including the root of the mount. Of two runs that race for nested trees exactly one gets through: the lower
     * one's last step and the upper one's first are on the same directory.
     *
     * @return null if another holds one of them; then nothing is locked
     */
    static @Nullable TreeLock take(int root, Place place) throws FileFailure {
        int exclusive = Linux.flock(root, Linux.LOCK_EX | Linux.LOCK_NB);
        if (exclusive == -Linux.EAGAIN) {
            return null;
        }
        if (exclusive < 0) {
            throw place.failure("flock", exclusive);
        }
        TreeLock lock = new TreeLock();
        boolean taken = false;
        try {
            taken = lock.shareAncestors(root, place);
            return taken ? lock : null;
        } finally {
            if (!taken) {
                lock.free(root);
            }
        }
    }

    /**
     * Locks the directory and its ancestors shared; before that, where nobody else has a share, once for itself alone. Others
     * may do the same a moment earlier, so it is tried for a second.
     *
     * @return null if another holds one of them for itself; then nothing is locked
     */
    static @Nullable TreeLock share(int root, Place place, Root.Alone alone) throws IOException {
        long deadlineNanos = System.nanoTime() + SHARE_NANOS;
        do {
            TreeLock lock = take(root, place);
            if (lock != null) {
                boolean done = false;
                try {
                    alone.run();
                    // The kernel gives the one lock up before it grants the other: somebody may come between.
                    done = lock.turnShared(root, place);
                } finally {
                    if (!done) {
                        lock.free(root);
                    }
                }
                if (done) {
                    return lock;
                }
            } else {
                lock = new TreeLock();
                if (lock.turnShared(root, place) && lock.shareAncestors(root, place)) {
                    return lock;
                }
                lock.free(root);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        } while (System.nanoTime() - deadlineNanos < 0);
        return null;
    }

    private boolean turnShared(int root, Place place) throws FileFailure {
        int shared = Linux.flock(root, Linux.LOCK_SH | Linux.LOCK_NB);
        if (shared < 0 && shared != -Linux.EAGAIN) {
            throw place.failure("flock", shared);
        }
        return shared == 0;
    }

    private boolean shareAncestors(int root, Place place) throws FileFailure {
        int below = root;
        while (true) {
            int parent = openParent(below, place);
            if (parent < 0) {
                return true;
            }
            // Kept from here on, so that whatever follows closes it.
            shares.add(parent);
            // The same open can serve: where only O_PATH was allowed, flock says EBADF and the directory is passed by.
            int shared = Linux.flock(parent, Linux.LOCK_SH | Linux.LOCK_NB);
            if (shared == -Linux.EAGAIN) {
                return false;
            }
            if (shared < 0 && shared != -Linux.EBADF) {
                throw place.failure("flock of an ancestor of", shared);
            }
            below = parent;
        }
    }

    /** @return -1 if {@code below} is the root of its mount, or may not be searched */
    private static int openParent(int below, Place place) throws FileFailure {
        int parent = Linux.openat(below, Scratch.DOT_DOT, Linux.O_RDONLY | Linux.O_DIRECTORY, 0);
        if (parent == -Linux.EACCES) {
            parent = Linux.openat(below, Scratch.DOT_DOT, Linux.O_PATH | Linux.O_DIRECTORY, 0);
        }
        if (parent == -Linux.EACCES) {
            return -1;
        }
        if (parent < 0) {
            throw place.failure("openat of an ancestor of", parent);
        }
        try {
            if (isMountRoot(below, parent, place)) {
                Linux.close(parent);
                return -1;
            }
            return parent;
        } catch (FileFailure failure) {
            Linux.close(parent);
            throw failure;
        }
    }

    /** The parent is on another mount, or is the directory itself at the very top. */
    private static boolean isMountRoot(int below, int parent, Place place) throws FileFailure {
        long mount = mount(below, place);
        FileStat stat = Scratch.current().stat();
        return mount != mount(parent, place)
                || stat.sameObject(Scratch.current().stat());
    }

    private static long mount(int directory, Place place) throws FileFailure {
        int result = Linux.stat(directory);
        if (result < 0) {
            throw place.failure("statx of an ancestor of", result);
        }
        return Scratch.current().statMount();
    }

    /** @param root the descriptor that was locked, which stays open */
    void free(int root) {
        shares.forEach(Linux::close);
        shares.clear();
        Linux.flock(root, Linux.LOCK_UN);
    }
}
