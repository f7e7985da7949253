package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Directory.Member;
import io.zsync.node.fs.FileKind;
import io.zsync.node.fs.FileStat;
import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.Digest;
import io.zsync.protocol.Entry;
import io.zsync.protocol.Name;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Looks at what stands under an entry's name in the target, as closely as the plan has to know it. One thread. */
final class Inspector {
    private final ApplyOptions options;
    private final @Nullable ContentDigest digest;

    /** @param hashing told of the bytes that are read to compare contents */
    Inspector(ApplyOptions options, Hashing hashing) {
        this.options = options;
        this.digest = options.comparison().checksum() ? new ContentDigest(hashing) : null;
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
                sameKind
                        ? stat.metadata(
                                parent.open().member(member.name()),
                                options.rules().kinds())
                        : stat.metadata(),
                target,
                source instanceof Entry.RegularFile file && sameKind ? digest(parent, member, file) : null,
                occupied);
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
                Leftovers.remove(directory);
            }
            return false;
        }
    }
}
