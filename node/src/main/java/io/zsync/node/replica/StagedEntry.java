package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileKind;
import io.zsync.protocol.Name;
import io.zsync.protocol.ProblemCode;
import java.io.IOException;

/**
 * A staged object that is complete when it is made: a symlink, a special, an empty file, a further name. If the sync of its
 * batch fails it is made once more, and published alone.
 */
final class StagedEntry implements Publication {
    /** Makes the object; called once more, by the publisher's thread, if the sync of its batch failed. */
    interface Maker {
        /**
         * @param parent the directory that it is to be in
         * @param sync force what it has of content to disk
         * @return its reserved name
         * @throws InterruptedException if the run is over
         */
        Name make(Directory parent, boolean sync) throws IOException, InterruptedException;
    }

    private final Delivery delivery;
    private final Destination destination;
    private final FileKind kind;
    private final Maker maker;
    private final Name reserved;
    private final boolean alone;

    private StagedEntry(
            Delivery delivery, Destination destination, FileKind kind, Maker maker, Name reserved, boolean alone) {
        this.delivery = delivery;
        this.destination = destination;
        this.kind = kind;
        this.maker = maker;
        this.reserved = reserved;
        this.alone = alone;
    }

    /** Makes the object in its directory. */
    static StagedEntry make(Delivery delivery, Destination destination, FileKind kind, Directory parent, Maker maker)
            throws IOException, InterruptedException {
        boolean alone = delivery.syncsAlone(destination.device());
        return new StagedEntry(delivery, destination, kind, maker, maker.make(parent, alone), alone);
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
    public boolean isAlone() {
        return alone;
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
        delivery.errand(this::again);
    }

    private void again() {
        try (Directory parent = delivery.root().directory(destination.directory())) {
            delivery.submit(new StagedEntry(delivery, destination, kind, maker, maker.make(parent, true), true));
        } catch (IOException e) {
            refused(ProblemCode.TARGET_FAILED, Publisher.reason(e));
        } catch (InterruptedException runIsOver) {
            return;
        }
    }
}
