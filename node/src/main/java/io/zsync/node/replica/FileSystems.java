package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Directory.FileSystemSync;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The file systems that a run writes to, each with a sync handle opened before the first write to it, because an error of
 * write-back is told only to handles that were open when it happened. It is told once, whatever it was about: behind it no
 * sync of a whole file system says anything of what was written before. Thread safe.
 */
final class FileSystems implements AutoCloseable {
    /** Kept on a full file system for names, directories and what else a run has to write to end well. */
    private static final long RESERVED_LENGTH = 1 << 20;

    private static final long RESERVED_FILES = 16;

    private final Runnable doubt;
    private final Map<Long, FileSystemSync> byDevice = new HashMap<>();
    private final Set<Long> full = ConcurrentHashMap.newKeySet();
    private final Map<Long, IOException> failed = new ConcurrentHashMap<>();

    /** @param doubt run behind each sync that failed: what was written by then may be lost, and no other will tell */
    FileSystems(Runnable doubt) {
        this.doubt = doubt;
    }

    /** Called before anything is written below this directory. @return its device */
    synchronized long enter(Directory directory, long device) throws IOException {
        if (!byDevice.containsKey(device)) {
            byDevice.put(device, directory.fileSystem());
        }
        return device;
    }

    /** False if this file system is not known to honour a sync of all of it, or such a sync has failed. */
    synchronized boolean trusted(long device) {
        FileSystemSync sync = byDevice.get(device);
        return sync != null && sync.trusted() && !failed.containsKey(device);
    }

    synchronized boolean allTrusted() {
        return byDevice.keySet().stream().allMatch(this::trusted);
    }

    /**
     * Syncs the file systems of these devices, which counts for all that is on them.
     *
     * @throws IOException if anything could not be written, now or at an earlier sync
     */
    void sync(Collection<Long> devices) throws IOException {
        for (long device : devices) {
            IOException before = failed.get(device);
            if (before != null) {
                throw before;
            }
        }
        syncOnce(devices);
    }

    /** The lock is not held: a sync may take seconds. */
    private void syncOnce(Collection<Long> devices) throws IOException {
        List<FileSystemSync> handles = new ArrayList<>();
        synchronized (this) {
            for (long device : devices) {
                handles.add(handle(device));
            }
        }
        for (FileSystemSync sync : handles) {
            try {
                sync.sync();
            } catch (IOException e) {
                failed.putIfAbsent(sync.device(), e);
                doubt.run();
                throw e;
            }
        }
    }

    /** Something did not fit on this device: from now on the room on it is looked at first. */
    void noticed(long device, IOException failure) {
        if (failure instanceof FileFailure refused && refused.errno() == Errno.NOSPC) {
            full.add(device);
        }
    }

    /** False if this device was found full, and so much content would leave less than the reserve on it. */
    boolean fits(long device, long length) throws IOException {
        if (!full.contains(device)) {
            return true;
        }
        Directory.Room room;
        synchronized (this) {
            room = handle(device).room();
        }
        return room.bytes() - length >= RESERVED_LENGTH && room.files() > RESERVED_FILES;
    }

    private FileSystemSync handle(long device) {
        FileSystemSync sync = byDevice.get(device);
        if (sync == null) {
            throw new IllegalStateException("device " + device + " was never entered");
        }
        return sync;
    }

    /** Syncs what was not forced by itself: names, and what an earlier run may have left. Behind a failure it vouches for nothing. */
    void syncAll() throws IOException {
        List<Long> devices;
        synchronized (this) {
            devices = new ArrayList<>(byDevice.keySet());
        }
        syncOnce(devices);
    }

    @Override
    public synchronized void close() throws IOException {
        IOException failure = null;
        for (FileSystemSync sync : byDevice.values()) {
            try {
                sync.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        byDevice.clear();
        if (failure != null) {
            throw failure;
        }
    }
}
