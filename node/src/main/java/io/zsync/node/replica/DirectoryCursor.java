package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Root;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The directory that one thread worked in last, kept open because the next file is most often its sibling. */
public final class DirectoryCursor implements AutoCloseable {
    private final Root root;
    private @Nullable RelativePath path;
    private @Nullable Directory directory;

    public DirectoryCursor(Root root) {
        this.root = root;
    }

    /** The open directory at this path; valid until the next call. */
    public Directory at(RelativePath wanted) throws IOException {
        Directory open = directory;
        if (open != null && Objects.equals(wanted, path)) {
            return open;
        }
        release();
        Directory opened = root.directory(wanted);
        directory = opened;
        path = wanted;
        return opened;
    }

    /** Closes what is open; the cursor can be used again. */
    public void release() throws IOException {
        Directory open = directory;
        directory = null;
        path = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void close() throws IOException {
        release();
    }
}
