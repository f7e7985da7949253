package io.zsync.tests.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * What lets {@code zsync} start in half of its CPU time, for tests that start it a thousand times in all: a cache of its
 * classes, such as an image has one, which a first run makes. Made once, for the jar that is tested.
 */
final class QuickStart {
    private static final String CACHE = make();

    private QuickStart() {}

    /** For ZSYNC_JAVA_OPTS. */
    static String options() {
        return "-XX:AOTCache=" + CACHE;
    }

    /** The same for runs whose speed is nobody's concern: with the first compiler alone, a third of the CPU time. */
    static String withOneCompiler() {
        return "-XX:TieredStopAtLevel=1 " + options();
    }

    private static String make() {
        try {
            Path folder = Files.createTempDirectory("zsync-tests");
            // Tests run as another user, too.
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            Path source = Files.createDirectory(folder.resolve("source"));
            Files.writeString(source.resolve("file"), "file");
            Path cache = folder.resolve("cache");
            Checkout.push(source, folder.resolve("target"), "-q")
                    .with("ZSYNC_JAVA_OPTS", "-XX:AOTCacheOutput=" + cache)
                    .output();
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(
                            () -> Command.of("rm", "-rf", folder.toString()).output()));
            return cache.toString();
        } catch (IOException e) {
            throw new AssertionError("cannot make a cache of classes", e);
        }
    }
}
