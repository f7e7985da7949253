package io.zsync.node.replica;

import io.zsync.protocol.ProtocolException;
import java.util.HashMap;
import java.util.Map;

/**
 * The files that a receiver has asked for and that are not over: how many, how large, and how much of its memory their
 * extended attributes take, which no credit of the wire counts. Guarded by its user.
 */
final class OutstandingFiles {
    /** Bytes of extended attributes beyond which no further file is asked for. */
    static final long ATTRIBUTES = 16 << 20;

    /** Files that change while they are sent may come to have more; beyond this somebody means harm. */
    static final long CHANGED_ATTRIBUTES = 4 * ATTRIBUTES;

    private record Held(long size, int attributes) {}

    private final int mostFiles;
    private final long mostBytes;
    private final Map<Long, Held> files = new HashMap<>();
    private long bytes;
    private long attributes;

    OutstandingFiles(int mostFiles, long mostBytes) {
        this.mostFiles = mostFiles;
        this.mostBytes = mostBytes;
    }

    /** One file always has. */
    boolean haveRoom(long size, int fileAttributes) {
        return files.isEmpty()
                || (files.size() < mostFiles && size <= mostBytes - bytes && attributes + fileAttributes <= ATTRIBUTES);
    }

    void add(long file, long size, int fileAttributes) {
        files.put(file, new Held(size, fileAttributes));
        bytes += size;
        attributes += fileAttributes;
    }

    /**
     * A file has changed, and so have its attributes. Its size counts as it was asked for.
     *
     * @throws ProtocolException if the attributes of such files are more than any source comes by
     */
    void changed(long file, int fileAttributes) {
        Held before = files.get(file);
        if (before == null) {
            return;
        }
        files.put(file, new Held(before.size(), fileAttributes));
        attributes += fileAttributes - before.attributes();
        if (attributes > CHANGED_ATTRIBUTES) {
            throw ProtocolException.violation("attributes of " + attributes + " bytes of files that changed");
        }
    }

    void remove(long file) {
        Held held = files.remove(file);
        if (held != null) {
            bytes -= held.size();
            attributes -= held.attributes();
        }
    }

    boolean isEmpty() {
        return files.isEmpty();
    }
}
