package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A directory that a run has no business in, as it was: kind, inode, mode, owner, number of names, modification and change
 * time and content of everything in it, of itself too.
 */
record Outside(Path root, Map<String, String> objects) {
    static Outside of(Path root) throws IOException {
        return new Outside(root, list(root));
    }

    /** Nobody has touched anything since. */
    void assertUntouched() throws IOException {
        assertEquals(objects, list(root), () -> "changed: " + root);
    }

    private static Map<String, String> list(Path root) throws IOException {
        Map<String, String> objects = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                Map<String, Object> stat = Files.readAttributes(
                        path, "unix:ino,mode,uid,gid,nlink,lastModifiedTime,ctime", LinkOption.NOFOLLOW_LINKS);
                String content = Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                        ? Integer.toString(Arrays.hashCode(Files.readAllBytes(path)))
                        : "";
                objects.put(root.relativize(path).toString(), new TreeMap<>(stat) + content);
            }
        }
        return objects;
    }
}
