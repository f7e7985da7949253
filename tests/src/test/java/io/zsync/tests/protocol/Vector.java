package io.zsync.tests.protocol;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One file below {@code resources/vectors}: hex bytes, with comments from {@code #} to the end of a line.
 *
 * @param name folder and file without its extension, such as {@code control/hello}
 * @param expected what a bad vector's comment says after {@code Expected:}; empty for a good one
 */
record Vector(String name, byte[] bytes, String expected) {
    private static final String EXPECTED = "# Expected: ";

    /** All vectors of a folder whose names begin so, in the order of their names. */
    static List<Vector> all(String folder, String prefix) {
        try (Stream<Path> files = Files.list(root().resolve(folder))) {
            List<Vector> vectors = files.map(file -> file.getFileName().toString())
                    .filter(file -> file.startsWith(prefix))
                    .map(file -> load(folder + "/" + file.replace(".hex", "")))
                    .sorted((a, b) -> a.name.compareTo(b.name))
                    .toList();
            if (vectors.isEmpty()) {
                throw new IllegalStateException("no vectors " + folder + "/" + prefix);
            }
            return vectors;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Vector> all(String folder) {
        return all(folder, "");
    }

    static Vector load(String name) {
        try {
            List<String> lines = Files.readAllLines(root().resolve(name + ".hex"));
            String hex = lines.stream()
                    .map(line -> line.replaceFirst("#.*", "").replace(" ", ""))
                    .collect(Collectors.joining());
            String expected = lines.stream()
                    .filter(line -> line.startsWith(EXPECTED))
                    .map(line -> line.substring(EXPECTED.length()))
                    .findFirst()
                    .orElse("");
            return new Vector(name, HexFormat.of().parseHex(hex), expected);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path root() {
        URL url = Objects.requireNonNull(Vector.class.getResource("/vectors"), "vectors on the class path");
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
