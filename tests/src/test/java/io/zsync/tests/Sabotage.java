package io.zsync.tests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One safeguard of the product, taken away: a patch in {@code tests/sabotage}. Its first line says what is taken, its second
 * one which test must fail, as {@code Red: MODULE CLASS#METHOD}.
 *
 * @param source the file that it changes, from the checkout's root
 */
record Sabotage(String name, String what, Test red, Path patch, Path source) {
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private static final Pattern RED = Pattern.compile("Red: (protocol|node|tests) (\\w+)#(\\w+)");
    private static final Pattern SOURCE = Pattern.compile("(?m)^\\+\\+\\+ b/(.*)$");

    /** A test method, which the class may have from a contract. */
    record Test(String module, String className, String method) {
        @Override
        public String toString() {
            return className + "." + method;
        }
    }

    /** All of them, by name. */
    static List<Sabotage> all() throws IOException {
        try (Stream<Path> files = Files.list(ROOT.resolve("tests/sabotage"))) {
            return files.sorted().map(Sabotage::read).toList();
        }
    }

    private static Sabotage read(Path patch) {
        try {
            String name = patch.getFileName().toString().replace(".patch", "");
            List<String> lines = Files.readAllLines(patch);
            Matcher red = RED.matcher(lines.get(1));
            Matcher source = SOURCE.matcher(Files.readString(patch));
            if (!red.matches() || !source.find()) {
                throw new IllegalStateException(patch + " does not say what turns red, or what it changes");
            }
            return new Sabotage(
                    name,
                    lines.getFirst(),
                    new Test(red.group(1), red.group(2), red.group(3)),
                    patch,
                    Path.of(source.group(1)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
