package io.zsync.node.fs;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The system calls, one method each, through the C library. A method returns what the call returns, or the negated error
 * number. Pointers are addresses into {@link Scratch} or of direct buffers that the caller keeps alive. For platform threads.
 *
 * <p>Design note: one handle that takes the function's address and five longs serves every call, because each further
 * handle costs 4.5 ms of start-up and a natural signature makes no call faster.
 */
final class Linux {
    static final int AT_FDCWD = -100;
    static final int AT_SYMLINK_NOFOLLOW = 0x100;
    static final int AT_REMOVEDIR = 0x200;
    static final int AT_NO_AUTOMOUNT = 0x800;
    static final int AT_EMPTY_PATH = 0x1000;

    static final int O_RDONLY = 0;
    static final int O_WRONLY = 1;
    static final int O_RDWR = 2;
    static final int O_CREAT = 0x40;
    static final int O_EXCL = 0x80;
    static final int O_NOCTTY = 0x100;
    static final int O_NONBLOCK = 0x800;
    static final int O_CLOEXEC = 0x80000;
    static final int O_PATH = 0x200000;
    // These two have other values on ARM than on x86; all architectures agree on the rest.
    static final int O_DIRECTORY = isArm() ? 0x4000 : 0x10000;
    static final int O_NOFOLLOW = isArm() ? 0x8000 : 0x20000;

    static final int LOCK_SH = 1;
    static final int LOCK_EX = 2;
    static final int LOCK_NB = 4;
    static final int LOCK_UN = 8;

    static final int RENAME_NOREPLACE = 1;
    static final int RENAME_EXCHANGE = 2;

    static final int SEEK_SET = 0;
    static final int SEEK_DATA = 3;
    static final int SEEK_HOLE = 4;

    private static final int FALLOC_FL_KEEP_SIZE = 1;
    private static final int FALLOC_FL_PUNCH_HOLE = 2;

    static final int EPERM = 1;
    static final int ENOENT = 2;
    static final int EINTR = 4;
    static final int ENXIO = 6;
    static final int E2BIG = 7;
    static final int EBADF = 9;
    static final int EAGAIN = 11;
    static final int EACCES = 13;
    static final int EEXIST = 17;
    static final int ENOTDIR = 20;
    static final int EINVAL = 22;
    static final int ERANGE = 34;
    static final int ENAMETOOLONG = 36;
    static final int ENOSYS = 38;
    static final int ELOOP = 40;
    static final int ENODATA = 61;
    static final int EOPNOTSUPP = 95;

    /** {@code openat2}: nothing above the descriptor, and none of the links by which {@code /proc} leads anywhere. */
    static final long RESOLVE_BENEATH = 0x08 | 0x02;

    /** The same, and no symlink at all. */
    static final long RESOLVE_BENEATH_WITHOUT_LINKS = RESOLVE_BENEATH | 0x04;

    private static final long SYS_OPENAT2 = 437;
    // POWER encodes another one: there the kernel does not know this number, and says so.
    private static final long FICLONERANGE = 0x4020940D;
    private static final int STATX_BASIC_STATS = 0x7ff;
    private static final int STATX_MNT_ID = 0x1000;
    private static final int STATX_MNT_ID_UNIQUE = 0x4000;

    static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle CALL = LINKER.downcallHandle(
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.captureCallState("errno"));

    private static final MemorySegment SYSCALL = symbol("syscall");
    private static final MemorySegment OPENAT = symbol("openat");
    private static final MemorySegment CLOSE = symbol("close");
    private static final MemorySegment STATX = symbol("statx");
    private static final MemorySegment GETDENTS64 = symbol("getdents64");
    private static final MemorySegment READLINKAT = symbol("readlinkat");
    private static final MemorySegment MKDIRAT = symbol("mkdirat");
    private static final MemorySegment SYMLINKAT = symbol("symlinkat");
    private static final MemorySegment MKNODAT = symbol("mknodat");
    private static final MemorySegment LINKAT = symbol("linkat");
    private static final MemorySegment UNLINKAT = symbol("unlinkat");
    private static final MemorySegment RENAMEAT2 = symbol("renameat2");
    private static final MemorySegment FCHOWNAT = symbol("fchownat");
    private static final MemorySegment FCHOWN = symbol("fchown");
    private static final MemorySegment CHMOD = symbol("chmod");
    private static final MemorySegment FCHMOD = symbol("fchmod");
    private static final MemorySegment UTIMENSAT = symbol("utimensat");
    private static final MemorySegment FUTIMENS = symbol("futimens");
    private static final MemorySegment PREAD = symbol("pread");
    private static final MemorySegment PWRITE = symbol("pwrite");
    private static final MemorySegment LSEEK = symbol("lseek");
    private static final MemorySegment FALLOCATE = symbol("fallocate");
    private static final MemorySegment FTRUNCATE = symbol("ftruncate");
    private static final MemorySegment FSYNC = symbol("fsync");
    private static final MemorySegment SYNCFS = symbol("syncfs");
    private static final MemorySegment FSTATFS = symbol("fstatfs");
    private static final MemorySegment FLOCK = symbol("flock");
    private static final MemorySegment IOCTL = symbol("ioctl");
    private static final MemorySegment SENDFILE = symbol("sendfile");
    private static final MemorySegment STRERROR = symbol("strerror");

    private Linux() {}

    static int openat(int directory, long path, int flags, int mode) {
        return number(OPENAT, directory, path, flags | O_CLOEXEC, mode, 0);
    }

    /** @param resolve {@link #RESOLVE_BENEATH} or {@link #RESOLVE_BENEATH_WITHOUT_LINKS} */
    static int openat2(int directory, long path, int flags, long resolve) {
        long how = Scratch.current().openHow(flags | O_CLOEXEC, resolve);
        return number(SYSCALL, SYS_OPENAT2, directory, path, how, Scratch.OPEN_HOW_LENGTH);
    }

    static int close(int descriptor) {
        // Linux frees the number even when it says EINTR; a second close could hit somebody else's.
        int result = (int) once(CLOSE, descriptor, 0, 0, 0, 0);
        return result == -1 ? -Scratch.current().errno() : result;
    }

    /** Stat of a directory's member, not following; the result is in {@link Scratch#stat}. */
    static int statMember(int directory, long name) {
        long buffer = Scratch.current().statAddress();
        return number(STATX, directory, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, buffer);
    }

    /** Stat of an open object, also by {@code O_PATH}; the result is in {@link Scratch#stat}. */
    static int stat(int descriptor) {
        long buffer = Scratch.current().statAddress();
        return number(STATX, descriptor, Scratch.EMPTY, AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_MNT_ID, buffer);
    }

    /** Which mount an open object is on; the result is in {@link Scratch#uniqueMount}. */
    static int statUniqueMount(int descriptor) {
        long buffer = Scratch.current().statAddress();
        return number(STATX, descriptor, Scratch.EMPTY, AT_EMPTY_PATH, STATX_MNT_ID_UNIQUE, buffer);
    }

    static int getdents64(int directory, long buffer, long length) {
        // Only glibc from 2.30 has it; the number is the same for every architecture that came after x86.
        return GETDENTS64.address() != 0
                ? (int) size(GETDENTS64, directory, buffer, length, 0, 0)
                : number(SYSCALL, isX86() ? 217 : 61, directory, buffer, length, 0);
    }

    static int readlinkat(int directory, long name, long buffer, long length) {
        return (int) size(READLINKAT, directory, name, buffer, length, 0);
    }

    static int mkdirat(int directory, long name, int mode) {
        return number(MKDIRAT, directory, name, mode, 0, 0);
    }

    static int symlinkat(long target, int directory, long name) {
        return number(SYMLINKAT, target, directory, name, 0, 0);
    }

    /** @param mode with the bits of the file's type */
    static int mknodat(int directory, long name, int mode, long device) {
        return number(MKNODAT, directory, name, mode, device, 0);
    }

    /** A second name for the same object; of a symlink for the link itself. */
    static int linkat(int directory, long source, int into, long target) {
        return number(LINKAT, directory, source, into, target, 0);
    }

    static int unlinkat(int directory, long name, int flags) {
        return number(UNLINKAT, directory, name, flags, 0, 0);
    }

    static int renameat2(int directory, long source, int into, long target, int flags) {
        return number(RENAMEAT2, directory, source, into, target, flags);
    }

    static int chownMember(int directory, long name, int uid, int gid) {
        return number(
                FCHOWNAT,
                directory,
                name,
                Integer.toUnsignedLong(uid),
                Integer.toUnsignedLong(gid),
                AT_SYMLINK_NOFOLLOW);
    }

    static int fchown(int descriptor, int uid, int gid) {
        return number(FCHOWN, descriptor, Integer.toUnsignedLong(uid), Integer.toUnsignedLong(gid), 0, 0);
    }

    /** Follows symlinks: only for {@code /proc/self/fd/N}. */
    static int chmod(long path, int mode) {
        return number(CHMOD, path, mode, 0, 0, 0);
    }

    static int fchmod(int descriptor, int mode) {
        return number(FCHMOD, descriptor, mode, 0, 0, 0);
    }

    static int touchMember(int directory, long name, long mtimeSeconds, int mtimeNanos) {
        long times = Scratch.current().modificationTime(mtimeSeconds, mtimeNanos);
        return number(UTIMENSAT, directory, name, times, AT_SYMLINK_NOFOLLOW, 0);
    }

    static int futimens(int descriptor, long mtimeSeconds, int mtimeNanos) {
        long times = Scratch.current().modificationTime(mtimeSeconds, mtimeNanos);
        return number(FUTIMENS, descriptor, times, 0, 0, 0);
    }

    static long pread(int descriptor, long buffer, long length, long offset) {
        return size(PREAD, descriptor, buffer, length, offset, 0);
    }

    static long pwrite(int descriptor, long buffer, long length, long offset) {
        return size(PWRITE, descriptor, buffer, length, offset, 0);
    }

    static long lseek(int descriptor, long offset, int whence) {
        return size(LSEEK, descriptor, offset, whence, 0, 0);
    }

    static int fallocate(int descriptor, long length) {
        return number(FALLOCATE, descriptor, 0, 0, length, 0);
    }

    /** Takes the blocks away; the size stays. */
    static int punch(int descriptor, long offset, long length) {
        return number(FALLOCATE, descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length, 0);
    }

    static int ftruncate(int descriptor, long length) {
        return number(FTRUNCATE, descriptor, length, 0, 0, 0);
    }

    static int fsync(int descriptor) {
        return number(FSYNC, descriptor, 0, 0, 0, 0);
    }

    static int syncfs(int descriptor) {
        return number(SYNCFS, descriptor, 0, 0, 0, 0);
    }

    /** The result is in {@link Scratch#fileSystemType}. */
    static int fstatfs(int descriptor) {
        return number(FSTATFS, descriptor, Scratch.current().statAddress(), 0, 0, 0);
    }

    static int flock(int descriptor, int operation) {
        return number(FLOCK, descriptor, operation, 0, 0, 0);
    }

    /** Makes the target share blocks of the source, at the same place; a length of 0 is all that follows. */
    static int cloneRange(int source, int target, long offset, long length) {
        return number(IOCTL, target, FICLONERANGE, Scratch.current().cloneRange(source, offset, length), 0, 0);
    }

    /** Writes at the target's own position. */
    static long sendfile(int source, int target, long offset, long length) {
        return size(SENDFILE, target, source, Scratch.current().sourceOffset(offset), length, 0);
    }

    /** The calls for extended attributes, which the system has three of each. */
    static final class AttributeCalls {
        /** The object is a descriptor that was not opened by {@code O_PATH}. */
        static final AttributeCalls OPEN = new AttributeCalls("f");

        /** The object is the address of a path; of a symlink the link itself. */
        static final AttributeCalls UNFOLLOWED = new AttributeCalls("l");

        /** The object is the address of a path, followed: only for {@code /proc/self/fd/N}. */
        static final AttributeCalls REOPENED = new AttributeCalls("");

        private final MemorySegment list;
        private final MemorySegment get;
        private final MemorySegment set;
        private final MemorySegment remove;

        private AttributeCalls(String prefix) {
            list = symbol(prefix + "listxattr");
            get = symbol(prefix + "getxattr");
            set = symbol(prefix + "setxattr");
            remove = symbol(prefix + "removexattr");
        }

        /** Names, each with its NUL. @return bytes filled */
        long list(long object, long buffer, long length) {
            return size(list, object, buffer, length, 0, 0);
        }

        /** @return bytes filled */
        long get(long object, long name, long buffer, long length) {
            return size(get, object, name, buffer, length, 0);
        }

        int set(long object, long name, long value, long length) {
            return number(set, object, name, value, length, 0);
        }

        int remove(long object, long name) {
            return number(remove, object, name, 0, 0, 0);
        }
    }

    /** The system's text for an error number, e.g. {@code Permission denied}. */
    static String reason(int errno) {
        long text = once(STRERROR, errno, 0, 0, 0, 0);
        return MemorySegment.ofAddress(text).reinterpret(1_024).getString(0);
    }

    /** A call whose result is a C int: the upper half of the register is undefined. */
    private static int number(MemorySegment function, long a, long b, long c, long d, long e) {
        int result;
        int errno = 0;
        do {
            if (function.address() == 0) {
                return -ENOSYS;
            }
            result = (int) once(function, a, b, c, d, e);
            if (result == -1) {
                errno = Scratch.current().errno();
            }
        } while (result == -1 && errno == EINTR);
        return result == -1 ? -errno : result;
    }

    /** A call whose result is 64 bits wide. */
    private static long size(MemorySegment function, long a, long b, long c, long d, long e) {
        long result;
        int errno = 0;
        do {
            result = once(function, a, b, c, d, e);
            if (result == -1) {
                errno = Scratch.current().errno();
            }
        } while (result == -1 && errno == EINTR);
        return result == -1 ? -errno : result;
    }

    private static long once(MemorySegment function, long a, long b, long c, long d, long e) {
        try {
            return (long) CALL.invokeExact(function, Scratch.current().errnoState(), a, b, c, d, e);
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable impossible) {
            throw new IllegalStateException("foreign call", impossible);
        }
    }

    /** {@code NULL} for a function that this C library lacks. */
    static MemorySegment symbol(String name) {
        return LINKER.defaultLookup().find(name).orElse(MemorySegment.NULL);
    }

    private static boolean isArm() {
        return System.getProperty("os.arch").equals("aarch64");
    }

    private static boolean isX86() {
        return System.getProperty("os.arch").equals("amd64");
    }
}
