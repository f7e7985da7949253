package io.zsync.node.copy;

import io.zsync.protocol.DataPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Run by {@link OtherUserCopyTest} as a user without rights, in a directory of its own: files whose rights go meanwhile. */
final class OtherUserCopyProgram {
    private static final byte[] CONTENT = FilePair.bytes(100_000);

    private OtherUserCopyProgram() {}

    public static void main(String[] arguments) throws IOException {
        Path home = Path.of(arguments[0]);
        Path source = home.resolve("source");
        Path target = home.resolve("target");
        for (DataPath path : List.of(DataPath.COPY_RANGE, DataPath.SENDFILE, DataPath.BUFFERED)) {
            copies(home, source, path);
        }
        refuses(home, source, DataPath.MAPPED);
        copies(home, source, null);

        copies(home, target, DataPath.COPY_RANGE);
        refuses(home, target, DataPath.SENDFILE);
        copies(home, target, DataPath.MAPPED);
        copies(home, target, DataPath.BUFFERED);
        copies(home, target, null);
    }

    private static void copies(Path home, Path withoutRights, @Nullable DataPath path) throws IOException {
        try (FilePair pair = FilePair.in(home, CONTENT)) {
            Files.setPosixFilePermissions(withoutRights, Set.of());
            copy(pair, path);
            require(Arrays.equals(CONTENT, pair.targetContent()), path + " copies what it opened");
        } catch (PathRefused refused) {
            throw new IllegalStateException(refused);
        } finally {
            clear(home);
        }
    }

    private static void refuses(Path home, Path withoutRights, DataPath path) throws IOException {
        try (FilePair pair = FilePair.in(home, CONTENT)) {
            Files.setPosixFilePermissions(withoutRights, Set.of());
            copy(pair, path);
            throw new IllegalStateException(path + " opened what it has no rights on");
        } catch (PathRefused refused) {
            require(refused.reason().equals("Permission denied"), refused.toString());
        } finally {
            clear(home);
        }
    }

    private static void copy(FilePair pair, @Nullable DataPath path) throws IOException, PathRefused {
        try (RangeCopier copier = new RangeCopier(new PathMemory(), path, new PathCounters(), Throttle.OPEN)) {
            copier.copy(pair.source, pair.target, pair.devices, 0, CONTENT.length);
        }
    }

    private static void clear(Path home) throws IOException {
        Files.delete(home.resolve("source"));
        Files.delete(home.resolve("target"));
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalStateException(otherwise);
        }
    }
}
