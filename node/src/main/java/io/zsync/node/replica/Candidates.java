package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Directory.Member;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileStat;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.ManifestItem;
import io.zsync.protocol.Name;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.ProtocolException;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.RuleText;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a run may remove from its target: paths that no entry matched, below directories that the source could list whole,
 * and that no rule protects. Found while the manifest is merged, counted, and kept in a spill file until all of them are
 * known; nothing is touched here. For the thread that plans.
 */
final class Candidates implements AutoCloseable {
    /** Directories that make way for something else in one run; the others do in the next. */
    static final int IN_THE_WAY = 10_000;

    static final String IN_BACKUPS = "the run's backup directory has this place";

    /** Below no directory that makes way. */
    private static final int NOWHERE = -1;

    /** Takes the candidates, each directory behind all that is in it. */
    interface Visitor {
        void remove(RelativePath path, FileStat stat) throws IOException;

        /** A directory that stays, because something in it is protected or cannot be looked at. */
        void keep(RelativePath path, FileStat stat) throws IOException;
    }

    /** Which of the directories that make way are to be emptied. */
    interface Gate {
        boolean isOpen(RelativePath directory);
    }

    private final Deletion deletion;
    private final RuleText typed;
    private final Aftermath.Problems problems;
    private final Aftermath.Leave leave;
    private final SpillFile spill = new SpillFile();
    private final Set<RelativePath> inTheWay = new HashSet<>();
    private long paths;
    private long count;

    Candidates(Deletion deletion, RuleText typed, Aftermath.Problems problems, Aftermath.Leave leave) {
        this.deletion = deletion;
        this.typed = typed;
        this.problems = problems;
        this.leave = leave;
    }

    /** The rules in force in a directory of the source. @throws ProtocolException if they are beyond reason */
    IgnoreRules rules(@Nullable TargetDirectory parent, ManifestItem.DirBegin begin) {
        RuleText own = deletion.enabled() ? begin.rules() : RuleText.NONE;
        Name name = begin.name();
        try {
            return parent == null || name == null
                    ? IgnoreRules.of(deletion.enabled() ? typed : RuleText.NONE).with(own)
                    : parent.rules.below(name, own);
        } catch (IllegalArgumentException e) {
            throw ProtocolException.violation("rules: " + e.getMessage());
        }
    }

    /** True for an entry that would come to stand in the backup tree or in its way. */
    boolean isBackup(RelativePath path, boolean isDirectory) {
        RelativePath backup = deletion.backup();
        return deletion.keepsBackups() && (path.startsWith(backup) || (!isDirectory && backup.startsWith(path)));
    }

    /**
     * A directory's last entry was met: what no entry matched becomes a candidate.
     *
     * @return true if its own time may move because of that, or because the backup tree begins in it
     */
    boolean collect(TargetDirectory directory, ManifestItem.Listing listing) throws IOException, InterruptedException {
        boolean holdsBackup = deletion.keepsBackups()
                && deletion.backup().startsWith(directory.path)
                && !directory.path.equals(deletion.backup());
        if (!deletion.enabled() || directory.lost || !directory.isOpen()) {
            return holdsBackup;
        }
        if (deletion.limit().unit() != Deletion.Unit.PATHS) {
            countUnprotected(directory);
        }
        if (listing != ManifestItem.Listing.COMPLETE) {
            return holdsBackup;
        }
        long before = count;
        for (Member extra : directory.extras()) {
            leave.require();
            boolean protectedByRule =
                    directory.rules.excludes(extra.name(), extra.stat().isDirectory());
            if (!protectedByRule) {
                visit(directory.open(), directory.path, extra, directory.rules, directory.device, NOWHERE);
            }
        }
        return holdsBackup || count > before;
    }

    private void countUnprotected(TargetDirectory directory) throws InterruptedException {
        for (Member member : directory.members()) {
            leave.require();
            if (!directory.rules.excludes(member.name(), member.stat().isDirectory())
                    && !isOnTheWayToBackups(directory.path, member.name())) {
                paths++;
            }
        }
    }

    private boolean isOnTheWayToBackups(RelativePath parent, Name name) {
        return deletion.keepsBackups()
                && parent.fits(name)
                && (deletion.backup().startsWith(parent.child(name))
                        || parent.child(name).startsWith(deletion.backup()));
    }

    /**
     * Where the run may delete, a directory that is not empty makes way for something else, and what is in it becomes
     * candidates; unless something in it is protected or cannot be looked at.
     *
     * @return the action, or what it becomes
     */
    Action makeWay(TargetDirectory parent, @Nullable Member existing, Action action)
            throws IOException, InterruptedException {
        boolean goes = existing != null
                && action instanceof Action.Refuse refuse
                && refuse.code() == ProblemCode.DIRECTORY_IN_THE_WAY
                && makesWay(parent, existing);
        return goes ? new Action.Exchange() : action;
    }

    private boolean makesWay(TargetDirectory parent, Member directory) throws IOException, InterruptedException {
        RelativePath path = parent.path.child(directory.name());
        if (!deletion.enabled()
                || inTheWay.size() >= IN_THE_WAY
                || directory.stat().device() != parent.device
                || isOnTheWayToBackups(parent.path, directory.name())) {
            return false;
        }
        long before = count;
        IgnoreRules rules = parent.rules.below(directory.name(), RuleText.NONE);
        boolean goes = visitMembers(parent.open(), path, directory, rules, path.depth());
        if (goes) {
            inTheWay.add(path);
        } else {
            // Its candidates are behind a gate that nobody opens.
            count = before;
        }
        return goes;
    }

    /** @return true if nothing of it stays */
    private boolean visit(
            Directory parent, RelativePath parentPath, Member member, IgnoreRules rules, long device, int gate)
            throws IOException, InterruptedException {
        Name name = member.name();
        FileStat stat = member.stat();
        if (!parentPath.fits(name)) {
            problems.problem(parentPath, ProblemCode.NAME_REFUSED, "path of " + name + " is too long or too deep");
            return false;
        }
        RelativePath path = parentPath.child(name);
        boolean isBackup = isOnTheWayToBackups(parentPath, name);
        if (isBackup && (path.startsWith(deletion.backup()) || !stat.isDirectory())) {
            return false;
        }
        if (stat.device() != device) {
            problems.problem(path, ProblemCode.TARGET_FAILED, "another file system is mounted there; it is left alone");
            return false;
        }
        boolean goes =
                !stat.isDirectory() || visitMembers(parent, path, member, rules.below(name, RuleText.NONE), gate);
        if (isBackup) {
            return false;
        }
        append(path, stat, goes, gate);
        return goes;
    }

    private boolean visitMembers(Directory parent, RelativePath path, Member directory, IgnoreRules rules, int gate)
            throws IOException, InterruptedException {
        boolean goes = true;
        try (Directory open = parent.directory(directory.name())) {
            Directory.Listing listing = open.list();
            for (Directory.Unseen unseen : listing.failures()) {
                problems.problem(unseen.path(path), ProblemCode.TARGET_FAILED, Publisher.reason(unseen.why()));
                goes = false;
            }
            for (Member member : listing.members()) {
                leave.require();
                if (rules.excludes(member.name(), member.stat().isDirectory())) {
                    goes = false;
                } else {
                    if (!isOnTheWayToBackups(path, member.name())) {
                        paths++;
                    }
                    goes &= visit(open, path, member, rules, directory.stat().device(), gate);
                }
            }
        } catch (FileFailure e) {
            if (e.errno() != Errno.NOENT) {
                problems.problem(path, ProblemCode.TARGET_FAILED, Publisher.reason(e));
                goes = false;
            }
        }
        return goes;
    }

    private void append(RelativePath path, FileStat stat, boolean goes, int gate) throws IOException {
        if (goes) {
            count++;
        }
        spill.append(out -> {
            SpillCodec.write(out, path);
            SpillCodec.write(out, stat);
            out.writeBoolean(goes);
            out.writeShort(gate);
        });
    }

    /** Of the paths that could be removed. */
    long count() {
        return count;
    }

    /** True if they are more than may be removed: then none is. */
    boolean areTooMany() {
        return count > deletion.limit().paths(paths);
    }

    /** @throws SafetyHalt if a source without any entry would empty a target, and nobody said that this is meant */
    void requireNoAccident(boolean sourceIsEmpty, String target) throws SafetyHalt {
        if (sourceIsEmpty && count > 0 && !deletion.limit().isExplicit()) {
            throw new SafetyHalt("source: has nothing to replicate, while the target has (" + target + ")");
        }
    }

    /** All of them, but for the content of directories that do not make way after all. */
    void replay(Gate gates, Visitor visitor) throws IOException, InterruptedException {
        spill.<InterruptedException>replay(in -> {
            leave.require();
            RelativePath path = SpillCodec.path(in);
            FileStat stat = SpillCodec.stat(in);
            boolean goes = in.readBoolean();
            int gate = in.readShort();
            if (gate != NOWHERE) {
                RelativePath directory = path.ancestor(gate);
                if (!inTheWay.contains(directory) || !gates.isOpen(directory)) {
                    return;
                }
            }
            if (goes) {
                visitor.remove(path, stat);
            } else {
                visitor.keep(path, stat);
            }
        });
    }

    @Override
    public void close() throws IOException {
        spill.close();
    }
}
