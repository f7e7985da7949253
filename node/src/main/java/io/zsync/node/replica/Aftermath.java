package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileStat;
import io.zsync.node.fs.Root;
import io.zsync.protocol.Metadata;
import io.zsync.protocol.Name;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.util.function.BooleanSupplier;

/**
 * What has to wait until everything published is durable: removing the objects that changed kind, and giving the
 * directories that were worked in their final metadata, children before parents. Kept in spill files, so that the size
 * of the tree does not matter.
 */
final class Aftermath implements AutoCloseable {
    /** Where a failure of one path is told. */
    interface Problems {
        void problem(RelativePath path, ProblemCode code, String detail);

        MetadataRules.Losses losses(RelativePath path);
    }

    /** Asked by what may be long and waits for nothing, path by path. */
    interface Leave {
        /** @throws InterruptedException if the run is over */
        void require() throws InterruptedException;
    }

    private final SpillFile removals = new SpillFile();
    private final SpillFile directories = new SpillFile();

    synchronized void removeLater(RelativePath directory, Name reserved, FileStat object) throws IOException {
        removals.append(out -> {
            SpillCodec.write(out, directory);
            SpillCodec.write(out, reserved);
            out.writeBoolean(object.isDirectory());
            out.writeLong(object.device());
            out.writeLong(object.inode());
        });
    }

    /** Called post-order, once a directory's last entry was met. */
    synchronized void finishLater(RelativePath directory, Metadata metadata) throws IOException {
        directories.append(out -> {
            SpillCodec.write(out, directory);
            SpillCodec.write(out, metadata);
        });
    }

    /** Removes what was exchanged, each only if it is still the object that was. */
    synchronized void remove(Root root, Problems problems) throws IOException {
        try (DirectoryCursor cursor = new DirectoryCursor(root)) {
            removals.replay(in -> {
                RelativePath path = SpillCodec.path(in);
                Name reserved = SpillCodec.name(in);
                boolean isDirectory = in.readBoolean();
                long device = in.readLong();
                long inode = in.readLong();
                try {
                    Directory directory = cursor.at(path);
                    FileStat now = directory.stat(reserved);
                    if (now.isDirectory() == isDirectory && now.device() == device && now.inode() == inode) {
                        Leftovers.remove(directory, reserved, isDirectory);
                    }
                } catch (FileFailure e) {
                    // Gone: the exchange never happened, or an earlier try has removed it.
                    if (e.errno() != Errno.NOENT) {
                        problems.problem(path.child(reserved), ProblemCode.TARGET_FAILED, Publisher.reason(e));
                    }
                } catch (IOException e) {
                    problems.problem(path.child(reserved), ProblemCode.TARGET_FAILED, Publisher.reason(e));
                }
            });
        }
    }

    /** Forces each directory that was worked in to disk by itself, its metadata still to come. */
    synchronized void syncDirectories(Root root, Leave leave) throws IOException, InterruptedException {
        directories.<InterruptedException>replay(in -> {
            leave.require();
            RelativePath path = SpillCodec.path(in);
            SpillCodec.metadata(in);
            try (Directory directory = root.directory(path)) {
                directory.sync();
            }
        });
    }

    /**
     * Gives each directory its final metadata; as long as {@code sync} says so forces it to disk by itself.
     *
     * @param unsynced told what could not be
     */
    synchronized void finishDirectories(
            Root root, MetadataRules rules, BooleanSupplier sync, Problems problems, Publisher.Unsynced unsynced)
            throws IOException {
        directories.replay(in -> {
            RelativePath path = SpillCodec.path(in);
            Metadata metadata = SpillCodec.metadata(in);
            try (Directory directory = root.directory(path)) {
                rules.apply(directory, metadata, MetadataRules.ALL, true, problems.losses(path));
                if (sync.getAsBoolean()) {
                    sync(directory, path, unsynced);
                }
            } catch (IOException e) {
                problems.problem(path, ProblemCode.TARGET_FAILED, Publisher.reason(e));
            }
        });
    }

    private static void sync(Directory directory, RelativePath path, Publisher.Unsynced unsynced) {
        try {
            directory.sync();
        } catch (IOException e) {
            unsynced.unsynced(path, e);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        removals.close();
        directories.close();
    }
}
