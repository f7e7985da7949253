package io.zsync.node.replica;

import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileKind;
import io.zsync.node.fs.FileStat;
import io.zsync.protocol.Name;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.RelativePath;
import org.jspecify.annotations.Nullable;

/** A staged object that the entry alone describes, a symlink or an empty file: complete when it is made. */
final class StagedEntry implements Publication {
    private final Delivery delivery;
    private final RelativePath directory;
    private final Name name;
    private final FileKind kind;
    private final Name reserved;
    private final long device;
    private final @Nullable FileStat victim;

    StagedEntry(
            Delivery delivery,
            RelativePath directory,
            Name name,
            FileKind kind,
            Name reserved,
            long device,
            @Nullable FileStat victim) {
        this.delivery = delivery;
        this.directory = directory;
        this.name = name;
        this.kind = kind;
        this.reserved = reserved;
        this.device = device;
        this.victim = victim;
    }

    @Override
    public RelativePath directory() {
        return directory;
    }

    @Override
    public Name name() {
        return name;
    }

    @Override
    public FileKind kind() {
        return kind;
    }

    @Override
    public @Nullable FileStat victim() {
        return victim;
    }

    @Override
    public long device() {
        return device;
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
        delivery.published(victim == null, 0, durable);
    }

    @Override
    public void parked() {}

    @Override
    public void refused(ProblemCode code, String detail) {
        delivery.problem(directory.child(name), code, detail);
    }

    @Override
    public void syncFailed(FileFailure failure) {
        refused(ProblemCode.TARGET_FAILED, Publisher.reason(failure));
    }
}
