package io.zsync.tests.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A folder for each test, or for all of a class if the field is static, in memory where the machine has {@code /dev/shm}.
 * {@code rm} throws it away: quickly when it holds a million files, and whatever their names are.
 */
final class Workspace implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {
    private static final Path SHARED = Path.of("/dev/shm");

    private @Nullable Path folder;
    private boolean ofClass;

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        ofClass = true;
        make();
    }

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        if (!ofClass) {
            make();
        }
    }

    private void make() throws IOException {
        folder = Files.isWritable(SHARED)
                ? Files.createTempDirectory(SHARED, "zsync-tests")
                : Files.createTempDirectory("zsync-tests");
        // Other users' tests read it.
        Command.of("chmod", "755", folder.toString()).output();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (!ofClass) {
            remove();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        remove();
    }

    private void remove() {
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
