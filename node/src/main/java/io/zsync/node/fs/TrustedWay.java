package io.zsync.node.fs;

import io.zsync.protocol.Escape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * The way to a folder whose files are believed. Each component is opened in the one before, and a symlink is followed only
 * if it belongs to this user or to root, so that nobody else can lead the way elsewhere. What is missing can be made, there
 * and not through a link. For one thread.
 */
final class TrustedWay {
    private static final int LINKS = 40;
    private static final int PRIVATE_MODE = 0700;
    private static final int PIN = Linux.O_PATH | Linux.O_NOFOLLOW;
    private static final int DIRECTORY = Linux.O_RDONLY | Linux.O_DIRECTORY;
    private static final byte[] ROOT = {'/'};

    private final String text;
    private final int user;
    private final boolean makes;
    private final ArrayDeque<byte[]> ahead = new ArrayDeque<>();
    private int at;

    private TrustedWay(byte[] path, int user, boolean makes) throws FileFailure {
        this.text = Escape.bytes(path);
        this.user = user;
        this.makes = makes;
        this.at = checked(Linux.openat(Linux.AT_FDCWD, path[0] == '/' ? root() : Scratch.DOT, PIN, 0));
        add(path);
    }

    private static long root() {
        return Scratch.current().first(ROOT);
    }

    /**
     * Opens a folder for reading.
     *
     * @param makes whether what is missing is made, durably and with mode 0700
     * @throws FileFailure {@link Errno#LOOP} if somebody else's symlink is on the way
     */
    static int open(byte[] path, int user, boolean makes) throws FileFailure {
        TrustedWay way = new TrustedWay(path, user, makes);
        try {
            int links = 0;
            while (!way.ahead.isEmpty()) {
                if (way.step() && ++links > LINKS) {
                    throw new FileFailure("open", way.text, Errno.LOOP, "too many symlinks are on the way");
                }
            }
            return way.checked(Linux.openat(way.at, Scratch.DOT, DIRECTORY, 0));
        } finally {
            Linux.close(way.at);
        }
    }

    /** @return true if that was a symlink */
    private boolean step() throws FileFailure {
        byte[] name = ahead.pop();
        int next = Linux.openat(at, Scratch.current().first(name), PIN, 0);
        if (next == -Linux.ENOENT && makes) {
            make(name);
            next = Linux.openat(at, Scratch.current().first(name), PIN, 0);
        }
        checked(next);
        boolean entered = false;
        try {
            checked(Linux.stat(next));
            if (Scratch.current().statKind() == FileKind.SYMLINK) {
                follow(next, Scratch.current().stat().uid());
                return true;
            }
            Linux.close(at);
            at = next;
            entered = true;
            return false;
        } finally {
            if (!entered) {
                Linux.close(next);
            }
        }
    }

    private void follow(int link, int owner) throws FileFailure {
        if (owner != user && owner != 0) {
            String reason = "a symlink of user " + Integer.toUnsignedString(owner) + " is on the way";
            throw new FileFailure("open", text, Errno.LOOP, reason);
        }
        MemorySegment target = Scratch.current().second();
        int length =
                checked(Math.toIntExact(Linux.readlinkat(link, Scratch.EMPTY, target.address(), target.byteSize())));
        byte[] path = target.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
        if (length > 0 && path[0] == '/') {
            int top = checked(Linux.openat(Linux.AT_FDCWD, root(), PIN, 0));
            Linux.close(at);
            at = top;
        }
        add(path);
    }

    /** Puts the components of a path ahead of all others. */
    private void add(byte[] path) {
        int end = path.length;
        for (int i = path.length - 1; i >= -1; i--) {
            if (i < 0 || path[i] == '/') {
                if (end > i + 1) {
                    ahead.push(Arrays.copyOfRange(path, i + 1, end));
                }
                end = i;
            }
        }
    }

    private void make(byte[] name) throws FileFailure {
        int made = Linux.mkdirat(at, Scratch.current().first(name), PRIVATE_MODE);
        if (made < 0 && made != -Linux.EEXIST) {
            throw Place.failure("mkdir", text, made);
        }
        int parent = checked(Linux.openat(at, Scratch.DOT, DIRECTORY, 0));
        int synced = Linux.fsync(parent);
        Linux.close(parent);
        if (synced < 0) {
            throw Place.failure("fsync", text, synced);
        }
    }

    private int checked(int result) throws FileFailure {
        if (result < 0) {
            throw Place.failure("open", text, result);
        }
        return result;
    }
}
