package io.zsync.node.fs;

import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Opens what the symlinks of a tree lead to: anything, or only what is beneath a share's own directory. The latter starts
 * at that directory each time, because seen from below it a link that goes up within the share would lead out. For any
 * thread.
 */
final class LinkFollower {
    /** While anything on the machine is renamed, the kernel may be unable to tell whether a way with {@code ..} led out. */
    private static final int ATTEMPTS = 1_000;

    private static final int REGULAR = Linux.O_RDONLY | Linux.O_NONBLOCK | Linux.O_NOCTTY;

    /** Null if links may lead anywhere. */
    private final @Nullable Descriptor share;

    /** Where the tree is in the share. */
    private final RelativePath prefix;

    private LinkFollower(@Nullable Descriptor share, RelativePath prefix) {
        this.share = share;
        this.prefix = prefix;
    }

    static LinkFollower anywhere() {
        return new LinkFollower(null, RelativePath.ROOT);
    }

    /** For the tree that is a whole share; {@code share} is open on its directory, and closed with what is returned. */
    static LinkFollower beneath(int share) {
        return new LinkFollower(new Descriptor(share), RelativePath.ROOT);
    }

    /** This one for a part of the tree of a share; one of the two is closed. */
    LinkFollower below(RelativePath path) {
        return new LinkFollower(share, path);
    }

    /** Opens a directory of the tree whose root is open as {@code root}. */
    int openDirectory(int root, Place target) throws FileFailure {
        RelativePath path = target.path();
        int flags = Linux.O_RDONLY | Linux.O_DIRECTORY;
        int opened;
        if (path.isRoot()) {
            opened = Linux.openat(root, Scratch.DOT, flags, 0);
        } else {
            opened = share == null ? open(root, path.bytes(), flags) : openBeneath(share, target, null, flags);
        }
        if (opened < 0) {
            throw failure(target.failure("openat2", opened));
        }
        return opened;
    }

    /**
     * Opens what a member symlink leads to.
     *
     * @param directory open on the directory at {@code place}
     * @throws FileFailure {@link Errno#NOENT} only if the link itself is gone
     */
    int open(int directory, Place place, Name link, int flags) throws FileFailure {
        int opened = share == null
                ? Linux.openat(directory, Scratch.current().first(link), flags, 0)
                : openBeneath(share, place, link, flags);
        if (opened == -Linux.ENOENT
                && Linux.statMember(directory, Scratch.current().first(link)) != -Linux.ENOENT) {
            throw place.failure("openat2", link, Errno.OTHER, "dangling link");
        }
        if (opened < 0) {
            throw failure(place.failure("openat2", link, opened));
        }
        return opened;
    }

    /** Takes the stat of what a member symlink leads to, without opening that. */
    FileStat stat(int directory, Place place, Name link) throws FileFailure {
        int pin = open(directory, place, link, Linux.O_PATH);
        try {
            return statOf(pin, place, link);
        } finally {
            Linux.close(pin);
        }
    }

    /** Opens the regular file that a member symlink leads to: pinned first, so that nothing else is ever opened. */
    int openRegular(int directory, Place place, Name link) throws FileFailure {
        int pin = open(directory, place, link, Linux.O_PATH);
        try {
            place.requireRegular(link, statOf(pin, place, link).kind());
            int opened = Linux.openat(Linux.AT_FDCWD, Scratch.current().firstReopening(pin), REGULAR, 0);
            if (opened < 0) {
                throw place.failure("openat", link, opened);
            }
            return opened;
        } finally {
            Linux.close(pin);
        }
    }

    private static FileStat statOf(int pin, Place place, Name link) throws FileFailure {
        int result = Linux.stat(pin);
        Scratch scratch = Scratch.current();
        if (result < 0) {
            throw place.failure("statx", link, result);
        }
        if (!scratch.statHasKind()) {
            throw place.failure("statx", link, Errno.INVAL, "leads to an object of no kind");
        }
        return scratch.stat();
    }

    private static FileFailure failure(FileFailure plain) {
        return plain.errno() == Errno.XDEV
                ? new FileFailure(plain.operation(), plain.path(), Errno.XDEV, "leads out of the share")
                : plain;
    }

    private static int open(int directory, byte[] path, int flags) {
        return path.length > Scratch.PATH_LENGTH
                ? -Linux.ENAMETOOLONG
                : Linux.openat(directory, Scratch.current().first(path), flags, 0);
    }

    private int openBeneath(Descriptor share, Place place, @Nullable Name member, int flags) throws FileFailure {
        byte[] directory = join(prefix.bytes(), place.path().bytes());
        byte[] way = member == null ? directory : join(directory, member.bytes());
        if (way.length > Scratch.PATH_LENGTH) {
            return -Linux.ENAMETOOLONG;
        }
        int from = share.enter();
        if (from < 0) {
            throw place.closed("openat2");
        }
        try {
            int opened = -Linux.EAGAIN;
            for (int attempt = 0; attempt < ATTEMPTS && opened == -Linux.EAGAIN; attempt++) {
                opened = Linux.openat2(from, Scratch.current().first(way), flags, Linux.RESOLVE_BENEATH);
            }
            return opened;
        } finally {
            share.leave();
        }
    }

    private static byte[] join(byte[] above, byte[] below) {
        if (above.length == 0 || below.length == 0) {
            return above.length == 0 ? below : above;
        }
        byte[] joined = Arrays.copyOf(above, above.length + 1 + below.length);
        joined[above.length] = '/';
        System.arraycopy(below, 0, joined, above.length + 1, below.length);
        return joined;
    }

    void close() {
        if (share != null) {
            share.close();
        }
    }
}
