package io.zsync.tests.system;

import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Path;

/** A file system in memory that is soon full. Needs root. */
final class SmallDisk implements AutoCloseable {
    private final Path folder;

    private SmallDisk(Path folder) {
        this.folder = folder;
    }

    /**
     * Mounts it on a folder, which is made if need be.
     *
     * @param options such as {@code size=8m}
     */
    static SmallDisk mount(Path folder, String options) {
        Machine.needsRoot("to mount a small file system");
        Command.of("mkdir", "-p", folder.toString()).output();
        Outcome outcome = Command.of("mount", "-t", "tmpfs", "-o", options, "zsync-tests", folder.toString())
                .run();
        if (outcome.code() != 0) {
            abort("cannot mount here: " + outcome.err());
        }
        return new SmallDisk(folder);
    }

    /** Gives it other bounds. */
    void resize(String options) {
        Command.of("mount", "-o", "remount," + options, folder.toString()).output();
    }

    /** Leaves not a byte free, and inodes as many as there were. */
    void fill() {
        Command.script(
                        "cat /dev/zero >\"$1/filler\" 2>/dev/null || [ $(df --output=avail \"$1\" | tail -n 1) = 0 ]",
                        folder)
                .output();
    }

    /** Takes away what filled it. */
    void empty() {
        Command.of("rm", folder.resolve("filler").toString()).output();
    }

    @Override
    public void close() {
        Command.of("umount", folder.toString()).output();
    }
}
