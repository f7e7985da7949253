import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.DigestInputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * Makes the distribution: {@code Image VERSION CLI}, where CLI is the module's folder, packaged. A runtime of the few JDK
 * modules that are needed, the fat jar, and a cache that the image's own launcher trained, which nothing may change
 * afterwards; then the archive of it all.
 */
final class Image {
    /** What jdeps names besides is only touched by Kryo's serializers of types that never travel. */
    private static final String MODULES = "java.base,java.management,jdk.unsupported";

    private static final String TRAINING = "io/zsync/cli/Training";

    /** The jar's time, in whole seconds, as archives keep it: the JVM compares it with what its cache remembers. */
    private static final Instant JAR_TIME = Instant.parse("2026-01-01T00:00:00Z");

    private final Path cli;
    private final Path target;
    private final Path image;
    private final Path runtime;
    private final Path lib;
    private final Path work;

    private Image(Path cli, String name) {
        this.cli = cli;
        this.target = cli.resolve("target");
        this.image = target.resolve("image").resolve(name);
        this.runtime = image.resolve("runtime");
        this.lib = image.resolve("lib");
        this.work = target.resolve("image-work");
    }

    public static void main(String[] args) throws Exception {
        String name = "zsync-" + args[0];
        Image image = new Image(Path.of(args[1]).toRealPath(), name);
        image.make();
        image.pack(name + "-linux-" + architecture() + ".tar.gz");
    }

    private static String architecture() {
        String name = System.getProperty("os.arch");
        return name.equals("amd64") ? "x86_64" : name;
    }

    private void make() throws Exception {
        if (work.toString().chars().anyMatch(Character::isWhitespace)) {
            throw new IllegalStateException(
                    "image: the flags of a JVM that trains are a list of words, and this path has a" + " blank (" + work
                            + "); build in another folder");
        }
        delete(target.resolve("image"));
        delete(work);
        Files.createDirectories(lib);
        Files.createDirectories(image.resolve("bin"));
        linkRuntime();
        Files.copy(cli.resolve("bin/zsync"), image.resolve("bin/zsync"), StandardCopyOption.COPY_ATTRIBUTES);
        copyTree(cli.resolve("src/dist/licenses"), image.resolve("licenses"));
        Path jar = makeJar();
        makeSourceTree(Files.createDirectories(work.resolve("source")));
        train(jar);
        delete(work);
    }

    private void linkRuntime() throws Exception {
        tool(
                "jlink",
                "--add-modules",
                MODULES,
                "--strip-java-debug-attributes",
                "--compress=zip-6",
                "--no-header-files",
                "--no-man-pages",
                "--output",
                runtime.toString());
        // What starts without the cache has at least this one, for the JDK's own classes.
        run(new ProcessBuilder(runtime.resolve("bin/java").toString(), "-Xshare:dump", "-Xlog:disable"));
    }

    /** The fat jar and the class that trains, under the name of its content. */
    private Path makeJar() throws Exception {
        Path jar = lib.resolve("new.jar");
        Files.copy(target.resolve("zsync.jar"), jar);
        Path classes = target.resolve("test-classes");
        List<String> words =
                new ArrayList<>(List.of("--update", "--file", jar.toString(), "--date", "2026-01-01T00:00:00+00:00"));
        try (Stream<Path> files = Files.list(classes.resolve(TRAINING).getParent())) {
            files.map(file -> classes.relativize(file).toString())
                    .filter(name -> name.equals(TRAINING + ".class") || name.startsWith(TRAINING + "$"))
                    .sorted()
                    .forEach(name -> words.addAll(List.of("-C", classes.toString(), name)));
        }
        tool("jar", words.toArray(String[]::new));
        Path named = Files.move(jar, lib.resolve("zsync-" + hash(jar) + ".jar"));
        Files.setLastModifiedTime(named, FileTime.from(JAR_TIME));
        return named;
    }

    private static String hash(Path file) throws IOException, GeneralSecurityException {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        try (DigestInputStream in = new DigestInputStream(Files.newInputStream(file), sha256)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(sha256.digest(), 0, 8);
    }

    /** Small files, a few large ones, links: the same ones each time. */
    private static void makeSourceTree(Path source) throws IOException {
        Random random = new Random(7419);
        for (int folder = 0; folder < 60; folder++) {
            Path directory = Files.createDirectories(source.resolve(Integer.toString(folder)));
            for (int file = 0; file < 60; file++) {
                Files.write(directory.resolve("file-" + file), bytes(random, random.nextInt(8 << 10)));
            }
            Files.createSymbolicLink(directory.resolve("link"), Path.of("file-1"));
            Files.createLink(directory.resolve("name"), directory.resolve("file-2"));
        }
        for (int file = 0; file < 3; file++) {
            Files.write(source.resolve("large-" + file), bytes(random, 24 << 20));
        }
    }

    private static byte[] bytes(Random random, int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    /** By the image's launcher, so that the flags are those of every later start. What follows its own is the program's. */
    private void train(Path jar) throws Exception {
        Path observed = work.resolve("observed");
        Path cache = Path.of(jar.toString().replaceFirst("\\.jar$", ".aot"));
        launch("-XX:AOTMode=record -XX:AOTConfiguration=" + observed + " -cp " + jar + " io.zsync.cli.Training");
        launch("-XX:AOTMode=create -XX:AOTConfiguration=" + observed + " -XX:AOTCache=" + cache);
    }

    private void launch(String options) throws Exception {
        ProcessBuilder launcher = new ProcessBuilder(image.resolve("bin/zsync").toString(), work.toString());
        launcher.environment().keySet().removeIf(name -> name.startsWith("ZSYNC_") || name.startsWith("LC_"));
        launcher.environment()
                .keySet()
                .removeAll(List.of("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "JDK_AOT_VM_OPTIONS"));
        launcher.environment().put("LANG", "C.UTF-8");
        launcher.environment().put("ZSYNC_HOME", work.resolve("home").toString());
        launcher.environment().put("ZSYNC_JAVA_OPTS", options);
        run(launcher);
    }

    private void pack(String name) throws Exception {
        run(new ProcessBuilder(
                "tar",
                "--create",
                "--gzip",
                "--sort=name",
                "--owner=root:0",
                "--group=root:0",
                "--mode=go=rX,u+w",
                "--file",
                target.resolve(name).toString(),
                "--directory",
                image.getParent().toString(),
                image.getFileName().toString()));
    }

    private static void tool(String name, String... words) {
        ToolProvider tool = ToolProvider.findFirst(name)
                .orElseThrow(
                        () -> new IllegalStateException("this runtime has no " + name + ": a whole JDK is needed"));
        if (tool.run(System.out, System.err, words) != 0) {
            throw new IllegalStateException("image: " + name + " failed: " + String.join(" ", words));
        }
    }

    /** The end of its output is shown when it fails. */
    private void run(ProcessBuilder process) throws IOException, InterruptedException {
        Path log = Files.createDirectories(target).resolve("image.log");
        int code = process.redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .waitFor();
        if (code != 0) {
            List<String> lines = Files.readAllLines(log);
            lines.subList(Math.max(0, lines.size() - 25), lines.size()).forEach(System.err::println);
            throw new IllegalStateException("image: exit " + code + " of " + String.join(" ", process.command()));
        }
        Files.delete(log);
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    private static void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
