package io.zsync.node.replica;

import io.zsync.node.fs.AttributeKinds;
import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Directory.Member;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileStat;
import io.zsync.node.fs.OpenFile;
import io.zsync.node.fs.Root;
import io.zsync.protocol.Entry;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Metadata;
import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Describes the objects of a source tree as entries, as closely as the run asks: where links lead, extended attributes,
 * digests. For one thread.
 */
public final class EntryReader {
    /** What is made up as it is read, and longer than this, is not read to its end. */
    static final int MEASURED_LENGTH = 16 << 20;

    private final AttributeKinds kinds;
    private final @Nullable ContentDigest digest;
    private final boolean measures;
    /** The file system that was looked at last, and what was found. */
    private long device = -1;

    private boolean trueSizes = true;

    /**
     * @param kinds which attributes the run keeps
     * @param digests read every file and put its digest into its entry
     * @param hashing told of the bytes of that
     */
    public EntryReader(AttributeKinds kinds, boolean digests, Hashing hashing) {
        this(kinds, digests, hashing, false);
    }

    private EntryReader(AttributeKinds kinds, boolean digests, Hashing hashing, boolean measures) {
        this.kinds = kinds;
        this.digest = digests ? new ContentDigest(hashing) : null;
        this.measures = measures;
    }

    /** One that reads files to their end where the file system does not say how long they are. */
    public static EntryReader measuring(AttributeKinds kinds, boolean digests, Hashing hashing) {
        return new EntryReader(kinds, digests, hashing, true);
    }

    Entry.Directory directory(Directory directory, FileStat stat) throws IOException {
        return new Entry.Directory(stat.metadata(directory, kinds));
    }

    /** Of a directory that cannot be opened, and so not be asked for attributes either. */
    static Entry.Directory closedDirectory(FileStat stat) {
        return new Entry.Directory(stat.metadata());
    }

    /** Any member but a directory. */
    Entry leaf(Directory directory, Member member) throws IOException {
        FileStat stat = member.stat();
        Metadata metadata = stat.metadata(directory.member(member.name()), kinds);
        return switch (stat.kind()) {
            case REGULAR -> regular(directory, member, metadata);
            case SYMLINK -> new Entry.Symlink(metadata, directory.readLink(member.name()));
            case FIFO -> new Entry.Special(metadata, Entry.SpecialKind.FIFO, 0);
            case SOCKET -> new Entry.Special(metadata, Entry.SpecialKind.SOCKET, 0);
            case CHARACTER_DEVICE -> new Entry.Special(metadata, Entry.SpecialKind.CHARACTER_DEVICE, stat.special());
            case BLOCK_DEVICE -> new Entry.Special(metadata, Entry.SpecialKind.BLOCK_DEVICE, stat.special());
            case DIRECTORY -> throw new IllegalStateException("a directory is no leaf");
        };
    }

    /**
     * A regular file of a root's own directory, as the only one of its run: number 0.
     *
     * @throws FileFailure {@link Errno#INVAL} if it is anything else
     */
    public Offer offer(Root root, Name name) throws IOException {
        try (Directory directory = root.directory(RelativePath.ROOT)) {
            FileStat stat = directory.stat(name);
            if (leaf(directory, new Member(name, stat)) instanceof Entry.RegularFile file) {
                return new Offer(0, RelativePath.ROOT, name, file, stat.identity());
            }
            throw new FileFailure("open", root.describe() + "/" + name, Errno.INVAL, "is no regular file");
        }
    }

    private Entry.RegularFile regular(Directory directory, Member member, Metadata metadata) throws IOException {
        FileStat stat = member.stat();
        if (stat.isTooLong()) {
            throw stat.tooLong(member.name().toString());
        }
        if (measures && !hasTrueSize(directory, stat)) {
            return measured(directory, member, metadata);
        }
        if (digest == null) {
            return new Entry.RegularFile(metadata, stat.size(), stat.isSparse());
        }
        try (OpenFile file = directory.open(member.name())) {
            return new Entry.RegularFile(metadata, stat.size(), stat.isSparse(), digest.of(file));
        }
    }

    private boolean hasTrueSize(Directory directory, FileStat stat) throws IOException {
        if (stat.device() != device) {
            device = stat.device();
            trueSizes = directory.stat().device() != device || directory.hasTrueSizes();
        }
        return trueSizes;
    }

    private Entry.RegularFile measured(Directory directory, Member member, Metadata metadata) throws IOException {
        try (OpenFile file = directory.open(member.name())) {
            ByteBuffer slice = ByteBuffer.allocateDirect(Limits.SMALL_FILE_LENGTH);
            long length = 0;
            int read;
            do {
                read = file.read(slice.clear(), length);
                length += read;
            } while (read > 0 && length <= MEASURED_LENGTH);
            return digest == null || length > MEASURED_LENGTH
                    ? new Entry.RegularFile(metadata, length, false)
                    : new Entry.RegularFile(metadata, length, false, digest.of(file));
        }
    }

    /** What a file that is being sent has become. Nobody compares it any more, so it has no digest. */
    public Entry.RegularFile fresh(OpenFile file, FileStat stat) throws IOException {
        return new Entry.RegularFile(stat.metadata(file, kinds), stat.size(), stat.isSparse());
    }
}
