package io.zsync.node.session;

import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.Links;
import io.zsync.node.fs.LinuxRoot;
import io.zsync.node.fs.Root;
import io.zsync.node.replica.Leftovers;
import io.zsync.protocol.RelativePath;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One end's tree, opened for a run: a subtree of the operator's directory, confined to it.
 *
 * @param root null only for the target of a dry run that does not exist
 */
public record OpenTree(@Nullable Root root) implements Closeable {

    /**
     * Where a tree is.
     *
     * @param name what messages call the directory
     */
    public record Location(Path directory, RelativePath path, String name) {
        /** The operator's directory itself, called by its own path. */
        public static Location of(Path directory) {
            return new Location(directory, RelativePath.ROOT, io.zsync.protocol.Escape.text(directory.toString()));
        }
    }

    /**
     * Opens the tree that is to be sent.
     *
     * @param links how far symlinks in it are read through
     * @throws RunFailure ROOT_UNUSABLE
     */
    public static OpenTree source(Location location, Links links) throws RunFailure, IOException {
        try {
            return new OpenTree(LinuxRoot.open(location.directory(), location.path(), location.name(), links));
        } catch (FileFailure e) {
            throw new RunFailure(FailureKind.ROOT_UNUSABLE, "source: " + e.reason() + " (" + e.path() + ")", null, e);
        }
    }

    /**
     * Opens the tree that is to become like another, makes its last component if only that is missing, and takes its lock.
     *
     * @param dryRun change nothing, not even a lock
     * @throws RunFailure ROOT_UNUSABLE, TARGET_LOCKED
     */
    static OpenTree target(Location location, boolean dryRun) throws RunFailure, IOException {
        try {
            return dryRun ? looked(location) : locked(location);
        } catch (FileFailure e) {
            throw new RunFailure(FailureKind.ROOT_UNUSABLE, "target: " + e.reason() + " (" + e.path() + ")", null, e);
        }
    }

    private static OpenTree looked(Location location) throws IOException {
        try {
            return new OpenTree(LinuxRoot.open(location.directory(), location.path(), location.name(), Links.KEEP));
        } catch (FileFailure e) {
            if (e.errno() != Errno.NOENT) {
                throw e;
            }
            // The real run makes the last component and no more.
            if (location.path().isRoot()) {
                Path parent = location.directory().toAbsolutePath().getParent();
                if (parent == null) {
                    throw e;
                }
                LinuxRoot.open(parent).close();
            } else {
                LinuxRoot.open(location.directory(), location.path().parent(), location.name(), Links.KEEP)
                        .close();
            }
            return new OpenTree(null);
        }
    }

    private static OpenTree locked(Location location) throws IOException, RunFailure {
        Root root = LinuxRoot.openOrCreate(location.directory(), location.path(), location.name());
        try {
            if (!root.lock()) {
                throw held(root);
            }
            return new OpenTree(root);
        } catch (IOException | RunFailure e) {
            root.close();
            throw e;
        }
    }

    /**
     * Opens the directory that one file is to be put into, next to whoever does the same; what killed runs left in it goes
     * where nobody else is at it.
     *
     * @throws RunFailure ROOT_UNUSABLE, TARGET_LOCKED
     */
    static OpenTree targetOfOne(Location location, boolean dryRun) throws RunFailure, IOException {
        try {
            Root root = LinuxRoot.open(location.directory(), location.path(), location.name(), Links.KEEP);
            try {
                if (!dryRun && !root.share(() -> removeLeftovers(root))) {
                    throw held(root);
                }
                return new OpenTree(root);
            } catch (IOException | RunFailure e) {
                root.close();
                throw e;
            }
        } catch (FileFailure e) {
            throw new RunFailure(FailureKind.ROOT_UNUSABLE, "target: " + e.reason() + " (" + e.path() + ")", null, e);
        }
    }

    private static void removeLeftovers(Root root) throws IOException {
        try (Directory directory = root.directory(RelativePath.ROOT)) {
            Leftovers.remove(directory);
        }
    }

    private static RunFailure held(Root root) {
        return new RunFailure(
                FailureKind.TARGET_LOCKED,
                "target: another run holds it, one below it or one above it (" + root.describe() + ")",
                "wait for the other run to end, then run this one again",
                null);
    }

    /** The root of a tree that was opened as a source, which always exists. */
    Root present() {
        if (root == null) {
            throw new IllegalStateException("a source without a root");
        }
        return root;
    }

    @Override
    public void close() throws IOException {
        if (root != null) {
            root.close();
        }
    }
}
