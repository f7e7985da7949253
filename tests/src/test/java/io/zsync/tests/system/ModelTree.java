package io.zsync.tests.system;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A tree on disk, and what has to be there: each path with its object. The tree is only changed through this, or by runs
 * whose outcome the model is told.
 */
final class ModelTree {
    private static final List<String> NAMES = List.of("a", "b", "c", "d", "e");
    private static final int DEPTH = 3;
    private static final List<String> FILE_MODES = List.of("rw-r--r--", "rw-------", "rwxr-xr-x");
    private static final List<String> DIRECTORY_MODES = List.of("rwxr-xr-x", "rwx------", "rwxr-x---");
    private static final Set<PosixFilePermission> OPEN_TO_OWNER = PosixFilePermissions.fromString("rwx------");

    /** What lies under a path. Only files have content, links have their target as it. */
    record Node(Kind kind, String content, String mode) {
        boolean isDirectory() {
            return kind == Kind.DIRECTORY;
        }
    }

    enum Kind {
        DIRECTORY,
        FILE,
        LINK
    }

    /** In a sequence no tree writes as many files. */
    private static final int LENGTHS = 300;

    private final Path root;
    private final int number;
    private Random random = new Random(0);
    private TreeMap<String, Node> nodes = new TreeMap<>();
    private int drawn;

    /**
     * @param root an empty directory
     * @param number among the trees of a test, from 0
     */
    ModelTree(Path root, int number) {
        this.root = root;
        this.number = number;
    }

    /** Chooses from here on by this. */
    void seed(Random by) {
        random = by;
        drawn = number * LENGTHS;
    }

    Path root() {
        return root;
    }

    Map<String, Node> nodes() {
        return Map.copyOf(nodes);
    }

    /** Makes one change on disk and in the model. @return what, for the record of a sequence */
    String change() throws IOException {
        List<String> paths = new ArrayList<>(nodes.keySet());
        String path = freePath();
        String some = paths.isEmpty() ? path : paths.get(random.nextInt(paths.size()));
        String change;
        switch (paths.isEmpty() ? 0 : random.nextInt(8)) {
            case 0, 1, 2 -> change = "create " + path + create(path);
            case 3 -> {
                change = node(some).kind() == Kind.FILE ? "write " + some + write(some) : "chmod " + chmod(some);
            }
            case 4 -> {
                remove(some);
                change = "delete " + some;
            }
            case 5 -> {
                remove(some);
                change = "replace " + some + create(some);
            }
            case 6 -> change = rename(some, path);
            default -> change = "chmod " + chmod(some);
        }
        return change;
    }

    /** Nothing is there, but its directory. */
    private String freePath() {
        List<String> directories = new ArrayList<>(List.of(""));
        nodes.forEach((path, node) -> {
            if (node.isDirectory() && path.split("/").length < DEPTH) {
                directories.add(path + "/");
            }
        });
        for (int i = 0; ; i++) {
            String name = NAMES.get(random.nextInt(NAMES.size())) + (i < 10 ? "" : Integer.toString(i));
            String path = directories.get(random.nextInt(directories.size())) + name;
            if (!nodes.containsKey(path)) {
                return path;
            }
        }
    }

    private String create(String path) throws IOException {
        Path file = root.resolve(path);
        return switch (random.nextInt(6)) {
            case 0, 1 -> {
                Files.createDirectory(file);
                nodes.put(path, new Node(Kind.DIRECTORY, "", "rwxr-xr-x"));
                yield "/ " + chmod(path);
            }
            case 2 -> {
                String target = "to-" + random.nextInt(1_000);
                Files.createSymbolicLink(file, Path.of(target));
                nodes.put(path, new Node(Kind.LINK, target, ""));
                yield " -> " + target;
            }
            default -> {
                nodes.put(path, new Node(Kind.FILE, "", "rw-r--r--"));
                yield write(path) + ", " + chmod(path);
            }
        };
    }

    /** Of a length that no other has, in no tree: the times of two may be the same, and by these two files are compared. */
    private String write(String path) throws IOException {
        int most = List.of(500, 20_000, 300_000).get(random.nextInt(3));
        byte[] bytes = new byte[random.nextInt(most / 1_000 + 1) * 1_000 + ++drawn % 1_000];
        random.nextBytes(bytes);
        Files.write(root.resolve(path), bytes);
        nodes.put(path, new Node(Kind.FILE, contentOf(bytes), node(path).mode()));
        return " (" + bytes.length + " bytes)";
    }

    private Node node(String path) {
        return Objects.requireNonNull(nodes.get(path));
    }

    private String chmod(String path) throws IOException {
        Node node = node(path);
        if (node.kind() == Kind.LINK) {
            return "nothing";
        }
        List<String> modes = node.isDirectory() ? DIRECTORY_MODES : FILE_MODES;
        String mode = modes.get(random.nextInt(modes.size()));
        Files.setPosixFilePermissions(root.resolve(path), PosixFilePermissions.fromString(mode));
        nodes.put(path, new Node(node.kind(), node.content(), mode));
        return path + " " + mode;
    }

    private void remove(String path) throws IOException {
        deleteAll(root.resolve(path));
        nodes.keySet().removeIf(other -> isAtOrBelow(other, path));
    }

    private String rename(String from, String to) throws IOException {
        if (isAtOrBelow(to, from) || from.equals(to)) {
            return "nothing";
        }
        Files.move(root.resolve(from), root.resolve(to));
        TreeMap<String, Node> moved = new TreeMap<>();
        nodes.forEach(
                (path, node) -> moved.put(isAtOrBelow(path, from) ? to + path.substring(from.length()) : path, node));
        nodes = moved;
        return "rename " + from + " to " + to;
    }

    private static void deleteAll(Path top) throws IOException {
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(top)) {
            paths = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) {
            Files.delete(path);
        }
    }

    /** Back to an empty directory. */
    void clear() throws IOException {
        try (Stream<Path> members = Files.list(root)) {
            for (Path member : members.toList()) {
                deleteAll(member);
            }
        }
        nodes.clear();
    }

    static boolean isAtOrBelow(String path, String top) {
        return path.equals(top) || path.startsWith(top + "/");
    }

    /** What a run from {@code source} makes of this that goes well. */
    Map<String, Node> after(Map<String, Node> source, boolean delete) {
        if (delete) {
            return source;
        }
        Map<String, Node> after = new TreeMap<>(nodes);
        new TreeMap<>(source).forEach((path, node) -> {
            if (isInTheWay(path, node)) {
                return;
            }
            after.put(path, node);
        });
        return after;
    }

    /** Directories with something in them, where the source has something else: without deleting they stay. */
    long inTheWayOf(Map<String, Node> source) {
        return source.entrySet().stream()
                .filter(entry -> isInTheWay(entry.getKey(), entry.getValue()))
                .count();
    }

    private boolean isInTheWay(String path, Node source) {
        Node own = nodes.get(path);
        return own != null
                && own.isDirectory()
                && !source.isDirectory()
                && nodes.keySet().stream().anyMatch(other -> other.startsWith(path + "/"));
    }

    void adopt(Map<String, Node> now) {
        nodes = new TreeMap<>(now);
    }

    /** What differs from the model, one path a line. */
    List<String> losses() throws IOException {
        Map<String, Node> now = read();
        List<String> losses = new ArrayList<>();
        Set<String> paths = new TreeSet<>(nodes.keySet());
        paths.addAll(now.keySet());
        for (String path : paths) {
            if (!Objects.equals(nodes.get(path), now.get(path))) {
                losses.add(root + "/" + path + " is " + now.get(path) + ", and should be " + nodes.get(path));
            }
        }
        return losses;
    }

    /** A run was cut: adopts each path that is as before or as {@code after}. @return those that are neither */
    List<String> adoptEither(Map<String, Node> after) throws IOException {
        Map<String, Node> now = read();
        List<String> losses = new ArrayList<>();
        Set<String> paths = new TreeSet<>(nodes.keySet());
        paths.addAll(after.keySet());
        paths.addAll(now.keySet());
        for (String path : paths) {
            Node found = now.get(path);
            if (!isEither(found, nodes.get(path), after.get(path))) {
                losses.add(root + "/" + path + " is " + found + ", neither " + nodes.get(path) + " nor "
                        + after.get(path));
            }
        }
        adopt(now);
        return losses;
    }

    private static boolean isEither(@Nullable Node found, @Nullable Node before, @Nullable Node after) {
        if (Objects.equals(found, before) || Objects.equals(found, after)) {
            return true;
        }
        // A directory that was worked in is open to its owner until it is finished.
        return found != null
                && found.isDirectory()
                && ((before != null && before.isDirectory()) || (after != null && after.isDirectory()))
                && PosixFilePermissions.fromString(found.mode()).containsAll(OPEN_TO_OWNER);
    }

    /** All that is there, but what is staged. */
    private Map<String, Node> read() throws IOException {
        Map<String, Node> now = new HashMap<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                if (!directory.equals(root)) {
                    if (isStaged(directory)) {
                        return FileVisitResult.SKIP_SUBTREE;
                    }
                    put(directory, Kind.DIRECTORY, "");
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (isStaged(file)) {
                    return FileVisitResult.CONTINUE;
                }
                if (attributes.isSymbolicLink()) {
                    now.put(
                            name(file),
                            new Node(Kind.LINK, Files.readSymbolicLink(file).toString(), ""));
                } else {
                    put(file, Kind.FILE, contentOf(Files.readAllBytes(file)));
                }
                return FileVisitResult.CONTINUE;
            }

            private void put(Path path, Kind kind, String content) throws IOException {
                String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
                now.put(name(path), new Node(kind, content, mode));
            }

            private String name(Path path) {
                return root.relativize(path).toString();
            }
        });
        return now;
    }

    private static boolean isStaged(Path path) {
        return path.getFileName().toString().startsWith(".zsync-");
    }

    private static String contentOf(byte[] bytes) {
        CRC32C sum = new CRC32C();
        sum.update(bytes);
        return bytes.length + " bytes " + Long.toHexString(sum.getValue());
    }
}
