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
import io.zsync.protocol.Metadata;
import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Describes the objects of a source tree as entries, as closely as the run asks: where links lead, extended attributes,
 * digests. For one thread.
 */
public final class EntryReader {
    private final AttributeKinds kinds;
    private final @Nullable ContentDigest digest;

    /**
     * @param kinds which attributes the run keeps
     * @param digests read every file and put its digest into its entry
     * @param hashed counts the bytes of that
     */
    public EntryReader(AttributeKinds kinds, boolean digests, LongAdder hashed) {
        this.kinds = kinds;
        this.digest = digests ? new ContentDigest(hashed) : null;
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
        if (digest == null) {
            return new Entry.RegularFile(metadata, stat.size(), stat.isSparse());
        }
        try (OpenFile file = directory.open(member.name())) {
            return new Entry.RegularFile(metadata, stat.size(), stat.isSparse(), digest.of(file));
        }
    }

    /** What a file that is being sent has become. Nobody compares it any more, so it has no digest. */
    public Entry.RegularFile fresh(OpenFile file, FileStat stat) throws IOException {
        return new Entry.RegularFile(stat.metadata(file, kinds), stat.size(), stat.isSparse());
    }
}
