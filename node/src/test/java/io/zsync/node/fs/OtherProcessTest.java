package io.zsync.node.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What takes a process of its own: the POSIX locale of cron, and a user without rights. */
class OtherProcessTest {
    /** A name in UTF-8, and bytes that are none. */
    private static final Name FOREIGN = Name.of(new byte[] {(byte) 0xC3, (byte) 0xA4, ' ', (byte) 0xFF});

    private static final String FOREIGN_IN_SHELL = "$(printf '\\303\\244 \\377')";

    @TempDir
    Path temp;

    @BeforeEach
    void plant() throws IOException {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void namesAreBytesInThePosixLocale() throws Exception {
        try (LinuxRoot root = LinuxRoot.open(temp);
                Directory top = root.directory(RelativePath.ROOT)) {
            top.makeDirectory(FOREIGN);
            run(Stream.concat(
                            Stream.of("env", "-i", "LC_ALL=POSIX"),
                            java(PosixLocaleProgram.class, temp.toUri() + "%C3%A4%20%FF"))
                    .toList());
            try (Directory made = top.directory(FOREIGN)) {
                assertEquals(FOREIGN, made.list().members().getFirst().name());
            }
        }
    }

    @Test
    void aRelativePathIsTakenFromAWorkingDirectoryThatHasNoTextInThePosixLocale() throws Exception {
        try (LinuxRoot root = LinuxRoot.open(temp);
                Directory top = root.directory(RelativePath.ROOT)) {
            top.makeDirectory(FOREIGN);
        }
        String command = String.join(" ", java(PosixLocaleProgram.class, "").toList());
        run(List.of("sh", "-c", "cd " + temp + "/\"" + FOREIGN_IN_SHELL + "\" && exec env -i LC_ALL=POSIX " + command));
    }

    @Test
    void rightsAreThoseOfTheUser() throws Exception {
        assumeTrue(Files.getAttribute(temp, "unix:uid").equals(0), "only the superuser can become another");
        assumeTrue(becomesOther(List.of("test", "-r", classPath().getFirst())), "others cannot read the classes");
        Path home = Files.createDirectory(temp.resolve("inside"));
        Files.setAttribute(home, "unix:uid", 65_534);
        // Others may go through it and not look into it.
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwx--x--x"));
        run(Stream.concat(setpriv(), java(OtherUserProgram.class, home.toString()))
                .toList());
    }

    private static boolean becomesOther(List<String> command) throws Exception {
        return new ProcessBuilder(Stream.concat(setpriv(), command.stream()).toList())
                        .start()
                        .waitFor()
                == 0;
    }

    private static Stream<String> setpriv() {
        return Stream.of("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups");
    }

    private static List<String> classPath() {
        return List.of(System.getProperty("java.class.path").split(":"));
    }

    private static Stream<String> java(Class<?> program, String argument) {
        return Stream.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--illegal-native-access=deny",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName(),
                argument.isEmpty() ? "" : argument);
    }

    /** The program must succeed and say nothing, not even a warning. */
    private static void run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(new ArrayList<>(command))
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor(60, TimeUnit.SECONDS);
        assertEquals("", said);
        assertEquals(0, process.exitValue());
    }
}
