package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.FileStat;
import io.zsync.protocol.Entry;
import io.zsync.protocol.Name;
import io.zsync.protocol.ProblemCode;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What killed runs have left under reserved names. Under a target's lock such a name can be nothing else: it is removed when
 * it is met, unless the {@link ResumeJournal} says that it is the beginning of a large file.
 */
public final class Leftovers {
    private final @Nullable ResumeJournal journal;
    private final Delivery delivery;

    Leftovers(@Nullable ResumeJournal journal, Delivery delivery) {
        this.journal = journal;
        this.delivery = delivery;
    }

    /** Removes all of them in a directory. @throws IOException at the first that cannot be removed */
    public static void remove(Directory directory) throws IOException {
        for (Name stale : directory.list().reserved()) {
            remove(directory, stale, directory.stat(stale).isDirectory());
        }
    }

    static void remove(Directory directory, Name name, boolean isDirectory) throws IOException {
        if (isDirectory) {
            directory.removeDirectory(name);
        } else {
            directory.unlink(name);
        }
    }

    /** A reserved name stands in a directory of the target. */
    void met(TargetDirectory directory, Name reserved) {
        try {
            FileStat stat = directory.open().stat(reserved);
            Unfinished left = journal == null
                    ? null
                    : journal.find(reserved, stat, directory.open().mount());
            if (left == null) {
                if (journal != null) {
                    journal.forget(stat);
                }
                remove(directory.open(), reserved, stat.isDirectory());
                directory.touched = true;
                return;
            }
            Unfinished other = directory.keep(left);
            if (other != null) {
                remove(directory, other);
            }
        } catch (IOException e) {
            delivery.problem(directory.path.child(reserved), ProblemCode.TARGET_FAILED, Publisher.reason(e));
        }
    }

    /** No entry of a directory asked for these. */
    void removeUnfinished(TargetDirectory directory) {
        directory.unfinished().forEach(left -> remove(directory, left));
    }

    private void remove(TargetDirectory directory, Unfinished left) {
        Name reserved = left.subject().reserved();
        if (journal != null) {
            journal.end(left);
        }
        directory.touched = true;
        try {
            directory.open().unlink(reserved);
        } catch (IOException e) {
            delivery.problem(directory.path.child(reserved), ProblemCode.TARGET_FAILED, Publisher.reason(e));
        }
    }

    /** The fetch of a file, which goes on with what is left of it. */
    Fetch fetch(TargetDirectory directory, Destination destination, Entry.RegularFile file) {
        Unfinished left = directory.takeUnfinished(destination.name());
        if (left == null || journal == null) {
            return new Fetch(delivery, destination, file);
        }
        try {
            StagedFile staged = Fetch.isOf(file, left.subject().source())
                    ? StagedFile.adopt(directory.open(), left, file.sparse())
                    : null;
            if (staged != null) {
                return new Fetch(delivery, destination, file, staged, left, new Resumption(journal, left));
            }
        } catch (IOException notToBeOpened) {
            // As if it were another's: the file starts over.
        }
        remove(directory, left);
        return new Fetch(delivery, destination, file);
    }
}
