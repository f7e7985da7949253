package io.zsync.node.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** A root on {@code inside}, with {@code outside} beside it: what the contracts have in common. */
abstract class TreeFixture {
    static final Name A = Name.of("a");
    static final Name B = Name.of("b");
    static final Name LINK = Name.of("link");

    final Kernel kernel;

    @TempDir
    Path temp;

    Path inside;
    Path outside;
    LinuxRoot root;
    Directory top;

    TreeFixture(Kernel kernel) {
        this.kernel = kernel;
    }

    @BeforeEach
    void plant() throws IOException {
        inside = Files.createDirectory(temp.resolve("inside"));
        outside = Files.createDirectory(temp.resolve("outside"));
        root = LinuxRoot.open(inside, kernel);
        top = root.directory(RelativePath.ROOT);
    }

    @AfterEach
    void uproot() throws IOException {
        top.close();
        root.close();
    }

    static void write(Directory directory, Name name, String text) throws IOException {
        try (OpenFile file = directory.create(name)) {
            file.write(direct(text), 0);
        }
    }

    static String read(OpenFile file) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 12);
        file.read(buffer, 0);
        return StandardCharsets.UTF_8.decode(buffer.flip()).toString();
    }

    static String read(Directory directory, Name name) throws IOException {
        try (OpenFile file = directory.open(name)) {
            return read(file);
        }
    }

    static ByteBuffer direct(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static List<Name> names(Directory directory) throws IOException {
        Directory.Listing listing = directory.list();
        assertEquals(List.of(), listing.failures());
        return listing.members().stream().map(Directory.Member::name).toList();
    }

    /** The call fails with this error and its message names the place. */
    static FileFailure refused(Errno errno, Executable call) {
        FileFailure failure = assertThrows(FileFailure.class, call);
        assertEquals(errno, failure.errno(), failure.getMessage());
        assertTrue(message(failure).contains("/inside"), failure.getMessage());
        return failure;
    }

    static String message(FileFailure failure) {
        return Objects.requireNonNull(failure.getMessage());
    }

    boolean runsAsSuperuser() throws IOException {
        return top.stat().uid() == 0;
    }

    static void run(String... command) throws IOException, InterruptedException {
        assertEquals(0, exit(command), String.join(" ", command));
    }

    static int exit(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("no end after 60 s: " + String.join(" ", command));
        }
        return process.exitValue();
    }
}
