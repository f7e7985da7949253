package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Directory.FileSystemSync;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The file systems that a run writes to, each with sync handles opened before the first write to it, because an error of
 * write-back is told only to handles that were open when it happened. Each handle is told it once, whatever it was about: so
 * names have one of their own, whose sync cannot take away what the sync of contents has to be told. Thread safe.
 */
final class FileSystems implements AutoCloseable {
    /** Kept on a full file system for names, directories and what else a run has to write to end well. */
    private static final long RESERVED_LENGTH = 1 << 20;

    private static final long RESERVED_FILES = 16;

    private record Handles(FileSystemSync contents, FileSystemSync names) implements Closeable {
        @Override
        public void close() throws IOException {
            try (contents) {
                names.close();
            }
        }
    }

    private final Map<Long, Handles> byDevice = new HashMap<>();
    private final Set<Long> full = ConcurrentHashMap.newKeySet();
    /** Whose sync has failed. */
    private final Set<Long> failed = ConcurrentHashMap.newKeySet();

    /** Called before anything is written below this directory. @return its device */
    synchronized long enter(Directory directory, long device) throws IOException {
        if (!byDevice.containsKey(device)) {
            FileSystemSync contents = directory.fileSystem();
            try {
                byDevice.put(device, new Handles(contents, directory.fileSystem()));
            } catch (IOException e) {
                contents.close();
                throw e;
            }
        }
        return device;
    }

    /**
     * False if this file system is not known to honour a sync of all of it, or one of its syncs has failed: the error may
     * have been that of content which is to be synced later, and is told once.
     */
    synchronized boolean trusted(long device) {
        Handles handles = byDevice.get(device);
        return handles != null && handles.contents().trusted() && !failed.contains(device);
    }

    synchronized boolean allTrusted() {
        return byDevice.keySet().stream().allMatch(this::trusted);
    }

    /** Syncs the file systems of these devices, and fails for anything that could not be written since the last time. */
    void sync(Collection<Long> devices) throws IOException {
        for (Handles each : handles(devices)) {
            try {
                each.contents().sync();
            } catch (IOException e) {
                failed.add(each.contents().device());
                throw e;
            }
        }
    }

    /** As {@link #sync}, for names whose contents were synced before; may run beside it. */
    void syncNames(Collection<Long> devices) throws IOException {
        for (Handles each : handles(devices)) {
            each.names().sync();
        }
    }

    /** To be used without the lock: a sync may take seconds. */
    private synchronized List<Handles> handles(Collection<Long> devices) {
        List<Handles> handles = new ArrayList<>();
        for (long device : devices) {
            handles.add(handle(device));
        }
        return handles;
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
            room = handle(device).contents().room();
        }
        return room.bytes() - length >= RESERVED_LENGTH && room.files() > RESERVED_FILES;
    }

    private Handles handle(long device) {
        Handles handles = byDevice.get(device);
        if (handles == null) {
            throw new IllegalStateException("device " + device + " was never entered");
        }
        return handles;
    }

    void syncAll() throws IOException {
        List<Long> devices;
        synchronized (this) {
            devices = new ArrayList<>(byDevice.keySet());
        }
        sync(devices);
    }

    @Override
    public synchronized void close() throws IOException {
        IOException failure = null;
        for (Handles each : byDevice.values()) {
            try {
                each.close();
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
