package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Directory.Member;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileStat;
import io.zsync.node.fs.Root;
import io.zsync.protocol.Entry;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.Limits;
import io.zsync.protocol.LinkPolicy;
import io.zsync.protocol.ManifestItem;
import io.zsync.protocol.Name;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.ProtocolException;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.RuleText;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Walks a source tree in manifest order and tells a visitor each item that the run is about. Holds the listings and rules
 * of the directories on its way down and nothing else. What cannot be read is told as a problem and marks its directory;
 * the walk goes on.
 */
public final class TreeScanner {
    /** Takes the items in order; a visitor that blocks holds the walk. */
    public interface Visitor {
        /** @param path of the directory that holds the item; for the begin and end of a directory its own */
        void visit(RelativePath path, ManifestItem item, @Nullable FileStat stat)
                throws IOException, InterruptedException;

        void problem(RelativePath path, ProblemCode code, String detail);

        /** Called before each member, left out or not: rules take their time. @throws InterruptedException if it is over */
        void next() throws InterruptedException;
    }

    /**
     * One directory on the way down.
     *
     * @param name null for the root only
     * @param rules in force in it once its own rule file was read, before that those of {@code above}
     */
    private record Level(
            RelativePath path,
            @Nullable Name name,
            FileStat stat,
            IgnoreRules rules,
            @Nullable Level above) {
        Level with(RuleText file) {
            return new Level(path, name, stat, name == null ? rules.with(file) : rules.below(name, file), above);
        }

        /** True for this directory and those above it. */
        boolean isIn(FileStat directory) {
            for (Level level = this; level != null; level = level.above) {
                if (level.stat.sameObject(directory)) {
                    return true;
                }
            }
            return false;
        }
    }

    private static final Directory.Listing NOTHING = new Directory.Listing(List.of(), List.of(), List.of());

    private final Root root;
    private final ScanOptions options;
    private final EntryReader reader;
    private final Visitor visitor;
    private final SourceLinks links = new SourceLinks();
    /** Directories and leaves so far: the number of the next one. */
    private long entries;
    /** The file system of the root. */
    private long device;

    public TreeScanner(Root root, ScanOptions options, EntryReader reader, Visitor visitor) {
        this.root = root;
        this.options = options;
        this.reader = reader;
        this.visitor = visitor;
    }

    /**
     * Walks the whole tree.
     *
     * @throws IOException if the root itself cannot be read, or the visitor fails
     * @throws ProtocolException {@link ErrorCode#INVALID_REQUEST} if the typed rules take too long to match, or nothing of
     *     a source that is not empty is left by the rules; the root is not ended then
     */
    public void scan() throws IOException, InterruptedException {
        IgnoreRules typed;
        try {
            typed = IgnoreRules.of(options.selection().rules());
        } catch (IllegalArgumentException e) {
            throw new ProtocolException(ErrorCode.INVALID_REQUEST, "rules: " + e.getMessage(), e);
        }
        try (Directory directory = root.directory(RelativePath.ROOT)) {
            FileStat stat = directory.stat();
            device = stat.device();
            Directory.Listing listing = directory.list();
            Level level = new Level(RelativePath.ROOT, null, stat, typed, null);
            members(level, directory, listing, reader.directory(directory, stat));
        }
    }

    private void begin(Level level, Entry.Directory entry, RuleText rules) throws IOException, InterruptedException {
        entries++;
        visitor.visit(level.path, new ManifestItem.DirBegin(level.name, entry, rules), level.stat);
    }

    private void end(RelativePath path, ManifestItem.Listing listing) throws IOException, InterruptedException {
        visitor.visit(path, new ManifestItem.DirEnd(listing), null);
    }

    private void members(Level directory, Directory opened, Directory.Listing listing, Entry.Directory entry)
            throws IOException, InterruptedException {
        RelativePath path = directory.path;
        RuleText file;
        Level level;
        try {
            file = RuleFile.read(opened, listing, options.selection().ruleFile());
            level = directory.with(file);
        } catch (FileFailure e) {
            closed(directory, entry, Publisher.reason(e));
            return;
        } catch (IllegalArgumentException e) {
            closed(directory, entry, String.valueOf(e.getMessage()));
            return;
        }
        begin(directory, entry, file);
        boolean complete = listing.failures().isEmpty();
        for (Directory.Unseen unseen : listing.failures()) {
            visitor.problem(unseen.path(path), ProblemCode.SOURCE_UNREADABLE, Publisher.reason(unseen.why()));
        }
        boolean isLeftOut = false;
        for (Member member : listing.members()) {
            visitor.next();
            if (level.rules.excludes(member.name(), member.stat().isDirectory())) {
                isLeftOut = true;
            } else {
                complete &= member(level, opened, member);
            }
        }
        if (path.isRoot() && isLeftOut && complete && entries == 1) {
            throw new ProtocolException(
                    ErrorCode.INVALID_REQUEST, "rules: nothing of the source is left (" + root.describe() + ")");
        }
        end(path, complete ? ManifestItem.Listing.COMPLETE : ManifestItem.Listing.PARTLY);
    }

    /** What a rule file that cannot be used might have left out must not go, so nothing of its directory does. */
    private void closed(Level directory, Entry.Directory entry, String reason)
            throws IOException, InterruptedException {
        String detail = options.selection().ruleFile() + ": " + reason;
        visitor.problem(directory.path, ProblemCode.SOURCE_UNREADABLE, detail);
        begin(directory, entry, RuleText.NONE);
        end(directory.path, ManifestItem.Listing.UNREADABLE);
    }

    /** @return false if the member had to be left out */
    private boolean member(Level level, Directory directory, Member member) throws IOException, InterruptedException {
        RelativePath path = level.path;
        Name name = member.name();
        FileStat stat = member.stat();
        if (!path.fits(name)) {
            visitor.problem(path, ProblemCode.NAME_REFUSED, "path of " + name + " is too long or too deep");
            return false;
        }
        if (stat.isDirectory()) {
            if (options.selection().links() == LinkPolicy.FOLLOW && level.isIn(stat)) {
                visitor.problem(
                        path.child(name), ProblemCode.SOURCE_UNREADABLE, "symlink to a directory that it is in");
                return false;
            }
            directory(new Level(path.child(name), name, stat, level.rules, level), directory);
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
        RelativePath child = path.child(member.name());
        if (links.remember(stat, entries, child.length())) {
            return stat.links();
        }
        visitor.problem(
                child,
                ProblemCode.METADATA_LOST,
                "hard links: more than " + Limits.LINK_GROUPS + " objects, or " + Limits.LINK_PATHS_LENGTH
                        + " bytes of paths, with names still to come");
        return 1;
    }

    private void directory(Level level, Directory parent) throws IOException, InterruptedException {
        Directory directory;
        Directory.Listing listing;
        Entry.Directory entry;
        try {
            directory = parent.directory(Objects.requireNonNull(level.name));
        } catch (FileFailure e) {
            unreadable(level, parent, e);
            return;
        }
        try (directory) {
            boolean isElsewhere = options.selection().oneFileSystem() && level.stat.device() != device;
            try {
                listing = isElsewhere ? NOTHING : directory.list();
                entry = reader.directory(directory, level.stat);
            } catch (FileFailure e) {
                unreadable(level, parent, e);
                return;
            }
            if (isElsewhere) {
                begin(level, entry, RuleText.NONE);
                end(level.path, ManifestItem.Listing.PARTLY);
            } else {
                members(level, directory, listing, entry);
            }
        }
    }

    private void unreadable(Level level, Directory parent, FileFailure failure)
            throws IOException, InterruptedException {
        if (failure.errno() == Errno.NOENT && isGone(parent, Objects.requireNonNull(level.name))) {
            return;
        }
        visitor.problem(level.path, ProblemCode.SOURCE_UNREADABLE, Publisher.reason(failure));
        begin(level, EntryReader.closedDirectory(level.stat), RuleText.NONE);
        end(level.path, ManifestItem.Listing.UNREADABLE);
    }

    /** A symlink that is followed may outlive what it led to. */
    private static boolean isGone(Directory parent, Name name) throws IOException {
        try {
            parent.stat(name);
            return false;
        } catch (FileFailure e) {
            return e.errno() == Errno.NOENT;
        }
    }
}
