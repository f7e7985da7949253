package io.zsync.node.fs;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import io.zsync.protocol.Limits;
import io.zsync.protocol.Name;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One reading of a directory: names as the kernel gives them, each looked at where it lies in the buffer, sorted at the end.
 * Bounded: too many names, or too many that cannot be looked at, fail the listing.
 */
final class DirectoryReader {
    private static final int LENGTH_OFFSET = 16;
    private static final int NAME_OFFSET = 19;

    /** Each holds a stack trace; a directory that may be read but not searched would bring one for every name. */
    private static final int MAX_FAILURES = 1_000;

    private final int directory;
    private final Place place;
    private final int maxEntries;
    private final @Nullable LinkFollower links;
    private final Scratch scratch = Scratch.current();
    private final List<Directory.Member> members = new ArrayList<>();
    private final List<Name> reserved = new ArrayList<>();
    private final List<Directory.Unseen> failures = new ArrayList<>();
    private int entries;

    /** @param links null if symlinks are members themselves */
    DirectoryReader(int directory, Place place, int maxEntries, @Nullable LinkFollower links) {
        this.directory = directory;
        this.place = place;
        this.maxEntries = maxEntries;
        this.links = links;
    }

    Directory.Listing read() throws FileFailure {
        long result = Linux.lseek(directory, 0, Linux.SEEK_SET);
        while (result >= 0) {
            MemorySegment buffer = scratch.buffer();
            result = Linux.getdents64(directory, buffer.address(), buffer.byteSize());
            if (result == 0) {
                members.sort(Comparator.comparing(Directory.Member::name));
                Collections.sort(reserved);
                return new Directory.Listing(
                        Collections.unmodifiableList(members),
                        Collections.unmodifiableList(reserved),
                        Collections.unmodifiableList(failures));
            }
            take(buffer, result);
        }
        throw place.failure("getdents64", result);
    }

    /** Reads {@code struct linux_dirent64}: inode 8, offset 8, record length 2, type 1, name with its NUL. */
    private void take(MemorySegment buffer, long filled) throws FileFailure {
        for (long at = 0; at < filled; ) {
            int length = Short.toUnsignedInt(buffer.get(JAVA_SHORT_UNALIGNED, at + LENGTH_OFFSET));
            long from = at + NAME_OFFSET;
            long to = from;
            while (buffer.get(JAVA_BYTE, to) != 0) {
                to++;
            }
            if (!isDots(buffer, from, to)) {
                take(buffer.asSlice(from, to - from));
            }
            at += length;
        }
    }

    private static boolean isDots(MemorySegment buffer, long from, long to) {
        return buffer.get(JAVA_BYTE, from) == '.'
                && (to == from + 1 || (to == from + 2 && buffer.get(JAVA_BYTE, from + 1) == '.'));
    }

    private void take(MemorySegment text) throws FileFailure {
        if (++entries > maxEntries) {
            throw place.failure("getdents64", Errno.OTHER, "more than " + maxEntries + " entries in one directory");
        }
        byte[] bytes = text.toArray(JAVA_BYTE);
        if (bytes.length > Limits.NAME_LENGTH) {
            // NTFS and VFAT count characters, not bytes.
            String reason = "name of " + bytes.length + " bytes, at most " + Limits.NAME_LENGTH;
            fail(null, new FileFailure("getdents64", place.text(bytes), Errno.NAMETOOLONG, reason));
            return;
        }
        Name name = Name.of(bytes);
        if (name.isReserved()) {
            reserved.add(name);
            return;
        }
        int result = Linux.statMember(directory, text.address());
        if (result == 0 && links != null && scratch.statKind() == FileKind.SYMLINK) {
            follow(links, name);
        } else if (result == 0) {
            members.add(new Directory.Member(name, scratch.stat()));
        } else if (result != -Linux.ENOENT) {
            fail(name, place.failure("statx", name, result));
        }
    }

    private void follow(LinkFollower links, Name link) throws FileFailure {
        FileStat stat;
        try {
            stat = links.stat(directory, place, link);
        } catch (FileFailure failure) {
            if (failure.errno() != Errno.NOENT) {
                fail(link, failure);
            }
            return;
        }
        members.add(new Directory.Member(link, stat));
    }

    private void fail(@Nullable Name name, FileFailure failure) throws FileFailure {
        if (failures.size() == MAX_FAILURES) {
            throw place.failure(
                    "getdents64",
                    failure.errno(),
                    "more than " + MAX_FAILURES + " names cannot be looked at, the last one: " + failure.getMessage());
        }
        failures.add(new Directory.Unseen(name, failure));
    }
}
