package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Directory.Member;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileStat;
import io.zsync.node.fs.Root;
import io.zsync.protocol.Entry;
import io.zsync.protocol.Limits;
import io.zsync.protocol.ManifestItem;
import io.zsync.protocol.Name;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.RuleText;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Walks a source tree in manifest order and tells a visitor each item. Holds the listings of the directories on its way
 * down and nothing else. What cannot be read is told as a problem and marks its directory; the walk goes on.
 */
public final class TreeScanner {
    /** Takes the items in order; a visitor that blocks holds the walk. */
    public interface Visitor {
        /** @param path of the directory that holds the item; for the begin and end of a directory its own */
        void visit(RelativePath path, ManifestItem item, @Nullable FileStat stat)
                throws IOException, InterruptedException;

        void problem(RelativePath path, ProblemCode code, String detail);
    }

    private final Root root;
    private final ScanOptions options;
    private final EntryReader reader;
    private final Visitor visitor;
    private final SourceLinks links = new SourceLinks();
    /** Directories and leaves so far: the number of the next one. */
    private long entries;

    public TreeScanner(Root root, ScanOptions options, EntryReader reader, Visitor visitor) {
        this.root = root;
        this.options = options;
        this.reader = reader;
        this.visitor = visitor;
    }

    /** Walks the whole tree. @throws IOException if the root itself cannot be read, or the visitor fails */
    public void scan() throws IOException, InterruptedException {
        try (Directory directory = root.directory(RelativePath.ROOT)) {
            FileStat stat = directory.stat();
            Directory.Listing listing = directory.list();
            begin(RelativePath.ROOT, null, reader.directory(directory, stat), stat);
            members(RelativePath.ROOT, directory, listing);
        }
    }

    private void begin(RelativePath path, @Nullable Name name, Entry.Directory entry, FileStat stat)
            throws IOException, InterruptedException {
        entries++;
        visitor.visit(path, new ManifestItem.DirBegin(name, entry, RuleText.NONE), stat);
    }

    private void end(RelativePath path, ManifestItem.Listing listing) throws IOException, InterruptedException {
        visitor.visit(path, new ManifestItem.DirEnd(listing), null);
    }

    private void members(RelativePath path, Directory directory, Directory.Listing listing)
            throws IOException, InterruptedException {
        boolean complete = listing.failures().isEmpty();
        for (FileFailure failure : listing.failures()) {
            visitor.problem(path, ProblemCode.SOURCE_UNREADABLE, Publisher.reason(failure));
        }
        for (Member member : listing.members()) {
            complete &= member(path, directory, member);
        }
        end(path, complete ? ManifestItem.Listing.COMPLETE : ManifestItem.Listing.PARTLY);
    }

    /** @return false if the member had to be left out */
    private boolean member(RelativePath path, Directory directory, Member member)
            throws IOException, InterruptedException {
        Name name = member.name();
        FileStat stat = member.stat();
        int length = (path.isRoot() ? 0 : path.length() + 1) + name.length();
        if (length > Limits.PATH_LENGTH || path.depth() >= Limits.PATH_DEPTH) {
            visitor.problem(path, ProblemCode.NAME_REFUSED, "path of " + name + " is too long or too deep");
            return false;
        }
        if (stat.isDirectory()) {
            directory(path.child(name), directory, member);
            return true;
        }
        Long first = options.hardLinks() ? links.first(stat) : null;
        if (first != null) {
            entries++;
            visitor.visit(path, new ManifestItem.HardLink(name, first), stat);
            return true;
        }
        Entry entry;
        try {
            entry = reader.leaf(directory, member);
        } catch (FileFailure e) {
            // Vanished since the listing: as if it had never been there.
            if (e.errno() != Errno.NOENT) {
                visitor.problem(path.child(name), ProblemCode.SOURCE_UNREADABLE, Publisher.reason(e));
            }
            return e.errno() == Errno.NOENT;
        }
        int names = names(path, member);
        entries++;
        visitor.visit(path, new ManifestItem.Leaf(name, entry, names), stat);
        return true;
    }

    /** Under how many names the object is to be known. */
    private int names(RelativePath path, Member member) {
        FileStat stat = member.stat();
        if (!options.hardLinks() || stat.links() < 2) {
            return 1;
        }
        if (links.remember(stat, entries)) {
            return stat.links();
        }
        visitor.problem(
                path.child(member.name()),
                ProblemCode.METADATA_LOST,
                "hard links: more than " + Limits.LINK_GROUPS + " objects with names still to come");
        return 1;
    }

    private void directory(RelativePath path, Directory parent, Member member)
            throws IOException, InterruptedException {
        Directory directory;
        Directory.Listing listing;
        Entry.Directory entry;
        try {
            directory = parent.directory(member.name());
        } catch (FileFailure e) {
            unreadable(path, member, e);
            return;
        }
        try (directory) {
            try {
                listing = directory.list();
                entry = reader.directory(directory, member.stat());
            } catch (FileFailure e) {
                unreadable(path, member, e);
                return;
            }
            begin(path, member.name(), entry, member.stat());
            members(path, directory, listing);
        }
    }

    private void unreadable(RelativePath path, Member member, FileFailure failure)
            throws IOException, InterruptedException {
        if (failure.errno() == Errno.NOENT) {
            return;
        }
        visitor.problem(path, ProblemCode.SOURCE_UNREADABLE, Publisher.reason(failure));
        begin(path, member.name(), EntryReader.closedDirectory(member.stat()), member.stat());
        end(path, ManifestItem.Listing.UNREADABLE);
    }
}
