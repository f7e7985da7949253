package io.zsync.tests.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The distribution image does what the jar does, and its cache is used where it fits and silently left alone elsewhere. */
class ImageIT {
    private static final Path BUILT = Checkout.ROOT.resolve("cli/target/image");
    /** With the latter the JVM takes no cache. */
    private static final String DENIED = "--sun-misc-unsafe-memory-access=deny --illegal-native-access=deny";

    private static final Pattern LISTENING = Pattern.compile("listening on (\\S+)  id \\S+\\R");

    @RegisterExtension
    final Workspace work = new Workspace();

    /** A copy that a test may spoil. */
    private Path image;

    private Path source;
    private Path target;

    @BeforeEach
    void copyTheImage() throws IOException {
        List<Path> built = Files.isDirectory(BUILT) ? matching(BUILT, "zsync-*") : List.of();
        if (built.isEmpty()) {
            abort("no image is built: mvn -Pdist verify");
        }
        image = work.path("image");
        source = work.path("source");
        target = work.path("target");
        work.make("""
                cp -a "$1" image
                mkdir -p source/below; head -c 3M /dev/urandom >source/large; echo x >source/below/small
                : >source/empty; ln -s gone source/link""", built.getFirst());
        if (Files.getLastModifiedTime(cache()).compareTo(Files.getLastModifiedTime(Checkout.JAR)) < 0) {
            abort("the image is older than the jar: mvn -Pdist verify");
        }
    }

    private static List<Path> matching(Path folder, String glob) throws IOException {
        try (Stream<Path> members = Files.list(folder)) {
            return members.filter(member -> folder.getFileSystem()
                            .getPathMatcher("glob:" + glob)
                            .matches(member.getFileName()))
                    .toList();
        }
    }

    private Path jar() throws IOException {
        return matching(image.resolve("lib"), "zsync-*.jar").getFirst();
    }

    private Path cache() throws IOException {
        return matching(image.resolve("lib"), "zsync-*.aot").getFirst();
    }

    private String launcher() {
        return image.resolve("bin/zsync").toString();
    }

    /** By the image's own runtime: no other is named. */
    private Command zsync(Object... words) {
        List<String> all = new ArrayList<>(List.of(launcher()));
        for (Object word : words) {
            all.add(word.toString());
        }
        return Command.of(all).with("ZSYNC_JAVA_HOME", "");
    }

    private Command as(String node, Object... words) {
        return zsync(words).with("ZSYNC_HOME", work.path(node).toString());
    }

    /** As the JVM tells: where the first of our classes came from. */
    private boolean usesItsCache() {
        Outcome outcome = zsync("--version")
                .with("ZSYNC_JAVA_OPTS", "-Xlog:class+load:stderr")
                .run()
                .exits(0);
        Matcher loaded = Pattern.compile("io\\.zsync\\.cli\\.Main source: (.*)").matcher(outcome.err());
        assertTrue(loaded.find(), "no word of our class");
        return loaded.group(1).startsWith("shared objects file");
    }

    /** A run prints what is ours, not a word of the JVM's, and does what it should. */
    private void assertWorks(Command copy) {
        Outcome version = zsync("--version").run().exits(0);
        assertTrue(version.out().matches("zsync [0-9.]+\n"), version::toString);
        assertEquals("", version.err());

        Outcome copied = copy.run().exits(0);
        assertEquals("", copied.out());
        assertSummary("copied ", copied);
        Trees.assertMirrors(source, target);
    }

    private void assertWorks() {
        assertWorks(zsync("copy", source, target));
    }

    private static void assertSummary(String start, Outcome outcome) {
        assertTrue(outcome.err().startsWith(start), outcome::toString);
        assertEquals(3, outcome.errLines().size(), outcome::toString);
    }

    @Test
    void doesWhatTheJarDoesAndPrintsNothingElse() {
        assertWorks();
        Path pushed = work.path("pushed");

        Outcome first = zsync("push", source, "local:" + pushed).run().exits(0);
        assertEquals("", first.out());
        assertSummary("pushed ", first);
        Trees.assertMirrors(source, pushed);

        assertEquals("", zsync("diff", source, "local:" + pushed).run().exits(0).out());
        work.make("echo different >source/below/small");
        Outcome differs = zsync("diff", source, "local:" + pushed).run().exits(40);
        assertEquals("below/small\n", differs.out());

        Outcome json = zsync("push", "--json", source, "local:" + pushed).run().exits(0);
        assertTrue(json.outLines().stream().allMatch(line -> line.startsWith("{\"event\":\"")), json::toString);
        assertEquals("", json.err());
    }

    @Test
    void withUnsafeAndUngrantedNativeAccessDeniedItPrintsNothingElse() {
        assertWorks(zsync("copy", source, target).with("ZSYNC_JAVA_OPTS", DENIED));
        assertSummary(
                "pushed ",
                zsync("push", source, "local:" + work.path("pushed"))
                        .with("ZSYNC_JAVA_OPTS", DENIED)
                        .run()
                        .exits(0));
    }

    @Test
    void pushesToAnotherNode() {
        work.make("mkdir target");
        String server = as("server", "id").output().strip();
        as("server", "peers", "add", "client", as("client", "id").output().strip())
                .output();
        try (Command.Running node = as(
                        "server", "serve", "-q", "--share", "s=" + target + ":rw", "--listen", "127.0.0.1:0")
                .start()) {
            await().until(() -> !node.isAlive() || LISTENING.matcher(node.out()).matches());
            Matcher listening = LISTENING.matcher(node.out());
            assertTrue(listening.matches(), () -> node.out() + node.err());
            as("client", "peers", "add", "server", server, listening.group(1)).output();

            Outcome pushed = as("client", "push", "--protect", "private", source, "server/s")
                    .run()
                    .exits(0);

            assertSummary("pushed ", pushed);
            assertTrue(pushed.err().contains("protection private"), pushed::err);
            Trees.assertMirrors(source, target);
            node.signal("TERM");
            assertEquals("", node.end().exits(0).err());
        }
    }

    @Test
    void itsCacheIsUsed() {
        assertTrue(usesItsCache());
        // The strictest question: the JVM does not start where it would have to go without.
        zsync("--version").with("ZSYNC_JAVA_OPTS", "-XX:AOTMode=on").run().exits(0);
    }

    @Test
    void worksInAnotherFolder() {
        work.make("mkdir 'an other'; mv image 'an other'");
        image = work.path("an other/image");

        assertWorks();
    }

    @Test
    void worksThroughASymlink() {
        work.make("mkdir bin; ln -s ../image/bin/zsync bin/zsync; mv image moved; ln -s moved image");

        assertEquals(
                "",
                Command.of(work.path("bin/zsync").toString(), "--version")
                        .run()
                        .exits(0)
                        .err());
        assertWorks();
    }

    /** What JDK 25.0.3 does by itself: it runs what the cache holds. */
    @Test
    void aChangedJarRunsAsItIs() throws IOException {
        Files.writeString(work.path("manifest"), "Implementation-Version: 9.9.9\n");
        Command.of(
                        System.getProperty("java.home") + "/bin/jar",
                        "--update",
                        "--file",
                        jar().toString(),
                        "--manifest",
                        work.path("manifest").toString())
                .run()
                .exits(0);

        assertEquals("zsync 9.9.9\n", zsync("--version").run().exits(0).out());
        assertWorks();
    }

    @Test
    void aTouchedJarIsReadAndNotTheCache() throws IOException {
        work.make("touch \"$1\"", jar());

        assertFalse(usesItsCache());
        assertWorks();
    }

    @Test
    void worksWithoutTheCache() throws IOException {
        Files.delete(cache());

        assertFalse(usesItsCache());
        assertWorks();
    }

    @ParameterizedTest
    @ValueSource(strings = {": >\"$1\"", "truncate -s 1M \"$1\"", "head -c 1M /dev/urandom >\"$1\""})
    void aDamagedCacheIsLeftAlone(String damage) throws IOException {
        work.make(damage, cache());

        assertWorks();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Xmx3g", "-XX:-UseSerialGC -XX:+UseG1GC", "-XX:+UseCompactObjectHeaders"})
    void worksWithOtherFlagsThanTheCacheWasMadeWith(String flags) {
        assertWorks(zsync("copy", source, target).with("ZSYNC_JAVA_OPTS", flags));
    }

    @Test
    void theJarsOfTwoImagesAreRefused() throws IOException {
        work.make("cp \"$1\" image/lib/zsync-0.jar", jar());

        Outcome outcome = zsync("--version").run().exits(70);

        assertTrue(outcome.err().startsWith("zsync: cannot start: "), outcome::err);
        assertEquals(2, outcome.errLines().size(), outcome::err);
    }

    /** As an administrator installs it, and cron runs it. */
    @Test
    void whoMayOnlyReadItRunsItInThePosixLocale() {
        Machine.needsNobody(image.resolve("bin/zsync"));
        work.make(
                "echo x >source/$'\\303\\274 \\377'; chmod -R a-w image; mkdir in; mv source in; chown -R 65534:65534 in .");
        source = work.path("in/source");
        target = work.path("in/target");

        assertWorks(
                Machine.nobody("env", "-i", "LC_ALL=POSIX", launcher(), "copy", source.toString(), target.toString()));

        assertTrue(usesItsCache());
    }

    /** Who passes the image on passes on what others wrote. */
    @Test
    void eachLibraryInTheJarHasItsLicense() throws IOException {
        Machine.needs("unzip");
        Path licenses = image.resolve("licenses");
        List<String> known = new ArrayList<>(List.of("io/zsync/"));
        Pattern row = Pattern.compile("^  (\\S+) .*? {2,}(\\S+)(?:, (\\S+))?(?:, (\\S+))?$", Pattern.MULTILINE);
        row.matcher(Files.readString(licenses.resolve("README"))).results().forEach(found -> {
            known.add(found.group(1) + "/");
            for (int text = 2; text <= 4 && found.group(text) != null; text++) {
                assertTrue(Files.exists(licenses.resolve(found.group(text))), found.group(text));
            }
        });
        List<String> classes = Command.script(
                        "unzip -Z1 \"$1\" '*.class' | sed 's,^META-INF/versions/[0-9]*/,,'", jar())
                .run()
                .exits(0)
                .outLines();

        assertFalse(classes.isEmpty());
        for (String name : classes) {
            assertTrue(known.stream().anyMatch(name::startsWith), () -> "whose is " + name + "?");
        }
        assertTrue(Files.exists(image.resolve("runtime/legal/java.base/LICENSE")));
    }
}
