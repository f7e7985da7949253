package io.zsync.node.fs;

import io.zsync.protocol.Limits;
import io.zsync.protocol.Name;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * A directory by its descriptor: every call is (descriptor, one component, no-follow), so none can leave it. What a symlink
 * leads to is opened by a {@link LinkFollower}, if there is one.
 */
final class LinuxDirectory extends OpenInode implements Directory {
    private static final int FILE_MODE = 0600;
    private static final int DIRECTORY_MODE = 0700;

    private final Place place;
    private final Kernel kernel;
    private final @Nullable LinkFollower links;

    /** @param links null where symlinks are kept */
    LinuxDirectory(int descriptor, Place place, Kernel kernel, @Nullable LinkFollower links) {
        super(descriptor);
        this.place = place;
        this.kernel = kernel;
        this.links = links;
    }

    interface Call {
        long on(int directory, Scratch scratch) throws FileFailure;
    }

    @Override
    String path() {
        return place.text();
    }

    Place place() {
        return place;
    }

    @Nullable
    LinkFollower links() {
        return links;
    }

    long call(String operation, Name member, Call call) throws FileFailure {
        long result = attempt(operation, call);
        if (result < 0) {
            throw place.failure(operation, member, result);
        }
        return result;
    }

    private long attempt(String operation, Call call) throws FileFailure {
        int number = enter(operation);
        try {
            return call.on(number, Scratch.current());
        } finally {
            leave();
        }
    }

    @Override
    public Listing list() throws IOException {
        int number = enter("getdents64");
        try {
            return new DirectoryReader(number, place, kernel.directoryEntries(), links).read();
        } finally {
            leave();
        }
    }

    @Override
    public FileStat stat() throws IOException {
        call("statx", Linux::stat);
        return Scratch.current().stat();
    }

    @Override
    public boolean hasTrueSizes() throws IOException {
        call("fstatfs", Linux::fstatfs);
        return !GeneratedFiles.areOn(Scratch.current().fileSystemType());
    }

    @Override
    public long mount() throws IOException {
        call("statx", Linux::statUniqueMount);
        return Scratch.current().uniqueMount();
    }

    @Override
    public FileStat stat(Name name) throws IOException {
        call("statx", name, (number, scratch) -> Linux.statMember(number, scratch.first(name)));
        FileStat stat = Scratch.current().stat();
        if (links == null || stat.kind() != FileKind.SYMLINK) {
            return stat;
        }
        int number = enter("statx");
        try {
            return links.stat(number, place, name);
        } finally {
            leave();
        }
    }

    @Override
    public Directory directory(Name name) throws IOException {
        if (place.path().length() + 1 + name.length() > Limits.PATH_LENGTH
                || place.path().depth() >= Limits.PATH_DEPTH) {
            String reason = "path beyond " + Limits.PATH_LENGTH + " bytes or " + Limits.PATH_DEPTH + " levels";
            throw place.failure("openat", name, Errno.NAMETOOLONG, reason);
        }
        Place child = new Place(place.root(), place.path().child(name));
        int flags = Linux.O_RDONLY | Linux.O_DIRECTORY;
        long opened = call("openat", name, (number, scratch) -> {
            int result = Linux.openat(number, scratch.first(name), flags | Linux.O_NOFOLLOW, 0);
            if (result == -Linux.ENOTDIR && isSymlink(number, name)) {
                return links == null ? -Linux.ELOOP : links.open(number, place, name, flags);
            }
            return result;
        });
        return new LinuxDirectory((int) opened, child, kernel, links);
    }

    /**
     * The kernel says of a symlink that was to be opened as a directory that it is none; the more telling answer is that it is
     * a symlink.
     */
    static boolean isSymlink(int directory, Name name) {
        Scratch scratch = Scratch.current();
        return Linux.statMember(directory, scratch.first(name)) == 0 && scratch.statKind() == FileKind.SYMLINK;
    }

    @Override
    public byte[] readLink(Name name) throws IOException {
        MemorySegment target = Scratch.current().second();
        long length = call(
                "readlinkat",
                name,
                (number, scratch) ->
                        Linux.readlinkat(number, scratch.first(name), target.address(), target.byteSize()));
        if (length > Limits.LINK_TARGET_LENGTH) {
            String reason = "link target beyond " + Limits.LINK_TARGET_LENGTH + " bytes";
            throw place.failure("readlinkat", name, Errno.NAMETOOLONG, reason);
        }
        return target.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    }

    /**
     * Looks at the name first, so that no FIFO or device that was there is ever opened. What is swapped in between the two
     * calls is opened without waiting, looked at again and let go: a FIFO's writer may notice a reader that came and went,
     * a device's driver an open. That window is the price of two calls less a file than {@code O_PATH} and a second open.
     */
    @Override
    public OpenFile open(Name name) throws IOException {
        call("statx", name, (number, scratch) -> Linux.statMember(number, scratch.first(name)));
        FileKind kind = Scratch.current().statKind();
        if (links != null && kind == FileKind.SYMLINK) {
            int target = (int) call("openat", name, (number, scratch) -> links.openRegular(number, place, name));
            return new LinuxFile(target, place, name, false);
        }
        place.requireRegular(name, kind);
        return openRegular(name, Linux.O_RDONLY, false);
    }

    @Override
    public OpenFile reopen(Name name) throws IOException {
        return openRegular(name, Linux.O_RDWR, true);
    }

    private OpenFile openRegular(Name name, int access, boolean writable) throws IOException {
        int flags = access | Linux.O_NOFOLLOW | Linux.O_NONBLOCK | Linux.O_NOCTTY;
        int opened =
                (int) call("openat", name, (number, scratch) -> Linux.openat(number, scratch.first(name), flags, 0));
        LinuxFile file = new LinuxFile(opened, place, name, writable);
        try {
            place.requireRegular(name, file.stat().kind());
            return file;
        } catch (IOException | RuntimeException refused) {
            file.close();
            throw refused;
        }
    }

    @Override
    public OpenFile create(Name name) throws IOException {
        int flags = Linux.O_RDWR | Linux.O_CREAT | Linux.O_EXCL | Linux.O_NOFOLLOW;
        int opened = (int)
                call("openat", name, (number, scratch) -> Linux.openat(number, scratch.first(name), flags, FILE_MODE));
        return new LinuxFile(opened, place, name, true);
    }

    @Override
    public void makeDirectory(Name name) throws IOException {
        call("mkdirat", name, (number, scratch) -> Linux.mkdirat(number, scratch.first(name), DIRECTORY_MODE));
    }

    @Override
    public void makeSymlink(Name name, byte[] target) throws IOException {
        if (target.length < 1 || target.length > Limits.LINK_TARGET_LENGTH) {
            throw new IllegalArgumentException(
                    "link target of " + target.length + " bytes, not 1.." + Limits.LINK_TARGET_LENGTH);
        }
        for (byte b : target) {
            if (b == 0) {
                throw new IllegalArgumentException("NUL in a link target");
            }
        }
        call(
                "symlinkat",
                name,
                (number, scratch) -> Linux.symlinkat(scratch.first(target), number, scratch.second(name)));
    }

    @Override
    public void makeSpecial(Name name, FileKind kind, long device) throws IOException {
        int type = switch (kind) {
            case FIFO -> Scratch.FIFO;
            case SOCKET -> Scratch.SOCKET;
            case CHARACTER_DEVICE -> Scratch.CHARACTER_DEVICE;
            case BLOCK_DEVICE -> Scratch.BLOCK_DEVICE;
            case REGULAR, DIRECTORY, SYMLINK -> throw new IllegalArgumentException(kind + " is not special");
        };
        if (device != 0 && (kind == FileKind.FIFO || kind == FileKind.SOCKET)) {
            throw new IllegalArgumentException(kind + " with device number " + device);
        }
        // The C library's device number is also the kernel's, which has 32 bits of it; more are EINVAL.
        call(
                "mknodat",
                name,
                (number, scratch) -> Linux.mknodat(number, scratch.first(name), type | FILE_MODE, device));
    }

    @Override
    public void link(Name source, Directory into, Name target) throws IOException {
        between(
                "linkat",
                source,
                into,
                target,
                (from, to, scratch) -> Linux.linkat(from, scratch.first(source), to, scratch.second(target)));
    }

    private interface CallBetween {
        int on(int from, int to, Scratch scratch);
    }

    /** A call on a member here and one in another directory, or in this one. */
    private void between(String operation, Name source, Directory into, Name target, CallBetween call)
            throws FileFailure {
        if (!(into instanceof LinuxDirectory other)) {
            throw new IllegalArgumentException("not a directory of this system: " + into);
        }
        int to = other.enter(operation);
        try {
            long result = attempt(operation, (from, scratch) -> call.on(from, to, scratch));
            if (result < 0) {
                // Of an absent source and a taken target the kernel says which by its number.
                String place = other == this ? target.toString() : other.place.text(target);
                throw this.place.failure(operation + " to " + place + " of", source, result);
            }
        } finally {
            other.leave();
        }
    }

    @Override
    public void rename(Name source, Directory into, Name target, Rename how) throws IOException {
        int flags = switch (how) {
            case REPLACE -> 0;
            case NO_REPLACE -> Linux.RENAME_NOREPLACE;
            case EXCHANGE -> Linux.RENAME_EXCHANGE;
        };
        between("renameat2", source, into, target, (from, to, scratch) -> {
            int renamed = how == Rename.NO_REPLACE && !kernel.renamesWithoutReplacing()
                    ? -Linux.EINVAL
                    : Linux.renameat2(from, scratch.first(source), to, scratch.second(target), flags);
            return renamed == -Linux.EINVAL && how == Rename.NO_REPLACE
                    ? linkThenUnlink(from, source, to, target, scratch)
                    : renamed;
        });
    }

    /**
     * Where a file system knows no {@code RENAME_NOREPLACE} (NFS, old FUSE): the new name appears atomically and only if it
     * was free. A crash in between leaves both names. Directories have no second name: EINVAL stands.
     */
    private static int linkThenUnlink(int from, Name source, int to, Name target, Scratch scratch) {
        int linked = Linux.linkat(from, scratch.first(source), to, scratch.second(target));
        if (linked == -Linux.EPERM || linked == -Linux.EOPNOTSUPP) {
            return -Linux.EINVAL;
        }
        return linked < 0 ? linked : Linux.unlinkat(from, scratch.first(source), 0);
    }

    @Override
    public void unlink(Name name) throws IOException {
        call("unlinkat", name, (number, scratch) -> Linux.unlinkat(number, scratch.first(name), 0));
    }

    @Override
    public void removeDirectory(Name name) throws IOException {
        call("rmdir", name, (number, scratch) -> Linux.unlinkat(number, scratch.first(name), Linux.AT_REMOVEDIR));
    }

    @Override
    public Inode member(Name name) {
        return new LinuxMember(this, name);
    }

    /** Open for writing, because NFS gives an exclusive lock to nobody else. */
    @Override
    public @Nullable Closeable lock(Name name) throws IOException {
        int flags = Linux.O_RDWR | Linux.O_CREAT | Linux.O_NOFOLLOW | Linux.O_NONBLOCK | Linux.O_NOCTTY;
        int opened = (int)
                call("openat", name, (number, scratch) -> Linux.openat(number, scratch.first(name), flags, FILE_MODE));
        LinuxFile file = new LinuxFile(opened, place, name, true);
        boolean locked = false;
        try {
            place.requireRegular(name, file.stat().kind());
            int result = Linux.flock(opened, Linux.LOCK_EX | Linux.LOCK_NB);
            if (result < 0 && result != -Linux.EAGAIN) {
                throw place.failure("flock", name, result);
            }
            locked = result == 0;
            return locked ? file : null;
        } finally {
            if (!locked) {
                file.close();
            }
        }
    }

    @Override
    public void sync() throws IOException {
        call("fsync", Linux::fsync);
    }

    @Override
    public FileSystemSync fileSystem() throws IOException {
        int flags = Linux.O_RDONLY | Linux.O_DIRECTORY;
        long opened = call("openat", number -> Linux.openat(number, Scratch.DOT, flags, 0));
        return LinuxFileSystemSync.on((int) opened, place);
    }

    @Override
    public void close() {
        // Nothing was written through it: an error here would say nothing of the directory.
        descriptor.close();
    }
}
