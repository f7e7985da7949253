package io.zsync.node.copy;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system in memory that is soon full. Tests are skipped where nothing may be mounted. */
record SmallDisk(Path folder) implements AutoCloseable {
    static SmallDisk mount(Path folder, String size) throws IOException {
        Files.createDirectory(folder);
        int exit = run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", folder.toString());
        assumeTrue(exit == 0, "a file system may be mounted");
        return new SmallDisk(folder);
    }

    @Override
    public void close() throws IOException {
        run("umount", folder.toString());
    }

    private static int run(String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.onExit().join().exitValue();
    }
}
