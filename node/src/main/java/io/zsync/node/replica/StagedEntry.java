package io.zsync.node.replica;

import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileKind;
import io.zsync.protocol.Name;
import io.zsync.protocol.ProblemCode;

/** A staged object that is complete when it is made: a symlink, a special, an empty file, a further name. */
final class StagedEntry implements Publication {
    private final Delivery delivery;
    private final Destination destination;
    private final FileKind kind;
    private final Name reserved;

    StagedEntry(Delivery delivery, Destination destination, FileKind kind, Name reserved) {
        this.delivery = delivery;
        this.destination = destination;
        this.kind = kind;
        this.reserved = reserved;
    }

    @Override
    public Destination destination() {
        return destination;
    }

    @Override
    public FileKind kind() {
        return kind;
    }

    @Override
    public long bytes() {
        return 0;
    }

    @Override
    public Name seal(boolean sync) {
        return reserved;
    }

    @Override
    public void published(boolean durable) {
        delivery.published(destination.victim() == null, 0, durable);
    }

    @Override
    public void parked() {}

    @Override
    public void refused(ProblemCode code, String detail) {
        delivery.refused(destination, code, detail);
    }

    @Override
    public void syncFailed(FileFailure failure) {
        refused(ProblemCode.TARGET_FAILED, Publisher.reason(failure));
    }
}
