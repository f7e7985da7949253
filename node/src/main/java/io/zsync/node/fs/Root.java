package io.zsync.node.fs;

import io.zsync.protocol.RelativePath;
import java.io.Closeable;
import java.io.IOException;

/**
 * Confined access to one tree, opened once on the operator's directory. The operator's own path may run through symlinks;
 * nothing below it is followed, and nothing above it is reachable, unless it was opened to follow ({@link Links}). Every file operation of a run goes through a root, and
 * on it through a {@link Directory}. Safe for use by many threads; directories and files are their opener's to close.
 */
public interface Root extends Closeable {
    /**
     * Opens a directory of the tree. No component on the way may be a symlink or leave the tree, unless this root follows.
     *
     * @throws FileFailure e.g. {@link Errno#NOENT}, {@link Errno#NOTDIR}, {@link Errno#LOOP}, {@link Errno#ACCES}
     */
    Directory directory(RelativePath path) throws IOException;

    /**
     * Takes the exclusive right to change this tree, and a share in every ancestor up to the mount point, so that runs on
     * nested targets exclude each other. Freed by {@link #unlock}, by closing the root or by the death of the process.
     *
     * @return false if another run holds this target, one below or one above it
     */
    boolean lock() throws IOException;

    /**
     * Takes a share of that right, for who puts single objects into this directory: many may, but no run that takes it for
     * itself, and none on a directory above. Where nobody else has a share, {@code alone} is run first, with the right to
     * all of it. Freed like a lock.
     *
     * @return false if another run holds this directory, or one above it
     */
    boolean share(Alone alone) throws IOException;

    /** What is done while nobody else works in a directory. */
    interface Alone {
        void run() throws IOException;
    }

    /** Frees what {@link #lock} or {@link #share} took; nothing where it is free. */
    void unlock();

    /** The operator's path, for messages. */
    String describe();

    @Override
    void close() throws IOException;
}
