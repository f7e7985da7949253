package io.zsync.node.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeneratedFilesTest {
    @TempDir
    Path temp;

    /** The numbers that {@code stat -f} prints on such file systems. */
    @ParameterizedTest
    @CsvSource({
        "9fa0, true",
        "62656572, true",
        "64626720, true",
        "74726163, true",
        "62656570, true",
        "73636673, true",
        "27e0eb, true",
        "63677270, true",
        "f97cff8c, true",
        "ef53, false",
        "58465342, false",
        "9123683e, false",
        "1021994, false",
        "794c7630, false",
        "6969, false",
        "65735546, false",
        "0, false"
    })
    void theTypeOfTheFileSystemTells(String type, boolean generated) {
        assertEquals(generated, GeneratedFiles.areOn(Integer.parseUnsignedInt(type, 16)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/proc",
                "/proc/self",
                "/sys",
                "/sys/fs/cgroup/pids",
                "/sys/fs/cgroup/unified",
                "/sys/kernel/debug",
                "/sys/kernel/tracing",
                "/sys/kernel/security",
                "/sys/kernel/config",
                "/sys/fs/bpf"
            })
    void theSizesOfTheKernelsOwnFilesAreNotTrue(String path) throws IOException {
        assumeTrue(Files.isReadable(Path.of(path)), path + " is not there for this user");
        assertFalse(hasTrueSizes(Path.of(path)));
    }

    @Test
    void thoseOfFilesOnDiskAre() throws IOException {
        assertTrue(hasTrueSizes(temp));
    }

    private static boolean hasTrueSizes(Path path) throws IOException {
        try (LinuxRoot root = LinuxRoot.open(path);
                Directory directory = root.directory(RelativePath.ROOT)) {
            return directory.hasTrueSizes();
        }
    }
}
