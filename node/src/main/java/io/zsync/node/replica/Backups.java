package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileStat;
import io.zsync.node.fs.Root;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The tree below the target's root that keeps what a run replaces or removes, each under its own relative path. An older
 * object under that name is replaced, but for a directory, which never is. Thread safe.
 */
final class Backups implements AutoCloseable {
    private final Root root;
    private final RelativePath top;
    private final StagedNames names;
    private final BooleanSupplier syncs;
    private final DirectoryCursor places;
    /** The directory whose place was cleared last. */
    private @Nullable RelativePath cleared;

    private Backups(Root root, RelativePath top, StagedNames names, BooleanSupplier syncs) {
        this.root = root;
        this.top = top;
        this.names = names;
        this.syncs = syncs;
        this.places = new DirectoryCursor(root);
    }

    /** @param syncs whether to force each change of a directory to disk by itself. @return null if the run keeps none */
    static @Nullable Backups of(Root root, Deletion deletion, StagedNames names, BooleanSupplier syncs) {
        return deletion.keepsBackups() ? new Backups(root, deletion.backup(), names, syncs) : null;
    }

    /** Keeps an object that is about to be replaced, and still is in its place behind this. */
    synchronized void keep(Directory directory, RelativePath path, FileStat victim) throws IOException {
        if (victim.isDirectory()) {
            keepDirectory(path, victim);
            return;
        }
        Name name = path.name();
        Directory place = place(path.parent());
        if (isHere(place, name, victim)) {
            return;
        }
        try {
            directory.link(name, place, name);
        } catch (FileFailure e) {
            if (e.errno() != Errno.EXIST) {
                throw e;
            }
            clear(place, path.parent());
            replace(directory, name, place);
        }
        done(place);
    }

    private void replace(Directory directory, Name name, Directory place) throws IOException {
        Name reserved = names.next();
        directory.link(name, place, reserved);
        try {
            place.rename(reserved, name, Directory.Rename.REPLACE);
        } catch (IOException e) {
            StagedFile.remove(place, reserved);
            throw e;
        }
    }

    /** A run that was killed in the middle of {@link #replace} may have left a name there, and nobody else lists it. */
    private void clear(Directory place, RelativePath original) throws IOException {
        if (Objects.equals(cleared, original)) {
            return;
        }
        Leftovers.remove(place);
        cleared = original;
    }

    /** Moves an object that is not a directory and is to be removed. */
    synchronized void move(Directory directory, RelativePath path, FileStat victim) throws IOException {
        Directory place = place(path.parent());
        // A rename between two names of one object does nothing.
        if (isHere(place, path.name(), victim)) {
            directory.unlink(path.name());
        } else {
            directory.rename(path.name(), place, path.name(), Directory.Rename.REPLACE);
        }
        done(place);
    }

    /** Keeps a directory, which is empty or whose content was kept already. */
    synchronized void keepDirectory(RelativePath path, FileStat original) throws IOException {
        Directory place = place(path);
        like(place, original);
        place.setTime(original.mtimeSeconds(), original.mtimeNanos());
        done(place);
    }

    private static boolean isHere(Directory place, Name name, FileStat object) throws IOException {
        try {
            return place.stat(name).sameObject(object);
        } catch (FileFailure e) {
            if (e.errno() == Errno.NOENT) {
                return false;
            }
            throw e;
        }
    }

    private void done(Directory place) throws IOException {
        if (syncs.getAsBoolean()) {
            place.sync();
        }
    }

    /** The open directory that keeps what this directory held; made where it is missing. */
    private Directory place(RelativePath path) throws IOException {
        if (path.length() + 1 + top.length() > Limits.PATH_LENGTH || path.depth() + top.depth() > Limits.PATH_DEPTH) {
            throw new FileFailure("mkdirat", path.toString(), Errno.NAMETOOLONG, "no room for it in the backup tree");
        }
        RelativePath place = top;
        for (Name name : path.names()) {
            place = place.child(name);
        }
        try {
            return places.at(place);
        } catch (FileFailure e) {
            if (e.errno() != Errno.NOENT) {
                throw e;
            }
            make(place);
            return places.at(place);
        }
    }

    private void make(RelativePath place) throws IOException {
        List<Name> names = place.names();
        RelativePath at = RelativePath.ROOT;
        RelativePath original = RelativePath.ROOT;
        for (int i = 0; i < names.size(); i++) {
            original = i < top.depth() ? original : original.child(names.get(i));
            try (Directory above = root.directory(at)) {
                makeLike(above, names.get(i), original);
            }
            at = at.child(names.get(i));
        }
    }

    private void makeLike(Directory above, Name name, RelativePath original) throws IOException {
        try {
            above.makeDirectory(name);
        } catch (FileFailure e) {
            if (e.errno() == Errno.EXIST) {
                return;
            }
            throw e;
        }
        done(above);
        try (Directory made = above.directory(name);
                Directory like = root.directory(original)) {
            like(made, like.stat());
        }
    }

    /** Owner and permissions as far as they can be given; its owner can always work in it. */
    private static void like(Directory made, FileStat original) throws IOException {
        FileStat now = made.stat();
        if (now.uid() != original.uid() || now.gid() != original.gid()) {
            try {
                made.setOwner(original.uid(), original.gid());
            } catch (FileFailure e) {
                // Nobody else gets in who could not before: then it stays private.
                return;
            }
        }
        made.setMode((original.mode() & 0777) | 0700);
    }

    @Override
    public synchronized void close() throws IOException {
        places.close();
    }
}
