package io.zsync.tests.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A folder for each test, in memory where the machine has {@code /dev/shm}. {@code rm} throws it away: quickly when it
 * holds a million files, and whatever their names are.
 */
final class Workspace implements BeforeEachCallback, AfterEachCallback {
    private static final Path SHARED = Path.of("/dev/shm");

    private @Nullable Path folder;

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        folder = Files.isWritable(SHARED)
                ? Files.createTempDirectory(SHARED, "zsync-tests")
                : Files.createTempDirectory("zsync-tests");
        // Other users' tests read it.
        Command.of("chmod", "755", folder.toString()).output();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Command.of("rm", "-rf", "--", path("").toString()).output();
    }

    /** A path in the folder, whether or not something is there. */
    Path path(String name) {
        if (folder == null) {
            throw new IllegalStateException("no test runs");
        }
        return folder.resolve(name);
    }

    /** Makes what a test needs, by a bash script that runs in the folder. */
    void make(String script, Object... words) {
        Command.script(script, words).in(path("")).output();
    }
}
