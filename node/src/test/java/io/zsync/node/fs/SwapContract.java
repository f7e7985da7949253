package io.zsync.node.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.fs.Directory.Rename;
import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** An attacker swaps a name for a symlink to the outside, all the time: no call may ever get there. */
abstract class SwapContract extends TreeFixture {
    private static final Duration RACE = Duration.ofMillis(400);
    private static final Name DIRECTORY = Name.of("directory");
    private static final Name FILE = Name.of("file");

    SwapContract(Kernel kernel) {
        super(kernel);
    }

    @BeforeEach
    void plantTwins() throws IOException {
        Files.writeString(outside.resolve("a"), "secret");
        top.makeDirectory(DIRECTORY);
        try (Directory directory = top.directory(DIRECTORY)) {
            write(directory, A, "public");
        }
        write(top, FILE, "public");
        top.makeSymlink(Name.of("directory twin"), bytes("../outside"));
        top.makeSymlink(Name.of("file twin"), bytes("../outside/a"));
    }

    /** Runs the call until time is up; it must have succeeded and been refused, or no race took place. */
    private void race(Name swapped, boolean refusals, Executable call) throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        AtomicReference<Throwable> trouble = new AtomicReference<>();
        Thread attacker = Thread.ofPlatform().start(() -> {
            try (Directory mine = root.directory(RelativePath.ROOT)) {
                while (!done.get()) {
                    mine.rename(swapped, Name.of(swapped + " twin"), Rename.EXCHANGE);
                }
            } catch (IOException failure) {
                trouble.set(failure);
            }
        });
        int passed = 0;
        int refused = 0;
        try {
            for (long end = System.nanoTime() + RACE.toNanos(); System.nanoTime() < end; ) {
                try {
                    call.execute();
                    passed++;
                } catch (FileFailure failure) {
                    refused++;
                    assertTrue(
                            failure.errno() == Errno.LOOP
                                    || failure.errno() == Errno.NOTDIR
                                    || failure.errno() == Errno.INVAL,
                            failure.getMessage());
                }
            }
        } catch (Throwable failure) {
            throw new AssertionError("after " + passed + " passed, " + refused + " refused", failure);
        } finally {
            done.set(true);
            attacker.join();
        }
        assertEquals(null, trouble.get());
        assertTrue(passed > 0, "never passed");
        assertTrue(refused > 0 || !refusals, "never refused in " + passed);
        assertOutsideIsUntouched();
    }

    private void assertOutsideIsUntouched() throws IOException {
        try (var members = Files.list(outside)) {
            assertEquals(1, members.count());
        }
        assertEquals("secret", Files.readString(outside.resolve("a")));
    }

    @Test
    void opensReadNothingFromOutside() throws Exception {
        race(FILE, true, () -> assertEquals("public", read(top, FILE)));
    }

    @Test
    void directoriesOfTheRootAreNeverOutside() throws Exception {
        race(DIRECTORY, true, () -> {
            try (Directory directory = root.directory(RelativePath.of("directory"))) {
                useAsVictim(directory);
            }
        });
    }

    @Test
    void memberDirectoriesAreNeverOutside() throws Exception {
        race(DIRECTORY, true, () -> {
            try (Directory directory = top.directory(DIRECTORY)) {
                useAsVictim(directory);
            }
        });
    }

    private static void useAsVictim(Directory directory) throws IOException {
        assertEquals("public", read(directory, A));
        write(directory, B, "made");
        directory.makeDirectory(LINK);
        directory.removeDirectory(LINK);
        directory.rename(B, LINK, Rename.NO_REPLACE);
        directory.rename(A, LINK, Rename.EXCHANGE);
        directory.rename(A, LINK, Rename.EXCHANGE);
        directory.unlink(LINK);
    }

    @Test
    void metadataNeverReachesTheOutside() throws Exception {
        Path secret = outside.resolve("a");
        String mode = "unix:mode";
        Object modeBefore = Files.getAttribute(secret, mode);
        Object timeBefore = Files.getAttribute(secret, "unix:ctime");
        race(FILE, false, () -> {
            top.member(FILE).setMode(0777);
            top.member(FILE).setTime(1, 1);
            top.member(FILE).setOwner(top.stat().uid(), top.stat().gid());
        });
        assertEquals(modeBefore, Files.getAttribute(secret, mode));
        assertEquals(timeBefore, Files.getAttribute(secret, "unix:ctime"));
    }

    @Test
    void renamesOfTheSwappedNameStayInside() throws Exception {
        race(FILE, false, () -> {
            Name staged = Name.of("staged");
            write(top, staged, "staged");
            top.rename(staged, Name.of("beside"), Rename.REPLACE);
        });
    }
}
