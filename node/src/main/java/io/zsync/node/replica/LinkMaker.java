package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileStat;
import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.Entry;
import io.zsync.protocol.Metadata;
import io.zsync.protocol.Name;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes the further names of objects whose first names are in their place: stages each as a link and hands it to the
 * publisher, which treats it like any other object. Where the file system allows no more names the content is copied, the
 * copy takes the names that follow, and that is told. One thread.
 */
final class LinkMaker implements TargetLinks.Maker, AutoCloseable {
    private static final int SLICE_LENGTH = 256 << 10;

    private final Delivery delivery;
    private final DirectoryCursor firsts;
    private final DirectoryCursor targets;
    /** Copies that took the place of first names which had no room for more, by the entries of those. */
    private final Map<Long, RelativePath> copies = new HashMap<>();

    LinkMaker(Delivery delivery) {
        this.delivery = delivery;
        this.firsts = new DirectoryCursor(delivery.root());
        this.targets = new DirectoryCursor(delivery.root());
    }

    @Override
    public void make(TargetLinks.Later link) throws InterruptedException {
        delivery.requireRunning();
        Destination destination = link.destination();
        if (delivery.links().hasFailed(link.first())) {
            delivery.problem(
                    destination.path(), ProblemCode.TARGET_FAILED, "a name of " + link.path() + ", which failed");
            return;
        }
        delivery.awaitRoom();
        try {
            RelativePath first = delivery.displacement().whereIs(copies.getOrDefault(link.first(), link.path()));
            Directory from = firsts.at(first.parent());
            FileStat object = from.stat(first.name());
            FileStat victim = destination.victim();
            if (victim != null && victim.sameObject(object)) {
                return;
            }
            Directory into = targets.at(destination.directory());
            StagedEntry linked = linked(destination, object, first, into);
            if (linked != null) {
                delivery.submit(linked);
            } else {
                delivery.submit(StagedEntry.make(
                        delivery,
                        destination,
                        object.kind(),
                        into,
                        (target, sync) -> copy(first, target, object, sync)));
                delivery.problem(
                        destination.path(),
                        ProblemCode.METADATA_LOST,
                        "hard link to " + first + ": the file system has no room for it, the content was copied");
                // The names that follow are made of it, so it has to be in its place.
                delivery.drain();
                if (delivery.links().hasFailed(destination.entry())) {
                    delivery.links().failed(link.first());
                } else {
                    copies.put(link.first(), destination.path());
                }
            }
        } catch (IOException e) {
            delivery.failed(destination.path(), e);
        }
    }

    /** @return null if this object can have no such name, but a copy of it can */
    private @Nullable StagedEntry linked(Destination destination, FileStat object, RelativePath first, Directory into)
            throws IOException, InterruptedException {
        try {
            return StagedEntry.make(delivery, destination, object.kind(), into, (target, sync) -> link(first, target));
        } catch (FileFailure e) {
            boolean full = e.errno() == Errno.MLINK || e.errno() == Errno.XDEV;
            if (full && object.isRegular()) {
                return null;
            }
            throw e;
        }
    }

    private Name link(RelativePath first, Directory into) throws IOException {
        Name reserved = delivery.names().next();
        try (Directory from = delivery.root().directory(first.parent())) {
            from.link(first.name(), into, reserved);
        }
        return reserved;
    }

    private Name copy(RelativePath first, Directory into, FileStat object, boolean sync)
            throws IOException, InterruptedException {
        try (Directory from = delivery.root().directory(first.parent());
                OpenFile source = from.open(first.name())) {
            Metadata metadata =
                    object.metadata().with(source.attributes(delivery.rules().kinds()));
            Entry.RegularFile entry = new Entry.RegularFile(metadata, object.size(), object.isSparse());
            StagedFile staged = StagedFile.create(into, delivery.names(), entry);
            try {
                copyContent(source, staged, object.size());
            } catch (IOException | InterruptedException e) {
                staged.discard(into);
                throw e;
            }
            try {
                staged.seal(delivery.rules(), metadata, sync, delivery.losses(first));
            } catch (IOException e) {
                StagedFile.remove(into, staged.reserved());
                throw e;
            }
            return staged.reserved();
        }
    }

    private void copyContent(OpenFile source, StagedFile staged, long size) throws IOException, InterruptedException {
        ByteBuffer slice = ByteBuffer.allocateDirect(SLICE_LENGTH);
        for (long offset = source.nextData(0); offset < size; offset = source.nextData(offset)) {
            long end = Math.min(Math.max(source.nextHole(offset), offset + 1), size);
            while (offset < end) {
                delivery.requireRunning();
                slice.clear().limit((int) Math.min(SLICE_LENGTH, end - offset));
                int read = source.read(slice, offset);
                if (read == 0) {
                    throw new TargetChanged("cut short while it was copied from its first name");
                }
                staged.write(slice.flip(), offset);
                offset += read;
            }
        }
    }

    @Override
    public void close() throws IOException {
        firsts.close();
        targets.close();
    }
}
