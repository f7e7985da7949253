package io.zsync.tests.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/**
 * A file system of its own in an image file, mounted while this is open. The image takes as much of the workspace as is
 * written to it. A test is skipped, with the reason, where it cannot be made or mounted.
 */
final class LoopImage implements AutoCloseable {
    /** What can be made, and how; each with its smallest useful size. */
    enum Kind {
        /** With a journal, as everybody's. */
        EXT4(16, "mkfs.ext4 -q -F -O has_journal"),
        /** Shares blocks. */
        XFS(300, "mkfs.xfs -q -m reflink=1"),
        /** Shares blocks, between its subvolumes too. */
        BTRFS(128, "mkfs.btrfs -q");

        private final long leastMebibytes;
        private final String make;

        Kind(long leastMebibytes, String make) {
            this.leastMebibytes = leastMebibytes;
            this.make = make;
        }
    }

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Kind kind;
    private final Path folder;
    private final Path image;
    private final String device;

    private LoopImage(Kind kind, Path folder, Path image, String device) {
        this.kind = kind;
        this.folder = folder;
        this.image = image;
        this.device = device;
    }

    /**
     * @param name of the folder in the workspace where it is mounted; the image lies beside it
     * @param mebibytes at least; a kind may need more
     */
    static LoopImage mount(Workspace work, String name, Kind kind, long mebibytes) {
        Machine.needsRoot("to mount an image of " + kind);
        Machine.needs(kind.make.substring(0, kind.make.indexOf(' ')));
        Machine.needs("losetup");
        Path folder = work.path(name);
        Path image = work.path(name + ".img");
        long size = Math.max(mebibytes, kind.leastMebibytes);
        work.make("mkdir \"$1\"; truncate -s \"$2\"M \"$3\"; $4 \"$3\"", folder, size, image, kind.make);
        Outcome attached =
                Command.of("losetup", "--find", "--show", image.toString()).run();
        if (attached.code() != 0) {
            abort("no loop device to be had: " + attached.err());
        }
        String device = attached.out().strip();
        LoopImage made = new LoopImage(kind, folder, image, device);
        Outcome mounted = made.mount();
        if (mounted.code() != 0) {
            detach(device);
            abort("cannot mount " + kind + " here: " + mounted.err());
        }
        return made;
    }

    private Outcome mount() {
        return Command.of("mount", device, folder.toString()).run();
    }

    /** A power cut: the file system is what its disk and its journal hold at this moment. Not for Btrfs. */
    void cutPower() {
        PowerSwitch.cut(folder);
    }

    /** What a machine does that starts again: the journal is replayed. */
    void remount() {
        unmount();
        mount().exits(0);
    }

    /** A process that has done its work for another one may hold a file a moment longer. */
    private void unmount() {
        await().atMost(PATIENCE)
                .until(() -> Command.of("umount", folder.toString()).run().code() == 0);
        // Whoever started in a mount namespace of its own meanwhile has it there, too: as long as that lasts, a further
        // mount would be the same one, without power.
        Path known = Path.of(
                "/sys/fs",
                kind.toString().toLowerCase(Locale.ROOT),
                Path.of(device).getFileName().toString());
        await().atMost(PATIENCE).until(() -> !Files.exists(known));
    }

    /** Everything in it reaches the disk. */
    void sync() {
        Command.of("sync", "-f", folder.toString()).output();
    }

    /** The root of the file system. */
    Path root() {
        return folder;
    }

    /** A folder in it, made if it is not there. */
    Path folder(String name) {
        Path folder = root().resolve(name);
        if (!Files.isDirectory(folder)) {
            Command.of("mkdir", folder.toString()).output();
        }
        return folder;
    }

    /** Unmounts it and gives its space back. */
    @Override
    public void close() {
        try {
            unmount();
            Command.of("rmdir", folder.toString()).output();
        } finally {
            detach(device);
            Command.of("rm", image.toString()).output();
        }
    }

    private static void detach(String device) {
        Command.of("losetup", "--detach", device).output();
    }
}
