package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileStat;
import io.zsync.node.fs.Root;
import io.zsync.protocol.Name;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Staged objects, complete and synced, in whose places directories stand that have to be emptied first. They keep their
 * reserved names until the deletes are done. Bounded by {@link Candidates#IN_THE_WAY} and the empty directories among them.
 * Thread safe.
 */
final class Parking {
    private record Parked(Name reserved, FileStat victim, long bytes) {}

    /** What became of a parked object. */
    interface Outcomes {
        void published(boolean created, long bytes, boolean durable);

        void problem(RelativePath path, ProblemCode code, String detail);
    }

    private final Map<RelativePath, Parked> parked = new TreeMap<>();

    synchronized void park(Publication publication, FileStat victim, Name reserved) {
        parked.put(
                publication.directory().child(publication.name()), new Parked(reserved, victim, publication.bytes()));
    }

    synchronized boolean holds(RelativePath path) {
        return parked.containsKey(path);
    }

    /** The place of an object that goes there, which is not the one it has while it is parked. */
    synchronized RelativePath whereIs(RelativePath path) {
        Parked object = parked.get(path);
        return object == null ? path : path.parent().child(object.reserved());
    }

    /** Puts each object into its place where that is an empty directory by now, and discards the others. */
    synchronized void publish(Root root, @Nullable Backups backups, boolean durable, Outcomes outcomes)
            throws IOException {
        try (DirectoryCursor cursor = new DirectoryCursor(root)) {
            for (Map.Entry<RelativePath, Parked> each : parked.entrySet()) {
                RelativePath path = each.getKey();
                Parked object = each.getValue();
                try {
                    Directory directory = cursor.at(path.parent());
                    ProblemCode problem = publish(directory, path, object, backups);
                    if (problem == null) {
                        outcomes.published(false, object.bytes(), durable);
                    } else {
                        StagedFile.remove(directory, object.reserved());
                        outcomes.problem(path, problem, detail(problem));
                    }
                } catch (IOException e) {
                    discard(cursor, path, object);
                    outcomes.problem(path, ProblemCode.TARGET_FAILED, Publisher.reason(e));
                }
            }
        }
        parked.clear();
    }

    private static String detail(ProblemCode code) {
        return code == ProblemCode.DIRECTORY_IN_THE_WAY
                ? "a directory that is not empty is in the way"
                : "changed in the target since it was planned";
    }

    /** @return what is in the way, or null */
    private static @Nullable ProblemCode publish(
            Directory directory, RelativePath path, Parked object, @Nullable Backups backups) throws IOException {
        Name name = path.name();
        if (!Victim.isSameObject(object.victim(), directory, name)) {
            return ProblemCode.TARGET_CHANGED;
        }
        try (Directory emptied = directory.directory(name)) {
            Directory.Listing listing = emptied.list();
            if (!listing.members().isEmpty() || !listing.failures().isEmpty()) {
                int mode = object.victim().mode();
                if (emptied.stat().mode() == (mode | 0700)) {
                    emptied.setMode(mode);
                }
                return ProblemCode.DIRECTORY_IN_THE_WAY;
            }
            Leftovers.remove(emptied);
        }
        if (backups != null) {
            backups.keepDirectory(path, object.victim());
        }
        directory.rename(object.reserved(), name, Directory.Rename.EXCHANGE);
        try {
            directory.removeDirectory(object.reserved());
        } catch (FileFailure e) {
            // Somebody was quicker: what has come into it must not end under a name that nobody sees.
            directory.rename(object.reserved(), name, Directory.Rename.EXCHANGE);
            if (e.errno() == Errno.NOTEMPTY) {
                return ProblemCode.TARGET_CHANGED;
            }
            throw e;
        }
        return null;
    }

    /** Removes all of them: nothing is published any more. */
    synchronized void discard(Root root) throws IOException {
        try (DirectoryCursor cursor = new DirectoryCursor(root)) {
            parked.forEach((path, object) -> discard(cursor, path, object));
        }
        parked.clear();
    }

    private static void discard(DirectoryCursor cursor, RelativePath path, Parked object) {
        try {
            StagedFile.remove(cursor.at(path.parent()), object.reserved());
        } catch (IOException directoryGone) {
            return;
        }
    }
}
