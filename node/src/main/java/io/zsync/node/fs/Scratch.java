package io.zsync.node.fs;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.zsync.protocol.Limits;
import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One thread's memory for system calls: the error number, two paths, one result of each kind, one buffer. Some 75 KiB, allocated at a thread's first call and freed with the thread. What a call left here is valid until the thread's next
 * call of that kind.
 */
final class Scratch {
    /** Addresses of NUL-terminated constants. */
    static final long EMPTY;

    static final long DOT;
    static final long DOT_DOT;

    static {
        MemorySegment text = Arena.global().allocateFrom("..");
        DOT_DOT = text.address();
        DOT = DOT_DOT + 1;
        EMPTY = DOT_DOT + 2;
    }

    static final int OPEN_HOW_LENGTH = 24;

    /** As much as the longest extended attribute and the longest list of their names. */
    static final int BUFFER_LENGTH = 64 << 10;

    /** The longest path that Linux takes, its NUL not counted. */
    static final int PATH_LENGTH = 4_095;

    private static final int STAT_LENGTH = 256;
    private static final int TIMES_LENGTH = 32;
    private static final int RANGE_LENGTH = 32;
    private static final long UTIME_OMIT = (1L << 30) - 2;
    private static final int STATX_MNT_ID = 0x1000;
    private static final int STATX_MNT_ID_UNIQUE = 0x4000;
    private static final int TYPE_MASK = 0170000;
    private static final int MODE_MASK = 07777;

    /** Types of files in a mode, as the system calls take and give them. */
    static final int FIFO = 0010000;

    static final int CHARACTER_DEVICE = 0020000;
    static final int BLOCK_DEVICE = 0060000;
    static final int SOCKET = 0140000;

    private static final ThreadLocal<Scratch> CURRENT = ThreadLocal.withInitial(Scratch::new);

    private final Arena arena = Arena.ofAuto();
    private final MemorySegment errno = arena.allocate(Linker.Option.captureStateLayout());
    private final MemorySegment stat = arena.allocate(STAT_LENGTH, Long.BYTES);
    private final MemorySegment times = arena.allocate(TIMES_LENGTH, Long.BYTES);
    private final MemorySegment openHow = arena.allocate(OPEN_HOW_LENGTH, Long.BYTES);
    private final MemorySegment range = arena.allocate(RANGE_LENGTH, Long.BYTES);
    private final MemorySegment first = arena.allocate(PATH_LENGTH + 1);
    private final MemorySegment second = arena.allocate(PATH_LENGTH + 1);
    private final MemorySegment buffer = arena.allocate(BUFFER_LENGTH, Long.BYTES);
    private final byte[] heap = new byte[Limits.NAME_LENGTH + 1];

    private Scratch() {}

    static Scratch current() {
        return CURRENT.get();
    }

    MemorySegment errnoState() {
        return errno;
    }

    int errno() {
        return errno.get(JAVA_INT, 0);
    }

    long first(Name name) {
        return put(name, first);
    }

    long second(Name name) {
        return put(name, second);
    }

    /** @param path at most {@link #PATH_LENGTH} bytes without a NUL */
    long first(RelativePath path) {
        return first(path.bytes());
    }

    /** @param path at most {@link #PATH_LENGTH} bytes without a NUL */
    long first(byte[] path) {
        return put(path, first);
    }

    /** @param text at most {@link #PATH_LENGTH} bytes without a NUL */
    long second(byte[] text) {
        return put(text, second);
    }

    /** The path by which the kernel finds this process's open object again. */
    long firstReopening(int descriptor) {
        return first(reopening(descriptor));
    }

    /** The path of a member of this process's open directory, for the calls that take no descriptor beside a name. */
    long firstReopening(int directory, Name member) {
        byte[] parent = reopening(directory);
        byte[] path = Arrays.copyOf(parent, parent.length + 1 + member.length());
        path[parent.length] = '/';
        member.copyTo(path, parent.length + 1);
        return first(path);
    }

    private static byte[] reopening(int descriptor) {
        return ("/proc/self/fd/" + descriptor).getBytes(StandardCharsets.US_ASCII);
    }

    private static long put(byte[] text, MemorySegment target) {
        if (text.length > PATH_LENGTH) {
            throw new IllegalArgumentException("path of " + text.length + " bytes, at most " + PATH_LENGTH);
        }
        MemorySegment.copy(text, 0, target, JAVA_BYTE, 0, text.length);
        target.set(JAVA_BYTE, text.length, (byte) 0);
        return target.address();
    }

    private long put(Name name, MemorySegment target) {
        int length = name.length();
        name.copyTo(heap, 0);
        heap[length] = 0;
        MemorySegment.copy(heap, 0, target, JAVA_BYTE, 0, length + 1);
        return target.address();
    }

    /** Room for a symlink's target, one byte longer than any. */
    MemorySegment second() {
        return second;
    }

    /** Room for directory entries, names of extended attributes or the value of one. */
    MemorySegment buffer() {
        return buffer;
    }

    /** @param value at most {@link #BUFFER_LENGTH} bytes */
    long buffer(byte[] value) {
        MemorySegment.copy(value, 0, buffer, JAVA_BYTE, 0, value.length);
        return buffer.address();
    }

    long openHow(long flags, long resolve) {
        openHow.set(JAVA_LONG, 0, flags);
        openHow.set(JAVA_LONG, 8, 0);
        openHow.set(JAVA_LONG, 16, resolve);
        return openHow.address();
    }

    /** Leaves the access time as it is. */
    long modificationTime(long seconds, int nanos) {
        times.set(JAVA_LONG, 0, 0);
        times.set(JAVA_LONG, 8, UTIME_OMIT);
        times.set(JAVA_LONG, 16, seconds);
        times.set(JAVA_LONG, 24, nanos);
        return times.address();
    }

    /** {@code struct file_clone_range}, for the same place in both files. */
    long cloneRange(int source, long offset, long length) {
        range.set(JAVA_LONG, 0, source);
        range.set(JAVA_LONG, 8, offset);
        range.set(JAVA_LONG, 16, length);
        range.set(JAVA_LONG, 24, offset);
        return range.address();
    }

    /** Where a call that moves bytes between files is to read; the kernel moves it on. */
    long sourceOffset(long offset) {
        range.set(JAVA_LONG, 0, offset);
        return range.address();
    }

    /** The same for where it is to write. */
    long targetOffset(long offset) {
        range.set(JAVA_LONG, 8, offset);
        return range.address() + 8;
    }

    long statAddress() {
        return stat.address();
    }

    /** The last stat; {@code struct statx} has one layout on every architecture (linux/stat.h). */
    FileStat stat() {
        int mode = Short.toUnsignedInt(stat.get(JAVA_SHORT, 28));
        return new FileStat(
                kind(mode),
                mode & MODE_MASK,
                stat.get(JAVA_INT, 20),
                stat.get(JAVA_INT, 24),
                stat.get(JAVA_LONG, 40),
                stat.get(JAVA_LONG, 48),
                stat.get(JAVA_LONG, 112),
                stat.get(JAVA_INT, 120),
                stat.get(JAVA_LONG, 96),
                stat.get(JAVA_INT, 104),
                stat.get(JAVA_LONG, 32),
                device(stat.get(JAVA_INT, 136), stat.get(JAVA_INT, 140)),
                stat.get(JAVA_INT, 16),
                device(stat.get(JAVA_INT, 128), stat.get(JAVA_INT, 132)));
    }

    /** False for the nameless objects behind some links in {@code /proc}, which are of no kind. */
    boolean statHasKind() {
        return (stat.get(JAVA_SHORT, 28) & TYPE_MASK) != 0;
    }

    /** Kind of the object of the last stat. */
    FileKind statKind() {
        return kind(Short.toUnsignedInt(stat.get(JAVA_SHORT, 28)));
    }

    /** Number of the mount that the last {@link Linux#stat} was on; before Linux 5.8 of its file system. */
    long statMount() {
        return (stat.get(JAVA_INT, 0) & STATX_MNT_ID) != 0
                ? stat.get(JAVA_LONG, 144)
                : device(stat.get(JAVA_INT, 136), stat.get(JAVA_INT, 140));
    }

    /** What the last {@link Linux#statUniqueMount} told; 0 if the kernel does not know it. */
    long uniqueMount() {
        return (stat.get(JAVA_INT, 0) & STATX_MNT_ID_UNIQUE) != 0 ? stat.get(JAVA_LONG, 144) : 0;
    }

    /** {@code f_type} of the last {@link Linux#fstatfs}; its lower half holds every known number. */
    int fileSystemType() {
        return stat.get(JAVA_INT, 0);
    }

    /** What the last {@link Linux#fstatfs} said is left; a file system that says nothing of files bounds none. */
    Directory.Room room() {
        long blocks = stat.get(JAVA_LONG, 32);
        long blockLength = stat.get(JAVA_LONG, 72) == 0 ? stat.get(JAVA_LONG, 8) : stat.get(JAVA_LONG, 72);
        boolean countsFiles = stat.get(JAVA_LONG, 40) != 0;
        return new Directory.Room(blocks * blockLength, countsFiles ? stat.get(JAVA_LONG, 48) : Long.MAX_VALUE);
    }

    private static FileKind kind(int mode) {
        return switch (mode & TYPE_MASK) {
            case 0100000 -> FileKind.REGULAR;
            case 0040000 -> FileKind.DIRECTORY;
            case 0120000 -> FileKind.SYMLINK;
            case FIFO -> FileKind.FIFO;
            case SOCKET -> FileKind.SOCKET;
            case CHARACTER_DEVICE -> FileKind.CHARACTER_DEVICE;
            case BLOCK_DEVICE -> FileKind.BLOCK_DEVICE;
            default -> throw new IllegalStateException("file type " + Integer.toOctalString(mode));
        };
    }

    /** As the C library's {@code makedev}, so that the number is the one that other programs print. */
    private static long device(int major, int minor) {
        return ((major & 0xFFFFF000L) << 32)
                | ((major & 0x00000FFFL) << 8)
                | ((minor & 0xFFFFFF00L) << 12)
                | (minor & 0x000000FFL);
    }
}
