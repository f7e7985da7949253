package io.zsync.node.trust;

import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileStat;
import io.zsync.node.fs.LinuxRoot;
import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.Escape;
import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The config folder, open. What is read comes from regular files that only this user and root could have written; that is
 * checked on the descriptor that is then read, in a folder of which the same holds. What is written appears whole, durably
 * and with mode 0600. For one thread at a time.
 */
final class TrustedFolder implements Closeable {
    /** Write permission of group and others. */
    static final int WRITABLE_BY_OTHERS = 0022;

    /** Any permission of group and others. */
    static final int OPEN_TO_OTHERS = 0077;

    /** How long a change of a file waits for another one that is under way. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final long PAUSE_MILLIS = 10;
    private static final String WHAT = "config folder";

    private final Directory directory;
    private final String path;
    private final int user;

    private TrustedFolder(Directory directory, String path, int user) {
        this.directory = directory;
        this.path = path;
        this.user = user;
    }

    /** @return null if there is no such folder */
    static @Nullable TrustedFolder open(Path folder) throws IOException, RunFailure {
        try {
            return open(folder, false);
        } catch (FileFailure failure) {
            if (failure.errno() == Errno.NOENT) {
                return null;
            }
            throw failure;
        }
    }

    static TrustedFolder openOrCreate(Path folder) throws IOException, RunFailure {
        return open(folder, true);
    }

    private static TrustedFolder open(Path path, boolean makes) throws IOException, RunFailure {
        // The owner of /proc/self is the effective user.
        int user = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        try (LinuxRoot root = LinuxRoot.openTrusted(path, user, makes)) {
            TrustedFolder folder = new TrustedFolder(root.directory(RelativePath.ROOT), root.describe(), user);
            try {
                folder.require(WHAT, root.describe(), folder.directory.stat(), WRITABLE_BY_OTHERS);
                return folder;
            } catch (IOException | RunFailure | RuntimeException refused) {
                folder.close();
                throw refused;
            }
        } catch (FileFailure failure) {
            if (failure.errno() == Errno.LOOP) {
                throw refused(
                        WHAT, failure.reason(), failure.path(), "only your own symlinks, and root's, are followed");
            }
            throw failure;
        }
    }

    /** The path of a file in here, for messages. */
    String pathOf(Name name) {
        return path + (path.endsWith("/") ? "" : "/") + name;
    }

    /**
     * All of a file.
     *
     * @param what the file for people
     * @param forbidden permissions that it must not have
     * @return null if there is none
     * @throws RunFailure NOT_TRUSTED if somebody else could have written or, where that is forbidden, read it
     */
    byte @Nullable [] read(String what, Name name, int maxLength, int forbidden) throws IOException, RunFailure {
        try (OpenFile file = directory.open(name)) {
            FileStat stat = file.stat();
            require(what, pathOf(name), stat, forbidden);
            if (stat.size() > maxLength) {
                throw refused(what, "more than " + maxLength + " bytes", pathOf(name), "put the right file there");
            }
            ByteBuffer buffer = ByteBuffer.allocateDirect((int) stat.size());
            file.read(buffer, 0);
            byte[] bytes = new byte[buffer.flip().remaining()];
            buffer.get(bytes);
            return bytes;
        } catch (FileFailure failure) {
            if (failure.errno() == Errno.NOENT) {
                return null;
            }
            if (failure.errno() == Errno.INVAL || failure.errno() == Errno.LOOP) {
                throw refused(what, "no regular file", pathOf(name), "put the file itself there");
            }
            throw failure;
        }
    }

    private void require(String what, String where, FileStat stat, int forbidden) throws RunFailure {
        if (stat.uid() != user && stat.uid() != 0) {
            throw refused(
                    what,
                    "belongs to user " + Integer.toUnsignedString(stat.uid()),
                    where,
                    "it must belong to you, user " + Integer.toUnsignedString(user) + ", or to root");
        }
        if ((stat.mode() & forbidden) != 0) {
            String verb = (stat.mode() & forbidden & WRITABLE_BY_OTHERS) != 0 ? "change" : "read";
            throw refused(
                    what,
                    "others can " + verb + " it, its mode is " + String.format("%04o", stat.mode()),
                    where,
                    "chmod go-" + (forbidden == WRITABLE_BY_OTHERS ? "w " : "rwx ") + where);
        }
    }

    static RunFailure refused(String what, String why, String where, String wayOut) {
        return new RunFailure(FailureKind.NOT_TRUSTED, what + ": " + why + " (" + where + ")", wayOut, null);
    }

    /** Why the folder cannot be used, as one line. */
    static RunFailure unusable(String what, IOException cause) {
        String why = cause instanceof FileFailure failure
                ? failure.reason() + " (" + failure.path() + ")"
                : Escape.text(String.valueOf(cause.getMessage()));
        return new RunFailure(
                FailureKind.ROOT_UNUSABLE,
                what + ": " + why,
                "ZSYNC_HOME can name a folder that can be written",
                cause);
    }

    /**
     * Makes a file with this content unless the name is taken.
     *
     * @return false if it is; then nothing has changed
     */
    boolean create(Name name, byte[] content) throws IOException {
        Name staged = Name.reserved(new SecureRandom().nextLong());
        write(staged, content).close();
        try {
            directory.rename(staged, name, Directory.Rename.NO_REPLACE);
        } catch (FileFailure failure) {
            directory.unlink(staged);
            if (failure.errno() == Errno.EXIST) {
                return false;
            }
            throw failure;
        }
        directory.sync();
        return true;
    }

    /** Puts a file with this content in place of what stands at the name. Only while the file's lock is held. */
    void replace(Name name, byte[] content) throws IOException {
        replaceAndKeep(name, content).close();
    }

    /** As {@link #replace}. @return the new file, open */
    OpenFile replaceAndKeep(Name name, byte[] content) throws IOException {
        Name staged = Name.of(name + ".new");
        remove(staged);
        OpenFile file = write(staged, content);
        try {
            directory.rename(staged, name, Directory.Rename.REPLACE);
            directory.sync();
            return file;
        } catch (IOException failure) {
            file.close();
            throw failure;
        }
    }

    /** Removes a file, if it is there. */
    void remove(Name name) throws IOException {
        try {
            directory.unlink(name);
        } catch (FileFailure failure) {
            if (failure.errno() != Errno.NOENT) {
                throw failure;
            }
        }
    }

    private OpenFile write(Name staged, byte[] content) throws IOException {
        OpenFile file = directory.create(staged);
        try {
            file.write(ByteBuffer.allocateDirect(content.length).put(content).flip(), 0);
            file.sync();
            return file;
        } catch (IOException failure) {
            file.close();
            unlinkAfter(failure, staged);
            throw failure;
        }
    }

    private void unlinkAfter(IOException failure, Name staged) {
        try {
            directory.unlink(staged);
        } catch (IOException second) {
            failure.addSuppressed(second);
        }
    }

    /**
     * Waits until nobody else holds the lock of that name, and takes it. The kernel can wait for a lock, but not for so long.
     *
     * @param what the file that it guards, for people
     * @throws RunFailure TARGET_LOCKED if that takes longer than {@code patience}
     */
    Closeable lock(String what, Name name, Duration patience) throws IOException, RunFailure {
        long start = System.nanoTime();
        while (true) {
            @Nullable Closeable lock = directory.lock(name);
            if (lock != null) {
                return lock;
            }
            if (System.nanoTime() - start > patience.toNanos()) {
                throw new RunFailure(
                        FailureKind.TARGET_LOCKED,
                        what + ": another zsync is changing it (" + pathOf(name) + ")",
                        "run this again when that one is done",
                        null);
            }
            pause(what);
        }
    }

    private static void pause(String what) throws RunFailure {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunFailure(FailureKind.INTERRUPTED, what + ": interrupted", null, e);
        }
    }

    @Override
    public void close() throws IOException {
        directory.close();
    }
}
