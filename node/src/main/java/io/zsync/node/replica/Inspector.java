package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Directory.Member;
import io.zsync.node.fs.FileKind;
import io.zsync.node.fs.FileStat;
import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.Digest;
import io.zsync.protocol.Entry;
import io.zsync.protocol.Metadata;
import io.zsync.protocol.Name;
import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Looks at what stands under an entry's name in the target, as closely as the plan has to know it. One thread. */
final class Inspector {
    private final ApplyOptions options;
    private final @Nullable ContentDigest digest;

    /** @param hashed counts the bytes that are read to compare contents */
    Inspector(ApplyOptions options, LongAdder hashed) {
        this.options = options;
        this.digest = options.comparison().checksum() ? new ContentDigest(hashed) : null;
    }

    Planner.@Nullable Existing existing(TargetDirectory parent, @Nullable Member member, Entry source)
            throws IOException {
        if (member == null) {
            return null;
        }
        FileStat stat = member.stat();
        boolean sameKind = stat.kind() == Stager.kind(source);
        byte[] target =
                sameKind && stat.kind() == FileKind.SYMLINK ? parent.open().readLink(member.name()) : null;
        boolean occupied = stat.isDirectory() && !sameKind && isOccupied(parent, member.name());
        return new Planner.Existing(
                stat,
                sameKind ? metadata(parent, member) : stat.metadata(),
                target,
                source instanceof Entry.RegularFile file && sameKind ? digest(parent, member, file) : null,
                occupied);
    }

    /** Of the root of the target, or of a directory that is open. */
    Metadata metadata(Directory directory, FileStat stat) throws IOException {
        return options.rules().kinds().isNone()
                ? stat.metadata()
                : stat.metadata().with(directory.attributes(options.rules().kinds()));
    }

    private Metadata metadata(TargetDirectory parent, Member member) throws IOException {
        Metadata plain = member.stat().metadata();
        return options.rules().kinds().isNone()
                ? plain
                : plain.with(parent.open()
                        .member(member.name())
                        .attributes(options.rules().kinds()));
    }

    /** Files of different sizes differ, whatever is in them. */
    private @Nullable Digest digest(TargetDirectory parent, Member member, Entry.RegularFile source)
            throws IOException {
        if (digest == null
                || source.digest() == null
                || source.size() != member.stat().size()) {
            return null;
        }
        try (OpenFile file = parent.open().open(member.name())) {
            return digest.of(file);
        }
    }

    boolean isOccupied(TargetDirectory parent, Name name) throws IOException {
        try (Directory directory = parent.open().directory(name)) {
            Directory.Listing listing = directory.list();
            if (!listing.members().isEmpty() || !listing.failures().isEmpty()) {
                return true;
            }
            if (!options.dryRun()) {
                for (Name stale : listing.reserved()) {
                    Aftermath.removeObject(
                            directory, stale, directory.stat(stale).isDirectory());
                }
            }
            return false;
        }
    }
}
