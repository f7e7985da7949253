package io.zsync.node.replica;

import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileKind;
import io.zsync.node.fs.FileStat;
import io.zsync.protocol.Name;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A staged object on its way to its final name, as the {@link Publisher} sees it. The methods are called by the
 * publisher's thread only, each at most once, and exactly one of the outcomes is.
 */
interface Publication {
    Destination destination();

    FileKind kind();

    default RelativePath directory() {
        return destination().directory();
    }

    default Name name() {
        return destination().name();
    }

    /** What the plan found under the name, which must still be there; null if nothing was. */
    default @Nullable FileStat victim() {
        return destination().victim();
    }

    /** Which file system it is staged on. */
    default long device() {
        return destination().device();
    }

    long bytes();

    /** True if it was, or when it is sealed will be, forced to disk by itself: no sync of all its batch has to vouch for it. */
    boolean isAlone();

    /**
     * Completes the staged object: metadata, close.
     *
     * @param sync force it to disk by itself
     * @return its reserved name
     */
    Name seal(boolean sync) throws IOException;

    /** Outcome: it is visible under its name. */
    void published(boolean durable);

    /** Outcome: it is complete and synced, and waits for the deletes to make room for it; it is not this any more. */
    void parked();

    /** Outcome: it was not published, the old object stands. The staged object is removed already. */
    void refused(ProblemCode code, String detail);

    /** Outcome: the sync of the whole batch failed and the staged object is gone; it may be tried once more, alone. */
    void syncFailed(FileFailure failure);
}
