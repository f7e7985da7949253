package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.FileKind;
import io.zsync.protocol.Entry;
import io.zsync.protocol.Metadata;
import io.zsync.protocol.Name;
import java.io.IOException;

/** Makes the staged objects of entries that say all there is to know: symlinks, specials, empty files. For any thread. */
final class Stager {
    private final Delivery delivery;

    Stager(Delivery delivery) {
        this.delivery = delivery;
    }

    /** Stages the object under a reserved name in its directory and hands it to the publisher; waits for room there. */
    void stage(Directory parent, Destination destination, Entry entry) throws IOException, InterruptedException {
        delivery.awaitRoom();
        StagedEntry.Maker maker = (into, sync) -> switch (entry) {
            case Entry.Symlink link -> symlink(into, destination, link);
            case Entry.Special special -> special(into, destination, special);
            case Entry.RegularFile file -> empty(into, destination, file, sync);
            case Entry.Directory directory -> throw new IllegalStateException("a directory is not staged");
        };
        delivery.submit(StagedEntry.make(delivery, destination, kind(entry), parent, maker));
    }

    private Name symlink(Directory parent, Destination destination, Entry.Symlink link) throws IOException {
        Name reserved = delivery.names().next();
        parent.makeSymlink(reserved, link.target());
        describe(parent, reserved, destination, link.metadata(), false);
        return reserved;
    }

    private Name special(Directory parent, Destination destination, Entry.Special special) throws IOException {
        Name reserved = delivery.names().next();
        parent.makeSpecial(reserved, kind(special), special.device());
        describe(parent, reserved, destination, special.metadata(), true);
        return reserved;
    }

    private void describe(
            Directory parent, Name reserved, Destination destination, Metadata metadata, boolean hasMode) {
        delivery.rules()
                .apply(
                        parent.member(reserved),
                        metadata,
                        MetadataRules.ALL,
                        hasMode,
                        delivery.losses(destination.path()));
    }

    private Name empty(Directory parent, Destination destination, Entry.RegularFile file, boolean sync)
            throws IOException {
        StagedFile staged = StagedFile.create(parent, delivery.names(), file);
        try {
            delivery.seal(staged, destination, file, sync);
        } catch (IOException e) {
            StagedFile.remove(parent, staged.reserved());
            throw e;
        }
        return staged.reserved();
    }

    static FileKind kind(Entry entry) {
        return switch (entry) {
            case Entry.Directory directory -> FileKind.DIRECTORY;
            case Entry.RegularFile file -> FileKind.REGULAR;
            case Entry.Symlink link -> FileKind.SYMLINK;
            case Entry.Special special ->
                switch (special.kind()) {
                    case FIFO -> FileKind.FIFO;
                    case SOCKET -> FileKind.SOCKET;
                    case CHARACTER_DEVICE -> FileKind.CHARACTER_DEVICE;
                    case BLOCK_DEVICE -> FileKind.BLOCK_DEVICE;
                };
        };
    }
}
