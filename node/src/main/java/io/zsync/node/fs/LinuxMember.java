package io.zsync.node.fs;

import io.zsync.node.fs.Linux.AttributeCalls;
import io.zsync.protocol.Attribute;
import io.zsync.protocol.Attributes;
import io.zsync.protocol.Name;
import java.io.IOException;

/** A directory's member by its name, not followed: nothing is open between two calls. */
final class LinuxMember implements Inode {
    private final LinuxDirectory directory;
    private final Name name;

    LinuxMember(LinuxDirectory directory, Name name) {
        this.directory = directory;
        this.name = name;
    }

    @Override
    public void setOwner(int uid, int gid) throws IOException {
        directory.call("fchownat", name, (number, scratch) -> Linux.chownMember(number, scratch.first(name), uid, gid));
    }

    /**
     * {@code fchmodat} follows symlinks, so the object is pinned first and then changed through its descriptor. The pin is
     * {@code O_PATH}: it needs no permission on the object and opens no device.
     */
    @Override
    public void setMode(int mode) throws IOException {
        OpenInode.requireMode(mode);
        int pin = (int) directory.call(
                "openat",
                name,
                (number, scratch) -> Linux.openat(number, scratch.first(name), Linux.O_PATH | Linux.O_NOFOLLOW, 0));
        try {
            int result = Linux.stat(pin);
            Scratch scratch = Scratch.current();
            if (result == 0 && scratch.statKind() != FileKind.SYMLINK) {
                result = Linux.chmod(scratch.firstReopening(pin), mode);
            }
            if (result < 0) {
                throw directory.place().failure("chmod", name, result);
            }
        } finally {
            Linux.close(pin);
        }
    }

    @Override
    public void setTime(long mtimeSeconds, int mtimeNanos) throws IOException {
        OpenInode.requireNanos(mtimeNanos);
        directory.call(
                "utimensat",
                name,
                (number, scratch) -> Linux.touchMember(number, scratch.first(name), mtimeSeconds, mtimeNanos));
    }

    @Override
    public Attributes attributes(AttributeKinds kinds) throws IOException {
        int number = directory.enter("listxattr");
        try {
            LinkFollower links = directory.links();
            if (links != null && LinuxDirectory.isSymlink(number, name)) {
                return followed(number, links, kinds);
            }
            return unfollowed(number).read(kinds);
        } finally {
            directory.leave();
        }
    }

    private Attributes followed(int number, LinkFollower links, AttributeKinds kinds) throws FileFailure {
        int pin = links.open(number, directory.place(), name, Linux.O_PATH);
        try {
            long path = Scratch.current().firstReopening(pin);
            return new LinuxAttributes(AttributeCalls.REOPENED, path, this::path).read(kinds);
        } finally {
            Linux.close(pin);
        }
    }

    @Override
    public void setAttribute(Attribute attribute) throws IOException {
        int number = directory.enter("setxattr");
        try {
            unfollowed(number).set(attribute);
        } finally {
            directory.leave();
        }
    }

    @Override
    public void removeAttribute(String attribute) throws IOException {
        int number = directory.enter("removexattr");
        try {
            unfollowed(number).remove(attribute);
        } finally {
            directory.leave();
        }
    }

    private LinuxAttributes unfollowed(int number) {
        long path = Scratch.current().firstReopening(number, name);
        return new LinuxAttributes(AttributeCalls.UNFOLLOWED, path, this::path);
    }

    private String path() {
        return directory.place().text(name);
    }
}
