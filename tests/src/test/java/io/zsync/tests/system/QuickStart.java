package io.zsync.tests.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What lets {@code zsync} start in a third of its CPU time, for tests that start it a thousand times: a cache of its
 * classes, which a first run makes, and the first compiler alone. Made once, for the jar that is tested.
 */
final class QuickStart {
    private static final String OPTIONS = make();

    private QuickStart() {}

    /** For ZSYNC_JAVA_OPTS. */
    static String options() {
        return OPTIONS;
    }

    private static String make() {
        try {
            Path folder = Files.createTempDirectory("zsync-tests");
            Path source = Files.createDirectory(folder.resolve("source"));
            Files.writeString(source.resolve("file"), "file");
            Path cache = folder.resolve("cache");
            String compiler = "-XX:TieredStopAtLevel=1";
            Checkout.push(source, folder.resolve("target"), "-q")
                    .with("ZSYNC_JAVA_OPTS", compiler + " -XX:AOTCacheOutput=" + cache)
                    .output();
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(
                            () -> Command.of("rm", "-rf", folder.toString()).output()));
            return compiler + " -XX:AOTCache=" + cache;
        } catch (IOException e) {
            throw new AssertionError("cannot make a cache of classes", e);
        }
    }
}
