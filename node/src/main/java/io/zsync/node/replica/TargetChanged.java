package io.zsync.node.replica;

import io.zsync.node.fs.FileStat;
import io.zsync.protocol.Name;
import java.io.IOException;

/** Somebody else works in the target: what is there now is left alone. */
final class TargetChanged extends IOException {
    private static final long serialVersionUID = 1L;

    TargetChanged(String message) {
        super(message);
    }

    /** @throws TargetChanged unless the object is still as it was planned for */
    static void check(TargetDirectory parent, Name name, FileStat planned, OwnUpdates own) throws IOException {
        if (!Victim.isStill(planned, parent.open(), name, own)) {
            throw new TargetChanged("changed in the target since it was planned");
        }
    }
}
