package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileKind;
import io.zsync.node.fs.FileStat;
import io.zsync.node.fs.Root;
import io.zsync.protocol.Message.Change;
import io.zsync.protocol.Name;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Removes candidates, each only if it is still the object that was looked at; a directory only when it is empty, so what
 * somebody has put there meanwhile stays. Runs when all that was published is durable. For one thread.
 */
final class Deletes implements Candidates.Visitor, AutoCloseable {
    /** Where each removal is told. */
    interface Removals {
        void removed(Change change);
    }

    private final DirectoryCursor cursor;
    private final boolean openModes;
    private final @Nullable Backups backups;
    private final OwnUpdates own;
    private final Aftermath.Problems problems;
    private final Removals removals;
    private @Nullable RelativePath parent;
    /** The last path that stayed: every directory above it stays, too, and needs no word of its own. */
    private RelativePath stayed = RelativePath.ROOT;

    /**
     * @param openModes true if this process needs the owner's permission bits to work in a directory
     * @param own what this run has done to objects with several names
     */
    Deletes(
            Root root,
            boolean openModes,
            @Nullable Backups backups,
            OwnUpdates own,
            Aftermath.Problems problems,
            Removals removals) {
        this.cursor = new DirectoryCursor(root);
        this.openModes = openModes;
        this.backups = backups;
        this.own = own;
        this.problems = problems;
        this.removals = removals;
    }

    /** What is told of a removal, also of one that a dry run only foresees. */
    static Change change(RelativePath path, FileStat stat) {
        Change.Kind kind = switch (stat.kind()) {
            case REGULAR -> Change.Kind.FILE;
            case DIRECTORY -> Change.Kind.DIRECTORY;
            case SYMLINK -> Change.Kind.SYMLINK;
            case FIFO, SOCKET -> Change.Kind.SPECIAL;
            case CHARACTER_DEVICE, BLOCK_DEVICE -> Change.Kind.DEVICE;
        };
        long size = stat.kind() == FileKind.REGULAR ? stat.size() : 0;
        return new Change(path, kind, Change.Action.DELETE, 0, size, new byte[0]);
    }

    @Override
    public void remove(RelativePath path, FileStat planned) {
        if (planned.isDirectory() && stayed.startsWith(path)) {
            restoreMode(path, planned);
            return;
        }
        try {
            Directory directory = open(path.parent());
            if (!Victim.isStill(planned, directory, path.name(), own)) {
                if (Victim.isGone(directory, path.name())) {
                    return;
                }
                stay(path, planned, ProblemCode.TARGET_CHANGED, "changed in the target since it was planned");
                return;
            }
            remove(directory, path, planned);
            removals.removed(change(path, planned));
        } catch (IOException e) {
            stay(path, planned, ProblemCode.TARGET_FAILED, Publisher.reason(e));
        }
    }

    private void remove(Directory directory, RelativePath path, FileStat planned) throws IOException {
        Name name = path.name();
        if (planned.isDirectory()) {
            if (backups != null) {
                backups.keepDirectory(path, planned);
            }
            try (Directory emptied = directory.directory(name)) {
                Leftovers.remove(emptied);
            }
            directory.removeDirectory(name);
        } else if (backups != null) {
            backups.move(directory, path, planned);
        } else {
            directory.unlink(name);
        }
    }

    private void stay(RelativePath path, FileStat planned, ProblemCode code, String detail) {
        problems.problem(path, code, detail);
        stayed = path;
        restoreMode(path, planned);
    }

    @Override
    public void keep(RelativePath path, FileStat planned) {
        restoreMode(path, planned);
    }

    private Directory open(RelativePath path) throws IOException {
        Directory directory = cursor.at(path);
        if (openModes && !Objects.equals(path, parent)) {
            int mode = directory.stat().mode();
            if ((mode & 0700) != 0700) {
                directory.setMode(mode | 0700);
            }
        }
        parent = path;
        return directory;
    }

    /** A directory that stays keeps the permissions it had before something in it was removed. */
    private void restoreMode(RelativePath path, FileStat planned) {
        if (!openModes || !planned.isDirectory() || (planned.mode() & 0700) == 0700) {
            return;
        }
        try {
            Directory directory = cursor.at(path);
            parent = path;
            if (directory.stat().sameObject(planned)) {
                directory.setMode(planned.mode());
            }
        } catch (FileFailure e) {
            if (e.errno() != Errno.NOENT) {
                problems.problem(path, ProblemCode.TARGET_FAILED, Publisher.reason(e));
            }
        } catch (IOException e) {
            problems.problem(path, ProblemCode.TARGET_FAILED, Publisher.reason(e));
        }
    }

    @Override
    public void close() throws IOException {
        cursor.close();
    }
}
