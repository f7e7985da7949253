package io.zsync.node.copy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mapping and sendfile open a file once more, which root may always do; so somebody else has to try. */
class OtherUserCopyTest {
    @TempDir
    Path temp;

    @Test
    void filesWhoseRightsWentAreCopiedByThePathsThatOpenNothing() throws Exception {
        assumeTrue(Files.getAttribute(temp, "unix:uid").equals(0), "only the superuser can become another");
        String firstClasses = System.getProperty("java.class.path").split(":", 2)[0];
        assumeTrue(run(Stream.of("test", "-r", firstClasses)).exitValue() == 0, "others cannot read the classes");
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwx--x--x"));
        Path home = Files.createDirectory(temp.resolve("home"));
        Files.setAttribute(home, "unix:uid", 65_534);

        Process program = run(Stream.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                OtherUserCopyProgram.class.getName(),
                home.toString()));

        assertEquals("", new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        assertEquals(0, program.exitValue());
    }

    private static Process run(Stream<String> command) throws Exception {
        List<String> become = List.of("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups");
        Process process = new ProcessBuilder(
                        Stream.concat(become.stream(), command).toList())
                .redirectErrorStream(true)
                .start();
        process.waitFor();
        return process;
    }
}
