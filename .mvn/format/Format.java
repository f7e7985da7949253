import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.ImportOrderer;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Checks or mends the format of every Java source: {@code Format check|apply ROOT}. Exits 1 when something is left. */
final class Format {
    private static final JavaFormatterOptions.Style STYLE = JavaFormatterOptions.Style.PALANTIR;
    private static final Formatter FORMATTER = Formatter.createFormatter(
            JavaFormatterOptions.builder().style(STYLE).formatJavadoc(false).build());

    private Format() {}

    public static void main(String[] args) throws IOException {
        boolean apply = switch (args[0]) {
            case "apply" -> true;
            case "check" -> false;
            default -> throw new IllegalArgumentException(args[0] + " is neither check nor apply");
        };
        Path root = Path.of(args[1]).toRealPath();
        int left = 0;
        for (Path source : sources(root)) {
            String before = Files.readString(source);
            String after;
            try {
                after = ImportOrderer.reorderImports(
                        FORMATTER.formatSource(RemoveUnusedImports.removeUnusedImports(before)), STYLE);
            } catch (FormatterException e) {
                System.err.println(root.relativize(source) + ": " + e.getMessage());
                left++;
                continue;
            }
            if (before.equals(after)) {
                continue;
            }
            if (apply) {
                Files.writeString(source, after);
                System.out.println("formatted " + root.relativize(source));
            } else {
                System.err.println(root.relativize(source) + ":" + firstDifference(before, after) + ": not formatted");
                left++;
            }
        }
        if (left > 0) {
            System.err.println("mend with: mvn -q -Pcheck -Dformat=apply -pl .mvn/format verify");
            System.exit(1);
        }
    }

    private static List<Path> sources(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !("/" + root.relativize(file)).contains("/target/"))
                    .sorted()
                    .toList();
        }
    }

    private static int firstDifference(String before, String after) {
        List<String> left = before.lines().toList();
        List<String> right = after.lines().toList();
        int line = 0;
        while (line < Math.min(left.size(), right.size()) && left.get(line).equals(right.get(line))) {
            line++;
        }
        return line + 1;
    }
}
